import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { BytePath } from "../../src/ports/folder.ts";
import type { RestoreTarget } from "../../src/ports/restore-target.ts";
import type { RestoredEntry } from "../support/memory-target.ts";

/** A target that was just opened, and eyes on what it published. */
export interface TargetUnderTest extends AsyncDisposable {
  readonly target: RestoreTarget;
  /** What is seen under the final name, the root as the empty path; undefined: nothing is. */
  shown(): ReadonlyMap<BytePath, RestoredEntry> | undefined;
}

/** Proves that a target does what the port says, under a umask of 022. */
export function restoreTargetContract(name: string, make: () => Promise<TargetUnderTest>): void {
  describe(`restore target contract: ${name}`, () => {
    const at: { current?: TargetUnderTest } = {};
    beforeEach(async () => {
      at.current = await make();
    });
    afterEach(async () => {
      await at.current?.target[Symbol.asyncDispose]();
      await at.current?.[Symbol.asyncDispose]();
    });
    const under = (): TargetUnderTest => at.current!;
    filling(under);
    names(under);
    refusing(under);
    publishing(under);
  });
}

type Under = () => TargetUnderTest;

const plain = { mode: 0o644, mtime: 1_700_000_000 };

/** Writes a file in one go. */
export function put(target: RestoreTarget, path: BytePath, content: string | Uint8Array = "", made = plain): void {
  const sink = target.file(path, made);
  if (content.length > 0) sink.write(Buffer.from(content));
  sink.close();
}

function filling(under: Under): void {
  test("files come back with their bytes, permissions and times", async () => {
    const { target, shown } = under();
    put(target, "text", "hello", { mode: 0o644, mtime: 1_234_567_890 });
    put(target, "bin/run", "#!", { mode: 0o755, mtime: 0 });
    put(target, "secret", "", { mode: 0o400, mtime: -86_400 });
    await target.publish();
    expect(shown()?.get("text")).toEqual({ ...file("hello"), mode: 0o644, mtime: 1_234_567_890 });
    expect(shown()?.get("bin/run")).toEqual({ ...file("#!"), mode: 0o755, mtime: 0 });
    expect(shown()?.get("secret")).toEqual({ ...file(""), mode: 0o400, mtime: -86_400 });
  });

  test("a file is what was written to it, piece by piece, while others are being written", async () => {
    const { target, shown } = under();
    const [one, two] = [target.file("one", plain), target.file("two", plain)];
    const buffer = Buffer.alloc(3);
    for (let i = 0; i < 300; i += 1) {
      buffer.write(String(i).padStart(3, "0"));
      one.write(buffer);
      two.write(buffer.subarray(2));
    }
    one.close();
    two.write(new Uint8Array(0));
    two.close();
    await target.publish();
    const numbers = Array.from({ length: 300 }, (_, i) => String(i).padStart(3, "0"));
    expect(shown()?.get("one")).toMatchObject(file(numbers.join("")));
    expect(shown()?.get("two")).toMatchObject(file(numbers.map((each) => each[2]).join("")));
  });

  test("folders come back with their permissions and times, empty and read-only ones too, in any order", async () => {
    const { target, shown } = under();
    target.folder("empty", { mode: 0o750, mtime: 5 });
    target.folder("closed", { mode: 0o555, mtime: 6 });
    put(target, "closed/deep/file", "x");
    target.folder("closed/deep", { mode: 0o500, mtime: 7 });
    put(target, "later/file", "x");
    target.folder("later", { mode: 0o700, mtime: 8 });
    target.folder("later", { mode: 0o711, mtime: 9 });
    await target.publish();
    const seen = [...shown()!].filter(([path, { type }]) => type === "dir" && path !== "");
    expect(Object.fromEntries(seen)).toEqual({
      closed: { type: "dir", mode: 0o555, mtime: 6 },
      "closed/deep": { type: "dir", mode: 0o500, mtime: 7 },
      empty: { type: "dir", mode: 0o750, mtime: 5 },
      later: { type: "dir", mode: 0o711, mtime: 9 },
    });
  });

  test("of permissions only those are given that a umask of 022 leaves of owner's, group's and others'", async () => {
    const { target, shown } = under();
    for (const mode of [0o4755, 0o2755, 0o1755, 0o7777, 0o775]) {
      put(target, `file-${mode}`, "x", { mode, mtime: 1 });
      target.folder(`folder-${mode}`, { mode, mtime: 1 });
    }
    await target.publish();
    const modes = [...shown()!].filter(([path]) => path !== "").map(([, entry]) => "mode" in entry && entry.mode);
    expect(new Set(modes)).toEqual(new Set([0o755]));
    expect(modes).toHaveLength(10);
  });

  test("links come back as they are, wherever they lead, and nothing is written through one", async () => {
    const { target, shown } = under();
    const links = {
      "a/up": "../b/file",
      nowhere: "/no/such/thing",
      "b-link": "b",
      "bytes\xff": "\xff\xfe",
      long: "x".repeat(900),
    };
    for (const [path, link] of Object.entries(links)) target.link(path, link);
    put(target, "b/file", "x");
    await target.publish();
    for (const [path, link] of Object.entries(links)) expect(shown()?.get(path)).toEqual({ type: "symlink", link });
    expect(shown()?.get("b/file")).toMatchObject(file("x"));
  });

  test("what was made can be read back, also what its permissions forbid to read", () => {
    const { target } = under();
    put(target, "a/b", "hello", { mode: 0o200, mtime: 1 });
    put(target, "empty", "");
    expect(Buffer.from(target.read("a/b")).toString()).toBe("hello");
    expect(target.read("empty")).toHaveLength(0);
    const range = (start: number, end: number) => Buffer.from(target.read("a/b", { start, end })).toString();
    expect([range(0, 2), range(2, 5), range(3, 99), range(5, 9), range(7, 9)]).toEqual(["he", "llo", "lo", "", ""]);
  });
}

