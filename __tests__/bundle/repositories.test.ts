import { chownSync, cpSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import { gitIn, makeRepository, type FixtureSpec, type GitFixture } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onWindows, type CliPlace } from "../support/run-cli.ts";
import { someOf } from "../support/some-of.ts";
import { onlySet, setsIn, shell, type StoredSet } from "../support/stored-set.ts";
import { makeWorld } from "../support/world.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const long = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000;
const isRoot = process.getuid?.() === 0;

function made(spec: FixtureSpec = { files: { "a.txt": "one\n", "sub/b.txt": "two\n" } }): {
  readonly repository: GitFixture;
  readonly place: CliPlace;
} {
  const repository = makeRepository(spec);
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  return { repository, place };
}

/** The tar that git writes in a folder of its own that has what `git clone` brings. */
function stockTar(source: string, place: CliPlace, { manifest }: StoredSet): Buffer {
  const clone = join(place.path, "stock");
  gitIn(place.path, "-c", "safe.directory=*", "clone", "-q", "--bare", "--no-local", source, clone);
  const { prefix, source: from } = manifest.content;
  return gitIn(clone, "archive", "--format=tar", `--prefix=${prefix}`, from!.commit);
}

/** A snapshot that must go well, and verify in depth; for that a process of its own wouldn't show more. */
async function snapshot(place: CliPlace, source: string, ...args: readonly string[]): Promise<StoredSet> {
  const end = await place.run(["snapshot", source, place.store, ...args]);
  expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: /) });
  const store = openFolderStore({ path: place.store, name: place.store });
  const { errors, outcomes } = await makeWorld().verify({ level: "read" }, { stores: [store] });
  expect([errors, outcomes.map(({ outcome }) => outcome)]).toEqual([[], ["ok"]]);
  expect(place.litter()).toEqual([]);
  return onlySet(place.store);
}

describe.skipIf(onWindows)("a real repository", () => {
  const names = long ? ["yaml", "fast-check", "vitest", "@types/node"] : ["yaml"];
  const packages = names.map((name) => join(root, "node_modules", name));
  const sources = someOf([...packages, root], 1);
  for (const folder of sources.filter((source) => source !== root))
    test(`of the package ${folder.slice(root.length)} is archived as git does, and unpacks to git's tree`, async () => {
      const { repository, place } = made({});
      cpSync(folder, repository.path, { recursive: true, dereference: true });
      repository.git("add", "--all", "--force", ".");
      repository.git("commit", "-q", "-m", "imported");
      const set = await snapshot(place, repository.path);
      expect(set.tar().equals(stockTar(repository.path, place, set))).toBe(true);
      const files = repository.git("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0").filter(Boolean);
      expect(set.entries().flatMap(({ path, type }) => (type === "dir" ? [] : [path]))).toEqual(files);
    });

  test.each(sources.filter((source) => source === root))("this one, at its HEAD, is archived as git does", async () => {
    using place = makePlace();
    const clone = join(place.path, "project");
    gitIn(place.path, "-c", "safe.directory=*", "clone", "-q", "--depth=1", pathToFileURL(root).href, clone);
    const set = await snapshot(place, clone);
    expect(set.tar().equals(stockTar(clone, place, set))).toBe(true);
    expect(set.manifest.content.tree.files).toBeGreaterThan(100);
  });
});

