import { Buffer } from "node:buffer";
import { constants, crc32, gzipSync, zstdCompressSync } from "node:zlib";
import { rawZip, type RawZipEntry, type RawZipShape } from "./raw-zip.ts";
import { buildTar, headerBlock, member, pax, paxRecord, type TarSpec, withChecksum } from "./tar-builder.ts";

/** An archive that somebody made to harm, or that has been used to confuse programs; each is built when it is asked for. */
export interface HostileArchive {
  /** What it tries, as a sentence's end. */
  readonly name: string;
  readonly format: "tar" | "tar.gz" | "tar.zst" | "zip";
  bytes(): Buffer;
  /** How its restore has to end where names are any bytes and links can be made; the failure, or `harmless`: it is restored. */
  readonly what: "unsafe" | "integrity" | "harmless";
  /** The same on Windows's file systems, where that differs. */
  readonly onWindows?: "unsafe";
}

/** Archives that are refused, or are to come out whole, by what they try. All are to be had without any other program. */
export function hostileArchives(): readonly HostileArchive[] {
  return [
    ...paths(),
    ...links(),
    ...hardLinks(),
    ...smuggledTars(),
    ...damagedTars(),
    ...containers(),
    ...zipNames(),
    ...zipStructures(),
  ];
}

type What = Pick<HostileArchive, "what" | "onWindows">;

const unsafe: What = { what: "unsafe" };
const integrity: What = { what: "integrity" };
const harmless: What = { what: "harmless" };
const unsafeOnWindows: What = { what: "harmless", onWindows: "unsafe" };

function tar(name: string, specs: readonly TarSpec[] | (() => Buffer), what: What): HostileArchive {
  return { name, format: "tar", bytes: typeof specs === "function" ? specs : () => buildTar(specs), ...what };
}

function zip(name: string, entries: readonly RawZipEntry[], what: What, shape?: RawZipShape): HostileArchive {
  return { name, format: "zip", bytes: () => rawZip(entries, shape), ...what };
}

const good: TarSpec = { name: "good", data: "good" };
const end = Buffer.alloc(1024);
const link = (name: string, target: string): TarSpec => ({ name, flag: "2", link: target });
const hard = (name: string, target: string): TarSpec => ({ name, flag: "1", link: target });

function paths(): HostileArchive[] {
  const one = (name: string, path: string, what: What): HostileArchive =>
    tar(name, [good, { name: path, data: "x" }], what);
  return [
    one("climbs out (zip-slip)", "../evil", unsafe),
    one("climbs out behind a folder", "a/../../evil", unsafe),
    one("climbs out behind dots", "././../evil", unsafe),
    one("climbs within", "a/../b", unsafe),
    one("is absolute", "/tmp/evil", unsafe),
    one("is absolute twice", "//tmp/evil", unsafe),
    one("climbs with backslashes", "..\\..\\evil", unsafeOnWindows),
    one("has a drive", "C:\\evil", unsafeOnWindows),
    one("has a drive without a slash", "C:evil", unsafeOnWindows),
    one("has a drive and a slash", "C:/evil", unsafeOnWindows),
    one("is a share", "\\\\host\\share\\evil", unsafeOnWindows),
    one("is a device path", "\\\\?\\C:\\evil", unsafeOnWindows),
    one("is a device of Windows's", "aux", unsafeOnWindows),
    one("is a device with an ending", "d/COM\u00b9.txt", unsafeOnWindows),
    one("is a hidden stream", "good.txt:evil", unsafeOnWindows),
    one("ends with a dot", "evil./x", unsafeOnWindows),
    one("is git's folder", ".git/hooks/post-checkout", unsafe),
    one("is git's folder, in capitals", "a/.GIT/config", unsafe),
    one("is git's folder by its short name", "GIT~1/config", unsafe),
    one("is git's folder as a stream", ".git::$INDEX_ALLOCATION/config", unsafe),
    one("is git's folder with what HFS+ ignores", ".g\u200cit/config", unsafe),
    one("is Mercurial's folder", "x/.hg/hgrc", unsafe),
    one("moves the terminal's cursor", "\x1b]0;evil\x07\x1b[2J", unsafeOnWindows),
    one("is a workflow's command", "::set-output name=x::y", unsafeOnWindows),
    tar("lies ten thousand folders deep", [{ name: `${"d/".repeat(10_000)}f`, data: "x" }], unsafe),
    tar("has a name of 256 bytes", [{ name: "n".repeat(256), data: "x" }], unsafe),
    tar("is there twice", [good, { name: "a", data: "1" }, { name: "a", data: "2" }], unsafe),
    tar(
      "is a file and a folder",
      [
        { name: "a", data: "1" },
        { name: "a/", flag: "5" },
      ],
      unsafe,
    ),
    tar(
      "lies in a file",
      [
        { name: "a", data: "1" },
        { name: "a/b", data: "2" },
      ],
      unsafe,
    ),
    tar(
      "is a file where a folder had to be",
      [
        { name: "a/b", data: "2" },
        { name: "a", data: "1" },
      ],
      unsafe,
    ),
    tar(
      "is spelled in two cases",
      [
        { name: "README", data: "1" },
        { name: "readme", data: "2" },
      ],
      unsafeOnWindows,
    ),
    tar("has an entry that is the top itself, as a file", [{ name: ".", data: "x" }], unsafe),
    tar("names the top as a folder", [{ name: "./" }, { name: "./a", data: "x" }], harmless),
    tar(
      "has a great many empty entries",
      () => Buffer.concat([...Array.from({ length: 300 }, (_, i) => member({ name: `e/${i}` })), end]),
      harmless,
    ),
  ];
}

