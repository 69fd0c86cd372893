import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findInZip, unzipped } from "../../../src/adapters/rclone/rclone-zip.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { testWith } from "../../support/programs.ts";
import { buildZip, type ZipSpec } from "../../support/zip-builder.ts";

const path = "rclone-v1.75.1-linux-amd64/rclone";
const program = Buffer.from("#!/bin/sh\necho rclone\n".repeat(500));

async function contentOf(zip: Buffer): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(unzipped(findInZip(zip, path))));
}

async function faultOf(zip: Buffer): Promise<string> {
  try {
    await contentOf(zip);
  } catch (thrown) {
    if (thrown instanceof ColdstoreError && thrown.failure === "integrity") return thrown.message;
    throw thrown;
  }
  return "none";
}

testWith(["zip"], "the program is read out of a zip that zip has made as rclone's releases are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "coldstore-zip-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "rclone-v1.75.1-linux-amd64"));
  writeFileSync(join(folder, "rclone-v1.75.1-linux-amd64/README.txt"), "read");
  writeFileSync(join(folder, path), program);
  chmodSync(join(folder, path), 0o755);
  execFileSync("zip", ["-q", "-r9", "it.zip", "rclone-v1.75.1-linux-amd64"], { cwd: folder });
  expect((await contentOf(readFileSync(join(folder, "it.zip")))).equals(program)).toBe(true);
});

test.each<[string, readonly ZipSpec[]]>([
  ["stored", [{ name: path, data: program, stored: true, mode: 0o755 }]],
  ["beside names that lead elsewhere", [{ name: "../../x" }, { name: "/etc/x" }, { name: path, data: program }]],
  [
    "beside links",
    [
      { name: "rclone", link: "/bin/sh" },
      { name: path, data: program },
    ],
  ],
])("the program is read when it is %s", async (_, specs) => {
  expect((await contentOf(await buildZip(specs))).equals(program)).toBe(true);
});

test.each<[string, readonly ZipSpec[], string]>([
  ["a link", [{ name: path, link: "/bin/sh" }], "isn't a plain file"],
  ["a folder", [{ name: `${path}/` }], "nowhere"],
  ["elsewhere", [{ name: "rclone", data: program }], "nowhere"],
  ["named by a detour", [{ name: `x/../${path}`, data: program }], "nowhere"],
  [
    "there twice",
    [
      { name: path, data: program },
      { name: path, data: "other" },
    ],
    "several times",
  ],
])("a zip is refused when the program is %s", async (_, specs, fault) => {
  expect(await faultOf(await buildZip(specs))).toContain(fault);
});

test("bytes that aren't what a sound zip has give its program or are refused, and nothing else", async () => {
  const sound = await buildZip([
    { name: "a/b", data: "c" },
    { name: path, data: program.subarray(0, 300) },
  ]);
  const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(changes, fc.nat(sound.length), async (changed, cut) => {
      const zip = Buffer.from(cut % 3 === 0 ? sound.subarray(0, cut) : sound);
      for (const [at, byte] of changed) if (at < zip.length) zip[at] = byte;
      const found = await contentOf(zip).catch((thrown: unknown) => {
        if (thrown instanceof ColdstoreError && thrown.failure === "integrity") return undefined;
        throw thrown;
      });
      if (found !== undefined) expect(found.equals(program.subarray(0, 300))).toBe(true);
    }),
    { numRuns: Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300) },
  );
});

test("content that goes on beyond the size that the zip tells isn't unpacked to its end", async () => {
  const bomb = await buildZip([{ name: path, data: Buffer.alloc(64 * 1024 * 1024) }]);
  const directory = bomb.lastIndexOf(Buffer.from("PK\x01\x02", "latin1"));
  bomb.writeUInt32LE(10, directory + 24);
  let unpacked = 0;
  const reading = async () => {
    for await (const chunk of unzipped(findInZip(bomb, path))) unpacked += chunk.length;
  };
  await expect(reading()).rejects.toThrow("isn't as long as it says");
  expect(unpacked).toBe(0);
});
