import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { gitIn, makeRepository, type GitFixture } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onWindows, type CliPlace } from "../support/run-cli.ts";
import { onlySet, sha256, shell, type StoredSet } from "../support/stored-set.ts";

/** A repository with a bit of everything that an archive can hold. */
function mixedRepository(): GitFixture {
  return makeRepository({
    commits: [
      { files: { "old.txt": "gone later\n" } },
      {
        files: {
          "read me.txt": "hello\n",
          "bin/run": { executable: "#!/bin/sh\necho hi\n" },
          "link to": { link: "read me.txt" },
          "sub/empty": "",
          "sub/big": Buffer.alloc(3_000_000, "0123456789abcdef\n"),
          "sub/crlf.txt": "one\r\ntwo\r\n",
          "subst.txt": "$Format:%H %cI%n%s$\n",
          "left-out/by-export": "x",
          ".gitattributes": "subst.txt export-subst\nleft-out export-ignore\n",
          "ünï/日本": "names\n",
        },
        remove: ["old.txt"],
      },
    ],
  });
}

/** What git itself packs in a fresh clone. */
function stockTar(repository: GitFixture, { manifest }: StoredSet): Buffer {
  const clone = join(repository.around, "fresh");
  gitIn(repository.around, "clone", "-q", "--no-local", repository.path, clone);
  const { prefix, source } = manifest.content;
  return gitIn(clone, "archive", "--format=tar", `--prefix=${prefix}`, source!.commit);
}

describe.skipIf(onWindows)("a snapshot of a repository", () => {
  const readers = ["sha256sum", "gzip", "tar", "bsdtar", "python3"];

  testWith(readers, "is read by stock programs, which all see the file list's paths", async () => {
    using repository = mixedRepository();
    using place = makePlace();
    const end = await place.run(["snapshot", repository.path, place.store]);
    expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: \S+ is stored and proven in /) });
    const set = onlySet(place.store);
    expect(shell(`sha256sum -c --strict ${set.name}.SHA256SUMS`, set.folder).match(/: OK$/gm)).toHaveLength(3);
    shell(`gzip -t ${set.name}.tar.gz ${set.name}.files.jsonl.gz`, set.folder);

    const top = set.manifest.content.prefix;
    const listed = set.entries().map(({ path, type }) => top + path + (type === "dir" ? "/" : ""));
    const members = (program: string) =>
      shell(`export LC_ALL=C.UTF-8; ${program} ${set.name}.tar.gz`, set.folder)
        .trimEnd()
        .split("\n")
        .filter((path) => path !== top);
    const python = "import tarfile,sys; [print(m.name + '/' * m.isdir()) for m in tarfile.open(sys.argv[1])]";
    expect(members("tar --quoting-style=literal -tzf")).toEqual(listed);
    expect(members("bsdtar -tzf")).toEqual(listed);
    expect(members(`python3 -c "${python}"`)).toEqual(listed);
    expect(listed).toContain(`${top}ünï/日本`);
    expect(listed.join("\n")).not.toContain("left-out");
    expect(place.litter()).toEqual([]);
  });

  test("is git's own archive to the byte, and has the commit's id in it", async () => {
    using repository = mixedRepository();
    using place = makePlace();
    await place.run(["snapshot", repository.path, place.store]);
    const set = onlySet(place.store);
    const id = execFileSync("git", ["get-tar-commit-id"], { input: set.tar().subarray(0, 4096) })
      .toString()
      .trim();
    expect(id).toBe(repository.git("rev-parse", "HEAD"));
    expect(set.tar().equals(stockTar(repository, set))).toBe(true);
    expect(sha256(set.tar())).toBe(set.manifest.content.tar.sha256);
  });

  test("has each file where its file list says, with the digest of git's blob", async () => {
    using repository = mixedRepository();
    using place = makePlace();
    await place.run(["snapshot", repository.path, place.store]);
    const set = onlySet(place.store);
    const tar = set.tar();
    const files = set.entries().filter(({ type }) => type === "file");
    expect(files.length).toBeGreaterThan(6);
    for (const { path, offset = 0, size, sha256: digest } of files) {
      expect([path, sha256(tar.subarray(offset, offset + size))]).toEqual([path, digest]);
      if (path !== "subst.txt") expect(sha256(repository.gitBytes("show", `HEAD:${path}`))).toBe(digest);
    }
  });

  test("is the same to the byte when all around it is polluted", async () => {
    using repository = mixedRepository();
    using place = makePlace();
    expect(await place.run(["snapshot", repository.path, place.store])).toMatchObject({ code: 0 });
    const [one, stock] = [onlySet(place.store), stockTar(repository, onlySet(place.store))];
    pollute(repository);
    const second = join(place.path, "second");
    const end = await place.run(
      ["snapshot", repository.path, second, "--dirty", "ignore", "--project", "local/project"],
      {
        node: ["/bin/sh", "-c", 'umask 077; exec "$@"', "sh", process.execPath],
        env: hostileEnvironment(place),
      },
    );
    expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: /) });
    const two = onlySet(second);
    expect(two.tar().equals(stock)).toBe(true);
    expect(two.manifest.content).toEqual(one.manifest.content);
    expect(two.manifest.artifacts).toEqual(one.manifest.artifacts);
  });
});

