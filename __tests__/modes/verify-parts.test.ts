import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Report } from "../../src/model/report.ts";
import { MemoryPlace, MemoryStore } from "../support/memory-store.ts";
import { schemaProblems } from "../support/json-schema.ts";
import {
  bytesIn,
  exitOf,
  filesIn,
  makeWorld,
  manifestIn,
  outcomesOf,
  setFolder,
  stateOf,
  storedWorld,
  type World,
} from "../support/world.ts";

const formats = ["tar.gz", "tar.zst", "tar", "zip"] as const;
const levels = ["digest", "read"] as const;

/** Noise, so that every format has several parts. */
const files = Object.fromEntries(
  Array.from({ length: 6 }, (_, i) => [`f${i}`, Buffer.from(noise(3000, i)).toString("base64")]),
);

function noise(bytes: number, seed: number): number[] {
  let x = seed + 1;
  return Array.from({ length: bytes }, () => (x = (x * 1103515245 + 12345) & 0x7fffffff) >> 16);
}

const repository = { files, tags: { "v1.4.0": "annotated" as const } };
const splitSize = 5000;
const sound = await storedWorld({ formats, splitSize, prove: "read" }, { repository });
const manifest = manifestIn(sound.place);

function copied(digests: readonly "sha256"[] = []): World {
  const place = new MemoryPlace();
  for (const [key, object] of sound.place.objects) place.objects.set(key, object);
  return makeWorld({ place, digests, repository });
}

const archiveOf = (format: string) => manifest.artifacts.find((artifact) => artifact.format === format)!;
const partsOf = (format: string) => archiveOf(format).parts!.map(({ name }) => name);
const facts = (report: Report) => report.outcomes.map(({ outcome, file }) => `${outcome} ${file}`);
const entriesOf = (report: Report) => report.outcomes.flatMap(({ file }) => file?.split(": ")[1] ?? []);

test("a set of parts is proven as it is stored, is right at every level, and follows the schema", async () => {
  expect(schemaProblems("manifest", manifest)).toEqual([]);
  for (const format of formats) {
    const parts = archiveOf(format).parts!;
    expect(parts.length).toBeGreaterThan(2);
    const joined = Buffer.concat(parts.map(({ name }) => bytesIn(sound.place, setFolder + name)));
    expect(joined.length).toBe(archiveOf(format).bytes);
  }
  for (const level of ["list", ...levels] as const)
    expect(outcomesOf(await copied().verify({ level }))).toEqual([level === "list" ? "unproven" : "ok"]);
});

test.each(formats)(
  "a flipped byte in any part of a %s is said of that part, and of the entry that it hits",
  async (format) => {
    for (const level of levels)
      for (const [i, part] of partsOf(format).entries()) {
        const world = copied(i === 0 ? ["sha256"] : []);
        world.place.flipByte(setFolder + part, Math.min(2000, bytesIn(world.place, setFolder + part).length - 1));
        const report = await world.verify({ level });
        expect(exitOf(report)).toBe(6);
        expect(facts(report)).toContain(`corrupt ${part}`);
        const places = new Set(report.outcomes.map(({ file }) => file!.split(": ")[0]));
        expect([...places].filter((place) => place !== part && place !== archiveOf(format).name)).toEqual([]);
        if (i === 1) expect(entriesOf(report).length).toBeGreaterThan(0);
        if (format === "tar" || format === "zip") expect(entriesOf(report).length).toBeLessThan(3);
      }
  },
);

test.each(formats)("a lost, short or long part of a %s is named, and only what lay in it", async (format) => {
  const [, part = ""] = partsOf(format);
  for (const level of levels) {
    const lost = copied();
    lost.place.drop(setFolder + part);
    const missing = await lost.verify({ level });
    expect([exitOf(missing), facts(missing)[0]]).toEqual([6, `missing ${part}`]);
    expect(missing.outcomes.slice(1).every(({ file }) => file!.startsWith(`${archiveOf(format).name}: `))).toBe(true);
    if (format === "tar" || format === "zip") {
      expect(entriesOf(missing).length).toBeGreaterThan(0);
      expect(entriesOf(missing)).not.toContain("f5");
    }
    for (const change of [-100, 70]) {
      const world = copied();
      const bytes = bytesIn(world.place, setFolder + part);
      const data = change < 0 ? bytes.subarray(0, change) : Buffer.concat([bytes, Buffer.alloc(change)]);
      world.place.objects.set(setFolder + part, { data, modified: new Date(0) });
      const report = await world.verify({ level });
      expect([exitOf(report), facts(report)[0]]).toEqual([6, `corrupt ${part}`]);
    }
  }
});

