import { mkdtemp, mkdtempDisposable, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { openPluginStore } from "../../../src/adapters/plugin/open-plugin-store.ts";
import type { OpenStore, PluginStore } from "../../../src/ports/plugin-store.ts";
import { storeContract } from "../../contracts/plugin-contract.ts";
import { documentedFiles, writeDocumented } from "../../support/documented-plugin.ts";
import { all, dataArtifact, testIo } from "../../support/store-fixtures.ts";

const folder = await mkdtemp(join(tmpdir(), "coldstore-plugin-"));
afterAll(() => rm(folder, { recursive: true }));
const module = await writeDocumented(folder, "folder-store.mjs");
const { openStore } = (await import(pathToFileURL(module).href)) as { openStore: OpenStore };

async function openTwo() {
  const place = await mkdtemp(join(tmpdir(), "coldstore-plugin-"));
  process.env["COLDSTORE_FOLDER"] = place;
  const open = () => openStore({ name: "test", signal: new AbortController().signal, log() {} }) as PluginStore;
  return { store: open(), other: open(), close: () => rm(place, { recursive: true, force: true }) };
}

storeContract("the documented plugin", openTwo, { costly: true, sample: 30 });

storeContract(
  "the documented plugin without what can be left out",
  async () => {
    const { store, other, close } = await openTwo();
    const bare = (whole: PluginStore) => {
      const { list, open, create } = whole;
      // Its own methods call each other.
      const less = { list: list.bind(whole), open: open.bind(whole), create: create.bind(whole) };
      return less satisfies PluginStore;
    };
    return { store: bare(store), other: bare(other), close };
  },
  { lacks: ["replace", "delete"], costly: true, sample: 12 },
);

test("the documented plugin is shorter than 150 lines, and can be a store of a run", async () => {
  const code = (await documentedFiles()).get("folder-store.mjs") ?? "";
  expect(code.split("\n").length).toBeLessThan(150);
  await using place = await mkdtempDisposable(join(tmpdir(), "coldstore-plugin-"));
  process.env["COLDSTORE_FOLDER"] = join(place.path, "cold");
  const said: string[] = [];
  const address = { kind: "plugin", text: "plugin:./folder-store.mjs", path: module } as const;
  const around = { signal: new AbortController().signal, say: (line: string) => void said.push(line), warn() {} };
  await using store = await openPluginStore(address, around);
  expect(store.name).toBe("plugin:./folder-store.mjs");
  expect(said).toEqual([`plugin:./folder-store.mjs: keeping objects in ${join(place.path, "cold")}`]);
  expect(await readdir(place.path)).toEqual([]);
  expect(await store.preflight({ write: false, bytes: 0 }, testIo())).toMatchObject([{ failure: "store" }]);
  await all(store.put([{ key: "a/b", artifact: dataArtifact("hello") }], testIo()));
  expect(await readFile(join(place.path, "cold", "a", "b"), "utf8")).toBe("hello");
  expect(await readdir(join(place.path, "cold", ".half"))).toEqual([]);
});
