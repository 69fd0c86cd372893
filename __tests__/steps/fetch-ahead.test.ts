import { expect, test } from "vitest";
import { atHand } from "../../src/steps/fetch-ahead.ts";
import type { FolderDisk } from "../../src/ports/folder.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { bytesIn, makeWorld } from "../support/world.ts";

const { signal } = new AbortController();

/** A disk that fetches so many at once, and notes it. */
function farDisk(batch: number): { readonly disk: FolderDisk; readonly log: string[] } {
  const log: string[] = [];
  const { disk } = memoryFolder({ batches: 1 });
  const fetch = async (paths: readonly string[]) => {
    const mine = paths.slice(0, batch);
    log.push(`+${mine.join("")}`);
    return { count: mine.length, [Symbol.asyncDispose]: async () => void log.push(`-${mine.join("")}`) };
  };
  return { disk: Object.assign(Object.create(disk) as FolderDisk, { fetch }), log };
}

test("items come in stretches, what need not be fetched among them; one is let go when the next is there", async () => {
  const { disk, log } = farDisk(2);
  const items = ["-", "a", "-", "b", "c", "-", "d", "e", "-"];
  const fileOf = (item: string) => (item === "-" ? undefined : { disk, path: item });
  const stretches = (await Array.fromAsync(atHand(items, fileOf, signal))).map((stretch) => stretch.join(""));
  expect(stretches).toEqual(["-a-b", "c-d", "e-"]);
  expect(log).toEqual(["+ab", "+cd", "-ab", "+e", "-cd", "-e"]);
});

test("where nothing is to be fetched all comes at once, as it is", async () => {
  const items = ["a", "b"];
  const { disk } = memoryFolder();
  const [all, more] = await Array.fromAsync(atHand(items, (path) => ({ disk, path }), signal));
  expect(all).toBe(items);
  expect(more).toBeUndefined();
});

test("what was fetched is let go when nobody wants more", async () => {
  const { disk, log } = farDisk(1);
  for await (const _ of atHand(["a", "b"], (path) => ({ disk, path }), signal)) break;
  expect(log).toEqual(["+a", "-a"]);
});

test("files of several disks are fetched from their own", async () => {
  const one = farDisk(9);
  const other = farDisk(9);
  const items = ["a1", "b1", "c2", "d1"];
  const fileOf = (path: string) => ({ disk: path.endsWith("1") ? one.disk : other.disk, path });
  await Array.fromAsync(atHand(items, fileOf, signal));
  expect([one.log, other.log]).toEqual([
    ["+a1b1", "-a1b1", "+d1", "-d1"],
    ["+c2", "-c2"],
  ]);
});

test("an archive of a disk whose files are fetched is that of one whose files are at hand", async () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 5\n`;
  const files = { ".gitignore": "x\n", "a/b": "1", "a/c": "2", d: "3", "package-lock.json": "{}", e: pointer, x: "no" };
  const tars = [];
  for (const batches of [undefined, 1, 2, 100]) {
    const world = makeWorld({ folder: memoryFolder({ files, ...(batches !== undefined && { batches }) }) });
    await world.archive({ recordEnvironment: true, lfs: "pointers", formats: ["tar"], name: "app" });
    const [key = ""] = world.place.keys().filter((each) => each.endsWith(".tar"));
    tars.push(bytesIn(world.place, key).toString("latin1"));
  }
  expect(new Set(tars).size).toBe(1);
});