function links(): HostileArchive[] {
  return [
    tar("writes through a link", [link("l", "/tmp"), { name: "l/evil", data: "x" }], unsafe),
    tar(
      "writes through a link that stays inside",
      [{ name: "d/" }, link("l", "d"), { name: "l/evil", data: "x" }],
      unsafe,
    ),
    tar("writes first, and links then", [{ name: "l/evil", data: "x" }, link("l", "/tmp")], unsafe),
    tar("puts a link where a folder was", [{ name: "d/" }, link("d", "/tmp"), { name: "d/evil", data: "x" }], unsafe),
    tar("puts a file where a link was", [link("l", "/tmp/evil"), { name: "l", data: "x" }], unsafe),
    tar("makes a link through a link", [link("l", "."), link("l/m", "..")], unsafe),
    tar("links out", [link("l", "../x")], unsafe),
    tar("links to the root", [link("l", "/")], unsafe),
    tar("links out behind a folder", [{ name: "d/" }, link("d/l", "x/../../..")], unsafe),
    tar("links out by a chain", [{ name: "d/" }, link("d/up", ".."), link("l", "d/up/..")], unsafe),
    tar("links out by three links", [link("a", "b/.."), link("b", "c"), link("c", ".")], unsafe),
    tar("links out by a link that comes later", [link("l", "d/up/.."), link("d/up", "..")], unsafe),
    tar("links to a drive's folder (CVE-2026-31802)", [link("l", "C:../x")], unsafeOnWindows),
    tar("links to a drive", [link("l", "C:\\Windows")], unsafe),
    tar("links to a share", [link("l", "\\\\host\\share")], unsafe),
    tar("links to nothing", [link("l", "")], unsafe),
    tar("links to 4096 bytes", [link("l", "x".repeat(4096))], unsafe),
    tar("links in a circle", [link("a", "b"), link("b", "a"), link("c", "c/x")], harmless),
    tar(
      "links twofold at each step",
      Array.from({ length: 40 }, (_, i) => link(`l${i}`, `l${i + 1}/../l${i + 1}`)),
      unsafe,
    ),
    tar(
      "is one with a link where accents and case fold (CVE-2026-23950)",
      [{ name: "inner/" }, link("stra\u00dfe", "inner"), { name: "STRASSE/x", data: "x" }],
      unsafeOnWindows,
    ),
  ];
}

