import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { BytePath, DiskEntry, FolderDisk } from "../../src/ports/folder.ts";

/** A folder, empty at first, and the hands that change it behind the disk's back. All paths count from it. */
export interface FolderUnderTest extends AsyncDisposable {
  readonly disk: FolderDisk;
  /** Its absolute path, no links in it. */
  readonly root: BytePath;
  /** Writes a file anew, with the folders on its way; `mtime` in seconds, fractions too. */
  write(
    path: BytePath,
    content: string | Uint8Array,
    as?: { readonly executable?: boolean; readonly mtime?: number },
  ): void;
  link(path: BytePath, target: BytePath): void;
  folder(path: BytePath): void;
  /** Also a folder with all that is in it. */
  remove(path: BytePath): void;
  move(from: BytePath, to: BytePath): void;
}

/** Proves that a disk does what the port says. */
export function folderContract(name: string, make: () => Promise<FolderUnderTest>): void {
  describe(`folder contract: ${name}`, () => {
    const at: { current?: FolderUnderTest } = {};
    beforeEach(async () => {
      at.current = await make();
    });
    afterEach(async () => at.current?.[Symbol.asyncDispose]());
    const under = (): FolderUnderTest => at.current!;
    looking(under);
    listing(under);
    links(under);
    reading(under);
    streaming(under);
    fetching(under);
  });
}

type Under = () => FolderUnderTest;

const { signal } = new AbortController();

function looked(disk: FolderDisk, path: BytePath): DiskEntry {
  const entry = disk.look(path);
  if (entry === undefined) throw new Error(`${path} isn't there`);
  return entry;
}

/** Where contents have to be fetched first, this does it. */
async function reach(disk: FolderDisk, ...paths: readonly BytePath[]): Promise<void> {
  await disk.fetch?.(paths, signal);
}

function looking(under: Under): void {
  test.skipIf(process.platform === "win32")(
    "a look tells a file's type, size, whole seconds and executable bit",
    () => {
      const { disk, write } = under();
      write("a/run", "four", { executable: true, mtime: 1_700_000_001.75 });
      write("a/text", "", { mtime: 5 });
      expect(disk.look("a/run")).toMatchObject({ type: "file", bytes: 4, executable: true, mtime: 1_700_000_001 });
      expect(disk.look("a/text")).toMatchObject({ type: "file", bytes: 0, executable: false, mtime: 5 });
    },
  );

  // Node reads such a time as one of 2106 there.
  test.skipIf(process.platform === "win32")("a time before 1970 is rounded down too", () => {
    const { disk, write } = under();
    write("old", "", { mtime: -1.25 });
    expect(disk.look("old")?.mtime).toBe(-2);
  });

  test("a look at a folder, the folder itself and a link tells what they are", () => {
    const { disk, folder, link } = under();
    folder("inner");
    link("to", "inner");
    expect(disk.look("")?.type).toBe("dir");
    expect(disk.look("inner")?.type).toBe("dir");
    expect(disk.look("inner")?.executable).toBe(false);
    expect(disk.look("to")?.type).toBe("symlink");
  });

  test("what isn't there, or lies below a file or a folder that isn't, is undefined", () => {
    const { disk, write } = under();
    write("file", "x");
    for (const path of ["none", "none/at/all", "file/below"]) expect(disk.look(path)).toBeUndefined();
  });

  test("what lies behind a link isn't there, wherever the link is on the way", () => {
    const { disk, write, link } = under();
    write("real/deep/file", "x");
    link("way", "real");
    link("real/round", "deep");
    link("circle", "circle");
    for (const path of ["way/deep/file", "way/deep", "real/round/file", "circle/file"])
      expect(disk.look(path)).toBeUndefined();
    expect(disk.look("real/deep/file")?.type).toBe("file");
  });

  test("a folder that is replaced by a link between two looks isn't gone through", () => {
    const { disk, write, link, move } = under();
    write("a/one", "1");
    write("a/two", "2");
    write("other/two", "?");
    expect(disk.look("a/one")?.type).toBe("file");
    move("a", "b");
    link("a", "other");
    expect(disk.look("a/two")).toBeUndefined();
    expect(disk.look("b/two")?.type).toBe("file");
  });

  test("nor is one gone through when a folder above it is replaced by a link to another that has the same names", () => {
    const { disk, write, link, move } = under();
    write("a/b/one", "1");
    write("other/b/two", "?");
    expect(disk.look("a/b/one")?.type).toBe("file");
    move("a", "c");
    link("a", "other");
    expect(disk.look("a/b/two")).toBeUndefined();
  });

  test("signatures stay equal until a file is written, replaced or made executable", () => {
    const { disk, write, move } = under();
    write("f", "one", { mtime: 100 });
    const first = looked(disk, "f");
    expect(looked(disk, "f").signature).toBe(first.signature);
    write("g", "one", { mtime: 100 });
    move("g", "f");
    const second = looked(disk, "f");
    expect(second.signature).not.toBe(first.signature);
    write("f", "longer", { mtime: 100 });
    expect(looked(disk, "f").signature).not.toBe(second.signature);
  });
}

