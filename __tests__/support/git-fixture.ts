import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What lies under a path: text, bytes, or something that isn't a plain file. `lfs` is the content that a pointer stands for. */
export type FixtureFile =
  | string
  | Uint8Array
  | { readonly executable: string | Uint8Array }
  | { readonly link: string | Uint8Array }
  | { readonly submodule: string; readonly url?: string }
  /** A submodule with the repository that it leads to, cloned and checked out; only in `makeRepository`. */
  | { readonly contains: FixtureSpec; readonly url?: string }
  | { readonly lfs: string | Uint8Array };

/** By path; as pairs where a path isn't valid UTF-8. */
export type FixtureFiles =
  | Readonly<Record<string, FixtureFile>>
  | readonly (readonly [string | Uint8Array, FixtureFile])[];

export interface FixtureCommit {
  /** Added or changed; what earlier commits of the branch have stays. */
  readonly files?: FixtureFiles;
  readonly remove?: readonly string[];
  readonly message?: string;
  /** Author and committer time in epoch seconds; each commit is a minute after the one before. */
  readonly time?: number;
  /** Tags put on this commit; `nested` is an annotated tag of an annotated tag called NAME-inner. */
  readonly tags?: Readonly<Record<string, "light" | "annotated" | "nested">>;
  /** The branch it is made on; a new one starts at the commit before. */
  readonly branch?: string;
}

export interface FixtureSpec {
  /** Short for one commit with these files. */
  readonly files?: FixtureFiles;
  readonly commits?: readonly FixtureCommit[];
  /** Tags on the last commit. */
  readonly tags?: FixtureCommit["tags"];
  readonly objectFormat?: "sha1" | "sha256";
  readonly bare?: boolean;
  /** Contents that the clone's own Git LFS store has. */
  readonly lfsStored?: readonly (string | Uint8Array)[];
  /** Name of the folder that it lies in. */
  readonly name?: string;
}

/** A real repository in a temporary folder, the work tree checked out at the last commit of `main`. */
export interface GitFixture extends Disposable {
  /** Absolute, no symlinks in it. */
  readonly path: string;
  /** The temporary folder around it, for clones and the like. */
  readonly around: string;
  /** Runs git in it, isolated from the machine's configuration; gives standard output without the last newline. */
  git(...args: readonly string[]): string;
  gitBytes(...args: readonly string[]): Buffer;
  /** Writes files into the work tree, uncommitted. */
  write(files: Readonly<Record<string, string | Uint8Array>>): void;
  /** Commits on top of what HEAD names; gives the id. */
  commit(commit: FixtureCommit): string;
  remove(): void;
}

export const fixtureTime = 1_700_000_000;

/** The same spec gives the same ids everywhere: dates, identities and configuration are fixed. */
export function makeRepository(spec: FixtureSpec = {}): GitFixture {
  const around = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-fixture-")));
  const path = join(around, spec.name ?? "project");
  mkdirSync(path);
  const fixture = fixtureAt(path, around);
  fixture.git(
    "init",
    "-q",
    "-b",
    "main",
    `--object-format=${spec.objectFormat ?? "sha1"}`,
    ...(spec.bare ? ["--bare"] : []),
  );
  const made = new Map<string, GitFixture>();
  const given = spec.commits ?? (spec.files === undefined ? [] : [{ files: spec.files }]);
  const commits = given.map((commit) => withSubmodules(commit, made));
  const last = commits.length - 1;
  const all = commits.map((commit, index) =>
    index === last ? { ...commit, tags: { ...commit.tags, ...spec.tags } } : commit,
  );
  importCommits(fixture, all, undefined);
  if (all.length > 0 && !spec.bare) fixture.git("reset", "-q", "--hard");
  for (const [where, submodule] of made) placeSubmodule(fixture, where, submodule);
  const gitDir = spec.bare ? path : join(path, ".git");
  for (const content of spec.lfsStored ?? []) storeLfs(join(gitDir, "lfs"), content);
  return fixture;
}

