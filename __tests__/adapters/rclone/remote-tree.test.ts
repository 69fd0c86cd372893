import { expect, test } from "vitest";
import { RemoteTree } from "../../../src/adapters/rclone/remote-tree.ts";

const file = (path: string, more: object = {}) => ({ path, bytes: 3, modified: new Date(5900), hashes: {}, ...more });

test("a listing in any order is a tree in byte order, empty folders too", () => {
  const tree = new RemoteTree([file("b/c/d"), file("B"), file("a"), file("\u00e9")], ["empty/inner", "b"]);
  expect(tree.names("")).toEqual([
    { name: "B", type: "file" },
    { name: "a", type: "file" },
    { name: "b", type: "dir" },
    { name: "empty", type: "dir" },
    { name: "\xc3\xa9", type: "file" },
  ]);
  expect(tree.names("empty/inner")).toEqual([]);
  expect(tree.names("a")).toBeUndefined();
  expect(tree.look("b/c")?.type).toBe("dir");
  expect(tree.look("b/c/d")).toMatchObject({ type: "file", bytes: 3, mtime: 5, executable: false });
  expect(tree.look("none")).toBeUndefined();
});

test("a change of size or time is another signature", () => {
  const files = [file("a"), file("a", { bytes: 4 }), file("a", { modified: new Date(5901) })];
  const signatures = files.map((each) => new RemoteTree([each], []).look("a")?.signature);
  expect(new Set(signatures).size).toBe(3);
});

test.each([
  ["is a folder, too", [file("a"), file("a/b")], /folder/],
  ["is there twice", [file("a"), file("a", { bytes: 7 })], /several files/],
  ["has no size", [file("a", { bytes: -1 })], /doesn't tell its size/],
])("a file that %s can't be read, and it is said why", (_, files, why) => {
  expect(new RemoteTree(files, []).look("a")?.unreadable).toMatch(why);
});

test("paths that no archive can hold are told apart", () => {
  const paths = ["a//b", "../x", "/abs", "a/./b", "ok/..x"];
  expect(
    new RemoteTree(
      paths.map((path) => file(path)),
      [],
    ).impossible,
  ).toEqual(["a//b", "../x", "/abs", "a/./b"]);
});