function names(under: Under): void {
  test("names are bytes: control characters, spaces, dashes, invalid UTF-8 and 255 of them", async () => {
    const { target, shown } = under();
    const odd = [
      "-rf",
      "a\nb",
      " ",
      "...",
      "\x01\x7f",
      "\xc3\xa9",
      "e\xcc\x81",
      "\xff\xfe",
      "a\\b",
      "C:x",
      "$(x)`'\"",
      "CON",
      "x.",
    ];
    const all = [...odd, "n".repeat(255), "\xc3\xa9".repeat(127)];
    for (const name of all) {
      put(target, name, name);
      put(target, `in/${name}/${name}`, name);
    }
    await target.publish();
    for (const name of all) {
      expect(shown()?.get(name)).toMatchObject(file(name));
      expect(shown()?.get(`in/${name}/${name}`)).toMatchObject(file(name));
    }
  });

  test("folders may lie a thousand deep", async () => {
    const { target, shown } = under();
    const deep = Array.from({ length: 1000 }, () => "d").join("/");
    put(target, `${deep}/file`, "x");
    target.folder(deep, { mode: 0o755, mtime: 3 });
    await target.publish();
    expect(shown()?.get(`${deep}/file`)).toMatchObject(file("x"));
    expect(shown()?.get(deep)).toMatchObject({ mtime: 3 });
  });

  test("names that differ in case or in Unicode's form alone are two", async () => {
    const { target, shown } = under();
    for (const name of ["a", "A", "\xc3\xa9", "e\xcc\x81"]) put(target, name, name);
    await target.publish();
    for (const name of ["a", "A", "\xc3\xa9", "e\xcc\x81"]) expect(shown()?.get(name)).toMatchObject(file(name));
  });

  test("a path that isn't one in the target is a bug of who gives it, and makes nothing", async () => {
    const { target, shown } = under();
    const bad = ["/etc/x", "../x", "a/../x", "a//x", ".", "..", "a/.", "a/..", "a/", "x\0y", "a\0/x"];
    for (const path of bad) {
      expect([path, failureOf(() => target.file(path, plain))]).toEqual([path, "bug"]);
      expect([path, failureOf(() => target.folder(path, plain))]).toEqual([path, "bug"]);
      expect([path, failureOf(() => target.link(path, "x"))]).toEqual([path, "bug"]);
      expect([path, failureOf(() => target.read(path))]).toEqual([path, "bug"]);
    }
    expect(failureOf(() => target.file("", plain))).toBe("bug");
    await target.publish();
    expect([...shown()!.keys()].filter((path) => path !== "" && path !== "a")).toEqual([]);
  });
}

