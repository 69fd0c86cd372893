import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openPluginStore } from "../../../src/adapters/plugin/open-plugin-store.ts";
import type { ColdstoreError } from "../../../src/model/errors.ts";
import type { Store } from "../../../src/ports/store.ts";
import { all, dataArtifact, keysOf, readAll, sha256Of, testIo } from "../../support/store-fixtures.ts";

const folder = await mkdtemp(join(tmpdir(), "coldstore-plugin-"));
afterAll(() => rm(folder, { recursive: true }));

let written = 0;

/** Opens the store of a module with this text. */
async function open(code: string, signal = new AbortController().signal): Promise<Store & AsyncDisposable> {
  const path = join(folder, `plugin${(written += 1)}.mjs`);
  await writeFile(path, code);
  return openPluginStore({ kind: "plugin", text: "plugin:./p.mjs", path }, { signal, say() {}, warn() {} });
}

/** A store in memory, of which methods are replaced by others. */
const memory = (changed = ""): string => `
  export function openStore() {
    const objects = new Map();
    const tell = (key) => objects.has(key) ? { key, bytes: objects.get(key).length } : undefined;
    return {
      *list(prefix) { for (const key of objects.keys()) if (key.startsWith(prefix)) yield tell(key); },
      async open(key) { const data = objects.get(key); return data && { bytes: data.length, body: [data] }; },
      async create(key, content) {
        if (objects.has(key)) return "exists";
        const data = Buffer.concat(await content.stream().toArray());
        if (objects.has(key)) return "exists";
        objects.set(key, data);
        return "created";
      },
      ${changed}
    };
  }`;

const fault = async (run: Promise<unknown>): Promise<ColdstoreError> =>
  run.then(
    () => Promise.reject(new Error("it went well")),
    (error: unknown) => error as ColdstoreError,
  );