test("swapped parts and one too many are named", async () => {
  const [first = "", second = ""] = partsOf("tar.gz");
  for (const level of levels) {
    const world = copied();
    const [a, b] = [first, second].map((name) => world.place.objects.get(setFolder + name)!);
    world.place.objects.set(setFolder + first, b!).set(setFolder + second, a!);
    world.place.objects.set(`${setFolder}app-1.4.0.tar.gz.part-099`, a!);
    const report = await world.verify({ level });
    expect(facts(report)).toEqual(
      expect.arrayContaining([`corrupt ${first}`, `corrupt ${second}`, "corrupt app-1.4.0.tar.gz.part-099"]),
    );
  }
});

test("all parts of an archive lost: each is named, and the rest is still compared", async () => {
  const world = copied();
  for (const part of partsOf("zip")) world.place.drop(setFolder + part);
  const report = await world.verify({ level: "read" });
  expect(facts(report)).toEqual(partsOf("zip").map((part) => `missing ${part}`));
});

test("a part, or an archive that was joined again, is verified and listed by what lies beside it", async () => {
  const place = new MemoryPlace();
  for (const name of filesIn(sound.place)) place.objects.set(name, sound.place.objects.get(setFolder + name)!);
  const [, part = ""] = partsOf("tar.zst");
  const whole = archiveOf("tar.zst").name;
  const data = Buffer.concat(partsOf("tar.zst").map((name) => bytesIn(place, name)));
  place.objects.set(whole, { data, modified: new Date(0) });
  for (const level of levels)
    for (const file of [part, whole]) {
      const report = await makeWorld({ place }).verify({ file, level });
      expect([exitOf(report), facts(report)]).toEqual([0, [`ok ${file}`]]);
      expect(report.outcomes[0]?.bytes).toBe(bytesIn(place, file).length);
    }
  const listed = await makeWorld({ place }).list({ file: part });
  expect(listed.details).toMatchObject({ kind: "set", entries: { length: 6 } });
  place.flipByte(part, 100);
  place.flipByte(whole, splitSize + 100);
  for (const level of levels)
    for (const file of [part, whole])
      expect(facts(await makeWorld({ place }).verify({ file, level }))).toContain(`corrupt ${file}`);
});

test("a part that can't be read is unknown, by its name", async () => {
  const [, part = ""] = partsOf("tar.gz");
  const world = copied();
  class BrokenStore extends MemoryStore {
    override async open(...args: Parameters<MemoryStore["open"]>) {
      if (args[0].endsWith(part)) throw new ColdstoreError("store", "the disk is broken");
      return super.open(...args);
    }
  }
  const broken = new BrokenStore({ place: world.place, digests: [] });
  for (const level of levels) {
    const report = await world.verify({ level }, { stores: [broken] });
    expect(exitOf(report)).toBe(5);
    expect(report.outcomes).toHaveLength(1);
    expect(report.outcomes[0]!.outcome).toBe("unknown");
    expect(`${report.outcomes[0]!.file} ${report.outcomes[0]!.detail}`).toContain(part);
  }
});

test("a lost part is put back as it was", async () => {
  const world = copied();
  const before = stateOf(world.place);
  const [first = "", second = ""] = partsOf("zip");
  world.place.drop(setFolder + first);
  world.place.truncate(setFolder + second, 10);
  const report = await world.snapshot({ formats, splitSize });
  expect(report.errors).toEqual([]);
  expect(stateOf(world.place)).toEqual(before);
});

test("one set in parts is shown with a line an archive", async () => {
  const report = await copied().list({ sets: [{ id: "v1.4.0" }] });
  expect(report.details).toMatchObject({ kind: "set", manifest: { content_sha256: manifest.content_sha256 } });
});
