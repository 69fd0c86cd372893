import { describe, expect, test } from "vitest";
import type { ComingSet, Put, Store } from "../../../src/ports/store.ts";
import { addAsset, addRelease, addTag, addToken } from "../../support/github-server/seed.ts";
import { filesOf, releaseWorld, type ReleaseWorld, usualPolicy } from "../../support/release-world.ts";
import { all, dataArtifact, fill, keysOf, readAll, sha256Of, testIo } from "../../support/store-fixtures.ts";

const folder = "acme/app/snapshot/v1.0.0/";

/** A world in which v1.0.0 is tagged. */
async function tagged(): Promise<ReleaseWorld & { readonly commit: string }> {
  const world = await releaseWorld();
  const { commit } = addTag(world.server.state, world.repository, "v1.0.0", { message: "one" });
  return { ...world, commit };
}

function coming(fields: Partial<ComingSet> = {}): ComingSet {
  const name = { project: "acme/app", mode: "snapshot", id: "v1.0.0" };
  return { name, base: "app-1.0.0", tag: "v1.0.0", files: [], ...fields };
}

/** As much of a manifest as tells what belongs to a set. */
function manifestOf(files: readonly string[], { mode = "snapshot", id = "v1.0.0", project = "acme/app" } = {}): string {
  return JSON.stringify({ content: { mode }, run: { project, set: id }, artifacts: files.map((name) => ({ name })) });
}

async function putAll(store: Store, texts: Readonly<Record<string, string>>) {
  const items: Put[] = Object.entries(texts).map(([file, text]) => ({
    key: folder + file,
    artifact: dataArtifact(text),
  }));
  return all(store.put(items, testIo()));
}

const small = {
  "app-1.0.0.tar.gz": "the archive",
  "app-1.0.0.files.jsonl.gz": "the list",
  "app-1.0.0.coldstore.json": manifestOf(["app-1.0.0.tar.gz", "app-1.0.0.files.jsonl.gz"]),
};
const smallDigests = Object.fromEntries(Object.entries(small).map(([name, text]) => [name, sha256Of(text)]));

