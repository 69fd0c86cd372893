import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect } from "vitest";
import { openRestoreTarget } from "../../src/adapters/local/restore-target.ts";
import type { ArchiveFormat } from "../../src/model/manifest.ts";
import { findByIndex } from "../../src/steps/find-by-index.ts";
import { restorePaths } from "../../src/steps/restore-paths.ts";
import { cutOut, digested, getPaths } from "../support/get-paths.ts";
import { type FixtureFile, gitIn, makeRepository } from "../support/git-fixture.ts";
import { lookAtTree } from "../support/look-at-tree.ts";
import { openFolder } from "../support/open-fixture.ts";
import { testWith } from "../support/programs.ts";
import { type RestorableSet, restoredInMemory, setInWorld } from "../support/restorable-set.ts";
import { sha256Of, testIo } from "../support/store-fixtures.ts";
import { makeWorld } from "../support/world.ts";

/** Every one of the many files that are alike is for the long sweep; else every ninth, out of each format by turns. */
const long = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000;

const formats: readonly ArchiveFormat[] = ["tar", "tar.gz", "tar.zst", "zip"];

/** 500 files in folders of several depths, with neighbours that sort oddly, and a submodule among them. */
function files(): Record<string, FixtureFile> {
  const all: Record<string, FixtureFile> = {
    "empty.txt": "",
    a: "a\n",
    "a.b/c": "c\n",
    "a-b": "dash\n",
    "b/link": { link: "run.sh" },
    "b/run.sh": { executable: "#!/bin/sh\n" },
    "b.txt": "beside\n",
    "lib.txt": "beside the submodule, which stands before it\n",
    "lib-x/in": "too\n",
    lib: { contains: { files: { "in.txt": "in the submodule\n", "deep/er": "deeper\n" } } },
    "odd [name]*": "literal\n",
    "ünï/ü": "utf-8\n",
    [`${"n".repeat(200)}/x`]: "pax\n",
  };
  for (let i = Object.keys(all).length; i < 500; i++)
    all[`d${i % 7}/e${i % 3}/file ${i}`] = `${i}\n`.repeat(1 + ((i * 37) % 900));
  return all;
}

const scratch = mkdtempSync(join(tmpdir(), "coldstore-paths-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Stored {
  readonly set: RestorableSet;
  readonly fixture: ReturnType<typeof makeRepository>;
}

/** Made once, by the first test that runs. */
let made: Promise<Stored> | undefined;
const commit = async (): Promise<Stored> => (made ??= stored());
afterAll(async () => (await made)?.fixture.remove());

async function stored(): Promise<Stored> {
  const fixture = makeRepository({ files: files(), tags: { "v1.4.0": "annotated" } });
  await using opened = await openFolder(fixture.path);
  const world = makeWorld({ repository: opened.repository });
  await world.stored({ formats, submodules: "include" });
  return { set: setInWorld(world), fixture };
}

describe("a commit of 500 files", () => {
  testWith(["git"], "gives each file alone as git show does, out of every format", async () => {
    const { set, fixture } = await commit();
    const listed = gitIn(fixture.path, "ls-tree", "-rz", "HEAD").toString().split("\0").slice(0, -1);
    expect(listed.length).toBeGreaterThanOrEqual(500);
    const whole = digested((await restoredInMemory(set)).tree);
    for (const [i, line] of listed.entries()) {
      const [, mode, kind, id = "", path = ""] = /^(\S+) (\S+) (\S+)\t(.*)$/s.exec(line) ?? [];
      if (kind === "commit" || (!long && i % 9 > 0 && /^d\d/.test(path))) continue;
      const { tree } = await getPaths(set, [path], { formats: [formats[i % 4]!] });
      const found = cutOut(tree, [path]);
      expect(found).toEqual(cutOut(whole, [path]));
      expect(found.size).toBe(1);
      const [entry] = found.values();
      // By git's own id of the content, which is what `git show` gives.
      if (mode === "120000") expect(entry).toMatchObject({ type: "symlink", link: "run.sh" });
      else expect(entry).toMatchObject({ type: "file", mode: mode === "100755" ? 0o755 : 0o644 });
      if (mode !== "120000" && i % 5 === 0)
        expect(entry).toMatchObject({ data: sha256Of(gitIn(fixture.path, "cat-file", "blob", id)) });
    }
  });

  testWith(["git", "bash", "tar"], "gives folders, on a disk, as git archive of them does", async () => {
    const { set, fixture } = await commit();
    for (const [i, path] of ["d3", "d3/e1", "a.b", "ünï", "b"].entries()) {
      const [theirs, ours] = [join(scratch, `git-${i}`), join(scratch, `ours-${i}`)];
      mkdirSync(theirs);
      const script = 'umask 022; git -C "$0" archive HEAD "$1" | tar x --no-same-permissions -C "$2"';
      execFileSync("bash", ["-euo", "pipefail", "-c", script, fixture.path, path, theirs]);
      const rules = { symlinks: "keep", outwardLinks: "refuse", paths: [path] } as const;
      const openTarget = async () => openRestoreTarget({ into: ours, signal: new AbortController().signal });
      const { target } = await restorePaths(set.source, { ...rules, openTarget }, testIo());
      await using held = target;
      await held.publish();
      expect(cutOut(digested(lookAtTree(ours)!), [path])).toEqual(cutOut(digested(lookAtTree(theirs)!), [path]));
    }
  });

  testWith(["git"], "is found by the index as in all of the list, around a submodule too", async () => {
    const { set } = await commit();
    const file = set.source.artifacts.find(({ role }) => role === "file-list")!;
    expect(file.compression!.blocks!.length).toBeGreaterThan(1);
    const whole = digested((await restoredInMemory(set)).tree);
    const lost: string[] = [];
    for (const [i, latin1] of [...whole.keys()].entries()) {
      if (!long && i % 12 > 0 && /^d\d/.test(latin1)) continue;
      const path = Buffer.from(latin1, "latin1").toString();
      const stretches = await findByIndex(set.source, { file, paths: [path] }, testIo());
      if (stretches === undefined) lost.push(path);
      const found = (stretches ?? []).flatMap(({ asked }) => [...asked].map(({ path }) => path)).sort();
      if (stretches !== undefined) expect(found).toEqual([...cutOut(whole, [path]).keys()]);
    }
    expect(lost.every((path) => path.startsWith("lib"))).toBe(true);
    for (const path of ["lib", "lib/in.txt", "lib/deep", "lib.txt", "lib-x"])
      expect(cutOut((await getPaths(set, [path])).tree, [path])).toEqual(cutOut(whole, [path]));
  });
});