function hardLinks(): HostileArchive[] {
  return [
    tar("is a second name of a file outside", [hard("l", "../../etc/passwd")], unsafe),
    tar("is a second name of an absolute file", [hard("l", "/etc/passwd")], unsafe),
    tar("is a second name of a drive's file (CVE-2026-29786)", [hard("l", "C:../evil")], unsafe),
    tar(
      "is a second name by way of links (CVE-2026-26960)",
      [{ name: "a/b/" }, link("a/b/up", "../.."), link("up", "a/b/up/.."), hard("l", "up/etc/passwd")],
      unsafe,
    ),
    tar("is a second name of a link", [link("s", "good"), hard("l", "s")], unsafe),
    tar("is a second name of itself", [hard("l", "l")], unsafe),
    tar("is a second name of what comes later", [hard("l", "good"), good], unsafe),
    tar("is a second name of a folder", [{ name: "d/" }, hard("l", "d/")], unsafe),
    tar("is a second name, with content of its own", [good, { ...hard("l", "good"), data: "evil" }], integrity),
    tar("is a second name of a file in it", [good, hard("l", "good")], harmless),
  ];
}

function smuggledTars(): HostileArchive[] {
  const hidden = member({ name: "../evil", data: "x" });
  const meta = (flag: string, data: string | Uint8Array): Buffer => member({ name: "././@LongLink", flag, data });
  const concat = (...parts: Uint8Array[]): Buffer => Buffer.concat([...parts, end]);
  const plain = member(good);
  return [
    tar("is named by a pax header", () => concat(pax("x", [["path", "../evil"]]), plain), unsafe),
    tar(
      "is named twice by a pax header",
      () =>
        concat(
          pax("x", [
            ["path", "a"],
            ["path", "../evil"],
          ]),
          plain,
        ),
      unsafe,
    ),
    tar("is linked by a pax header", () => concat(pax("x", [["linkpath", "/etc"]]), member(link("l", "good"))), unsafe),
    tar("is named by a GNU header", () => concat(meta("L", "../evil\0"), plain), unsafe),
    tar("is linked by a GNU header", () => concat(meta("K", "/etc\0"), member(link("l", "good"))), unsafe),
    tar(
      "hides an entry behind a pax size (TARmageddon)",
      () => concat(pax("x", [["size", String(hidden.length)]]), headerBlock({ name: "good" }), hidden),
      integrity,
    ),
    tar(
      "hides an entry behind a header's size",
      () => concat(pax("x", [["size", "0"]]), headerBlock({ name: "good", size: hidden.length }), hidden),
      integrity,
    ),
    tar(
      "has a GNU name behind a pax size (TARmageddon)",
      () => concat(pax("x", [["size", "1024"]]), meta("L", "name\0"), headerBlock({ name: "good" }), hidden),
      integrity,
    ),
    tar(
      "is named by a pax and by a GNU header",
      () => concat(pax("x", [["path", "a"]]), meta("L", "b\0"), plain),
      integrity,
    ),
    tar(
      "has a global header behind a pax header",
      () => concat(pax("x", [["path", "a"]]), pax("g", [["comment", "x"]]), plain),
      harmless,
    ),
    tar("has two pax headers", () => concat(pax("x", [["path", "a"]]), pax("x", [["path", "b"]]), plain), integrity),
    tar("is named by a global header", () => concat(pax("g", [["path", "../evil"]]), plain), integrity),
    tar("has a pax header for nothing", () => concat(plain, pax("x", [["path", "a"]])), integrity),
    tar("has a NUL in a pax name", () => concat(pax("x", [["path", "good\0/../../evil"]]), plain), integrity),
    tar("has a NUL in a GNU name", () => concat(meta("L", "good\0../evil\0"), plain), integrity),
    tar(
      "has a pax record that is too long",
      () => concat(member({ name: "p", flag: "x", data: "99 path=a\n" }), plain),
      integrity,
    ),
    tar(
      "has a pax record without an end",
      () => concat(member({ name: "p", flag: "x", data: "9 path=ab" }), plain),
      integrity,
    ),
    tar("has a pax size that is negative", () => concat(pax("x", [["size", "-1"]]), plain), integrity),
    tar("has a pax size beyond all numbers", () => concat(pax("x", [["size", "9".repeat(30)]]), plain), integrity),
    tar(
      "has a pax header of two megabytes",
      () => concat(member({ name: "p", flag: "x", data: paxRecord("x", "y".repeat(2e6)) }), plain),
      integrity,
    ),
    tar("is a sparse file of GNU's", () => concat(member({ ...good, flag: "S" })), integrity),
    tar(
      "is a sparse file by pax",
      () =>
        concat(
          pax("x", [
            ["GNU.sparse.major", "1"],
            ["GNU.sparse.minor", "0"],
          ]),
          plain,
        ),
      integrity,
    ),
  ];
}

