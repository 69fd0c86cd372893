import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { type ReadMember, MemberReader } from "../../src/steps/read-entries.ts";
import { TarReader } from "../../src/steps/tar-reader.ts";
import { chunksOf, sweep } from "../support/packed-archive.ts";
import { buildTar, headerBlock, member, pax, paxRecord, withChecksum, type TarSpec } from "../support/tar-builder.ts";

function read(tar: Uint8Array, chunk = 4096): ReadMember[] {
  const reader = new TarReader();
  const members = new MemberReader(reader, { digests: true });
  const found = [...chunksOf(tar, chunk)].flatMap((part) => [...members.push(part)]);
  reader.end();
  return found;
}

const short = ({ member, sha256 }: ReadMember) => ({
  path: Buffer.from(member.path).toString("latin1"),
  type: member.type,
  mode: member.mode.toString(8),
  size: member.size,
  link: Buffer.from(member.link).toString("latin1"),
  sha256: sha256?.slice(0, 8),
});

const end = Buffer.alloc(1024);
const long = "d/".repeat(90) + "name";

test("files, folders, links and long names are read with their place in the tar", () => {
  const tar = buildTar(
    [
      { name: "p/" },
      { name: "p/a", data: "one\n", mode: 0o755 },
      { name: `p/${long}`, data: "x".repeat(3000) },
      { name: "p/l", flag: "2", link: "t".repeat(150), mode: 0o777 },
      { name: Buffer.from([0x70, 0x2f, 0xff]), data: "" },
    ],
    { commit: "a".repeat(40) },
  );
  const members = read(tar);
  expect(members.map(short)).toEqual([
    { path: "p/", type: "dir", mode: "775", size: 0, link: "", sha256: undefined },
    { path: "p/a", type: "file", mode: "755", size: 4, link: "", sha256: "2c8b08da" },
    { path: `p/${long}`, type: "file", mode: "664", size: 3000, link: "", sha256: expect.any(String) },
    { path: "p/l", type: "symlink", mode: "777", size: 0, link: "t".repeat(150), sha256: undefined },
    { path: "p/\xff", type: "file", mode: "664", size: 0, link: "", sha256: "e3b0c442" },
  ]);
  for (const { member } of members.filter(({ member }) => member.type === "file" && member.size > 0))
    expect(["o", "x"]).toContain(String.fromCharCode(tar[member.offset]!));
});

test("GNU long names, old folders, other kinds and binary numbers are read", () => {
  const gnuSize = (block: Buffer) => {
    block.fill(0, 124, 136);
    block[124] = 0x80;
    block[135] = 3;
  };
  const tar = Buffer.concat([
    member({ name: "././@LongLink", flag: "L", data: `${long}\0` }),
    member({ name: "././@LongLink", flag: "K", data: "target\0" }),
    member({ name: "cut", flag: "2", link: "cut" }),
    member({ name: "old/", flag: "0" }),
    member({ name: "hard", flag: "1", link: "old/x" }),
    member({ name: "null", flag: "3" }),
    member({ name: "gnu", data: "abc", header: gnuSize }),
    member({ name: "v7", data: "z", header: (block) => block.fill(0, 156, 157).fill(0, 257, 512) }),
    end,
  ]);
  expect(
    read(tar).map(({ member }) => [
      Buffer.from(member.path).toString(),
      member.type,
      Buffer.from(member.link).toString(),
    ]),
  ).toEqual([
    [long, "symlink", "target"],
    ["old/", "dir", ""],
    ["hard", "hardlink", "old/x"],
    ["null", "device", ""],
    ["gnu", "file", ""],
    ["v7", "file", ""],
  ]);
});

test("a size of more than 8 GiB is taken from the pax header, and from a binary number", () => {
  const size = 9 * 1024 ** 3;
  const binary = (block: Buffer) => {
    block.fill(0, 124, 136);
    block[124] = 0x80;
    block.writeBigUInt64BE(BigInt(size), 128);
  };
  for (const head of [
    Buffer.concat([pax("x", [["size", String(size)]]), headerBlock({ name: "big", size: 0 })]),
    headerBlock({ name: "big", header: binary }),
  ]) {
    const reader = new TarReader();
    expect([...reader.push(head)]).toMatchObject([{ kind: "member", member: { size, offset: head.length } }]);
    const counts = [...chunksOf(Buffer.alloc(1024 * 1024), 65536)].flatMap((chunk) => [...reader.push(chunk)]);
    expect(counts.every(({ kind }) => kind === "data")).toBe(true);
    expect(() => reader.end()).toThrow("before its end marker");
  }
});

test("a pax header holds for the next entry only, over other headers in between", () => {
  const tar = Buffer.concat([
    pax("x", [
      ["size", "5"],
      ["mtime", "1.5"],
    ]),
    member({ name: "././@LongLink", flag: "L", data: "named\0" }),
    member({ name: "cut", data: "12345" }),
    member({ name: "next", data: "678" }),
    end,
  ]);
  expect(read(tar).map(({ member }) => [Buffer.from(member.path).toString(), member.size])).toEqual([
    ["named", 5],
    ["next", 3],
  ]);
});

test("extended attributes are bytes of any kind, and nothing is taken from them", () => {
  const attribute = pax("x", [["SCHILY.xattr.security.capability", Buffer.from([1, 0, 0, 2, 10, 0])]]);
  expect(read(Buffer.concat([attribute, member({ name: "a", data: "abc" }), end]))).toMatchObject([
    { member: { size: 3 } },
  ]);
});