/** Puts a content into a Git LFS store; gives the path of its file. */
export function storeLfs(store: string, content: string | Uint8Array): string {
  const oid = createHash("sha256").update(content).digest("hex");
  const file = join(store, "objects", oid.slice(0, 2), oid.slice(2, 4), oid);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** The environment that fixtures run git in: nothing of the machine's or the user's, fixed identities, UTC. */
export function isolatedGitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_"));
  return {
    ...Object.fromEntries(kept),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "A U Thor",
    GIT_AUTHOR_EMAIL: "author@example.com",
    GIT_AUTHOR_DATE: `${fixtureTime} +0000`,
    GIT_COMMITTER_NAME: "C O Mitter",
    GIT_COMMITTER_EMAIL: "committer@example.com",
    GIT_COMMITTER_DATE: `${fixtureTime} +0000`,
    LC_ALL: "C",
    TZ: "UTC",
  };
}

/** Runs git in a folder, isolated. Standard error shows only in the thrown error. */
export function gitIn(folder: string, ...args: readonly string[]): Buffer {
  return runIn(folder, args, undefined);
}

/** The pointer file that Git LFS commits in place of this content. */
export function lfsPointer(content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  const oid = createHash("sha256").update(bytes).digest("hex");
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
}

/** Makes the repositories that submodules contain, and names their commits instead. */
function withSubmodules(commit: FixtureCommit, made: Map<string, GitFixture>): FixtureCommit {
  const files = pairs(commit.files ?? {}).map(([path, file]): readonly [string | Uint8Array, FixtureFile] => {
    if (typeof file !== "object" || !("contains" in file)) return [path, file];
    const submodule = makeRepository(file.contains);
    made.set(String(path), submodule);
    return [path, { submodule: submodule.git("rev-parse", "HEAD"), url: file.url ?? exampleUrl(path) }];
  });
  return { ...commit, files };
}

/** What .gitmodules says of a submodule that isn't given a URL. */
export function exampleUrl(path: string | Uint8Array): string {
  return `https://example.com/${String(path)}.git`;
}

/** As `git submodule update` leaves it: its gitdir in the one of `fixture`, its files checked out. */
function placeSubmodule(fixture: GitFixture, where: string, submodule: GitFixture): void {
  if (fixture.git("rev-parse", "--is-bare-repository") === "true") {
    mkdirSync(dirname(join(fixture.path, "modules", where)), { recursive: true });
    renameSync(join(submodule.path, ".git"), join(fixture.path, "modules", where));
  } else {
    rmSync(join(fixture.path, where), { recursive: true, force: true });
    renameSync(submodule.path, join(fixture.path, where));
    fixture.git("submodule", "--quiet", "absorbgitdirs", where);
  }
  submodule.remove();
}

function fixtureAt(path: string, around: string): GitFixture {
  const remove = (): void => rmSync(around, { recursive: true, force: true });
  const fixture: GitFixture = {
    path,
    around,
    git: (...args) => runIn(path, args, undefined).toString("utf8").replace(/\n$/, ""),
    gitBytes: (...args) => runIn(path, args, undefined),
    write(files) {
      for (const [name, data] of Object.entries(files)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), data);
      }
    },
    commit(commit) {
      const branch = fixture.git("symbolic-ref", "--short", "HEAD");
      importCommits(fixture, [commit], branch);
      if (fixture.git("rev-parse", "--is-bare-repository") === "false") fixture.git("reset", "-q", "--hard");
      return fixture.git("rev-parse", commit.branch ?? branch);
    },
    remove,
    [Symbol.dispose]: remove,
  };
  return fixture;
}

function runIn(folder: string, args: readonly string[], input: Buffer | undefined): Buffer {
  const options = ["-c", "protocol.file.allow=always", "-c", "gc.auto=0"];
  return execFileSync("git", [...options, ...args], {
    cwd: folder,
    env: isolatedGitEnvironment(),
    input,
    maxBuffer: 1 << 30,
    stdio: ["pipe", "pipe", "pipe"],
  });
}

function importCommits(fixture: GitFixture, commits: readonly FixtureCommit[], onto: string | undefined): void {
  if (commits.length === 0) return;
  const stream: Buffer[] = [];
  const tips = new Map<string, string>();
  let before: string | undefined;
  if (onto !== undefined) tips.set(onto, `refs/heads/${onto}^0`);
  const earlier = onto === undefined ? 0 : Number(fixture.git("rev-list", "--count", onto));
  for (const [index, commit] of commits.entries()) {
    const branch = commit.branch ?? onto ?? "main";
    const parent = tips.get(branch) ?? before;
    stream.push(
      ...commitCommands(commit, { branch, parent, mark: index + 1, time: fixtureTime + 60 * (earlier + index) }),
    );
    before = `:${index + 1}`;
    tips.set(branch, before);
  }
  runIn(fixture.path, ["fast-import", "--quiet", "--force"], Buffer.concat([...stream, Buffer.from("done\n")]));
}