/** Whatever can be set in a repository to make git write something else. */
function pollute(repository: GitFixture): void {
  const { path, git } = repository;
  const head = git("rev-parse", "HEAD");
  const settings = {
    "core.autocrlf": "true",
    "core.eol": "crlf",
    "core.abbrev": "5",
    "core.attributesFile": join(path, ".git/more-attributes"),
    "core.quotePath": "false",
    "tar.umask": "0077",
    "tar.tar.gz.command": "false",
    "log.date": "relative",
    "i18n.logOutputEncoding": "latin1",
    "filter.spoil.smudge": "tr a-z A-Z",
    "filter.spoil.required": "true",
    "core.fsmonitor": "false",
    "extensions.worktreeConfig": "true",
    "remote.origin.url": "https://example.com/other/project.git",
  };
  for (const [name, value] of Object.entries(settings)) git("config", name, value);
  const attributes = "* text eol=crlf filter=spoil ident export-subst\nsub export-ignore\n";
  mkdirSync(join(path, ".git/info"), { recursive: true });
  writeFileSync(join(path, ".git/info/attributes"), attributes);
  writeFileSync(join(path, ".git/more-attributes"), attributes);
  const other = git("commit-tree", `${head}^{tree}`, "-m", "another history");
  git("replace", head, other);
  git("notes", "add", "-m", "a note", head);
  for (const name of ["refs/heads/HEAD", "refs/tags/zzz", "refs/heads/v9", `refs/heads/${head}`])
    git("update-ref", name, head);
  repository.write({ ".gitattributes": "* export-ignore\n", "untracked.txt": "x" });
}

/** Whatever can be said in the environment to make git, or a careless program, write something else. */
function hostileEnvironment({ path }: CliPlace): Record<string, string> {
  const home = join(path, "hostile-home");
  mkdirSync(home);
  writeFileSync(join(home, "attributes"), "* export-ignore\n");
  writeFileSync(
    join(home, ".gitconfig"),
    `[core]\n\tautocrlf = true\n\tattributesFile = ${join(home, "attributes")}\n[tar]\n\tumask = 0\n[color]\n\tui = always\n[safe]\n\tdirectory = *\n`,
  );
  return {
    HOME: home,
    XDG_CONFIG_HOME: home,
    TZ: "Pacific/Kiritimati",
    LC_ALL: "tr_TR.UTF-8",
    LANGUAGE: "de",
    TAR_OPTIONS: "--sort=name --owner=me",
    GZIP: "-1",
    COLUMNS: "20",
    GIT_DIR: join(path, "nowhere"),
    GIT_WORK_TREE: "/",
    GIT_INDEX_FILE: "/dev/null",
    GIT_OBJECT_DIRECTORY: join(path, "nowhere"),
    GIT_NAMESPACE: "other",
    GIT_CEILING_DIRECTORIES: "/",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "tar.umask",
    GIT_CONFIG_VALUE_0: "0777",
    GIT_CONFIG_PARAMETERS: "'core.abbrev=7'",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_TRACE: "1",
    GIT_EXTERNAL_DIFF: "false",
    SOURCE_DATE_EPOCH: "1",
  };
}