function refusing(under: Under): void {
  test("what is there already isn't written to: not a file, a folder, or what lies below a file", () => {
    const { target } = under();
    put(target, "file", "first");
    target.folder("folder", plain);
    for (const path of ["file", "folder", "file/below", "file/deep/below"])
      expect([path, failureOf(() => target.file(path, plain))]).toEqual([path, "unsafe"]);
    expect(failureOf(() => target.folder("file", plain))).toBe("unsafe");
    expect(failureOf(() => target.link("file/below", "x"))).toBe("unsafe");
    expect(Buffer.from(target.read("file")).toString()).toBe("first");
  });

  for (const [what, fill] of Object.entries({
    file: (target: RestoreTarget) => put(target, "x", "mine"),
    folder: (target: RestoreTarget) => target.folder("x", plain),
    "file below": (target: RestoreTarget) => put(target, "x/y", "mine"),
    link: (target: RestoreTarget) => target.link("x", "elsewhere"),
  }))
    test(`a link that has the name of a ${what} is refused, at the latest when it's made, and nothing is shown`, async () => {
      const { target, shown } = under();
      const both = async (): Promise<void> => {
        target.link("x", "/etc");
        fill(target);
        await target.publish();
      };
      await expect(both()).rejects.toMatchObject({ failure: "unsafe" });
      expect(shown()).toBeUndefined();
    });

  test("a name that no disk takes is an error that names it", async () => {
    const { target } = under();
    const error = thrownBy(() => put(target, `a/${"n".repeat(300)}`));
    expect(error.failure).toBe("store");
    expect(error.message).toContain("nnnn");
  });
}

function publishing(under: Under): void {
  test("nothing is seen before it's published, and all of it after", async () => {
    const { target, shown } = under();
    put(target, "a/file", "x");
    target.folder("", { mode: 0o750, mtime: 77 });
    expect(shown()).toBeUndefined();
    await target.publish();
    expect([...shown()!.keys()]).toEqual(["", "a", "a/file"]);
    expect(shown()?.get("")).toEqual({ type: "dir", mode: 0o750, mtime: 77 });
  });

  test("what is disposed of is never seen, whatever was open", async () => {
    const { target, shown } = under();
    target.folder("closed", { mode: 0o000, mtime: 1 });
    target.file("closed/half", plain).write(Buffer.from("x"));
    target.link("link", "/etc");
    await target[Symbol.asyncDispose]();
    expect(shown()).toBeUndefined();
    expect(failureOf(() => target.file("late", plain))).toBe("bug");
    await expect(target.publish()).rejects.toMatchObject({ failure: "bug" });
    await target[Symbol.asyncDispose]();
  });

  test("what was published stays when it's disposed of, and gets nothing more", async () => {
    const { target, shown } = under();
    put(target, "file", "x");
    await target.publish();
    expect(failureOf(() => target.file("late", plain))).toBe("bug");
    expect(failureOf(() => target.folder("late", plain))).toBe("bug");
    expect(failureOf(() => target.link("late", "x"))).toBe("bug");
    await target[Symbol.asyncDispose]();
    expect([...shown()!.keys()].filter((path) => path !== "")).toEqual(["file"]);
  });

  test("a target with nothing in it is an empty folder", async () => {
    const { target, shown } = under();
    await target.publish();
    expect([...shown()!.keys()].filter((path) => path !== "")).toEqual([]);
  });
}

function file(content: string): { type: "file"; data: Uint8Array } {
  return { type: "file", data: new Uint8Array(Buffer.from(content)) };
}

export function failureOf(work: () => unknown): string {
  return thrownBy(work).failure;
}

export function thrownBy(work: () => unknown): ColdstoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof ColdstoreError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
