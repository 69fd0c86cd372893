import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ChangeExample } from "../../src/model/details.ts";
import type { Entry } from "../../src/model/entry.ts";
import type { DifferenceInNumbers } from "../../src/steps/difference.ts";
import { sumUpDifference } from "../../src/steps/sum-up-difference.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);

async function* listOf(entries: readonly Entry[]): AsyncGenerator<Entry> {
  yield* entries;
}

async function differenceOf(before: readonly Entry[], after: readonly Entry[]): Promise<DifferenceInNumbers> {
  return sumUpDifference({ before: () => listOf(before), after: () => listOf(after) });
}

const file = (path: string, size = 1, content = "0"): Entry => ({
  path,
  type: "file",
  mode: 0o644,
  size,
  sha256: content,
});
const dir = (path: string): Entry => ({ path, type: "dir", mode: 0o755, size: 0 });
const link = (path: string, to: string): Entry => ({ path, type: "symlink", mode: 0o777, size: 0, link: to });

/** A node of a tree: a file by content, a link, or a folder. */
type Node = Leaf | { readonly to: string } | Tree;
interface Leaf {
  readonly content: number;
  readonly exec: boolean;
}
interface Tree {
  readonly [name: string]: Node;
}

const leaf = fc.oneof(
  fc.record({ content: fc.nat(3), exec: fc.boolean() }),
  fc.record({ to: fc.constantFrom("a", "b") }),
);
const name = fc.constantFrom("a", "a-b", "a.b", "ab", "é", "\u{1f600}", "\ufffd", "z");
const { tree } = fc.letrec<{ tree: Tree; node: Node }>((tie) => ({
  tree: fc.dictionary(name, tie("node"), { maxKeys: 4 }),
  node: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("tree")),
}));

/** In the order of git, where a folder's name ends with a slash; of odd ones it doesn't, as of submodules. */
function entriesOf(tree: Tree, oddOnes: boolean, at = ""): Entry[] {
  const bytes = ([name, node]: readonly [string, Node]) =>
    Buffer.from(isFolder(node) && !(oddOnes && name === "a") ? `${name}/` : name);
  return Object.entries(tree)
    .sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
    .flatMap(([name, node]) => {
      const path = at + name;
      if (isFolder(node)) return [dir(path), ...entriesOf(node, oddOnes, `${path}/`)];
      if (!("content" in node)) return [link(path, node.to)];
      const { content, exec } = node;
      return [{ ...file(path, content * 10, String(content)), mode: exec ? 0o755 : 0o644 }];
    });
}

function isFolder(node: Node): node is Tree {
  return !("content" in node) && !("to" in node);
}

/** The same by two maps, for lists of any order. */
function naively(before: readonly Entry[], after: readonly Entry[]): DifferenceInNumbers {
  const mapOf = (list: readonly Entry[]) =>
    new Map(list.map((entry) => [entry.type === "dir" ? `${entry.path}/` : entry.path, entry]));
  const [old, now] = [mapOf(before), mapOf(after)];
  const isFull = (key: string, keys: Map<string, Entry>) =>
    key.endsWith("/") && [...keys.keys()].some((other) => other !== key && other.startsWith(key));
  const changes: ChangeExample[] = [];
  for (const [key, { path, size }] of old)
    if (!now.has(key) && !isFull(key, old)) changes.push({ path, change: "removed", bytes: size });
  for (const [key, { path, size, ...is }] of now) {
    if (isFull(key, now)) continue;
    const was = old.get(key);
    if (was === undefined) changes.push({ path, change: "added", bytes: size });
    else if (was.sha256 !== is.sha256 || was.mode !== is.mode || was.link !== is.link)
      changes.push({ path, change: "changed", bytes: size });
  }
  const countOf = (kind: string) => changes.filter(({ change }) => change === kind).length;
  const sum = (list: readonly Entry[]) => list.reduce((bytes, { size }) => bytes + size, 0);
  return {
    added: countOf("added"),
    removed: countOf("removed"),
    changed: countOf("changed"),
    bytes: sum(after) - sum(before),
    examples: changes,
  };
}

const inOneOrder = (examples: readonly ChangeExample[]) =>
  examples.map(({ path, change, bytes }) => `${bytes} ${path} ${change}`).toSorted();

test("of any two trees, in any of the orders that lists have, it tells what two maps tell", async () => {
  await fc.assert(
    fc.asyncProperty(tree, tree, fc.boolean(), fc.boolean(), async (first, second, oddFirst, oddSecond) => {
      const [before, after] = [entriesOf(first, oddFirst), entriesOf(second, oddSecond)];
      const found = await differenceOf(before, after);
      const expected = naively(before, after);
      expect({ ...found, examples: [] }).toEqual({ ...expected, examples: [] });
      const all = inOneOrder(expected.examples);
      if (all.length <= 20) expect(inOneOrder(found.examples)).toEqual(all);
      else expect(all).toEqual(expect.arrayContaining(inOneOrder(found.examples)));
    }),
    { seed, numRuns },
  );
});

test("of 3,000 changes the biggest 20 are shown, by what they are now or were, the same size by the bytes of their paths", async () => {
  const names = Array.from({ length: 1000 }, (_, n) => String(n).padStart(4, "0"));
  const before = [...names.map((n) => file(`b${n}`, 5)), ...names.map((n) => file(`c${n}`, Number(n)))];
  const after = [...names.map((n) => file(`a${n}`, 999)), ...names.map((n) => file(`b${n}`, 4, "1"))];
  const { examples, ...counts } = await differenceOf(before, after);
  expect(counts).toEqual({ added: 1000, removed: 1000, changed: 1000, bytes: 1000 * 999 - 1000 - 499_500 });
  expect(examples).toEqual(names.slice(0, 20).map((n) => ({ path: `a${n}`, change: "added", bytes: 999 })));
  const other = await differenceOf(before, before.slice(0, 1999));
  expect(other).toMatchObject({
    removed: 1,
    bytes: -999,
    examples: [{ path: "c0999", change: "removed", bytes: 999 }],
  });
});

test("a folder counts when it is empty, and not when it was filled or emptied", async () => {
  const counts = async (before: readonly Entry[], after: readonly Entry[]) => {
    const { added, removed, changed } = await differenceOf(before, after);
    return [added, removed, changed];
  };
  expect(await counts([], [dir("d")])).toEqual([1, 0, 0]);
  expect(await counts([dir("d")], [])).toEqual([0, 1, 0]);
  expect(await counts([dir("d")], [dir("d"), file("d/f")])).toEqual([1, 0, 0]);
  expect(await counts([dir("d"), dir("d/e"), file("d/e/f")], [dir("d")])).toEqual([0, 1, 0]);
  expect(await counts([], [dir("d"), dir("d/e"), file("d/e/f"), file("d-f")])).toEqual([2, 0, 0]);
});

test("an error of either list is passed on, and both are closed", async () => {
  const closed: string[] = [];
  const list = (name: string, error?: Error) =>
    async function* () {
      try {
        yield file("a");
        if (error !== undefined) throw error;
        yield file("b");
      } finally {
        closed.push(name);
      }
    };
  const error = new Error("gone");
  await expect(sumUpDifference({ before: list("before"), after: list("after", error) })).rejects.toBe(error);
  await expect(sumUpDifference({ before: list("before", error), after: list("after") })).rejects.toBe(error);
  expect(closed.toSorted()).toEqual(["after", "after", "before", "before"]);
});