const good: TarSpec = { name: "a", data: "abc" };
const refused: Record<string, Buffer> = {
  "checksum of a header": (() => {
    const block = member(good);
    block[0] = 0x62;
    return Buffer.concat([block, end]);
  })(),
  "NUL in a record": Buffer.concat([pax("x", [["path", "a\0b"]]), member(good), end]),
  "malformed record": Buffer.concat([member({ name: "x", flag: "x", data: "13 path=abc\n" }), member(good), end]),
  "disagree about its size": Buffer.concat([
    pax("x", [["size", "1024"]]),
    member({ name: "a" }),
    member(good),
    member(good),
    end,
  ]),
  "size in a pax header": Buffer.concat([pax("x", [["size", "-1"]]), member(good), end]),
  "path in a pax header is empty": Buffer.concat([pax("x", [["path", ""]]), member(good), end]),
  "two pax headers": Buffer.concat([pax("x", [["mtime", "1"]]), pax("x", [["mtime", "1"]]), member(good), end]),
  "names or sizes all entries": Buffer.concat([pax("g", [["path", "evil"]]), member(good), end]),
  "that nothing follows": Buffer.concat([pax("x", [["path", "b"]]), end]),
  "sparse file": Buffer.concat([pax("x", [["GNU.sparse.major", "1"]]), member(good), end]),
  "has a sparse file at byte 0": Buffer.concat([member({ ...good, flag: "S" }), end]),
  'type "V"': Buffer.concat([member({ ...good, flag: "V" }), end]),
  "1048576 are read": Buffer.concat([member({ name: "x", flag: "x", data: Buffer.alloc(1024 * 1024 + 1, 0x31) }), end]),
  "a symlink with content": Buffer.concat([member({ ...good, flag: "2", link: "x" }), end]),
  "an entry without a name": Buffer.concat([member({ ...good, name: "" }), end]),
  "by a pax and a GNU header": Buffer.concat([
    pax("x", [["path", "b"]]),
    member({ name: "././@LongLink", flag: "L", data: "c\0" }),
    member(good),
    end,
  ]),
  "something in the padding": (() => {
    const block = member(good);
    block[700] = 1;
    return Buffer.concat([block, end]);
  })(),
  "before its end marker": member(good),
  "ends there": Buffer.concat([member(good), Buffer.alloc(512)]),
  "number at byte 124": Buffer.concat([member({ ...good, header: (block) => block.fill(0xff, 124, 136) }), end]),
  "number at byte 100": Buffer.concat([member({ ...good, header: (block) => block.write("08", 100) }), end]),
  "behind its end": Buffer.concat([member(good), end, member(good), end]),
};

test.each(Object.keys(refused))("a tar is refused: %s", (reason) => {
  for (const chunk of [1, 511, 4096])
    expect(() => read(refused[reason]!, chunk)).toThrow(
      expect.objectContaining({ failure: "integrity", message: expect.stringContaining(reason) }),
    );
});

test("how the bytes are cut into chunks makes no difference", () => {
  const specs: TarSpec[] = [0, 1, 511, 512, 513, 1024, 1025, 5000].map((size) => ({
    name: `p/${size}${"x".repeat(size % 200)}`,
    data: Buffer.alloc(size, size % 251),
  }));
  const tar = buildTar(specs, { commit: "b".repeat(64) });
  const whole = read(tar, tar.length).map(short);
  expect(whole).toHaveLength(specs.length);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), (chunk) => {
      expect(read(tar, chunk).map(short)).toEqual(whole);
    }),
    sweep(40),
  );
});

test("whatever the bytes are, the reader ends, and fails with an integrity error or not at all", () => {
  const seedTar = buildTar([
    { name: "p/" },
    { name: "p/a", data: "abc" },
    { name: `p/${long}`, data: "x".repeat(700) },
    { name: "p/l", flag: "2", link: "t".repeat(150) },
  ]);
  const edit = fc.record({
    at: fc.nat(seedTar.length - 1),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
    mend: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), fc.nat(seedTar.length), (edits, length) => {
      const tar = Buffer.from(seedTar);
      for (const { at, bytes, mend } of edits) {
        tar.set(bytes.subarray(0, tar.length - at), at);
        const block = at - (at % 512);
        if (mend) withChecksum(tar.subarray(block, block + 512));
      }
      try {
        read(tar.subarray(0, length > seedTar.length / 2 ? tar.length : length), 777);
      } catch (error) {
        expect(error).toBeInstanceOf(ColdstoreError);
        expect((error as ColdstoreError).failure).toBe("integrity");
      }
    }),
    sweep(600),
  );
});

test("any pax records that are written are read again", () => {
  const value = fc.uint8Array({ minLength: 1, maxLength: 200 }).filter((bytes) => !bytes.includes(0));
  fc.assert(
    fc.property(value, value, (path, link) => {
      const data = Buffer.concat([paxRecord("path", path), paxRecord("linkpath", link)]);
      const tar = Buffer.concat([member({ name: "x", flag: "x", data }), member({ name: "cut", flag: "2" }), end]);
      const [only] = read(tar);
      expect([Buffer.from(only!.member.path), Buffer.from(only!.member.link)]).toEqual([
        Buffer.from(path),
        Buffer.from(link),
      ]);
    }),
    sweep(200),
  );
});
