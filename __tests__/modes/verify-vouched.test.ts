import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { exitCodeOf } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import { OldPlace, oldArchive, oldSidecar } from "../support/coldstore-1.ts";
import { MemoryPlace } from "../support/memory-store.ts";
import { makeWorld } from "../support/world.ts";

const verify = async (place: MemoryPlace, file = oldArchive): Promise<Report> => makeWorld({ place }).verify({ file });
const exitOf = ({ errors }: Report): number => exitCodeOf(errors.map(({ failure }) => failure));
const filesOf = ({ outcomes }: Report): unknown[] => outcomes.map(({ outcome, file }) => `${outcome} ${file}`);
const replace = (tar: Buffer, before: string, after: string): Buffer =>
  Buffer.from(tar.toString("latin1").replace(before, after), "latin1");

test("an archive of coldstore 1.0.0 is verified by its sidecar, and each entry by the list in it", async () => {
  const report = await verify(new OldPlace());
  expect(exitOf(report)).toBe(0);
  expect(report.outcomes).toMatchObject([
    {
      outcome: "ok",
      file: oldArchive,
      proof: "read",
      detail: `as ${oldSidecar} (coldstore 1.0) says, and each of its 9 entries is as its list says`,
    },
  ]);
});

test("an entry that was changed is named, whether or not the archive's digest was changed with it", async () => {
  for (const vouched of [false, true]) {
    const place = new OldPlace();
    place.change((tar) => replace(tar, "a,b\n1,2\n", "a,b\n1,3\n"));
    if (vouched) place.vouch();
    const report = await verify(place);
    const named = filesOf(report).filter((file) => file !== `corrupt ${oldArchive}`);
    expect([exitOf(report), named]).toEqual([
      6,
      [`corrupt ${oldArchive}: data/raw.csv`, `corrupt ${oldArchive}: data/same.csv`],
    ]);
    expect(report.outcomes.length > 2).toBe(!vouched);
  }
});

const changes: Record<string, (place: OldPlace) => void> = {
  "a list of files that was changed": (place) =>
    place.sidecar(
      ({ verification }) => void (verification.per_file_hash["manifest_hash_of_filelist"] = "a".repeat(64)),
    ),
  "other counts": (place) =>
    place.sidecar(({ archive }) => void (archive["member_count"] = { files: 6, dirs: 2, symlinks: 2 })),
  "another size": (place) => place.sidecar(({ archive }) => void (archive["size_bytes"] = 1)),
  "another digest": (place) => place.sidecar(({ archive }) => void (archive["sha256"] = "b".repeat(64))),
  "another digest in its .sha256": (place) => place.put(`${oldArchive}.sha256`, `${"b".repeat(64)}  ${oldArchive}\n`),
  "damage in its gzip": (place) => place.flipByte(oldArchive, 700),
  "its end cut off": (place) => place.truncate(oldArchive, 900),
  "no list in it": (place) => {
    place.change((tar) => replace(tar, "thesis/COLDSTORE/FILELIST", "thesis/COLDSTORE/FILELITS"));
    place.vouch();
  },
  "a zip in its place": (place) => place.put(oldArchive, Buffer.from("PK\u0005\u0006".padEnd(22, "\0"), "latin1")),
};

test("a list of files that isn't there is missed", async () => {
  const place = new OldPlace();
  changes["no list in it"]!(place);
  expect((await verify(place)).errors.map(({ message }) => message)).toContainEqual(
    expect.stringContaining("its list of files isn't in it"),
  );
});

test.each(Object.keys(changes))("an archive of coldstore 1.x with %s is corrupt", async (change) => {
  const place = new OldPlace();
  changes[change]!(place);
  const report = await verify(place);
  expect(exitOf(report)).toBe(6);
  expect(report.outcomes.every(({ outcome }) => outcome === "corrupt")).toBe(true);
  expect(report.errors[0]!.message).toContain(oldSidecar);
});

test("what was made without digests is compared as far as it says", async () => {
  const place = new OldPlace();
  place.sidecar(({ archive, verification }) => {
    delete archive["sha256"];
    delete verification.per_file_hash["manifest_hash_of_filelist"];
  });
  expect((await verify(place)).outcomes[0]).toMatchObject({
    outcome: "ok",
    detail: expect.stringContaining("its 9 entries are as many as it should have"),
  });
});

test("a sidecar that can't be read vouches for nothing, and that is said", async () => {
  for (const [text, words] of [
    ["{", "isn't JSON"],
    [JSON.stringify({ manifest_version: "2.0", archive: {} }), 'is of version "2.0"'],
    [JSON.stringify({ manifest_version: "1.0", archive: { member_count: { files: -1 } } }), "what the archive has"],
  ] as const) {
    const place = new OldPlace();
    place.put(oldSidecar, text);
    const report = await verify(place);
    expect([exitOf(report), filesOf(report)]).toEqual([6, [`corrupt ${oldSidecar}`, `unknown ${oldArchive}`]]);
    expect(report.errors[0]!.message).toContain(words);
  }
});

test("a file of the sidecar's name that something else made is none", async () => {
  for (const text of ["[]", "{}", '{"manifest_version":1}', "null", '"1.0"']) {
    const place = new OldPlace();
    place.put(oldSidecar, text);
    expect((await verify(place)).outcomes).toMatchObject([{ outcome: "ok", detail: `as ${oldArchive}.sha256 says` }]);
  }
});

test("a .sha256 of a file's own counts, as coreutils write it or as the digest alone", async () => {
  const data = Buffer.from("content");
  const sha256 = createHash("sha256").update(data).digest("hex");
  const texts = [`${sha256}  it.iso\n`, `${sha256} *it.iso`, `${sha256}\n`, sha256.toUpperCase(), `  ${sha256}\r\n`];
  for (const text of texts) {
    const place = new MemoryPlace();
    place.objects.set("it.iso", { data, modified: new Date(0) });
    place.objects.set("it.iso.sha256", { data: Buffer.from(text), modified: new Date(0) });
    expect((await verify(place, "it.iso")).outcomes).toMatchObject([
      { outcome: "ok", detail: "as it.iso.sha256 says" },
    ]);
    place.flipByte("it.iso");
    expect(exitOf(await verify(place, "it.iso"))).toBe(6);
  }
});

test("a .sha256 that speaks of another file vouches for nothing", async () => {
  const place = new MemoryPlace();
  place.objects.set("it.iso", { data: Buffer.from("content"), modified: new Date(0) });
  place.objects.set("it.iso.sha256", { data: Buffer.from(`${"a".repeat(64)}  other.iso\n`), modified: new Date(0) });
  expect(filesOf(await verify(place, "it.iso"))).toEqual(["unknown it.iso"]);
});

test("an archive that was packed again is told from the one that was made, though all in it is right", async () => {
  const place = new OldPlace();
  place.put(oldArchive, gzipSync(gunzipSync(place.archive), { level: 1 }));
  const report = await verify(place);
  expect(exitOf(report)).toBe(6);
  expect(filesOf(report).every((file) => file === `corrupt ${oldArchive}`)).toBe(true);
});
