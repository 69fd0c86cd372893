import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archivesIn, goldenLines, linesOfTree } from "../support/golden-lines.ts";
import { makePlace, onLinux } from "../support/run-cli.ts";
import { setsIn } from "../support/stored-set.ts";

const golden = fileURLToPath(new URL("../fixtures/golden/manifest-1", import.meta.url));
const expected = JSON.parse(readFileSync(join(golden, "trees.json"), "utf8")) as Record<string, readonly string[]>;

// Other systems have no such names, and other permissions.
describe.runIf(onLinux)("sets that were made when manifest schema 1 was new", () => {
  const place = makePlace();
  const before = process.umask();
  beforeAll(() => {
    process.umask(0o022);
    cpSync(join(golden, "store"), place.store, { recursive: true });
  });
  afterAll(() => {
    process.umask(before);
    place[Symbol.dispose]();
  });

  test("are listed, frozen and proven as they were", async () => {
    const { stdout, code } = await place.run(["list", place.store]);
    expect(code).toBe(0);
    for (const { manifest } of setsIn(place.store)) expect(stdout).toContain(manifest.run.project);
    expect(stdout).toContain("frozen");
    expect(stdout).not.toContain("incomplete");
  });

  test("are verified to the last byte", async () => {
    const { stdout, code } = await place.run(["verify", place.store, "--level", "read"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("golden")]);
  });

  test("come back from each of their formats, with every bit, time and digest", async () => {
    expect([...archivesIn(place.store)].sort()).toEqual(Object.keys(expected).sort());
    expect(await goldenLines(place.store, place)).toEqual(expected);
  });

  test("give single files and folders back", async () => {
    for (const [archive, lines] of Object.entries(expected)) {
      const into = join(mkdtempSync(join(place.path, "path-")), "into");
      const from = join(place.store, archive);
      expect(await place.run(["restore", from, "--path", "src/run.sh", "--into", into])).toMatchObject({ code: 0 });
      const wanted = lines.filter((line) => line.startsWith("src/run.sh "));
      expect(wanted).toHaveLength(1);
      expect(linesOfTree(into).filter((line) => !line.startsWith("src "))).toEqual(wanted);
    }
  });
});