function listing(under: Under): void {
  // Elsewhere names are UTF-8, and B is b.
  test.skipIf(process.platform !== "linux")(
    "names come in byte order with their types, bytes that aren't UTF-8 too",
    () => {
      const { disk, write, link, folder } = under();
      for (const name of ["b", "B", "a\xe9", "a\\b", "a\nb", "\xc3\xa9", "C:x"]) write(`in/${name}`, "");
      folder("in/d");
      link("in/l", "nowhere");
      const names = disk.names("in");
      expect(names.map(({ name }) => name)).toEqual(["B", "C:x", "a\nb", "a\\b", "a\xe9", "b", "d", "l", "\xc3\xa9"]);
      expect(names.filter(({ type }) => type !== "file")).toEqual([
        { name: "d", type: "dir" },
        { name: "l", type: "symlink" },
      ]);
      for (const { name } of names) expect(disk.look(`in/${name}`)).toBeDefined();
    },
  );

  test("the folder itself is the empty path", () => {
    const { disk, write } = under();
    expect(disk.names("")).toEqual([]);
    write("x", "");
    expect(disk.names("")).toEqual([{ name: "x", type: "file" }]);
  });

  test("what isn't a folder can't be listed, nor one behind a link: source errors that name it", () => {
    const { disk, write, link } = under();
    write("f\xc3\xa9", "");
    write("real/x", "");
    link("way", "real");
    for (const [path, name] of [
      ["none", "none"],
      ["f\xc3\xa9", "f\u00e9"],
      ["way", "way"],
    ] as const) {
      const error = thrownBy(() => disk.names(path));
      expect(error.failure).toBe("source");
      expect(error.message).toContain(name);
    }
  });
}

function links(under: Under): void {
  test("a link's target is given byte by byte, whether it exists or not", () => {
    const { disk, link } = under();
    for (const target of ["../up", "/abs/olute", "caf\xe9", "x".repeat(300)]) {
      link("l", target);
      expect(disk.link("l")).toBe(target);
    }
  });

  test("a chain of links is followed to its end", () => {
    const { disk, root, write, link } = under();
    write("deep/file", "12345");
    link("deep/second", "file");
    link("way", "deep");
    link("first", "way/second");
    expect(disk.resolve("first")).toEqual({ path: `${root}/deep/file`, entry: disk.look("deep/file") });
    expect(disk.resolve("way")?.entry.type).toBe("dir");
  });

  test("a link to nowhere, or in a circle, leads to nothing", () => {
    const { disk, write, link } = under();
    write("file", "");
    link("gone", "none/at/all");
    link("below", "file/below");
    link("a", "b");
    link("b", "a");
    for (const path of ["gone", "below", "a"]) expect(disk.resolve(path)).toBeUndefined();
  });

  test("another folder is read like the first, by its absolute path", async () => {
    const { disk, root, write } = under();
    write("inner/\xe9/file", "content");
    const inner = disk.at(`${root}/inner/\xe9`);
    expect(inner.names("")).toEqual([{ name: "file", type: "file" }]);
    await reach(inner, "file");
    expect(textOf(inner.read("file", looked(inner, "file")))).toBe("content");
    expect(inner.look("file")).toEqual(disk.look("inner/\xe9/file"));
  });
}

function reading(under: Under): void {
  test("a file that was looked at is read whole", async () => {
    const { disk, write } = under();
    for (const content of ["", "text", "x".repeat(300_000)]) {
      write("d/f", content);
      await reach(disk, "d/f");
      expect(textOf(disk.read("d/f", looked(disk, "d/f")))).toBe(content);
    }
  });

  test.each(changes)("a file that $what since the look is not read", async ({ change }) => {
    const { disk, write } = under();
    write("d/f", "before", { mtime: 50 });
    const before = looked(disk, "d/f");
    await reach(disk, "d/f");
    change(under());
    expect(disk.read("d/f", before)).toBeUndefined();
  });
}

