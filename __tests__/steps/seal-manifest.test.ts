import * as fc from "fast-check";
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { readableJson } from "../../src/model/canonical-json.ts";
import { asColdstoreError } from "../../src/model/errors.ts";
import type { Manifest } from "../../src/model/manifest.ts";
import { canonicalSha256, parseManifest, sealManifest, serializeManifest } from "../../src/steps/seal-manifest.ts";
import { someOf } from "../support/some-of.ts";
import { sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { bytesIn, setFolder, storedWorld } from "../support/world.ts";

const stored = await storedWorld({ notes: ["für später", 'a "quoted" line\nand another'] });
const bytes = bytesIn(stored.place, `${setFolder}app-1.4.0.coldstore.json`);
const manifest = parseManifest(bytes, "it");
const text = bytes.toString();

/** What parsing says of these bytes; fails when they are taken. */
function refusal(data: Uint8Array | string) {
  try {
    parseManifest(Buffer.from(data), "app.coldstore.json");
  } catch (error) {
    return asColdstoreError(error);
  }
  throw new Error("it was taken for a manifest");
}

type Loose = Record<string, unknown>;

/** Bytes with right digests and seal around whatever a change makes of the manifest. */
function forged(change: (value: Loose & { content: Loose; run: Loose; artifacts: Loose[] }) => unknown): Uint8Array {
  const value = structuredClone(manifest) as never;
  change(value);
  const { seal: _, ...body } = value as Loose;
  const sealed = { ...body, content_sha256: canonicalSha256(body["content"] ?? null) };
  return Buffer.from(readableJson({ ...sealed, seal: canonicalSha256(sealed) }));
}

test("it takes exactly what serializing gives", () => {
  expect(Buffer.from(serializeManifest(manifest)).equals(bytes)).toBe(true);
  const { content, artifacts, run } = manifest;
  expect(sealManifest({ content, artifacts, run })).toEqual(manifest);
});

test("a single bit that flips in any byte is refused with integrity", () => {
  for (let at = 0; at < bytes.length; at += 1)
    for (const bit of someOf([0, 1, 2, 3, 4, 5, 6, 7], 2)) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << bit;
      expect(refusal(flipped).failure).toBe("integrity");
    }
});

test("every cut is refused with integrity", () => {
  for (let length = 0; length < bytes.length; length += 1)
    expect(refusal(bytes.subarray(0, length)).failure).toBe("integrity");
});

