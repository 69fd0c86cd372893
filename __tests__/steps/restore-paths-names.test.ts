import { describe, expect, test } from "vitest";
import { getPaths } from "../support/get-paths.ts";
import { folderOf, largeTar, pathOf } from "../support/large-set.ts";
import { memoryTargets, packedSet } from "../support/restorable-set.ts";
import { buildTar, type TarSpec } from "../support/tar-builder.ts";
import { errorOf } from "../support/world.ts";

const latin1 = (text: string) => Buffer.from(text, "latin1");

const tree: readonly TarSpec[] = [
  { name: "p/" },
  { name: "p/Docs/" },
  { name: "p/Docs/guide.md", data: "guide\n" },
  { name: "p/link", flag: "2", link: "src/app.ts", mode: 0o777 },
  { name: "p/out", flag: "2", link: "../../etc", mode: 0o777 },
  { name: "p/src/" },
  { name: "p/src/app.ts", data: "app\n" },
  { name: "p/src/[x]?*.ts", data: "glob\n" },
  { name: "p/src/deep/" },
  { name: "p/src/deep/config.json", data: "{}\n" },
  { name: latin1("p/\xfe1"), data: "one\n" },
  { name: latin1("p/\xff1"), data: "another\n" },
  { name: latin1("p/\xff2"), data: "alone\n" },
  { name: latin1("p/\xffd/") },
  { name: latin1("p/\xffd/in"), data: "in\n" },
];

const set = await packedSet(buildTar(tree));
const large = await packedSet(largeTar(), { formats: ["tar"] });
const keys = async (paths: readonly string[]) => [
  ...(await getPaths(set, paths, { outwardLinks: "keep" })).tree.keys(),
];

describe("a path that isn't there", () => {
  test.each([
    ["src/ap.ts", 'did you mean "src/app.ts"?'],
    ["SRC/APP.ts", 'did you mean "src/app.ts"?'],
    ["docs/guide.md", 'did you mean "Docs/guide.md"?'],
    ["app.ts", 'did you mean "src/app.ts"?'],
    ["deep", 'did you mean "src/deep"?'],
    ["p/src/app.ts", 'did you mean "src/app.ts"?'],
    ["other/config.json", 'did you mean "src/deep/config.json"?'],
    ["srcs", 'did you mean "src"?'],
    ["src/*.ts", undefined],
    ["src/app.ts/more", undefined],
    ["entirely else", undefined],
    ["../etc/passwd", undefined],
  ])("%s", async (path, hint) => {
    const error = await errorOf(getPaths(set, [path]));
    expect(error.failure).toBe("not-found");
    expect(error.message).toContain(`"${path}" isn't in this set`);
    if (hint === undefined) expect(error.message).not.toContain("did you mean");
    else expect(error.message).toContain(hint);
  });

  test("beside others stops all of it, before anything is opened", async () => {
    const { opened, openTarget } = memoryTargets();
    const paths = ["src", "none/a", "src/app.ts", "none/b"];
    const error = await errorOf(getPaths(set, paths, { openTarget }));
    expect(error.failure).toBe("not-found");
    expect(error.message.split("\n").map((line) => line.split(" ")[0])).toEqual(['"none/a"', '"none/b"']);
    expect(opened).toEqual([]);
  });

  test("is looked for in all of the list, however large, and a hint is given out of that", async () => {
    const near = pathOf(1234).replace(".txt", ".tx");
    const error = await errorOf(getPaths(large, [near, `${folderOf(100)}/none`]));
    expect(error.failure).toBe("not-found");
    expect(error.message).toContain(`did you mean "${pathOf(1234)}"`);
  });

  test("is one of very many: ten are named", async () => {
    const paths = Array.from({ length: 300 }, (_, i) => `none/${i}`);
    const error = await errorOf(getPaths(large, paths));
    expect(error.message.split("\n").length).toBe(11);
    expect(error.message).toContain("290 more paths");
  });
});

test("nothing in a path stands for anything else", async () => {
  expect(await keys(["src/[x]?*.ts"])).toEqual(["src", "src/[x]?*.ts"]);
});

describe("a name that isn't UTF-8", () => {
  test("is given as it reads, with replacement characters, where just one reads so", async () => {
    expect(await keys(["\ufffd2"])).toEqual(["\xff2"]);
    expect(await keys(["\ufffdd"])).toEqual(["\xffd", "\xffd/in"]);
    expect(await keys(["\ufffdd/in"])).toEqual(["\xffd", "\xffd/in"]);
  });

  test("that reads like another is refused, with both as bytes", async () => {
    const error = await errorOf(getPaths(set, ["\ufffd1"]));
    expect(error.failure).toBe("settings");
    expect(error.message).toMatch(/2 names .* \\xfe1, \\xff1/);
  });
});

describe("links", () => {
  test("that lead out of what is restored are refused before anything is opened for writing, unless said", async () => {
    const error = await errorOf(getPaths(set, ["out", "src"]));
    expect(error.failure).toBe("unsafe");
    const { end } = await getPaths(set, ["out", "src"], { outwardLinks: "keep" });
    expect(end.outwardLinks).toEqual(["out"]);
    expect((await getPaths(set, ["src"])).end.outwardLinks).toEqual([]);
  });

  test("are left out where that is asked for, and said", async () => {
    const { end, tree: got } = await getPaths(set, ["link", "src/app.ts"], { symlinks: "skip" });
    expect(end.skippedLinks).toEqual(["link"]);
    expect(end.counts).toMatchObject({ files: 1, symlinks: 0 });
    expect([...got.keys()]).toEqual(["src", "src/app.ts"]);
  });
});

test("build outputs of the set stay where they are", async () => {
  const file = { role: "file" as const, name: "app.bin", bytes: 3, sha256: "0".repeat(64) };
  const source = { ...set.source, artifacts: [...set.source.artifacts, file] };
  const { end, tree: got } = await getPaths({ ...set, source }, ["src/app.ts"]);
  expect(end.files).toBe(0);
  expect([...got.keys()]).toEqual(["src", "src/app.ts"]);
});
