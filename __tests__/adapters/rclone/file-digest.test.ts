import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkOf, digesterOf, hashesToAsk } from "../../../src/adapters/rclone/file-digest.ts";
import { plainScratch } from "../../support/open-fixture.ts";
import { testWith } from "../../support/programs.ts";

const ours = ["md5", "sha1", "sha256", "sha512", "crc32", "dropbox", "quickxor"];

function made(kind: string, data: Uint8Array, cuts: readonly number[] = []): string {
  const digester = digesterOf(kind);
  if (digester === undefined) throw new Error(`no ${kind}`);
  const places = [0, ...cuts.map((cut) => cut % (data.length + 1)).sort((a, b) => a - b), data.length];
  for (let i = 1; i < places.length; i += 1) digester.update(data.subarray(places[i - 1], places[i]));
  return digester.hex();
}

testWith(["rclone"], "digests made here are those that rclone makes", async () => {
  await using scratch = plainScratch();
  const sizes = [0, 1, 160, 161, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1];
  const contents = sizes.map((size) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 31 + (i >> 9)) & 255)));
  for (const [i, content] of contents.entries()) writeFileSync(join(scratch.path, `f${i}`), content);
  const types = ours.flatMap((kind) => ["--hash-type", kind]);
  const args = ["--config", "/dev/null", "lsjson", "--hash", ...types, scratch.path];
  const listed: { Name: string; Hashes: Record<string, string> }[] = JSON.parse(
    execFileSync("rclone", args).toString(),
  );
  expect(listed).toHaveLength(sizes.length);
  for (const { Name, Hashes } of listed) {
    const content = contents[Number(Name.slice(1))] ?? Buffer.alloc(0);
    for (const kind of ours)
      expect([Name, kind, made(kind, content, [7, 100_000])]).toEqual([Name, kind, Hashes[kind]]);
  }
});

test("the same bytes give the same digest, however they are cut", () => {
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 50);
  fc.assert(
    fc.property(fc.constantFrom(...ours), fc.uint8Array({ maxLength: 700 }), fc.array(fc.nat()), (kind, data, cuts) => {
      expect(made(kind, data, cuts)).toBe(made(kind, data));
    }),
    { numRuns },
  );
});

test("the strongest digest that is there is checked, and one is enough where it costs reading the file", () => {
  expect(checkOf({ md5: "a", sha256: "b", quickxor: "c" })).toEqual({ name: "sha256", value: "b" });
  expect(checkOf({ sha256: "", md5: "a" })).toEqual({ name: "md5", value: "a" });
  expect(checkOf({ mailru: "m" })).toEqual({ name: "mailru", value: "m" });
  expect(checkOf({})).toBeUndefined();
  expect(hashesToAsk(["md5", "sha1", "sha256", "mailru"], true)).toEqual(["sha256"]);
  expect(hashesToAsk(["md5", "sha1"], false)).toEqual(["sha1", "md5"]);
  expect(hashesToAsk(["mailru"], false)).toEqual(["mailru"]);
  expect(hashesToAsk([], true)).toEqual([]);
});