describe("a module that gives no store is refused with what it lacks", () => {
  test.each([
    ["it exports no function openStore", "export const x = 1"],
    ["it exports no function openStore", "export default function openStore() {}"],
    ["its openStore gives no store", "export function openStore() {}"],
    ["its store has no open, no create", "export const openStore = () => ({ list() {} })"],
    ["its store has remove, which ought to be a function", memory("remove: true,")],
    ["its trait ranges has a value that it can't have", memory("traits: { ranges: 1 },")],
    ["it has an unknown trait range", memory("traits: { range: true },")],
    ["it can't be loaded (no\\x1b[31mway)", "throw new Error('no\\u001b[31mway')"],
  ])("%s", async (problem, code) => {
    expect(await fault(open(code))).toMatchObject({
      failure: "settings",
      message: `plugin:./p.mjs can't be used: ${problem}; docs/plugins.md says what it must have`,
    });
  });

  test("a file that Node can't read", async () => {
    const error = await fault(open("export function {"));
    expect(error.message).toMatch(/^plugin:.\/p.mjs can't be used: it can't be loaded \(/);
  });

  test("a file that isn't there", async () => {
    const address = { kind: "plugin", text: "plugin:./p.mjs", path: join(folder, "none.mjs") } as const;
    const error = await fault(openPluginStore(address, { signal: new AbortController().signal, say() {}, warn() {} }));
    expect(error).toMatchObject({ failure: "settings" });
    expect(error.message).toContain(`there is no file ${join(folder, "none.mjs")}`);
  });

  test("a package that isn't installed", async () => {
    expect((await fault(open("import 'no-such-package'"))).message).toMatch(
      /no-such-package.*; install what it needs beside/,
    );
  });
});

describe("opening", () => {
  test("fails with the plugin's own words, and is tried again only if it says so", async () => {
    const lines = "export function openStore() { throw Object.assign(new Error('set X'), { transient: true }) }";
    expect(await fault(open(lines))).toMatchObject({
      failure: "store",
      transient: true,
      message: "plugin:./p.mjs can't be opened: set X",
    });
    expect(await fault(open("export function openStore() { throw undefined }"))).toMatchObject({ transient: false });
  });

  test("ends when the run does, though the plugin doesn't", async () => {
    const stop = new AbortController();
    const opening = fault(open("export const openStore = () => new Promise(() => {})", stop.signal));
    setTimeout(() => stop.abort(testIo().reason), 20);
    expect(await opening).toMatchObject({ failure: "interrupted" });
  });

  test("gives no more than 500 characters to a message", async () => {
    const loud = await open(memory("async preflight() { return ['y'.repeat(501)]; },"));
    const [against] = await loud.preflight({ write: true, bytes: 0 }, testIo());
    expect(against?.message).toBe(`plugin:./p.mjs: ${"y".repeat(500)}...`);
    const store = await open(memory("async stat() { throw new Error('x'.repeat(501)); },"));
    const { message } = await fault(store.stat("o/r/a", testIo()));
    expect(message).toBe(`plugin:./p.mjs can't look at o/r/a: ${"x".repeat(500)}...`);
  });

  test("is closed at the end", async () => {
    const store = await open(memory("async close() { globalThis.closedPlugin = true; },"));
    await store[Symbol.asyncDispose]();
    expect(globalThis).toMatchObject({ closedPlugin: true });
  });
});

const artifact = dataArtifact("hello");
const put = async (store: Store, key = "a") => (await all(store.put([{ key, artifact }], testIo())))[0]!;

describe("what a plugin says is checked", () => {
  test.each([
    ["*list() { yield { key: 'b', bytes: 1 } },", /lists b where only keys that start with a were asked for/],
    ["*list() { yield { key: 'a' } },", /tells of a without its number of bytes/],
    ["*list() { yield { key: 'a', bytes: -1 } },", /without its number of bytes/],
    ["*list() { yield 'a' },", /an object without a key/],
    ["*list() { yield { key: 'a', bytes: 1 }; yield { key: 'a', bytes: 1 } },", /lists a twice/],
    ["list() { return 7 },", /something else than a list/],
    ["*list() { throw new Error('down\\n::error::x') },", /can't list objects: down\\n::error::x$/],
    [
      "traits: { digests: ['sha256'] }, *list() { yield { key: 'a', bytes: 1, digests: { sha256: 'AB' } } },",
      /without the sha256/,
    ],
  ])("in a list: %s", async (changed, message) => {
    const error = await fault(keysOf(await open(memory(changed)), "a"));
    expect(error).toMatchObject({ failure: "store", message: expect.stringMatching(message) });
  });

  test.each([
    ["async create() { return 'created' },", /says that it has stored a, whose bytes it hasn't read to their end/],
    ["async create() { return true },", /doesn't say whether a was created or exists/],
    ["async create() { return 'exists' },", /says that a exists, and then that it doesn't/],
    [
      "async create(key, { stream }) { for await (const _ of stream()); return 'created' },",
      /has stored a, and then that it has no such/,
    ],
    [
      "async create(key, { stream }) { for await (const _ of stream()); return 'created' }, stat: async (key) => ({ key, bytes: 4 }),",
      /was given 5 bytes for a and has 4 others there/,
    ],
    ["async create() { throw Object.assign(new Error('full'), { transient: true }) },", /can't store a: full$/],
    ["traits: { maxObjectBytes: 4 },", /has 5 bytes, and plugin:.\/p.mjs takes 4 at the most; set split-size/],
  ])("in a put: %s", async (changed, message) => {
    const outcome = await put(await open(memory(changed)));
    expect(outcome).toMatchObject({ outcome: "failed", error: { message: expect.stringMatching(message) } });
  });

  test("digests of its own that aren't the artifact's fail a put, and those that are prove it", async () => {
    const telling = (digests: string) =>
      memory(`traits: { digests: ['md5', 'sha256'] }, stat: async (key) => ({ key, bytes: 5, digests: ${digests} }),`);
    const md5 = "5d41402abc4b2a76b9719d911017c592";
    const sha256 = sha256Of("hello");
    const good = await open(telling(JSON.stringify({ md5, sha256 })));
    expect(await put(good)).toMatchObject({
      outcome: "created",
      object: { confirmed: "md5", digests: { md5, sha256 } },
    });
    for (const wrong of [
      { md5: md5.replace("5d", "6d"), sha256 },
      { md5, sha256: sha256Of("hallo") },
    ])
      expect(await put(await open(telling(JSON.stringify(wrong))))).toMatchObject({
        outcome: "failed",
        error: { failure: "integrity" },
      });
  });

  test.each([
    ["async open() { return { bytes: 5, body: [Buffer.from('hell')] } },", /broke off: 4 of 5 bytes of a came/],
    ["async open() { return { bytes: 5, body: [Buffer.from('hello!')] } },", /gives more of a than the 5 bytes/],
    ["async open() { return { bytes: 5, body: ['hello'] } },", /something else than bytes/],
    ["async open() { return { body: [] } },", /without saying how many bytes/],
    ["async open() { return { bytes: 5 } },", /without saying how many bytes/],
  ])("in a read: %s", async (changed, message) => {
    const store = await open(memory(changed));
    await put(store);
    expect(await fault(readAll(store, "a"))).toMatchObject({
      failure: "store",
      message: expect.stringMatching(message),
    });
    expect(await all(store.read(["a"], testIo()))).toMatchObject([
      { error: { message: expect.stringMatching(message) } },
    ]);
  });

  test("a range of which other bytes come than were asked for", async () => {
    const store = await open(memory("traits: { ranges: true },"));
    await put(store);
    const error = await fault(store.open("a", { start: 1, end: 3 }, testIo()));
    expect(error.message).toContain("gives 5 bytes of a where 2 were asked for");
  });

  test("bodies may be streams of the web, and are closed when nobody reads on", async () => {
    const store = await open(
      memory(`async open() {
        const body = new ReadableStream({
          pull(to) { to.enqueue(Buffer.alloc(1 << 20)); },
          cancel() { globalThis.cancelledBody = true; },
        });
        return { bytes: 1 << 30, body };
      },`),
    );
    const unread = await store.open("a", undefined, testIo());
    unread.destroy();
    await expect.poll(() => globalThis).toMatchObject({ cancelledBody: true });
    const begun = await store.open("a", undefined, testIo());
    for await (const chunk of begun) {
      expect(chunk).toBeInstanceOf(Buffer);
      break;
    }
  });

  test("what stands against a run comes in sentences, without control characters", async () => {
    const store = await open(memory("preflight: async ({ write }) => write ? ['no \\u001b[1mroom'] : [],"));
    expect(await store.preflight({ write: false, bytes: 0 }, testIo())).toEqual([]);
    expect(await store.preflight({ write: true, bytes: 9 }, testIo())).toMatchObject([
      { failure: "store", message: "plugin:./p.mjs: no \\x1b[1mroom" },
    ]);
    const odd = await open(memory("preflight: async () => 'fine',"));
    expect(await odd.preflight({ write: true, bytes: 9 }, testIo())).toMatchObject([{ failure: "store" }]);
  });

  test("a plugin that hears no signal doesn't hold a run up", async () => {
    const store = await open(memory("list: () => new Promise(() => {}), create: () => new Promise(() => {}),"));
    const io = testIo();
    const waiting = [fault(all(store.list("", io))), fault(all(store.put([{ key: "a", artifact }], io)))];
    setTimeout(() => io.abort(), 20);
    expect(await Promise.all(waiting)).toEqual([io.reason, io.reason]);
  });
});
