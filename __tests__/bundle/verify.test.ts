import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRepository, type GitFixture } from "../support/git-fixture.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { makePlace, plainUser, type CliPlace } from "../support/run-cli.ts";
import { filesBelow, onlySet, type StoredSet } from "../support/stored-set.ts";

let repository: GitFixture;
let place: CliPlace;
let set: StoredSet;

beforeAll(async () => {
  repository = makeRepository({ files: { "a.txt": "one\n", "sub/b.bin": Buffer.alloc(1_500_000, "block by block ") } });
  place = makePlace();
  expect(
    await place.run(["snapshot", repository.path, place.store, "--format", "tar.gz", "--format", "tar"]),
  ).toMatchObject({ code: 0 });
  set = onlySet(place.store);
});

afterAll(() => {
  repository.remove();
  place[Symbol.dispose]();
});

/** Changes a file for as long as the work takes. */
async function whileChanged<T>(path: string, bytes: Uint8Array | undefined, work: () => Promise<T>): Promise<T> {
  const aside = `${place.path}/aside`;
  renameSync(path, aside);
  if (bytes !== undefined) writeFileSync(path, bytes);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
    renameSync(aside, path);
  }
}

function flipped(path: string): Buffer {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
  return bytes;
}

describe("verify of a store", () => {
  const endings = ["tar.gz", "tar", "files.jsonl.gz", "SHA256SUMS", "RESTORE.md", "coldstore.json"] as const;
  for (const ending of endings)
    test(`a flipped byte in NAME.${ending} is exit 6 and names the file, at every level that reads`, async () => {
      const path = set.path(ending);
      await whileChanged(path, flipped(path), async () => {
        const end = await place.run(["verify", place.store, "--level", "digest"]);
        expect(end).toMatchObject({ code: 6, stdout: expect.stringMatching(/^failed: /) });
        expect(end.stdout).toMatch(new RegExp(`^corrupt ${basename(path).replaceAll(".", "\\.")}`, "m"));
        const json = await place.run(["verify", place.store, "--level", "read", "--json"]);
        const report = JSON.parse(json.stdout) as { status: string; outcomes: readonly unknown[] };
        expect(schemaProblems("report", report)).toEqual([]);
        expect([json.code, report.status]).toEqual([6, "failed"]);
        expect(report.outcomes).toContainEqual(
          expect.objectContaining({ outcome: "corrupt", file: expect.stringContaining(basename(path)) }),
        );
      });
    });

  for (const ending of endings)
    test(`NAME.${ending} missing, or cut short, is exit 6 already by names and sizes`, async () => {
      const path = set.path(ending);
      const cut = readFileSync(path).subarray(0, -1);
      for (const bytes of [undefined, cut])
        await whileChanged(path, bytes, async () => {
          const end = await place.run(["verify", place.store, "--level", "list"]);
          expect(end.code).toBe(6);
          if (ending !== "coldstore.json") expect(end.stdout).toContain(basename(path));
        });
    });

  test.each<[string, (text: string) => string, RegExp]>([
    ["isn't JSON", () => "hello", /isn't a manifest/],
    ["is empty", () => "", /isn't a manifest/],
    [
      "is of a newer schema",
      (text) => text.replace("coldstore/manifest/1", "coldstore/manifest/2"),
      /update Coldstore/,
    ],
    ["is written otherwise", (text) => JSON.stringify(JSON.parse(text)), /changed|manifest/],
    ["is all of null", () => "null\n", /manifest/],
  ])("a manifest that %s is exit 6", async (_, change, says) => {
    const path = set.path("coldstore.json");
    const bytes = Buffer.from(change(readFileSync(path, "utf8")));
    await whileChanged(path, bytes, async () => {
      expect(await place.run(["verify", place.store])).toMatchObject({ code: 6, stdout: expect.stringMatching(says) });
      expect((await place.run(["list", place.store])).stdout).toMatch(/damaged/);
      const again = await place.run(["snapshot", repository.path, place.store]);
      expect(again.code).toBe(6);
    });
  });

  test("all is well again afterwards, also for one who may only read", async () => {
    expect(await place.run(["verify", place.store, "--level", "read"])).toMatchObject({ code: 0 });
    for (const folder of [place.path, place.cwd, place.tmp]) chmodSync(folder, 0o755);
    const end = await place.run(["verify", place.store], plainUser);
    expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: 1 set verified/) });
    expect(end.stderr).toBe(`verifying 1 set in ${place.store}\n`);
  });
});

