import { expect, test } from "vitest";
import type { RestoreSettings } from "../../src/settings/settings.ts";
import { MemoryPlace } from "../support/memory-store.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { buildTar } from "../support/tar-builder.ts";
import { buildOutputs, errorOf, filesIn, makeWorld, setFolder } from "../support/world.ts";

const list = "app-1.4.0.files.jsonl.gz";

/** A downloaded set of parts, with a build output: all its files in one folder, but for these. */
async function download(without: readonly string[] = []): Promise<MemoryPlace> {
  using outputs = buildOutputs({ "out.bin": "a build output" });
  const data = Array.from({ length: 5000 }, (_, i) => (i * 2654435761) % 1_000_003).join(" ");
  const repository = { files: { a: data, "d/b": "b" }, tags: { "v1.4.0": "annotated" as const } };
  const world = makeWorld({ repository });
  await world.stored({ formats: ["tar.gz", "tar"], splitSize: 9000, files: ["out.bin"] }, { outputs });
  return folderOf(
    filesIn(world.place)
      .filter((name) => !without.includes(name))
      .map((name) => [name, world.place.objects.get(setFolder + name)?.data ?? new Uint8Array()]),
  );
}

function folderOf(files: readonly (readonly [name: string, data: Uint8Array])[]): MemoryPlace {
  const place = new MemoryPlace();
  for (const [name, data] of files) place.objects.set(name, { data, modified: new Date(0) });
  return place;
}

/** Restores one file of a folder into memory. */
async function restored(place: MemoryPlace, file: string, settings: Partial<RestoreSettings> = {}) {
  const target = new MemoryTarget();
  const openTarget = async () => target;
  const report = await makeWorld({ place }).restore({ file: `/dl/${file}`, ...settings }, { openTarget });
  return { report, paths: [...(target.published?.keys() ?? [])].filter((path) => path !== "").sort() };
}

const part = "app-1.4.0.tar.gz.part-001";

test("build outputs come along when they lie beside an archive, and are named when they don't", async () => {
  const there = await restored(await download(), part);
  expect(there.report.warnings).toEqual([]);
  expect(there.paths).toContain("coldstore-files/out.bin");
  const gone = await restored(await download(["out.bin"]), part);
  expect(gone.report.warnings).toEqual([expect.stringMatching(/^build outputs .* weren't restored.*: out\.bin$/u)]);
  expect(gone.paths).toEqual(["a", "d", "d/b"]);
  expect((await restored(await download(["out.bin"]), part, { paths: ["d"] })).report.warnings).toEqual([]);
});

test("a file of a set that is no archive is refused with the name of one that is", async () => {
  const place = await download();
  for (const file of ["out.bin", "app-1.4.0.RESTORE.md", "app-1.4.0.SHA256SUMS", list]) {
    expect(place.objects.has(file)).toBe(true);
    const error = await errorOf(restored(place, file));
    expect([error.failure, error.message]).toEqual(["settings", expect.stringContaining(`${file} isn't an archive`)]);
    expect(error.message).toContain(`give ${part}`);
  }
});

test("parts whose file list is gone are joined, and one alone says what it lacks", async () => {
  const { report, paths } = await restored(await download([list]), part);
  expect(report.outcomes).toMatchObject([{ outcome: "ok", file: part }]);
  expect(report.warnings).toEqual([expect.stringContaining("out.bin")]);
  expect(paths).toEqual(["app-1.4.0", "app-1.4.0/a", "app-1.4.0/d", "app-1.4.0/d/b"]);
  const error = await errorOf(restored(await download([list, "app-1.4.0.tar.gz.part-002"]), part));
  expect(error).toMatchObject({
    failure: "integrity",
    message: expect.stringMatching(
      /is one of the \d+ parts of app-1\.4\.0\.tar\.gz, .*: app-1\.4\.0\.tar\.gz\.part-002;/u,
    ),
  });
  const manifest = await errorOf(restored(await download([list]), "app-1.4.0.coldstore.json"));
  expect(manifest).toMatchObject({ failure: "not-found", message: expect.stringContaining(`archive itself, ${part}`) });
});

test("what is wrong with a file is said with its name", async () => {
  const text = folderOf([
    ["x.tar", Buffer.from("no archive")],
    ["y.tar.gz", Buffer.from("1f8b0800", "hex")],
  ]);
  expect(await errorOf(restored(text, "x.tar"))).toMatchObject({
    failure: "not-found",
    message: expect.stringMatching(/^x\.tar: it isn't/u),
  });
  expect(await errorOf(restored(text, "y.tar.gz"))).toMatchObject({ message: expect.stringMatching(/^y\.tar\.gz: /u) });
});

test("a path is restored from an archive that has links out of it elsewhere", async () => {
  const tar = buildTar([
    { name: "d/a", data: "a" },
    { name: "out", flag: "2", link: "/etc" },
  ]);
  const place = folderOf([["x.tar", tar]]);
  expect((await restored(place, "x.tar", { paths: ["d"] })).paths).toEqual(["d", "d/a"]);
  expect(await errorOf(restored(place, "x.tar"))).toMatchObject({ failure: "unsafe" });
});
