import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ArchiveRecipe } from "../../../src/ports/repository.ts";
import { type GitFixture, gitIn, makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;
const formats =
  "$Format:%H %T %an %ae %at %cn %ct %s$\n" +
  "refs <$Format:%d$> <$Format:%D$> <$Format:%(describe)$> ids $Format:%h %t %p$\n";

function withAttributes(objectFormat: "sha1" | "sha256" = "sha1"): GitFixture {
  return makeRepository({
    objectFormat,
    commits: [
      { files: { "old.txt": "1\n" }, tags: { v0: "annotated" } },
      {
        files: {
          ".gitattributes":
            "version.txt export-subst\nsecret/ export-ignore\n*.bat text eol=crlf\n*.auto text=auto\n*.f filter=shout\n",
          "version.txt": formats,
          "secret/key": "hidden\n",
          "run.bat": "echo\n",
          "a.auto": "one\ntwo\n",
          "b.f": "quiet\n",
          tool: { executable: "#!/bin/sh\n" },
          link: { link: "tool" },
        },
        tags: { v1: "annotated" },
      },
    ],
  });
}

async function tarOf(folder: string, ref: string, recipe: Partial<ArchiveRecipe> = {}): Promise<Buffer> {
  await using opened = await openFolder(folder);
  const revision = await opened.repository.resolve(ref, never);
  return await buffer(
    await opened.repository.archive(revision, { prefix: "p/", exportSubst: "stable", ...recipe }, never),
  );
}

function versionIn(tar: Buffer): string {
  return execFileSync("tar", ["xOf", "-", "p/version.txt"], { input: tar }).toString();
}

describe("an archive", () => {
  let repository: GitFixture;
  beforeEach(() => {
    repository = withAttributes();
    return () => repository.remove();
  });
  afterEach(() => vi.unstubAllEnvs());

  test("is what stock git archive writes in a clean clone", async () => {
    repository.commit({ files: { "version.txt": "$Format:%H %an %at %s$\n" } });
    gitIn(repository.around, "clone", "-q", repository.path, "clean");
    const stock = gitIn(join(repository.around, "clean"), "archive", "--format=tar", "--prefix=p/", "HEAD");
    expect(Buffer.compare(await tarOf(repository.path, "HEAD"), stock)).toBe(0);
  });

  test("depends on the commit and its tag alone, whatever configuration, refs and environment say", async () => {
    const before = await tarOf(repository.path, "v1");
    pollute(repository);
    const umask = process.umask(0o077);
    try {
      expect(Buffer.compare(await tarOf(repository.path, "v1"), before)).toBe(0);
      expect(Buffer.compare(await tarOf(join(repository.path, "secret"), "v1"), before)).toBe(0);
    } finally {
      process.umask(umask);
    }
    const stock = gitIn(repository.path, "archive", "--format=tar", "--prefix=p/", "v1");
    expect(Buffer.compare(stock, before)).not.toBe(0);
  });

  test("has full ids and only the archived tag in it", async () => {
    const [ids, refs] = [repository.git("rev-parse", "v1", "v1^{tree}", "v1^^{commit}"), "refs <"];
    repository.git("tag", "also-here", "v1^{commit}");
    const [, commit] = [ids, repository.git("rev-parse", "v1^{commit}")];
    const [, tree, parent] = ids.split("\n");
    expect(versionIn(await tarOf(repository.path, "v1")).split("\n")[1]).toBe(
      `${refs} (tag: v1)> <tag: v1> <v1> ids ${commit} ${tree} ${parent}`,
    );
    expect(versionIn(await tarOf(repository.path, "HEAD")).split("\n")[1]).toBe(
      `${refs}> <> <> ids ${commit} ${tree} ${parent}`,
    );
  });

  test("doesn't ask today's date or the machine's keyring", async () => {
    repository.commit({ files: { "version.txt": "$Format:%cr %ar <%G?>$\n" } });
    expect(versionIn(await tarOf(repository.path, "HEAD"))).toBe("0 seconds ago 0 seconds ago <N>\n");
  });

  test("with export-subst off leaves the lines as they are, and still drops what is ignored", async () => {
    const tar = await tarOf(repository.path, "v1", { exportSubst: "off" });
    expect(versionIn(tar)).toBe(formats);
    expect(execFileSync("tar", ["tf", "-"], { input: tar }).toString()).not.toContain("secret");
  });

  test("with export-subst git is stock git's, with all refs, also detached and with a remote's HEAD", async () => {
    repository.git("branch", "side");
    gitIn(repository.around, "clone", "-q", repository.path, "clone");
    const clone = join(repository.around, "clone");
    for (const prepare of [[], ["checkout", "-q", "--detach", "v1"]]) {
      if (prepare.length > 0) gitIn(clone, ...prepare);
      const stock = gitIn(clone, "archive", "--format=tar", "--prefix=p/", "v1");
      expect(versionIn(stock)).toContain("HEAD");
      expect(versionIn(await tarOf(clone, "v1", { exportSubst: "git" }))).toBe(versionIn(stock));
    }
  });

  test("is the same from a clone of depth 1, a linked work tree, a bare clone and one that borrows its objects", async () => {
    const before = await tarOf(repository.path, "v1");
    const { around, path } = repository;
    gitIn(around, "clone", "-q", "--depth=1", "--branch=v1", `file://${path}`, "shallow");
    gitIn(around, "clone", "-q", "--bare", path, "bare.git");
    gitIn(around, "clone", "-q", "--shared", path, "shared");
    gitIn(around, "clone", "-q", "--shared", "shared", "shared-twice");
    for (const clone of ["shared", "shared-twice"]) {
      const relative = clone === "shared" ? "../../../project/.git/objects" : "../../../shared/.git/objects";
      writeFileSync(join(around, clone, ".git/objects/info/alternates"), `# borrowed\n${relative}\n`);
    }
    repository.git("worktree", "add", "-q", join(around, "linked"), "v1");
    for (const clone of ["shallow", "bare.git", "shared", "shared-twice", "linked"])
      expect(Buffer.compare(await tarOf(join(around, clone), "v1"), before), clone).toBe(0);
  });

  test("of a partial clone fails loudly when blobs are missing, and works once they are there", async () => {
    const before = await tarOf(repository.path, "v1");
    repository.git("config", "uploadpack.allowFilter", "true");
    gitIn(
      repository.around,
      "clone",
      "-q",
      "--no-checkout",
      "--filter=blob:none",
      `file://${repository.path}`,
      "partial",
    );
    const partial = join(repository.around, "partial");
    await expect(tarOf(partial, "v1")).rejects.toMatchObject({
      failure: "source",
      message: expect.stringMatching(/git fetch --refetch --no-filter/),
    });
    gitIn(partial, "fetch", "-q", "--refetch", "--no-filter");
    expect(Buffer.compare(await tarOf(partial, "v1"), before)).toBe(0);
  });

  test("of a damaged repository fails", async () => {
    const blob = repository.git("rev-parse", "v1:tool");
    rmSync(join(repository.path, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    await expect(tarOf(repository.path, "v1")).rejects.toMatchObject({ failure: "source" });
  });
});

test("a SHA-256 repository is archived with whole ids", async () => {
  using repository = withAttributes("sha256");
  const commit = repository.git("rev-parse", "HEAD");
  expect(versionIn(await tarOf(repository.path, "HEAD"))).toContain(`ids ${commit} `);
});

describe.skipIf(process.platform === "win32")("when git itself fails", () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    ["half-way", "head -c 3000; echo 'fatal: unable to read it' >&2; exit 128"],
    ["after the last byte", "cat; echo 'fatal: unable to read it' >&2; exit 128"],
    ["by a signal", "head -c 3000; kill -9 $$"],
  ])("%s, the stream fails instead of ending", async (_, ending) => {
    using repository = withAttributes();
    await using opened = await openFolder(repository.path);
    const revision = await opened.repository.resolve("v1", never);
    const real = execFileSync("sh", ["-c", "command -v git"]).toString().trim();
    const folder = join(repository.around, "bin");
    mkdirSync(folder);
    const script = `#!/bin/sh\ncase " $* " in *" archive "*) '${real}' "$@" | { ${ending}; };; *) exec '${real}' "$@";; esac\n`;
    writeFileSync(join(folder, "git"), script);
    chmodSync(join(folder, "git"), 0o755);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
    const tar = await opened.repository.archive(revision, { prefix: "p/", exportSubst: "stable" }, never);
    await expect(buffer(tar)).rejects.toMatchObject({
      failure: "source",
      message: expect.stringContaining("git archive failed"),
    });
  });
});