describe.skipIf(onWindows)("a repository of another kind", () => {
  test("with SHA-256 ids", async () => {
    const { repository, place } = made({ objectFormat: "sha256", files: { "a.txt": "one\n" } });
    const set = await snapshot(place, repository.path);
    expect(set.manifest.content.source).toMatchObject({
      object_format: "sha256",
      commit: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(set.tar().equals(stockTar(repository.path, place, set))).toBe(true);
  });

  test("bare, by its own path", async () => {
    const { repository, place } = made({ bare: true, files: { "a.txt": "one\n" } });
    const set = await snapshot(place, repository.path);
    expect(set.tar().equals(stockTar(repository.path, place, set))).toBe(true);
  });

  test("a shallow clone gives the same set as the whole one", async () => {
    const { repository, place } = made({
      commits: [{ files: { a: "1" } }, { files: { a: "2" } }, { files: { b: "3" } }],
    });
    const shallow = join(repository.around, "shallow");
    gitIn(repository.around, "clone", "-q", "--depth=1", `file://${repository.path}`, shallow);
    const set = await snapshot(place, shallow, "--project", "local/project", "--name", "x");
    expect(set.tar().equals(stockTar(repository.path, place, set))).toBe(true);
  });

  test("a linked worktree is archived at its own HEAD", async () => {
    const { repository, place } = made({ commits: [{ files: { a: "1" } }, { files: { a: "2" } }] });
    const tree = join(repository.around, "tree");
    repository.git("worktree", "add", "-q", "--detach", tree, "HEAD~1");
    const set = await snapshot(place, tree);
    expect(set.manifest.content.source!.commit).toBe(repository.git("rev-parse", "HEAD~1"));
  });

  test("a folder within a repository stands for the whole of it", async () => {
    const { repository, place } = made();
    const set = await snapshot(place, join(repository.path, "sub"));
    expect(set.entries().map(({ path }) => path)).toEqual(["a.txt", "sub", "sub/b.txt"]);
  });

  test("a partial clone that has its blobs works, and one that lacks them says how to fetch them", async () => {
    const { repository, place } = made();
    repository.git("config", "uploadpack.allowFilter", "true");
    const [whole, bare] = ["whole", "lacking"].map((name) => join(repository.around, name)) as [string, string];
    gitIn(repository.around, "clone", "-q", "--filter=blob:none", `file://${repository.path}`, whole);
    await snapshot(place, whole, "--project", "local/project");
    gitIn(repository.around, "clone", "-q", "--no-checkout", "--filter=blob:none", `file://${repository.path}`, bare);
    const end = await place.run(["snapshot", bare, join(place.path, "other")]);
    expect(end).toMatchObject({ code: 3, stdout: expect.stringContaining("git fetch --refetch --no-filter") });
    gitIn(bare, "fetch", "-q", "--refetch", "--no-filter");
    expect(await place.run(["snapshot", bare, join(place.path, "other"), "--dirty", "ignore"])).toMatchObject({
      code: 0,
    });
  });

  test("a checkout that belongs to somebody else is archived all the same, and unmixed with its configuration", async () => {
    const { repository, place } = made();
    repository.git("config", "core.fsmonitor", "touch /tmp/coldstore-must-not-run; false");
    repository.git("config", "core.pager", "touch /tmp/coldstore-must-not-run");
    // Only root can give files away; for others it is their own checkout that is looked at.
    for (const path of isRoot ? ["", ...readdirSync(repository.path, { recursive: true, encoding: "utf8" })] : [])
      chownSync(join(repository.path, path), 4242, 4242);
    const set = await snapshot(place, repository.path);
    expect(set.manifest.content.tree.files).toBe(2);
    expect(readdirSync("/tmp")).not.toContain("coldstore-must-not-run");
  });
});

describe.skipIf(onWindows)("odd names", () => {
  testWith(["tar"], "that aren't UTF-8, are very long, or look like options come back as they were", async () => {
    const long = `${Array.from({ length: 6 }, (_, i) => `${i}${"d".repeat(49)}`).join("/")}/file`;
    const names: readonly (string | Uint8Array)[] = [
      Buffer.from([0x66, 0xff, 0xfe]),
      "-rf",
      "new\nline",
      "back\\slash",
      'quo"te',
      " leading",
      "e\u0301",
      "\u00e9",
      "\u001b[31mred",
      long,
    ];
    const { repository, place } = made({ files: names.map((name) => [name, `of ${String(name)}`] as const) });
    const set = await snapshot(place, repository.path);
    expect(set.tar().equals(stockTar(repository.path, place, set))).toBe(true);
    expect(set.entries().filter(({ type }) => type === "file")).toHaveLength(names.length);
    mkdirSync(join(place.path, "out"));
    shell(`tar -xzf ${set.name}.tar.gz -C ${join(place.path, "out")}`, set.folder);
    const unpacked = shell("find . -type f -print0 | sort -z | sha256sum", join(place.path, "out", set.name));
    expect(unpacked).toBe(shell("find . -type f -not -path './.git/*' -print0 | sort -z | sha256sum", repository.path));
    const end = await place.run(["list", place.store, "--set", set.folder.split("/").at(-1) ?? ""]);
    expect(end.code).toBe(0);
    expect(end.stdout).not.toContain("\u001b");
  });
});

describe.skipIf(onWindows)("what a snapshot would leave empty stops it, with a fix that works as it is printed", () => {
  const inside: FixtureSpec["files"] = { "a.txt": "1" };
  const submodule = { submodule: "1".repeat(40), url: "https://example.com/s.git" };
  const kinds: readonly [string, string, FixtureSpec][] = [
    ["a submodule", "lib/sub", { files: { ...inside, "lib/sub": submodule } }],
    ["a submodule with an odd name", "my [lib] *", { files: { ...inside, "my [lib] *": submodule } }],
    ["a Git LFS pointer", "a.bin", { files: { ...inside, "a.bin": { lfs: "content" } } }],
    ["a Git LFS pointer with an odd name", 'x y "q" #!', { files: { ...inside, 'x y "q" #!': { lfs: "content" } } }],
  ];
  test.each(someOf(kinds, 2))("%s", async (_, path, spec) => {
    const { repository, place } = made(spec);
    const end = await place.run(["snapshot", repository.path, place.store]);
    expect(end).toMatchObject({ code: 3, stdout: expect.stringContaining(path.replaceAll('"', "")[0] ?? "") });
    expect(setsIn(place.store)).toEqual([]);
    const [, fix = ""] = /commit to \.gitattributes: `(.+)`$/m.exec(end.stdout) ?? [];
    repository.commit({ files: { ".gitattributes": `${fix}\n` } });
    const set = await snapshot(place, repository.path, "--dirty", "ignore");
    expect(set.entries().map((entry) => entry.path)).toContain("a.txt");
    expect(set.entries().map((entry) => entry.path)).not.toContain(path);
  });
});

describe.skipIf(onWindows)("tags", () => {
  test.each(someOf(["light", "annotated", "nested"] as const, 1))("%s: the set bears its name", async (kind) => {
    const { repository, place } = made({ files: { a: "1" }, tags: { "v1.2.3": kind } });
    const set = await snapshot(place, repository.path, "--ref", "v1.2.3");
    expect(set.folder).toBe(join(place.store, "local/project/snapshot/v1.2.3"));
    expect(set.name).toBe("project-1.2.3");
    const object = repository.git("rev-parse", "v1.2.3");
    expect(set.manifest.content.source!.tag).toEqual({ name: "v1.2.3" });
    expect(set.manifest.run.tag_object).toBe(kind === "light" ? undefined : object);
    expect(set.tar().equals(stockTar(repository.path, place, set))).toBe(true);
  });

  test("a tag and a branch of one name: the tag is meant, and the branch by its full name", async () => {
    const { repository, place } = made({
      commits: [{ files: { a: "1" }, tags: { both: "light" } }, { files: { a: "2" } }],
    });
    repository.git("branch", "both", "HEAD");
    const set = await snapshot(place, repository.path, "--ref", "both");
    expect(set.manifest.content.source!.commit).toBe(repository.git("rev-parse", "refs/tags/both"));
    const end = await place.run(["snapshot", repository.path, join(place.path, "other"), "--ref", "refs/heads/both"]);
    expect(end.code).toBe(0);
    expect(onlySet(join(place.path, "other")).manifest.content.source!.commit).toBe(
      repository.git("rev-parse", "HEAD"),
    );
  });
});

describe.skipIf(onWindows)("export-subst", () => {
  const files = { ".gitattributes": "v export-subst\n", v: "$Format:%H %h %d$\n" };
  const contentOf = (set: StoredSet) => shell(`tar -xzOf ${set.name}.tar.gz --wildcards '*/v'`, set.folder).trim();

  const choices = [
    ["stable", (id: string) => `${id} ${id}  (tag: v1)`],
    ["git", (id: string) => `${id} ${id.slice(0, 7)}  (HEAD -> main, tag: v2, tag: v1)`],
    ["off", () => "$Format:%H %h %d$"],
  ] as const;
  test.each(someOf(choices, 2))("%s", async (choice, expected) => {
    const { repository, place } = made({ files, tags: { v1: "light", v2: "light" } });
    const set = await snapshot(place, repository.path, "--ref", "v1", "--export-subst", choice);
    expect(contentOf(set)).toBe(expected(repository.git("rev-parse", "HEAD")));
    expect(
      await place.run(["snapshot", repository.path, place.store, "--ref", "v1", "--export-subst", choice]),
    ).toMatchObject({ code: 0, stdout: expect.stringContaining("unchanged") });
  });
});