interface Place {
  readonly branch: string;
  readonly parent: string | undefined;
  readonly mark: number;
  readonly time: number;
}

function* commitCommands(commit: FixtureCommit, place: Place): Generator<Buffer> {
  const time = commit.time ?? place.time;
  yield Buffer.from(`commit refs/heads/${place.branch}\nmark :${place.mark}\n`);
  yield Buffer.from(`author A U Thor <author@example.com> ${time} +0000\n`);
  yield Buffer.from(`committer C O Mitter <committer@example.com> ${time} +0000\n`);
  yield dataCommand(commit.message ?? `Commit ${place.mark}`);
  if (place.parent !== undefined) yield Buffer.from(`from ${place.parent}\n`);
  for (const path of commit.remove ?? []) yield Buffer.concat([Buffer.from("D "), quotedPath(path), Buffer.from("\n")]);
  const files: readonly (readonly [string | Uint8Array, FixtureFile])[] = pairs(commit.files ?? {});
  for (const [path, file] of [...files, ...gitmodules(files)]) yield* fileCommands(path, file);
  for (const [name, kind] of Object.entries(commit.tags ?? {})) yield* tagCommands(name, kind, { ...place, time });
}

function pairs(files: FixtureFiles): readonly (readonly [string | Uint8Array, FixtureFile])[] {
  return Array.isArray(files) ? files : Object.entries(files);
}

function gitmodules(files: readonly (readonly [string | Uint8Array, FixtureFile])[]): [string, string][] {
  const sections = files.flatMap(([path, file]) =>
    typeof file === "object" && "submodule" in file && file.url !== undefined
      ? [`[submodule "${String(path)}"]\n\tpath = ${String(path)}\n\turl = ${file.url}\n`]
      : [],
  );
  return sections.length === 0 ? [] : [[".gitmodules", sections.join("")]];
}

function* fileCommands(path: string | Uint8Array, file: FixtureFile): Generator<Buffer> {
  const { mode, data } = modeAndData(file);
  const where = Buffer.concat([Buffer.from(" "), quotedPath(path), Buffer.from("\n")]);
  if (mode === "160000") {
    yield Buffer.concat([Buffer.from(`M 160000 ${String(data)}`), where]);
    return;
  }
  yield Buffer.concat([Buffer.from(`M ${mode} inline`), where]);
  yield dataCommand(data);
}

function modeAndData(file: FixtureFile): { mode: string; data: string | Uint8Array } {
  if (typeof file === "string" || file instanceof Uint8Array) return { mode: "100644", data: file };
  if ("executable" in file) return { mode: "100755", data: file.executable };
  if ("link" in file) return { mode: "120000", data: file.link };
  if ("lfs" in file) return { mode: "100644", data: lfsPointer(file.lfs) };
  if ("contains" in file) throw new Error("a submodule's repository can only be made by makeRepository");
  return { mode: "160000", data: file.submodule };
}

function* tagCommands(name: string, kind: "light" | "annotated" | "nested", place: Place): Generator<Buffer> {
  const tagger = `tagger C O Mitter <committer@example.com> ${place.time} +0000\n`;
  const inner = kind === "nested" ? `${name}-inner` : name;
  if (kind === "light") {
    yield Buffer.from(`reset refs/tags/${name}\nfrom :${place.mark}\n\n`);
    return;
  }
  const innerMark = 100_000 + place.mark * 100 + Buffer.from(name).reduce((sum, byte) => (sum + byte) % 100, 0);
  yield Buffer.from(`tag ${inner}\nmark :${innerMark}\nfrom :${place.mark}\n${tagger}`);
  yield dataCommand(`Tag ${inner}\n`);
  if (kind !== "nested") return;
  yield Buffer.from(`tag ${name}\nfrom :${innerMark}\n${tagger}`);
  yield dataCommand(`Tag ${name}\n`);
}

function dataCommand(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from("\n")]);
}

/** A path as fast-import reads it: quoted like a C string, bytes beyond ASCII as they are. */
function quotedPath(path: string | Uint8Array): Buffer {
  const text = Buffer.from(path).toString("latin1");
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  return Buffer.from(`"${escaped}"`, "latin1");
}
