import { lstatSync, mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onWindows } from "../support/run-cli.ts";
import { onlySet, shell } from "../support/stored-set.ts";

/** A work tree with a folder of an odd name, an ignored file and links. */
function plant(folder: string): void {
  for (const below of ["", "it's a sub", "it's a sub/node_modules"])
    mkdirSync(join(folder, below), { recursive: true });
  const files = { ".gitignore": "*.log\n", "a.txt": "a", "-x.txt": "x", "kept.log": "k", "lost.log": "l" };
  for (const below of ["", "it's a sub"]) {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, below, name), text);
    symlinkSync("a.txt", join(folder, below, "link"));
    utimesSync(join(folder, below, "a.txt"), 1_000_000_001, 1_000_000_001);
  }
  writeFileSync(join(folder, "it's a sub/node_modules/x.js"), "x");
  gitIn(folder, "init", "-q");
  gitIn(folder, "add", ".");
  gitIn(folder, "commit", "-q", "-m", "some");
}

const cases: readonly (readonly [what: string, source: string, args: readonly string[]])[] = [
  ["of a whole work tree", ".", []],
  ["with a prefix of its own and times as they are", ".", ["--prefix", "it's $HOME/", "--mtime", "keep"]],
  ["without a prefix, of a folder", "it's a sub", ["--prefix", "", "--symlinks", "follow"]],
  [
    "with filters and times",
    "it's a sub",
    ["--exclude=-x*", "--exclude", "!it's", "--include", "kept.log", "--ignore-profile", "node", "--mtime", "86400"],
  ],
];

describe.skipIf(onWindows)("an archive's RESTORE.md", () => {
  for (const [what, source, args] of cases)
    testWith(["bash", "git"], `${what}, has the command that makes the same tar again`, async () => {
      using place = makePlace();
      const tree = join(place.path, "tree");
      plant(tree);
      const call = ["archive", join(tree, source), place.store, "--name", "another", ...args];
      expect(await place.run(call)).toMatchObject({ code: 0 });
      const set = onlySet(place.store);
      const [, line = ""] =
        /^ {4}npx coldstore (archive .*)$/m.exec(readFileSync(set.path("RESTORE.md"), "utf8")) ?? [];
      const again = shell(`printf '%s\\0' ${line}`, "/").split("\0").slice(0, -1);
      expect(await place.run(again, { cwd: tree })).toMatchObject({ code: 0 });
      expect(onlySet(join(tree, "again")).manifest.content).toEqual(set.manifest.content);
    });

  testWith(["bash", "unzip"], "unpacks a zip with the times that its files had, wherever on earth", async () => {
    using place = makePlace();
    const folder = join(place.path, "folder");
    plant(folder);
    const call = ["archive", folder, place.store, "--format", "zip", "--mtime", "keep", "--prefix", "p"];
    expect(await place.run(call)).toMatchObject({ code: 0 });
    const set = onlySet(place.store);
    const [, block = ""] =
      /^## Unpack it\n\n```sh\n(.*?)^```$/ms.exec(readFileSync(set.path("RESTORE.md"), "utf8")) ?? [];
    shell(`export TZ=Asia/Kathmandu\n${block}`, set.folder);
    expect(lstatSync(join(set.folder, "restored/p/a.txt")).mtimeMs).toBe(1_000_000_000_000);
  });
});