/** Everything on the machine and in the clone that is known to change what stock git archive writes. */
function pollute(repository: GitFixture): void {
  const { around } = repository;
  const settings = {
    "tar.umask": "0077",
    "core.autocrlf": "true",
    "core.eol": "crlf",
    "core.abbrev": "5",
    "filter.shout.smudge": "tr a-z A-Z",
    "filter.shout.required": "true",
    "core.attributesFile": join(around, "attributes"),
    "log.date": "iso",
  };
  for (const [name, value] of Object.entries(settings)) repository.git("config", name, value);
  writeFileSync(join(around, "attributes"), "tool export-ignore\n");
  mkdirSync(join(repository.path, ".git/info"), { recursive: true });
  writeFileSync(join(repository.path, ".git/info/attributes"), "old.txt export-ignore\n*.auto -text\n");
  mkdirSync(join(around, "git"));
  writeFileSync(join(around, "git/attributes"), "tool export-ignore\n");
  writeFileSync(join(around, ".gitconfig"), "[tar]\n\tumask = 0\n[core]\n\tautocrlf = true\n");
  repository.git("branch", "another", "v1");
  repository.git("tag", "another-tag", "v1^{commit}");
  const other = execFileSync("git", ["hash-object", "-w", "--stdin"], { cwd: repository.path, input: "replaced\n" });
  repository.git("replace", repository.git("rev-parse", "v1:old.txt"), other.toString().trim());
  repository.write({ ".gitattributes": "tool export-ignore\n" });
  const environment = {
    HOME: around,
    XDG_CONFIG_HOME: around,
    TZ: "Pacific/Kiritimati",
    LC_ALL: "C.UTF-8",
    LANG: "de_DE.UTF-8",
    GIT_DIR: join(around, "nowhere"),
    GIT_INDEX_FILE: join(around, "no-index"),
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "tar.umask",
    GIT_CONFIG_VALUE_0: "0",
    GIT_CONFIG_GLOBAL: join(around, ".gitconfig"),
    GIT_OBJECT_DIRECTORY: join(around, "no-objects"),
    GIT_REPLACE_REF_BASE: "refs/heads",
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
}