describe("finding and making the release", () => {
  test("a set's files go into a draft with our mark, titled by the tag, and show publishes it without the mark", async () => {
    await using world = await tagged();
    const store = world.store({ policy: { ...usualPolicy, notes: { text: "What's new" } } });
    await putAll(store, small);
    const [draft] = world.releases();
    expect(draft).toMatchObject({ tag: "v1.0.0", name: "v1.0.0", draft: true });
    expect(draft!.body).toMatch(/^<!-- coldstore:draft .*-->\nWhat's new$/);
    draft!.body += "\nedited by hand";
    const shown = await store.show!(coming({ commit: world.commit }), testIo());
    expect(world.releases()).toMatchObject([{ draft: false, body: "What's new\nedited by hand", makeLatest: "true" }]);
    expect(world.files()).toEqual(smallDigests);
    expect(shown.url).toMatch(/\/acme\/app\/releases\/tag\/v1\.0\.0$/);
    expect(shown.outputs).toEqual({
      "release-url": shown.url,
      "release-id": draft!.id,
      "upload-url": expect.stringContaining(`/releases/${draft!.id}/assets{?name,label}`),
    });
    expect(shown.warnings).toEqual([]);
  });

  test("a run again writes nothing", async () => {
    await using world = await tagged();
    const first = world.store();
    await putAll(first, small);
    await first.show!(coming(), testIo());
    const before = world.server.log.length;
    const second = world.store();
    expect((await putAll(second, small)).map(({ outcome }) => outcome)).toEqual(["same", "same", "same"]);
    await second.show!(coming(), testIo());
    expect(new Set(world.server.log.slice(before).map(({ method }) => method))).toEqual(new Set(["GET"]));
  });

  test("a published release is filled and not edited", async () => {
    await using world = await tagged();
    addRelease(world.server.state, world.repository, "v1.0.0", { body: "mine", assets: { "notes.txt": "x" } });
    const store = world.store({ policy: { ...usualPolicy, prerelease: true, notes: { text: "ours" } } });
    await putAll(store, small);
    await store.show!(coming(), testIo());
    expect(world.releases()).toMatchObject([{ body: "mine", prerelease: false, draft: false }]);
    expect(world.files()).toEqual({ ...smallDigests, "notes.txt": sha256Of("x") });
  });

  test("a draft that somebody else made is filled, never published or edited, and that is said", async () => {
    await using world = await tagged();
    addRelease(world.server.state, world.repository, "v1.0.0", {
      draft: true,
      body: "see\n<!-- coldstore:draft x -->",
    });
    const store = world.store();
    await putAll(store, small);
    const shown = await store.show!(coming(), testIo());
    expect(world.releases()).toMatchObject([{ draft: true, body: "see\n<!-- coldstore:draft x -->" }]);
    expect(world.files()).toEqual(smallDigests);
    expect(shown.warnings).toEqual([expect.stringContaining("Coldstore hasn't made")]);
  });

  test("of several drafts the first is used, however many pages of releases lie before it", async () => {
    await using world = await tagged();
    const first = addRelease(world.server.state, world.repository, "v1.0.0", { draft: true });
    for (let i = 0; i < 230; i += 1)
      addRelease(world.server.state, world.repository, `v0.${i}`, { created: Date.now() });
    addRelease(world.server.state, world.repository, "v1.0.0", { draft: true, created: Date.now() + 1000 });
    await putAll(world.store(), small);
    expect(world.releases().filter(({ assets }) => assets.size > 0)).toEqual([first]);
  });

  test("with draft the release stays one, and a later run without it publishes", async () => {
    await using world = await tagged();
    const store = world.store({ policy: { ...usualPolicy, draft: true } });
    await putAll(store, small);
    expect((await store.show!(coming(), testIo())).outputs).toHaveProperty("release-id", world.releases()[0]!.id);
    expect(world.releases()[0]!.draft).toBe(true);
    await world.store().show!(coming(), testIo());
    expect(world.releases()).toMatchObject([{ draft: false, body: "" }]);
  });

  for (const kind of [{ drop: "after-work" }, { status: 502, work: true }, { drop: "at-once" }] as const)
    test(`a creation that ends by ${JSON.stringify(kind)} leaves one draft`, async () => {
      await using world = await tagged();
      world.server.faults.next({ match: { method: "POST", path: /\/releases$/ }, kind });
      const store = world.store();
      const outcomes = await putAll(store, small);
      // What is made by nobody is a matter for the retries around the store.
      if (!("drop" in kind && kind.drop === "at-once"))
        expect(outcomes.map(({ outcome }) => outcome)).toEqual(["created", "created", "created"]);
      await putAll(store, small);
      expect(world.releases()).toHaveLength(1);
      expect(world.files()).toEqual(smallDigests);
    });

  test("of many jobs at once all use one draft, also when the list lags, and the others' empty ones go", async () => {
    await using world = await tagged();
    world.server.faults.next({
      match: { method: "POST", path: /\/releases$/ },
      times: 3,
      kind: { lag: { requests: 2 } },
    });
    const stores = Array.from({ length: 6 }, () => world.store());
    const outcomes = await Promise.all(
      stores.map(async (store, i) => putAll(store, { [`app-1.0.0.tar.gz.part-00${i}`]: `part ${i}` })),
    );
    expect(outcomes.flat().map(({ outcome }) => outcome)).toEqual(stores.map(() => "created"));
    expect(world.releases()).toHaveLength(1);
    expect(Object.keys(world.files())).toHaveLength(6);
  });

  test("two drafts of one tag, each with files, aren't published over each other", async () => {
    await using world = await tagged();
    const store = world.store();
    await putAll(store, small);
    const [ours] = world.releases();
    const rival = addRelease(world.server.state, world.repository, "v1.0.0", { draft: true, assets: { x: "x" } });
    world.repository.releases.delete(rival.id);
    world.repository.releases.set(1, { ...rival, id: 1 });
    await expect(store.show!(coming(), testIo())).rejects.toMatchObject({
      failure: "conflict",
      message: expect.stringContaining("two releases of v1.0.0"),
    });
    expect(ours!.draft).toBe(true);
  });

  test("a tag that can't be an id is found by its id, from GitHub's tags and from its release", async () => {
    await using world = await releaseWorld();
    const tag = "feature/x";
    const id = `feature-x-${sha256Of(tag).slice(0, 8)}`;
    addTag(world.server.state, world.repository, tag);
    const key = `acme/app/snapshot/${id}/x.RESTORE.md`;
    await fill(world.store(), { [key]: "1" });
    expect(world.releases()).toMatchObject([{ tag }]);
    expect(await keysOf(world.store(), `acme/app/snapshot/${id}/`)).toEqual([key]);
    await world.store().show!(coming({ tag, name: { project: "acme/app", mode: "snapshot", id } }), testIo());
    expect(await keysOf(world.store())).toEqual([key]);
  });

  test("an id that is no tag is refused, and nothing is made", async () => {
    await using world = await tagged();
    const key = "acme/app/snapshot/20261122T021500Z-1a2b3c4/x.tar.gz";
    const [outcome] = await all(world.store().put([{ key, artifact: dataArtifact("x") }], testIo()));
    expect(outcome).toMatchObject({
      outcome: "failed",
      error: { failure: "settings", message: expect.stringContaining("store: release:TAG") },
    });
    expect(world.releases()).toEqual([]);
  });
});

describe("before anything is made", () => {
  const file = (name: string, bytes: number, text = "") => ({ name, bytes, sha256: sha256Of(text) });
  async function problems(world: ReleaseWorld, set: ComingSet, write = true): Promise<string[]> {
    const found = await world.store().preflight({ write, bytes: 0, set }, testIo());
    return found.map(({ failure, message }) => `${failure}: ${message}`);
  }

  test("a set that fits is fine, and nothing is written, by a token that may only read", async () => {
    await using world = await tagged();
    const token = addToken(world.server.state, { contents: "read" });
    const store = world.store({ api: world.api(token) });
    const set = coming({ commit: world.commit, files: [file("app.exe", 5)] });
    expect(await store.preflight({ write: false, bytes: 0, set }, testIo())).toEqual([]);
    expect(new Set(world.server.log.map(({ method }) => method))).toEqual(new Set(["GET"]));
  });

  test("a tag that isn't pushed, or has moved, is named with what to do", async () => {
    await using world = await tagged();
    const v2 = { project: "acme/app", mode: "snapshot", id: "v2" };
    expect(await problems(world, coming({ tag: "v2", name: v2 }))).toEqual([
      expect.stringMatching(/^source: .*no tag v2.*git push origin refs\/tags\/v2/),
    ]);
    const other = "f".repeat(40);
    const [moved] = await problems(world, coming({ commit: other }));
    expect(moved).toMatch(/^conflict: the tag v1\.0\.0 has moved/);
    expect(moved).toContain(other);
    expect(moved).toContain(world.commit);
  });

  test("a set without a tag is refused where each set has its own release, and taken by a fixed one", async () => {
    await using world = await tagged();
    const { tag: _, ...timed } = coming({
      name: { project: "acme/app", mode: "snapshot", id: "20261122T021500Z-1a2b3c4" },
    });
    expect(await problems(world, timed)).toEqual([expect.stringMatching(/^settings: .*store: release:TAG/)]);
    const fixed = world.store({ tag: "v1.0.0", name: "release:v1.0.0" });
    expect(await fixed.preflight({ write: true, bytes: 0, set: timed }, testIo())).toEqual([]);
  });

  test("names, sizes and their number are checked all at once", async () => {
    await using world = await tagged();
    const release = addRelease(world.server.state, world.repository, "v1.0.0");
    for (let i = 0; i < 992; i += 1) addAsset(world.server.state, release, `other-${i}`, "x");
    const odd = [file("a b.exe", 1), file("a..b.exe", 1)];
    const files = [...odd, file("App.exe", 1), file("app.exe", 1), file("empty", 0), file("big", 2 ** 31)];
    expect(await problems(world, coming({ files }))).toEqual([
      expect.stringMatching(/^settings: "a b\.exe" can't be a file/),
      expect.stringMatching(/^settings: "a\.\.b\.exe" can't be a file.*two in a row/),
      expect.stringMatching(/^settings: App\.exe and app\.exe can't/),
      expect.stringMatching(/^source: empty is empty/),
      expect.stringMatching(/^settings: big has 2147483648 bytes/),
      expect.stringMatching(/^store: a release takes 1000 files/),
    ]);
  });

  test("a name that another mode's set has in the release is a conflict that says to set name", async () => {
    await using world = await tagged();
    const manifest = manifestOf([], { mode: "archive" });
    addRelease(world.server.state, world.repository, "v1.0.0", { assets: { "app-1.0.0.coldstore.json": manifest } });
    expect(await problems(world, coming())).toEqual([expect.stringMatching(/^conflict: .*archive.*set name/)]);
    const [outcome] = await putAll(world.store(), { "app-1.0.0.tar.gz": "x" });
    expect(outcome).toMatchObject({ outcome: "failed", error: { failure: "conflict", message: /set name/ } });
  });

  test("a build output's name that has other bytes there is a conflict that says whose it is", async () => {
    await using world = await tagged();
    const manifest = manifestOf(["tool.bin"], { mode: "archive" });
    const assets = { "other.coldstore.json": manifest, "tool.bin": "theirs", "own.deb": "by hand", "same.deb": "same" };
    const release = addRelease(world.server.state, world.repository, "v1.0.0", { assets });
    const deb = file("own.deb", 5, "other");
    const files = [file("tool.bin", 4, "ours"), deb, file("same.deb", 4, "same"), file("new.deb", 1)];
    expect(await problems(world, coming({ files }))).toEqual([
      "conflict: the release v1.0.0 has own.deb with other bytes, of no set of Coldstore's; tool.bin with other bytes, of " +
        "acme/app/archive/v1.0.0: rename your own, or store in another release (store: release:OTHER-TAG)",
    ]);
    const [outcome] = await putAll(world.store(), { "tool.bin": "ours" });
    expect(outcome).toMatchObject({ outcome: "failed", error: { failure: "conflict", message: /rename your own/ } });
    const own = manifestOf(["own.deb"]);
    addAsset(world.server.state, release, "app-1.0.0.coldstore.json", own);
    expect(await problems(world, coming({ files: [deb] }))).toEqual([]);
  });

  test("an immutable release is known as one, takes nothing, and its files are locked", async () => {
    await using world = await tagged();
    world.repository.immutableReleases = true;
    const store = world.store();
    await putAll(store, small);
    await store.show!(coming(), testIo());
    const later = world.store();
    const error = await later.locked!(coming().name, testIo());
    expect(error).toMatchObject({ failure: "immutable", message: expect.stringContaining("release:OTHER-TAG") });
    expect(error?.message).toMatch(/so nothing in it can be added or changed: run on the push/);
    expect(error?.message).toContain("gh release edit TAG --draft=false");
    expect((await all(later.list("", testIo()))).map(({ locked }) => locked)).toEqual([true, true, true]);
    expect((await putAll(later, small)).map(({ outcome }) => outcome)).toEqual(["same", "same", "same"]);
    const [outcome] = await putAll(later, { "app-1.0.0.zip": "x" });
    expect(outcome).toMatchObject({ outcome: "failed", error: { failure: "immutable" } });
    const key = `${folder}app-1.0.0.tar.gz`;
    await expect(later.replace(key, dataArtifact("x"), testIo())).rejects.toMatchObject({ failure: "immutable" });
    expect(await all(later.delete([key], testIo()))).toMatchObject([{ error: { failure: "immutable" } }]);
    expect(world.files()).toEqual(smallDigests);
  });

  test("a draft or an open release isn't locked", async () => {
    await using world = await tagged();
    world.repository.immutableReleases = true;
    const store = world.store();
    expect(await store.locked!(coming().name, testIo())).toBeUndefined();
    await putAll(store, small);
    expect(await store.locked!(coming().name, testIo())).toBeUndefined();
  });
});

describe("listing", () => {
  const exe = { "app.exe": "built" };
  const files = [...Object.keys(small), "app.exe"];
  const withExe = { ...small, ...exe, "app-1.0.0.coldstore.json": manifestOf(files) };

  test("other people's files in a release aren't the set's, once a manifest names what is", async () => {
    await using world = await tagged();
    addRelease(world.server.state, world.repository, "v1.0.0", { assets: { "foreign.deb": "x", "zip.zip": "y" } });
    await putAll(world.store(), withExe);
    expect(await keysOf(world.store())).toEqual(
      Object.keys(withExe)
        .map((name) => folder + name)
        .sort(),
    );
  });

  test("an archive of somebody else's isn't the set's, though it's called like it", async () => {
    await using world = await tagged();
    const own = ["app-1.0.0.tar.gz", "app-1.0.0.files.jsonl.gz"];
    await putAll(world.store(), { ...small, "app-1.0.0.coldstore.json": manifestOf(own) });
    const [release] = world.releases();
    addAsset(world.server.state, release!, "app-1.0.0.zip", "theirs");
    addAsset(world.server.state, release!, "app-1.0.0.tar.gz.part-001", "surely ours");
    const expected = [...Object.keys(small), "app-1.0.0.tar.gz.part-001"].map((name) => folder + name).sort();
    expect(await keysOf(world.store())).toEqual(expected);
    expect(await keysOf(world.store(), folder)).toEqual(expected);
  });

  test("what a replace has put beside a set is listed with it, of whatever mode it is", async () => {
    await using world = await tagged();
    const base = "acme/app/archive/v1.0.0/";
    const manifest = manifestOf(["my-archive.tar.gz"], { mode: "archive" });
    await fill(world.store(), { [`${base}my-archive.tar.gz`]: "a", [`${base}my-archive.coldstore.json`]: manifest });
    const [release] = world.releases();
    for (const end of ["tar.gz", "RESTORE.md"]) addAsset(world.server.state, release!, `my-archive-r2.${end}`, "new");
    const ends = ["-r2.RESTORE.md", "-r2.tar.gz", ".coldstore.json", ".tar.gz"];
    const expected = ends.map((end) => `${base}my-archive${end}`);
    expect(await keysOf(world.store())).toEqual(expected);
    expect(await keysOf(world.store(), base)).toEqual(expected);
  });

  test("two modes in one release are told apart", async () => {
    await using world = await tagged();
    const store = world.store();
    await putAll(store, small);
    const archive = "acme/app/archive/v1.0.0/";
    const manifest = manifestOf(["app-1.0.0-archive.tar.gz", "app.exe"], { mode: "archive" });
    await fill(store, {
      [`${archive}app-1.0.0-archive.tar.gz`]: "a",
      [`${archive}app.exe`]: "e",
      [`${archive}app-1.0.0-archive.coldstore.json`]: manifest,
    });
    expect(await keysOf(world.store(), "acme/app/snapshot/")).toEqual(
      Object.keys(small)
        .map((n) => folder + n)
        .sort(),
    );
    expect(await keysOf(world.store(), archive)).toHaveLength(3);
  });

  test("a set without its manifest is listed by what is surely of one, and nothing else of the release", async () => {
    await using world = await tagged();
    const { "app-1.0.0.coldstore.json": _, ...half } = small;
    await putAll(world.store(), { ...half, ...exe });
    expect(await keysOf(world.store())).toEqual([`${folder}app-1.0.0.files.jsonl.gz`, `${folder}app-1.0.0.tar.gz`]);
  });

  test("what a run has put itself is listed, whatever its name is, and though GitHub's list lags", async () => {
    await using world = await tagged();
    const store = world.store();
    world.server.faults.next({ match: { origin: "uploads" }, kind: { lag: { requests: 3 } } });
    await putAll(store, exe);
    expect(await store.stat(`${folder}app.exe`, testIo())).toMatchObject({ bytes: 5 });
    expect(await keysOf(store)).toEqual([`${folder}app.exe`]);
    expect(await keysOf(world.store())).toEqual([]);
  });

  test("many releases are listed by their pages alone, and no manifest is read that says its mode", async () => {
    await using world = await releaseWorld();
    const store = world.store();
    for (let i = 0; i < 12; i += 1) {
      addTag(world.server.state, world.repository, `v${i}`);
      const manifest = manifestOf([`app-${i}.tar.gz`], { id: `v${i}` });
      await fill(store, {
        [`acme/app/snapshot/v${i}/app-${i}.tar.gz`]: "x",
        [`acme/app/snapshot/v${i}/app-${i}.coldstore.json`]: manifest,
      });
    }
    const before = world.server.log.length;
    expect(await keysOf(world.store(), "acme/app/snapshot/")).toHaveLength(24);
    expect(world.server.log.length - before).toBe(1);
  });

  test("manifests of many releases are read with one request each after they were listed, and anew once one has changed", async () => {
    await using world = await releaseWorld();
    const keys = Array.from({ length: 12 }, (_, i) => `acme/app/snapshot/v${i}/app-${i}.coldstore.json`);
    for (const [i, key] of keys.entries()) {
      addTag(world.server.state, world.repository, `v${i}`);
      await fill(world.store(), { [key]: manifestOf([], { id: `v${i}` }) });
    }
    const store = world.store();
    await keysOf(store);
    const before = world.server.log.length;
    const first = await all(store.read(keys, testIo()));
    expect(first.filter((each) => "data" in each)).toHaveLength(12);
    expect(world.server.log.slice(before).filter(({ origin }) => origin === "api")).toHaveLength(12);
    const [key = ""] = keys;
    await world.store().replace(key, dataArtifact("another"), testIo());
    expect(await all(store.read([key], testIo()))).toMatchObject([{ key, data: Buffer.from("another") }]);
  });

  test("no manifest is read to list those of releases with build outputs, and each set's own listing has all of it", async () => {
    await using world = await tagged();
    await putAll(world.store(), withExe);
    const store = world.store();
    const before = world.server.log.length;
    const listed = await all(store.list("acme/app/snapshot/", testIo(), "manifests"));
    expect(listed.map(({ key }) => key)).toContain(`${folder}app-1.0.0.coldstore.json`);
    expect(world.server.log.length - before).toBe(1);
    expect(await keysOf(store, folder)).toContain(`${folder}app.exe`);
  });

  test("a manifest is read once for listing and reading", async () => {
    await using world = await tagged();
    await putAll(world.store(), withExe);
    const store = world.store();
    const before = world.server.log.length;
    await keysOf(store);
    const key = `${folder}app-1.0.0.coldstore.json`;
    expect(await all(store.read([key], testIo()))).toMatchObject([{ key, data: Buffer.from(manifestOf(files)) }]);
    await keysOf(store);
    expect(world.server.log.slice(before).filter(({ origin }) => origin === "storage")).toHaveLength(1);
  });

  test("a manifest that names what can't be a key leads nowhere else", async () => {
    await using world = await tagged();
    const hostile = [
      { project: "acme/.." },
      { project: "x" },
      { mode: "../.." },
      { id: "a/b" },
      { id: "\u202e\n::set" },
    ];
    const assets = Object.fromEntries(hostile.map((of, i) => [`x${i}.coldstore.json`, manifestOf(["y.zip"], of)]));
    addRelease(world.server.state, world.repository, "v1.0.0", { assets: { ...assets, "y.zip": "y" } });
    const expected = Object.keys(assets).map((name) => folder + name);
    expect(await keysOf(world.store({ tag: "v1.0.0" }))).toEqual(expected);
    expect(await keysOf(world.store())).toEqual(expected);
  });

  test("records and history aren't asked for at all", async () => {
    await using world = await tagged();
    for (const prefix of ["acme/app/records/snapshot/", "acme/app/history/", "other/app/snapshot/"])
      expect(await keysOf(world.store(), prefix)).toEqual([]);
    expect(world.server.log).toEqual([]);
    const [outcome] = await all(
      world.store().put([{ key: "acme/app/history/x.json", artifact: dataArtifact("x") }], testIo()),
    );
    expect(outcome).toMatchObject({
      outcome: "failed",
      error: { message: expect.stringContaining("owner/repo/mode/id/file") },
    });
  });

  test("in a release that is named all sets lie by what their manifests say, ids of any kind and all modes", async () => {
    await using world = await tagged();
    const options = { tag: "v1.0.0", name: "release:v1.0.0" };
    const ids = ["20261122T021500Z-1a2b3c4", "20261123T021500Z-1a2b3c4"];
    const texts = Object.fromEntries(
      ids.flatMap((id) => [
        [`acme/app/archive/${id}/app-${id}.zip`, id],
        [`acme/app/archive/${id}/app-${id}.coldstore.json`, manifestOf([`app-${id}.zip`], { mode: "archive", id })],
      ]),
    );
    await fill(world.store(options), texts);
    expect(world.releases()).toHaveLength(1);
    expect(await keysOf(world.store(options))).toEqual(Object.keys(texts).sort());
    expect(await keysOf(world.store(options), `acme/app/archive/${ids[1]}/`)).toHaveLength(2);
    expect((await readAll(world.store(options), `acme/app/archive/${ids[0]}/app-${ids[0]}.zip`)).toString()).toBe(
      ids[0],
    );
    expect(await keysOf(world.store())).toEqual([]);
  });
});

describe("putting", () => {
  for (const kind of [
    { drop: "after-work" },
    { drop: "in-answer" },
    { drop: "in-body" },
    { status: 502, work: true },
    { starter: 502 },
    { starter: "dropped" },
    { stored: "no-digest" },
  ] as const)
    test(`an upload that meets ${JSON.stringify(kind)} ends with the bytes there once, at the latest when it's tried again`, async () => {
      await using world = await tagged();
      const store = world.store();
      world.server.faults.next({ match: { origin: "uploads" }, kind });
      const first = await putAll(store, { "app-1.0.0.zip": "bytes" });
      if (first[0]!.outcome === "failed") expect(first[0]!.error.transient).toBe(true);
      expect([...world.releases()[0]!.assets.values()].every(({ state }) => state === "uploaded")).toBe(true);
      const again = await putAll(store, { "app-1.0.0.zip": "bytes" });
      expect(again[0]!.outcome).toBe(first[0]!.outcome === "failed" ? "created" : "same");
      expect(world.files()).toEqual({ "app-1.0.0.zip": sha256Of("bytes") });
    });

  for (const stored of ["digest", "truncated", "flipped"] as const)
    test(`an upload whose ${stored === "digest" ? "digest is wrong" : `bytes are ${stored}`} fails and leaves nothing`, async () => {
      await using world = await tagged();
      world.server.faults.next({ match: { origin: "uploads" }, kind: { stored } });
      const [outcome] = await putAll(world.store(), { "app-1.0.0.zip": "bytes" });
      expect(outcome).toMatchObject({ outcome: "failed", error: { failure: "integrity" } });
      expect(world.files()).toEqual({});
    });

  test("an upload that went wrong and can't be removed at once is never taken for the file", async () => {
    await using world = await tagged();
    const store = world.store();
    world.server.faults.next({ match: { origin: "uploads" }, kind: { stored: "flipped" } });
    world.server.faults.next({ match: { method: "DELETE" }, kind: { status: 503 } });
    expect(await putAll(store, { "app-1.0.0.zip": "bytes" })).toMatchObject([{ error: { transient: true } }]);
    expect(await keysOf(store)).toEqual([]);
    expect(await putAll(store, { "app-1.0.0.zip": "bytes" })).toMatchObject([{ outcome: "created" }]);
    expect(world.files()).toEqual({ "app-1.0.0.zip": sha256Of("bytes") });
  });

  test("what a broken upload of another run has left is replaced", async () => {
    await using world = await tagged();
    const release = addRelease(world.server.state, world.repository, "v1.0.0");
    addAsset(world.server.state, release, "app-1.0.0.zip", "by", { state: "starter", digest: null, created: 0 });
    expect(await putAll(world.store(), { "app-1.0.0.zip": "bytes" })).toMatchObject([{ outcome: "created" }]);
    expect(world.files()).toEqual({ "app-1.0.0.zip": sha256Of("bytes") });
  });

  test("where GitHub has no digests, bytes are compared by reading them back", async () => {
    await using world = await tagged();
    world.server.behaviour.digests = false;
    await putAll(world.store(), { "app-1.0.0.zip": "bytes" });
    expect(await putAll(world.store(), { "app-1.0.0.zip": "bytes" })).toMatchObject([{ outcome: "same" }]);
    expect(await putAll(world.store(), { "app-1.0.0.zip": "bytez" })).toMatchObject([{ outcome: "different" }]);
  });

  test("files have the media types of their endings, and a manifest says its set's mode", async () => {
    await using world = await tagged();
    await putAll(world.store(), { ...small, "app.bin": "x", "app-1.0.0.SHA256SUMS": "x", "app-1.0.0.tar.zst": "x" });
    const types = [...world.releases()[0]!.assets.values()].map(({ name, contentType }) => [name, contentType]);
    expect(Object.fromEntries(types)).toEqual({
      "app-1.0.0.tar.gz": "application/gzip",
      "app-1.0.0.files.jsonl.gz": "application/vnd.coldstore.snapshot.files+gzip",
      "app-1.0.0.coldstore.json": "application/vnd.coldstore.snapshot+json",
      "app.bin": "application/octet-stream",
      "app-1.0.0.SHA256SUMS": "text/plain",
      "app-1.0.0.tar.zst": "application/zstd",
    });
  });
});

describe("replacing", () => {
  const key = `${folder}app-1.0.0.RESTORE.md`;
  const name = "app-1.0.0.RESTORE.md";

  // Every request that a replace sends, broken off before or after it has worked.
  for (const method of ["POST", "PATCH", "DELETE"])
    for (const after of [0, 1])
      for (const kind of [{ drop: "at-once" }, { drop: "after-work" }] as const)
        test(`killed at its ${after + 1}. ${method} (${kind.drop}), readers see the old or the new one, and the next replace ends it`, async () => {
          await using world = await tagged();
          await fill(world.store(), { [key]: "old" });
          world.server.faults.next({ match: { method, path: /assets/ }, after, kind });
          await world
            .store()
            .replace(key, dataArtifact("new"), testIo())
            .catch(() => undefined);
          expect(["old", "new"]).toContain((await readAll(world.store(), key)).toString());
          expect(await keysOf(world.store())).toEqual([key]);
          world.server.faults.clear();
          await world.store().replace(key, dataArtifact("newest"), testIo());
          expect(world.files()).toEqual({ [name]: sha256Of("newest") });
          expect(await keysOf(world.store())).toEqual([key]);
        });

  test("a killed one's leftovers go with the key, in an order that never brings an old one back", async () => {
    await using world = await tagged();
    const store = world.store();
    await fill(store, { [key]: "old" });
    world.server.faults.next({ match: { method: "PATCH" }, after: 1, kind: { drop: "at-once" } });
    await expect(store.replace(key, dataArtifact("new"), testIo())).rejects.toMatchObject({ transient: true });
    expect((await readAll(world.store(), key)).toString()).toBe("new");
    await all(world.store().delete([key], testIo()));
    expect(world.files()).toEqual({});
  });

  test("replacing by the same bytes changes nothing", async () => {
    await using world = await tagged();
    await fill(world.store(), { [key]: "old" });
    const before = world.server.log.length;
    await world.store().replace(key, dataArtifact("old"), testIo());
    expect(world.server.log.slice(before).every(({ method }) => method === "GET")).toBe(true);
  });
});

describe("showing", () => {
  async function shownAs(world: ReleaseWorld, tag: string, options = {}) {
    addTag(world.server.state, world.repository, tag);
    const store = world.store({ policy: { ...usualPolicy, ...options } });
    const name = { project: "acme/app", mode: "snapshot", id: tag };
    await fill(store, { [`acme/app/snapshot/${tag}/x.RESTORE.md`]: tag });
    await store.show!(coming({ tag, name }), testIo());
    const { prerelease, makeLatest } = world.releases().find((each) => each.tag === tag)!;
    return { prerelease, makeLatest };
  }

  test("prerelease and latest follow the version, unless told", async () => {
    await using world = await releaseWorld();
    expect(await shownAs(world, "v2.0.0")).toEqual({ prerelease: false, makeLatest: "true" });
    expect(await shownAs(world, "v3.0.0-rc.1")).toEqual({ prerelease: true, makeLatest: "false" });
    expect(await shownAs(world, "v1.9.9")).toEqual({ prerelease: false, makeLatest: "false" });
    expect(await shownAs(world, "v10.0.0")).toEqual({ prerelease: false, makeLatest: "true" });
    expect(await shownAs(world, "nightly")).toEqual({ prerelease: false, makeLatest: "legacy" });
    expect(await shownAs(world, "v1.0.0", { latest: true })).toEqual({ prerelease: false, makeLatest: "true" });
    expect(await shownAs(world, "v11.0.0", { latest: false, prerelease: true })).toEqual({
      prerelease: true,
      makeLatest: "false",
    });
  });

  test("a tag that has moved since leaves the draft a draft", async () => {
    await using world = await tagged();
    const store = world.store();
    await putAll(store, small);
    await expect(store.show!(coming({ commit: "e".repeat(40) }), testIo())).rejects.toMatchObject({
      failure: "conflict",
    });
    world.repository.tags.delete("v1.0.0");
    await expect(store.show!(coming({ commit: world.commit }), testIo())).rejects.toMatchObject({ failure: "source" });
    expect(world.releases()).toMatchObject([{ draft: true }]);
  });

  test("a file that went away or changed since it was stored leaves the draft a draft", async () => {
    await using world = await tagged();
    const store = world.store();
    await putAll(store, small);
    const [release] = world.releases();
    const [first] = release!.assets.values();
    const { digest } = first!;
    first!.digest = `sha256:${"0".repeat(64)}`;
    await expect(store.show!(coming(), testIo())).rejects.toMatchObject({
      failure: "integrity",
      message: /has changed/,
    });
    first!.digest = digest;
    release!.assets.delete(first!.id);
    await expect(store.show!(coming(), testIo())).rejects.toMatchObject({ message: /isn't there any more/ });
    expect(release!.draft).toBe(true);
  });

  test("a publication whose answer is lost is found done", async () => {
    await using world = await tagged();
    const store = world.store();
    await putAll(store, small);
    world.server.faults.next({ match: { method: "PATCH" }, kind: { drop: "after-work" } });
    expect((await store.show!(coming(), testIo())).url).not.toContain("untagged");
    expect(world.releases()).toMatchObject([{ draft: false }]);
  });

  test("notes that are too long are cut, and that is said", async () => {
    await using world = await tagged();
    const store = world.store({ policy: { ...usualPolicy, notes: { text: "\u{1F9CA}".repeat(70_000) } } });
    await putAll(store, small);
    expect(world.releases()[0]!.body!.length).toBeLessThanOrEqual(125_000);
    expect(world.releases()[0]!.body!.isWellFormed()).toBe(true);
    expect((await store.show!(coming(), testIo())).warnings).toEqual([expect.stringContaining("125,000")]);
  });

  test("generated notes stay, without our mark", async () => {
    await using world = await tagged();
    const store = world.store({ policy: { ...usualPolicy, notes: "generate" } });
    await putAll(store, small);
    await store.show!(coming(), testIo());
    expect(world.releases()[0]!.body).not.toBe("");
    expect(world.releases()[0]!.body).not.toContain("coldstore:draft");
  });

  test("a release that somebody deleted meanwhile is said to be lost", async () => {
    await using world = await tagged();
    const store = world.store();
    await putAll(store, small);
    world.repository.releases.clear();
    await expect(store.show!(coming(), testIo())).rejects.toMatchObject({
      failure: "store",
      message: /has lost the release/,
    });
    expect(filesOf(undefined)).toEqual({});
  });
});
