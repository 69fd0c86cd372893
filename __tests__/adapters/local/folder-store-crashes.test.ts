import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { openFolderStore } from "../../../src/adapters/local/folder-store.ts";
import { loopArtifact, loopKeys } from "../../support/put-loop-objects.ts";
import { finished, firstWord, startScript } from "../../support/processes.ts";
import { all, keysOf, readAll, seeded, sha256Of, testIo } from "../../support/store-fixtures.ts";

const seed = Number(process.env.COLDSTORE_TEST_SEED ?? 1);
const kills = Number(process.env.COLDSTORE_TEST_COUNT ?? 8);

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-crash-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("a process killed at any moment", () => {
  for (const links of ["links", "nolinks"] as const)
    test(`leaves no part of an object under its name, and the next run completes (${links}, seed ${seed}, ${kills} kills)`, async () => {
      const next = seeded(seed);
      const folder = join(await newFolder(), "cold");
      const share = Math.ceil(kills / 2);
      for (let i = 0; i < share; i += 1) {
        const child = startScript("put-loop.ts", [folder, links]);
        await firstWord(child);
        await sleep(next() * 120);
        const end = finished(child);
        child.kill("SIGKILL");
        await end;
        await expectWholeObjects(folder);
      }
      await expectNextRunCompletes(folder);
    });

  async function expectWholeObjects(folder: string): Promise<void> {
    const store = openFolderStore({ path: folder, name: folder });
    for (const key of await keysOf(store))
      expect([key, sha256Of(await readAll(store, key))]).toEqual([key, loopArtifact(key, "").sha256]);
  }

  async function expectNextRunCompletes(folder: string): Promise<void> {
    const store = openFolderStore({ path: folder, name: folder });
    expect(await store.preflight({ write: true, bytes: 0 }, testIo())).toEqual([]);
    const items = loopKeys.map((key) => ({ key, artifact: loopArtifact(key, "") }));
    for (const outcome of await all(store.put(items, testIo())))
      expect(outcome).toMatchObject({ outcome: expect.stringMatching(/^(created|same)$/) });
    await expectWholeObjects(folder);
    expect(await keysOf(store)).toHaveLength(loopKeys.length);
    const left = await readdir(join(folder, ".tmp")).catch(() => []);
    // A claim that its process died with is removed when it is a minute old.
    expect(left.filter((name) => !name.startsWith("claim-"))).toEqual([]);
  }
});

describe("several processes at once", () => {
  for (const links of ["links", "nolinks"] as const)
    test(`that store the same: each object is created once, and the same for the others (${links})`, async () => {
      const folder = join(await newFolder(), "cold");
      const runs = await Promise.all(
        [1, 2, 3].map(() => finished(startScript("put-loop.ts", [folder, links, "", "1"]))),
      );
      const words = wordsByKey(runs.map(({ out }) => out));
      for (const key of loopKeys) expect([key, words.get(key)?.sort()]).toEqual([key, ["created", "same", "same"]]);
    });

  for (const links of ["links", "nolinks"] as const)
    test(`that store different things under the same keys: one wins each key, and its bytes stay (${links})`, async () => {
      const folder = join(await newFolder(), "cold");
      const runs = await Promise.all(
        ["x", "y"].map((variant) => finished(startScript("put-loop.ts", [folder, links, variant, "1"]))),
      );
      const words = wordsByKey(runs.map(({ out }) => out));
      const store = openFolderStore({ path: folder, name: folder });
      for (const key of loopKeys) {
        const [x, y] = words.get(key)!;
        expect(new Set([x, y])).toEqual(new Set(["created", "different"]));
        const winner = loopArtifact(key, x === "created" ? "x" : "y");
        expect(sha256Of(await readAll(store, key))).toBe(winner.sha256);
      }
    });

  function wordsByKey(outputs: readonly string[]): Map<string, string[]> {
    const words = new Map<string, string[]>();
    for (const line of outputs.flatMap((out) => out.trim().split("\n").slice(1))) {
      const [key = "", word = ""] = line.split(" ");
      words.set(key, [...(words.get(key) ?? []), word]);
    }
    return words;
  }
});