test.each([
  ["keys in another order", text.replace(/^(\{\n)(.*?)(  "content_sha256": .*?\n)/s, "$1$3$2")],
  ["a key twice", text.replace("{\n", '{\n  "seal": "x",\n')],
  ["the same key twice with one value", text.replace(/\n( {2}"seal": "\w+")\n/, "\n$1,\n$1\n")],
  ["one more space", text.replace('"seal": ', '"seal":  ')],
  ["no space", text.replace('"seal": ', '"seal":')],
  ["a tab", text.replace('  "seal"', '\t"seal"')],
  ["no line feed at the end", text.slice(0, -1)],
  ["two line feeds at the end", `${text}\n`],
  ["a space before", ` ${text}`],
  ["CRLF", text.replaceAll("\n", "\r\n")],
  ["a BOM", `\ufeff${text}`],
  ["another way to write a character", text.replace("für", String.raw`f\u00fcr`)],
  ["another way to write a number", text.replace(/"bytes": (\d+)/, '"bytes": $1.0')],
  ["UTF-16", Buffer.from(text, "utf16le")],
  ["bytes that aren't UTF-8", Buffer.concat([bytes.subarray(0, 40), Buffer.from([0xff]), bytes.subarray(40)])],
  ["a NUL at the end", `${text}\0`],
  ["twice the same", text + text],
  ["another seal", text.replace(/"seal": "\w+"/, `"seal": "${"0".repeat(64)}"`)],
  ["nothing", ""],
  ["no JSON", "not JSON"],
  ["a list", "[]\n"],
  ["null", "null\n"],
  ["a string", '"x"\n'],
  ["an empty object", "{}\n"],
  ["deep nesting", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  [
    "deep nesting in a manifest",
    text.replace('"notes": [', `"deep": ${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)},\n"notes": [`),
  ],
  ["a number without end", text.replace(/"bytes": \d+/, '"bytes": 1e400')],
  ["minus zero", text.replace(/"symlinks": \d+/, '"symlinks": -0')],
  ["a __proto__", text.replace("{\n", '{\n  "__proto__": {},\n')],
])("%s is refused with integrity", (_, data) => {
  expect(Buffer.from(data).equals(bytes)).toBe(false);
  const error = refusal(data);
  expect([error.failure, error.message]).toEqual([
    "integrity",
    expect.stringMatching(/^app\.coldstore\.json (isn't|was changed)/),
  ]);
});

test("a newer schema is refused with the advice to update, anything else as no manifest", () => {
  expect(refusal(text.replace("manifest/1", "manifest/2")).message).toMatch(
    /newer Coldstore \(coldstore\/manifest\/2\); update Coldstore/,
  );
  expect(refusal(text.replace("manifest/1", "manifest/10")).message).toMatch(/update Coldstore/);
  for (const schema of ["coldstore/manifest/0", "coldstore/manifest/01x", "coldstore/history/2", ""])
    expect(refusal(text.replace("coldstore/manifest/1", schema)).message).toMatch(/isn't a Coldstore manifest/);
});

test("keys that this version doesn't know are kept, and the manifest stays valid", () => {
  const data = forged((value) => {
    value["future"] = { list: [1, "x", null], "": true };
    value.content["more"] = "y";
    value.artifacts[0]!["signed"] = true;
    value.run["__proto__x"] = 1;
  });
  const parsed = parseManifest(data, "it") as Manifest & Loose;
  expect(parsed["future"]).toEqual({ list: [1, "x", null], "": true });
  expect(Buffer.from(serializeManifest(parsed)).equals(data)).toBe(true);
});

test("a key called __proto__ that is sealed is data like any other", () => {
  const data = forged((value) =>
    Object.defineProperty(value, "__proto__", { value: { polluted: 1 }, enumerable: true }),
  );
  const parsed = parseManifest(data, "it");
  expect(Buffer.from(serializeManifest(parsed)).equals(data)).toBe(true);
  expect(({} as Loose)["polluted"]).toBeUndefined();
});

test.each(["../up", "a/b", "..", ".", "", "a\\b", "/etc/passwd", "C:x", "a\0", "a b", "ü", "x".repeat(256)])(
  "a file called %j could lead out of the folder and is refused",
  (name) => {
    for (const data of [
      forged((value) => (value.artifacts[0]!["name"] = name)),
      forged((value) => (value.content["files"] = [{ name, bytes: 1, sha256: "0".repeat(64) }])),
      forged((value) => (value.run["superseded"] = [name])),
    ])
      expect(refusal(data).failure).toBe("integrity");
  },
);

test.each<[string, Parameters<typeof forged>[0]]>([
  ["a file twice", (value) => value.artifacts.push(structuredClone(value.artifacts[0]!))],
  ["no content", (value) => delete (value as Partial<Loose>)["content"]],
  ["no run", (value) => delete (value as Partial<Loose>)["run"]],
  ["artifacts that are no list", (value) => ((value as Loose)["artifacts"] = {})],
  ["a negative size", (value) => (value.artifacts[0]!["bytes"] = -1)],
  ["half a byte", (value) => (value.artifacts[0]!["bytes"] = 1.5)],
  ["a size beyond what is exact", (value) => (value.artifacts[0]!["bytes"] = 2 ** 60)],
  ["a short digest", (value) => (value.artifacts[0]!["sha256"] = "00")],
  ["a digest in capitals", (value) => (value.artifacts[0]!["sha256"] = "A".repeat(64))],
  ["an unknown role", (value) => (value.artifacts[0]!["role"] = "boss")],
  ["blocks that go back", (value) => Object.assign(value.artifacts[0]!["compression"] as Loose, { blocks: [10, 5] })],
  ["blocks of no bytes", (value) => Object.assign(value.artifacts[0]!["compression"] as Loose, { block_bytes: 0 })],
  [
    "an algorithm that isn't gzip",
    (value) => Object.assign(value.artifacts[0]!["compression"] as Loose, { algorithm: "rar" }),
  ],
  ["a commit that is no id", (value) => Object.assign(value.content["source"] as Loose, { commit: "--upload-pack" })],
  ["notes that are no list", (value) => (value.run["notes"] = "text")],
  ["a note that is no text", (value) => (value.run["notes"] = [{}])],
  ["contacts that are no list", (value) => (value.run["contacts"] = 5)],
  ["a milestone that is no text", (value) => (value.run["milestone"] = {})],
  ["no tool", (value) => delete value.run["tool"]],
  ["an origin that is no text", (value) => (value.run["origin"] = 7)],
  ["a start that is no time", (value) => (value.run["started"] = "soon")],
])("a sealed manifest with %s is refused", (_, change) => {
  const error = refusal(forged(change));
  expect([error.failure, error.message]).toEqual([
    "integrity",
    expect.stringMatching(/fields are missing or malformed/),
  ]);
});

test("no value in any place makes parsing fail otherwise than with integrity", () => {
  const places = placesIn(manifest, []);
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(null, -1, "", [], {}, "../x", 1e21, true));
  fc.assert(
    fc.property(fc.constantFrom(...places), odd, (path, value) => {
      const data = forged((whole) => {
        let at: Loose = whole;
        for (const key of path.slice(0, -1)) at = at[key] as Loose;
        at[path.at(-1)!] = value;
      });
      try {
        parseManifest(data, "it");
      } catch (error) {
        expect(asColdstoreError(error).failure).toBe("integrity");
      }
    }),
    sweep(500),
  );
});

function placesIn(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => placesIn(member, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

testWith(["python3"], "another program gets the same digests from the documented form", () => {
  const script = `
import hashlib, json, sys
data = sys.stdin.buffer.read()
m = json.loads(data)
canonical = lambda v: json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
digest = lambda v: hashlib.sha256(canonical(v)).hexdigest()
assert m["content_sha256"] == digest(m["content"])
seal = m.pop("seal")
assert seal == digest(m)
print("ok")
`;
  expect(execFileSync("python3", ["-c", script], { input: bytes }).toString()).toBe("ok\n");
});
