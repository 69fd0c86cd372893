import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type FixtureFiles, type GitFixture, gitIn, makeRepository } from "./git-fixture.ts";

/** A clone of a project with three levels of submodules, and the clones in it, outermost first. */
export interface NestedProject extends Disposable {
  readonly path: string;
  readonly levels: readonly {
    /** In the project; the project itself has none. */
    readonly folder: string;
    readonly gitDir: string;
    readonly commit: string;
  }[];
  git(...args: readonly string[]): string;
}

export const lfsContents = { image: "an image\n".repeat(5000), model: Buffer.alloc(70_000, "model"), empty: "" };

export const latin1Name = Buffer.from("caf\xe9.txt", "latin1");

const longFolder = `${"long folder ".repeat(12)}/${"and longer ".repeat(11)}`;

const innermost: FixtureFiles = [
  ["run.sh", { executable: "#!/bin/sh\n" }],
  ["link", { link: "run.sh" }],
  ["far", { link: `${"../".repeat(40)}away` }],
  [latin1Name, "latin"],
  [`${longFolder}/file`, "far down"],
  [`${longFolder}/model.bin`, { lfs: lfsContents.model }],
  ["empty.bin", { lfs: lfsContents.empty }],
  ["nothing", ""],
];

/** Cloned with its submodules, by git; Git LFS contents are in the clones of the superproject and the innermost submodule. */
export function makeNestedProject(): NestedProject {
  const third = makeRepository({ name: "third", files: innermost });
  const second = makeRepository({
    name: "second",
    files: {
      ".gitattributes": "secret export-ignore\nversion export-subst\n",
      secret: "not in it",
      version: "$Format:%H %h %d %ar$\n",
      "deeper ünd/third": { submodule: third.git("rev-parse", "HEAD"), url: third.path },
    },
    tags: { v2: "annotated" },
  });
  const first = makeRepository({
    name: "first",
    files: { "a.txt": "a", lib: { submodule: second.git("rev-parse", "HEAD"), url: second.path }, "lib.c": "int x;" },
  });
  const commit = { submodule: first.git("rev-parse", "HEAD"), url: first.path };
  const files = { README: "# top", "libs/one": commit, "libs/one.txt": "1", "big.bin": { lfs: lfsContents.image } };
  const top = makeRepository({ name: "top", commits: [{ files, time: 1_234_567_890 }], tags: { v1: "annotated" } });
  const made = [top, first, second, third];
  gitIn(top.around, "clone", "-q", "--recurse-submodules", top.path, "clone");
  const path = join(top.around, "clone");
  const folders = ["", "libs/one/", "libs/one/lib/", "libs/one/lib/deeper ünd/third/"];
  const levels = folders.map((folder, i) => levelAt(path, folder, made[i]));
  storeLfs(levels[0]!.gitDir, lfsContents.image);
  storeLfs(levels[3]!.gitDir, lfsContents.model);
  return {
    path,
    levels,
    git: (...args) => gitIn(path, ...args).toString(),
    [Symbol.dispose]: () => made.forEach((fixture) => fixture.remove()),
  };
}

/** Where a clone keeps the Git LFS content. */
export function lfsPath(gitDir: string, content: string | Uint8Array): string {
  const oid = createHash("sha256").update(content).digest("hex");
  return join(gitDir, "lfs/objects", oid.slice(0, 2), oid.slice(2, 4), oid);
}

export function storeLfs(gitDir: string, content: string | Uint8Array, instead = content): void {
  const path = lfsPath(gitDir, content);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, instead);
}

function levelAt(path: string, folder: string, fixture: GitFixture | undefined) {
  const gitDir = gitIn(join(path, folder), "rev-parse", "--absolute-git-dir").toString().trim();
  return { folder, gitDir, commit: fixture!.git("rev-parse", "HEAD") };
}
