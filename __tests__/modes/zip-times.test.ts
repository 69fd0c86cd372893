import { expect, test } from "vitest";
import type { FolderEntry } from "../../src/steps/folder-entry.ts";
import { isBeyondZip, zipTime } from "../../src/steps/zip-times.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { bytesIn, makeWorld, outcomesOf, type World } from "../support/world.ts";

const files = { "old.txt": "old", "new.txt": "new", "sub/older.txt": "older" };
const before = Date.UTC(1979, 11, 31, 23, 59, 59) / 1000;

function notesIn({ place }: World): string {
  const key = place.keys().find((each) => each.endsWith(".RESTORE.md"));
  return bytesIn(place, key ?? "no notes").toString();
}

test.each([false, true])("files whose times a zip can't have are named, dry run: %s", async (dryRun) => {
  const world = makeWorld({ folder: memoryFolder({ files, git: {} }) });
  const report = await world.archive({ formats: ["zip", "tar"], mtime: before, dryRun });
  const told = report.warnings.filter((warning) => warning.includes("zip"));
  expect(told).toEqual([
    "4 paths have a time before 1980 or after 2043, and the nearest of these in the zip: new.txt, old.txt, sub, sub/older.txt",
  ]);
  const tar = await world.archive({ formats: ["tar"], mtime: before, dryRun: true });
  expect(tar.warnings.filter((warning) => warning.includes("zip"))).toEqual([]);
  const within = await world.archive({ formats: ["zip"], mtime: 315_532_800, dryRun: true });
  expect(within.warnings.filter((warning) => warning.includes("zip"))).toEqual([]);
});

test.each([false, true])("so are all of a commit from before 1980, dry run: %s", async (dryRun) => {
  const world = makeWorld({ repository: { commits: [{ files, tags: { "v1.4.0": "annotated" }, time: 86_400 }] } });
  const report = await world.snapshot({ formats: ["zip"], dryRun });
  expect(report.warnings).toContain(
    "4 paths have a time before 1980 or after 2043, and the nearest of these in the zip",
  );
});

test("the notes promise a zip's times only as far as it has them, and unpack it in UTC", async () => {
  for (const formats of [["zip"], ["tar"]] as const) {
    const world = makeWorld({ folder: memoryFolder({ files, git: {} }) });
    expect(outcomesOf(await world.archive({ formats, mtime: "keep" }))).toEqual(["stored"]);
    const notes = notesIn(world);
    expect([formats, /own times, in whole seconds\.$/m.test(notes)]).toEqual([formats, formats[0] === "tar"]);
    expect([formats, /^TZ=UTC .*unzip/m.test(notes)]).toEqual([formats, formats[0] === "zip"]);
    expect([formats, notes.includes("before 1980 and after 2043")]).toEqual([formats, formats[0] === "zip"]);
  }
});

test("a time is beyond a zip just when the zip has another year's", () => {
  const times: readonly FolderEntry["mtime"][] = [-1, 0, before, before + 1, 1e9, 2_335_219_199, 2_335_219_200, 1e12];
  for (const time of times) {
    const year = new Date(time * 1000).getUTCFullYear();
    expect([time, isBeyondZip(time)]).toEqual([time, year < 1980 || year > 2043]);
    if (!isBeyondZip(time)) expect(Math.abs(zipTime(time).getTime() / 1000 - time)).toBeLessThan(2);
  }
});
