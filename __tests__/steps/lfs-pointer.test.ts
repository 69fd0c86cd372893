import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parsePointer } from "../../src/steps/lfs-pointer.ts";
import { lfsPointer } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";

const oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
const version = "version https://git-lfs.github.com/spec/v1\n";
const parse = (text: string | Uint8Array) => parsePointer(Buffer.from(text), "a.bin");

test("the specification's examples are pointers", () => {
  expect(parse(`${version}oid sha256:${oid}\nsize 12345\n`)).toEqual({ path: "a.bin", oid, bytes: 12345 });
  const extended = `${version}ext-0-foo sha256:${oid}\noid sha256:${oid.toUpperCase().toLowerCase()}\nsize 0\n`;
  expect(parse(extended)).toEqual({ path: "a.bin", oid, bytes: 0 });
});

test("what Git LFS writes for any content is a pointer with its size", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      expect(parse(lfsPointer(content))?.bytes).toBe(content.length);
    }),
    sweep(50),
  );
});

test.each([
  "",
  "version https://git-lfs.github.com/spec/v1",
  version,
  `${version}oid sha256:${oid}\n`,
  `${version}size 5\n`,
  `${version}oid sha256:${oid.slice(1)}\nsize 5\n`,
  `${version}oid sha256:${oid}\nsize -5\n`,
  `${version}oid sha256:${oid}\nsize 5e3\n`,
  `\n${version}oid sha256:${oid}\nsize 5\n`,
  `# ${version}oid sha256:${oid}\nsize 5\n`,
])("%j is no pointer", (text) => expect(parse(text)).toBeUndefined());
