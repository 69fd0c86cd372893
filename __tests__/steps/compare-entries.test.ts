import { expect, test } from "vitest";
import type { Entry } from "../../src/model/entry.ts";
import { EntryComparison } from "../../src/steps/compare-entries.ts";
import { ExpectedEntries } from "../../src/steps/expected-entries.ts";

function entryOf(path: string): Entry {
  const isFolder = path.endsWith("/");
  return { path: isFolder ? path.slice(0, -1) : path, type: isFolder ? "dir" : "file", mode: 0o664, size: 0 };
}

async function* listOf(paths: readonly string[]): AsyncGenerator<Entry> {
  yield* paths.map(entryOf);
}

/** What is said of an archive that should have `expected` and has `actual`; a folder ends with a slash. */
async function findings(expected: readonly string[], actual: readonly string[]): Promise<readonly string[]> {
  const comparison = new EntryComparison(new ExpectedEntries(listOf(expected)));
  for (const path of actual) await comparison.found(entryOf(path));
  await comparison.end();
  return comparison.findings.map(({ path, problem }) => `${problem} ${path}`);
}

// git's order: a submodule as a file, other folders as if their names ended with a slash.
const submodule = ["a", "lib/", "lib/x", "lib/y/", "lib/y/z", "lib-a", "lib.c", "libz", "z"];
const folder = ["a", "lib-a", "lib.c", "lib/", "lib/x", "lib/y/", "lib/y/z", "libz", "z"];

test.each([
  ["a submodule", submodule],
  ["a folder", folder],
])(
  "whatever an archive lacks beside %s, just that is missing, and just what it has too much is extra",
  async (_, list) => {
    for (let bits = 0; bits < 1 << list.length; bits += 1) {
      const kept = list.filter((_path, i) => ((bits >> i) & 1) === 1);
      const lost = list.filter((path) => !kept.includes(path)).map((path) => `missing ${path.replace(/\/$/, "")}`);
      expect([kept, await findings(list, kept)]).toEqual([kept, lost]);
    }
    expect(
      await findings(
        list,
        list.flatMap((path) => (path === "lib.c" ? [path, "lib.d"] : [path])),
      ),
    ).toEqual(["extra lib.d"]);
  },
);

test("a lost submodule of very many files doesn't take a look at all of them for each", async () => {
  const files = Array.from({ length: 20_000 }, (_, i) => `lib/${String(i).padStart(5, "0")}`);
  const begun = performance.now();
  expect(await findings(["lib/", ...files, "lib.c"], ["lib.c"])).toHaveLength(20_001);
  expect(performance.now() - begun).toBeLessThan(20_000);
});