function damagedTars(): HostileArchive[] {
  const flagged = (flag: string): readonly TarSpec[] => [good, { name: "x", flag }];
  const sized = (write: (block: Buffer) => void) => (): Buffer =>
    Buffer.concat([withChecksum(headerBlock({ name: "x", header: write })), end]);
  return [
    tar("is a character device", flagged("3"), unsafe),
    tar("is a block device", flagged("4"), unsafe),
    tar("is a pipe", flagged("6"), unsafe),
    tar("is of a type that nobody knows", flagged("Z"), integrity),
    tar("is a folder of GNU's incremental dumps", flagged("D"), integrity),
    tar("goes on in another volume", flagged("M"), integrity),
    tar(
      "is setuid, setgid and sticky",
      [
        { name: "x", data: "x", mode: 0o7777 },
        { name: "d/", mode: 0o7777 },
      ],
      harmless,
    ),
    tar("is a folder with content", [{ name: "d/", flag: "5", data: "x" }], integrity),
    tar("is a link with content", [{ ...link("l", "good"), data: "x" }], integrity),
    tar(
      "has a negative size",
      sized((block) => block.fill(0xff, 124, 136)),
      integrity,
    ),
    tar(
      "has a size of 2^80",
      sized((block) => block.fill(0, 124, 136).writeUInt8(0x80, 124) && block.writeUInt8(1, 125)),
      integrity,
    ),
    tar(
      "has a size that isn't a number",
      sized((block) => block.write("0000000 9x9", 124)),
      integrity,
    ),
    tar("says to be larger than it is", [{ name: "x", data: "x", size: 1e9 }], integrity),
    tar(
      "has a wrong checksum",
      () => {
        const bytes = buildTar([good]);
        bytes.write("evil", 0);
        return bytes;
      },
      integrity,
    ),
    tar(
      "is two tars in one",
      () => Buffer.concat([buildTar([good]), buildTar([{ name: "evil", data: "x" }])]),
      integrity,
    ),
    tar("goes on behind its end", () => Buffer.concat([buildTar([good]), Buffer.alloc(512, "x")]), integrity),
    tar(
      "goes on behind one block of zeros",
      () => Buffer.concat([member(good), Buffer.alloc(512), member({ name: "evil" }), end]),
      integrity,
    ),
    tar("ends without an end", () => Buffer.concat([member(good)]), integrity),
    tar(
      "has something in its padding",
      () => {
        const bytes = buildTar([good]);
        bytes.write("evil", 600);
        return bytes;
      },
      integrity,
    ),
  ];
}