describe("verify of a single file", () => {
  /** A folder of its own with copies of these files of the set. */
  function folderWith(name: string, ...paths: readonly string[]): string {
    const folder = join(place.path, name);
    mkdirSync(folder);
    for (const path of paths) copyFileSync(path, join(folder, basename(path)));
    return folder;
  }

  test("with its set around it is proven by the manifest, which is said of that file alone", async () => {
    const end = await place.run(["verify", set.path("tar.gz")]);
    expect(end).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^ok: ${set.name}\\.tar\\.gz verified`)),
    });
    expect(await place.run(["verify", set.path("RESTORE.md")])).toMatchObject({ code: 0 });
  });

  test("the manifest stands for its whole set", async () => {
    expect(await place.run(["verify", set.path("coldstore.json")])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ok: 1 set verified/),
    });
    await whileChanged(set.path("tar"), flipped(set.path("tar")), async () => {
      const end = await place.run(["verify", set.path("coldstore.json")]);
      expect(end).toMatchObject({ code: 6, stdout: expect.stringContaining(`${set.name}.tar`) });
    });
  });

  test("with the manifest beside it is proven; with the file list, too, damage is named down to the entry", async () => {
    const folder = folderWith("two", set.path("tar.gz"), set.path("coldstore.json"));
    const file = join(folder, `${set.name}.tar.gz`);
    expect(await place.run(["verify", file])).toMatchObject({ code: 0 });
    chmodSync(file, 0o644);
    writeFileSync(file, flipped(file));
    expect(await place.run(["verify", file])).toMatchObject({ code: 6 });
    copyFileSync(set.path("files.jsonl.gz"), join(folder, basename(set.path("files.jsonl.gz"))));
    const end = await place.run(["verify", file]);
    expect(end).toMatchObject({ code: 6, stdout: expect.stringContaining("sub/b.bin") });
  });

  test("with only SHA256SUMS beside it is proven by its line", async () => {
    const folder = folderWith("sums", set.path("tar.gz"), set.path("SHA256SUMS"));
    const file = join(folder, `${set.name}.tar.gz`);
    const end = await place.run(["verify", file]);
    expect(end).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(new RegExp(`^ok: ${set.name}\\.tar\\.gz verified`)),
    });
    chmodSync(file, 0o644);
    writeFileSync(file, flipped(file));
    expect(await place.run(["verify", file])).toMatchObject({
      code: 6,
      stdout: expect.stringContaining("SHA256SUMS says"),
    });
  });

  test("alone is exit 7 and says what it looked at; damaged it is exit 6", async () => {
    for (const ending of ["tar.gz", "tar"] as const) {
      const folder = folderWith(`alone-${ending}`, set.path(ending));
      const file = join(folder, `${set.name}.${ending}`);
      const end = await place.run(["verify", file]);
      expect(end).toMatchObject({
        code: 7,
        stdout: expect.stringMatching(/a readable tar.* with \d entries.*nothing beside it says/),
      });
      chmodSync(file, 0o644);
      writeFileSync(file, readFileSync(file).subarray(0, -2000));
      expect(await place.run(["verify", file])).toMatchObject({ code: 6 });
    }
  });

  test("that is no archive at all is refused without a proof", async () => {
    const file = join(place.path, "notes.txt");
    writeFileSync(file, "just text\n");
    const end = await place.run(["verify", file]);
    expect([6, 7]).toContain(end.code);
    expect(end.stdout).toMatch(/^failed: notes\.txt/);
  });

  test("through a link is the file that the link leads to", async () => {
    const link = join(place.path, "latest.tar.gz");
    symlinkSync(set.path("tar.gz"), link);
    expect(await place.run(["verify", link])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${set.name}.tar.gz`),
    });
    expect(await place.run(["list", link])).toMatchObject({ code: 0, stdout: expect.stringContaining("sub/b.bin") });
  });

  test("leaves everything as it was", () => {
    expect(place.litter()).toEqual([]);
    expect(filesBelow(set.folder)).toHaveLength(6);
  });
});