function streaming(under: Under): void {
  test("a file of any size comes in chunks of about a mebibyte", async () => {
    const { disk, write } = under();
    const content = Buffer.alloc(3 * 1024 * 1024 + 5, "0123456789");
    write("big", content);
    write("empty", "");
    const chunks = await Array.fromAsync(disk.stream("big", looked(disk, "big"), signal));
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(Buffer.concat(await Array.fromAsync(disk.stream("empty", looked(disk, "empty"), signal)))).toHaveLength(0);
  });

  test("a stream can begin anywhere in a file, and at its end", async () => {
    const { disk, write } = under();
    const content = Buffer.alloc(3 * 1024 * 1024 + 5, "0123456789");
    write("big", content);
    await reach(disk, "big");
    for (const from of [1, 1024 * 1024 + 3, content.length - 1, content.length]) {
      const chunks = await Array.fromAsync(disk.stream("big", looked(disk, "big"), signal, from));
      expect(Buffer.concat(chunks).equals(content.subarray(from))).toBe(true);
    }
  });

  test.each(changes)(
    "streaming a file that $what since the look rejects, and is worth another try",
    async ({ change }) => {
      const { disk, write } = under();
      write("d/f", "before", { mtime: 50 });
      const before = looked(disk, "d/f");
      change(under());
      const error = await Array.fromAsync(disk.stream("d/f", before, signal)).catch((error: unknown) => error);
      expect(error).toMatchObject({ failure: "source", transient: true, message: expect.stringContaining("d/f") });
    },
  );

  test("a file that changes between two chunks never ends well", async () => {
    const { disk, write } = under();
    write("big", Buffer.alloc(3 * 1024 * 1024, "a"), { mtime: 50 });
    const read = async () => {
      let first = true;
      for await (const _ of disk.stream("big", looked(disk, "big"), signal)) {
        if (first) write("big", Buffer.alloc(3 * 1024 * 1024, "b"), { mtime: 51 });
        first = false;
      }
    };
    await expect(read()).rejects.toMatchObject({ failure: "source", transient: true });
  });

  test("an abort ends a stream with its reason", async () => {
    const { disk, write } = under();
    write("big", Buffer.alloc(3 * 1024 * 1024));
    const reason = new ColdstoreError("interrupted", "stopped by the test");
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of disk.stream("big", looked(disk, "big"), controller.signal)) controller.abort(reason);
    };
    await expect(read()).rejects.toBe(reason);
  });
}

function fetching(under: Under): void {
  test("what was fetched can be read until it's let go, by each reader for itself", async () => {
    const { disk, write } = under();
    const paths = ["a", "d/b", "d/c", "e"];
    for (const path of paths) write(path, `content of ${path}`);
    if (disk.fetch === undefined) return;
    const first = await disk.fetch(paths, signal);
    expect(first.count).toBeGreaterThanOrEqual(1);
    expect(first.count).toBeLessThanOrEqual(paths.length);
    const again = await disk.fetch(paths, signal);
    await again[Symbol.asyncDispose]();
    expect(textOf(disk.read("a", looked(disk, "a")))).toBe("content of a");
    await first[Symbol.asyncDispose]();
    for (let at = 0; at < paths.length;) {
      await using fetched = await disk.fetch(paths.slice(at), signal);
      for (const path of paths.slice(at, at + fetched.count))
        expect(textOf(disk.read(path, looked(disk, path)))).toBe(`content of ${path}`);
      at += fetched.count;
    }
  });

  test("an abort ends a fetch with its reason", async () => {
    const { disk, write } = under();
    write("a", "a");
    const reason = new ColdstoreError("interrupted", "stopped by the test");
    const fetch = disk.fetch?.(["a"], AbortSignal.abort(reason));
    if (fetch !== undefined) await expect(fetch).rejects.toBe(reason);
  });
}

const changes: readonly { readonly what: string; readonly change: (folder: FolderUnderTest) => void }[] = [
  { what: "grew", change: ({ write }) => write("d/f", "before and after", { mtime: 50 }) },
  { what: "shrank", change: ({ write }) => write("d/f", "", { mtime: 50 }) },
  { what: "was written with as many bytes", change: ({ write }) => write("d/f", "behind", { mtime: 51 }) },
  { what: "vanished", change: ({ remove }) => remove("d/f") },
  { what: "lost its folder", change: ({ remove }) => remove("d") },
  {
    what: "was replaced by another",
    change: ({ write, move }) => {
      write("new", "before", { mtime: 50 });
      move("new", "d/f");
    },
  },
  {
    what: "became a link to itself",
    change: ({ move, link }) => {
      move("d/f", "d/g");
      link("d/f", "g");
    },
  },
  {
    what: "became a folder",
    change: ({ remove, folder }) => {
      remove("d/f");
      folder("d/f");
    },
  },
];

function textOf(content: Uint8Array | undefined): string | undefined {
  return content === undefined ? undefined : Buffer.from(content).toString("latin1");
}

function thrownBy(act: () => unknown): ColdstoreError {
  try {
    act();
  } catch (error) {
    if (error instanceof ColdstoreError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