function containers(): HostileArchive[] {
  const plain = buildTar([good]);
  const noise = Buffer.from("garbage");
  const skippable = Buffer.concat([Buffer.of(0x50, 0x2a, 0x4d, 0x18, 7, 0, 0, 0), noise]);
  const one = (format: "tar.gz" | "tar.zst", name: string, bytes: () => Buffer, what: What): HostileArchive => ({
    name,
    format,
    bytes,
    ...what,
  });
  const zst = zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  const zeros = 70 * 1024 * 1024;
  const bomb = (): Buffer => Buffer.concat([headerBlock({ name: "zeros", size: zeros }), Buffer.alloc(zeros), end]);
  return [
    one(
      "tar.gz",
      "is a gzip of several members",
      () => Buffer.concat([gzipSync(plain.subarray(0, 700)), gzipSync(plain.subarray(700))]),
      harmless,
    ),
    one("tar.gz", "is followed by zeros", () => Buffer.concat([gzipSync(plain), Buffer.alloc(512)]), harmless),
    one("tar.gz", "is followed by something", () => Buffer.concat([gzipSync(plain), noise]), integrity),
    one("tar.gz", "is followed by another tar", () => Buffer.concat([gzipSync(plain), gzipSync(plain)]), integrity),
    one("tar.gz", "is cut off", () => gzipSync(plain).subarray(0, -9), integrity),
    one(
      "tar.gz",
      "has a wrong length",
      () => {
        const bytes = gzipSync(plain);
        bytes[bytes.length - 1]! ^= 1;
        return bytes;
      },
      integrity,
    ),
    one("tar.gz", "climbs out, packed", () => gzipSync(buildTar([{ name: "../evil", data: "x" }])), unsafe),
    one("tar.zst", "has frames to be skipped", () => Buffer.concat([skippable, zst, skippable]), harmless),
    one(
      "tar.zst",
      "is of several frames",
      () => Buffer.concat([zstdCompressSync(plain.subarray(0, 700)), zstdCompressSync(plain.subarray(700))]),
      harmless,
    ),
    one("tar.zst", "is followed by something", () => Buffer.concat([zst, noise]), integrity),
    one("tar.zst", "is followed by another tar", () => Buffer.concat([zst, zst]), integrity),
    one("tar.zst", "is cut off", () => zst.subarray(0, -5), integrity),
    one(
      "tar.zst",
      "has a wrong checksum",
      () => {
        const bytes = Buffer.from(zst);
        bytes[bytes.length - 1]! ^= 1;
        return bytes;
      },
      integrity,
    ),
    one(
      "tar.zst",
      "wants more memory than there is",
      () => Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0xf8, 3, 0, 0, 0x61),
      integrity,
    ),
    one("tar.zst", "unpacks to ten thousand times its size", () => zstdCompressSync(bomb()), unsafe),
  ];
}

function zipNames(): HostileArchive[] {
  const one = (name: string, path: string, what: What, more: Partial<RawZipEntry> = {}): HostileArchive =>
    zip(
      name,
      [
        { name: "good", data: "good" },
        { name: path, data: "x", ...more },
      ],
      what,
    );
  const symlink = { mode: 0o120777 };
  return [
    one("climbs out (zip-slip)", "../../evil", unsafe),
    one("climbs with backslashes, made on DOS", "..\\..\\evil", unsafe, { host: 0 }),
    one("climbs with backslashes, made on Unix", "..\\..\\evil", unsafeOnWindows),
    one("is absolute", "/evil", unsafe),
    one("has a drive, made on DOS", "C:\\evil", unsafeOnWindows, { host: 0 }),
    one("is a share, made on DOS", "\\\\host\\evil", unsafe, { host: 0 }),
    one("has a NUL", "good.txt\0.png", unsafe),
    one("is git's folder", ".git/config", unsafe),
    one("is a device of Windows's", "nul.txt", unsafeOnWindows),
    one("is a pipe", "x", unsafe, { mode: 0o10644 }),
    one("is a device", "x", unsafe, { mode: 0o20644 }),
    one("is setuid", "x", harmless, { mode: 0o106755 }),
    one("links out", "l", unsafe, { data: "../../etc", ...symlink }),
    one("links to the root", "l", unsafe, { data: "/", method: 0, ...symlink }),
    one("links to nothing", "l", unsafe, { data: "", method: 0, ...symlink }),
    one("is a link by its mode and a folder by its name", "l/", integrity, { data: "/etc", ...symlink }),
    one("is a folder with content", "d/", integrity),
    zip(
      "writes through a link",
      [
        { name: "l", data: ".", ...symlink },
        { name: "l/evil", data: "x" },
      ],
      unsafe,
    ),
    zip(
      "is there twice",
      [
        { name: "a", data: "1" },
        { name: "a", data: "2" },
      ],
      unsafe,
    ),
    zip("is a file and a folder", [{ name: "a", data: "1" }, { name: "a/" }], unsafe),
    zip(
      "is spelled in two cases",
      [
        { name: "A", data: "1" },
        { name: "a", data: "2" },
      ],
      unsafeOnWindows,
    ),
    zip(
      "has a great many empty entries",
      Array.from({ length: 300 }, (_, i) => ({ name: `e/${i}`, method: 0 })),
      harmless,
    ),
  ];
}

function zipStructures(): HostileArchive[] {
  const first: RawZipEntry = { name: "good", data: "good" };
  const one = (name: string, entry: Partial<RawZipEntry>, what: What = integrity): HostileArchive =>
    zip(name, [first, { name: "x", data: "content", ...entry }], what);
  const kernel = Buffer.alloc(100_000);
  return [
    one("is named otherwise where it lies", { local: { name: "y" } }),
    one("is larger where it lies", { local: { bytes: 8 } }),
    one("is packed larger where it lies", { local: { packedBytes: 8 } }),
    one("has another checksum where it lies", { local: { crc: 1 } }),
    one("is packed otherwise where it lies", { local: { method: 0 } }),
    one("is encrypted where it lies", { local: { flags: 1 } }),
    one("is encrypted", { flags: 1 }),
    one("is packed as nobody knows", { method: 99 }),
    one("has a wrong checksum", { central: { crc: 1 }, local: { crc: 1 } }),
    one("unpacks to more than it says", { data: kernel, central: { bytes: 10 }, local: { bytes: 10 } }),
    one("unpacks to less than it says", { central: { bytes: 1e9 }, local: { bytes: 1e9 } }),
    one("lies outside of the file", { central: { offset: 0xffff_fff0 } }),
    one("has another name in a field for Unicode", { central: { extra: unicodePath("x", "../evil") } }, harmless),
    zip(
      "has an entry that lies where another does",
      [first, { ...first, name: "good", unheld: true, central: { offset: 0 } }],
      integrity,
    ),
    zip("has one content under many names (Fifield)", overlapping(kernel), integrity),
    zip(
      "has an entry that its directory doesn't name",
      [first, { name: "evil", data: "x", unlisted: true }],
      integrity,
    ),
    zip(
      "has an entry between others that its directory doesn't name",
      [{ name: "evil", data: "x", unlisted: true }, first],
      integrity,
    ),
    zip("names an entry that isn't there", [first, { name: "x", unheld: true }], integrity),
    zip("counts too many entries", [first], integrity, { count: 2 }),
    zip("counts too few entries", [first, { name: "x" }], integrity, { count: 1 }),
    zip("has something before it", [first], integrity, { before: Buffer.from("PK\u0003\u0004 and more") }),
    zip("has something behind it", [first], integrity, { behind: Buffer.from("evil") }),
    zip("has another zip in its comment", [first], integrity, { comment: rawZip([{ name: "evil", data: "x" }]) }),
    {
      name: "is two zips in one",
      format: "zip",
      bytes: () => Buffer.concat([rawZip([first]), rawZip([{ name: "evil" }])]),
      ...integrity,
    },
  ];
}

/** Info-ZIP's field with a name in UTF-8, which some readers go by (APPNOTE 4.6.9). */
function unicodePath(name: string, instead: string): Buffer {
  const field = Buffer.alloc(9);
  field.writeUInt16LE(0x7075);
  field.writeUInt16LE(5 + instead.length, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32(name), 5);
  return Buffer.concat([field, Buffer.from(instead)]);
}

/** All are said to lie where the first does. */
function overlapping(kernel: Buffer): RawZipEntry[] {
  return [
    { name: "a", data: kernel },
    ...Array.from({ length: 50 }, (_, i) => ({ name: `b${i}`, data: kernel, unheld: true, central: { offset: 0 } })),
  ];
}
