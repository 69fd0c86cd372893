import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { tarEnd, tarHead, type TarHead, tarHeadBytes, tarPadding } from "../../src/steps/write-tar-header.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { membersByPython } from "../support/python-tar.ts";

const folder = mkdtempSync(join(tmpdir(), "coldstore-head-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");
const file = (path: string, rest: Partial<TarHead> = {}): TarHead => ({
  path: bytes(path),
  type: "file",
  mode: 0o644,
  size: 0,
  mtime: 1_700_000_000,
  owner: "",
  ...rest,
});

/** A tar of these members, their contents zeros. */
function tarOf(heads: readonly TarHead[]): Buffer {
  const body = Buffer.concat(heads.flatMap((head) => [tarHead(head), Buffer.alloc(head.size), tarPadding(head.size)]));
  return Buffer.concat([body, tarEnd(body.length)]);
}

const names = [
  "plain",
  "caf\xe9",
  "\xc3\xa9t\xc3\xa9",
  "new\nline",
  "back\\slash",
  "C:drive",
  " space ",
  "\x01\x7f\xff",
  "x".repeat(100),
  "x".repeat(101),
  `${"d".repeat(155)}/${"f".repeat(100)}`,
  `${"d".repeat(156)}/${"f".repeat(100)}`,
  `${"d".repeat(155)}/${"f".repeat(101)}`,
  `${"d".repeat(100)}/${"e".repeat(100)}/${"f".repeat(100)}`,
  "s/".repeat(200) + "end",
  // Where the length of a pax record gets a digit more.
  ...[988, 989, 990, 991, 992].map((length) => "r".repeat(length)),
];

testWith(["python3"], "Python reads names, modes, sizes, links and times as they were put in", () => {
  const heads = [
    ...names.map((name) => file(name, { size: 3 })),
    ...names.map((name) => file(`${name}/`, { type: "dir", mode: 0o755 })),
    file("run", { mode: 0o755 }),
    ...["to", "caf\xe9", "l".repeat(100), "l".repeat(101), "../".repeat(60)].map((link, i) =>
      file(`link${i}`, { type: "symlink", mode: 0o777, link: bytes(link) }),
    ),
    ...[0, 1, 2 ** 33 - 1, 2 ** 33, 2 ** 35, -1, -(2 ** 40)].map((mtime) => file(`at${mtime}`, { mtime })),
  ];
  expect(membersByPython(tarOf(heads))).toEqual(
    heads.map(({ path, type, mode, size, mtime, link }) => ({
      name:
        path.toString().length === 0
          ? ""
          : bytes(Buffer.from(path).toString("latin1").replace(/\/$/, "")).toString("hex"),
      type: { file: "0", dir: "5", symlink: "2" }[type],
      mode,
      size,
      mtime,
      link: Buffer.from(link ?? []).toString("hex"),
      owner: "0 0  ",
    })),
  );
});

const programs = ["tar", "bsdtar"] as const;
testWith(programs, "GNU tar and bsdtar list the same names, byte by byte", () => {
  const tar = join(folder, "names.tar");
  const nameable = names.filter((name) => !name.includes("\n") && !name.includes("\\") && !name.includes("\xff"));
  writeFileSync(tar, tarOf(nameable.map((name) => file(name, { size: 3 }))));
  const env = { ...process.env, LC_ALL: "C" };
  const gnu = execFileSync("tar", ["--quoting-style=literal", "-tf", tar], { env });
  expect(gnu.toString("latin1").split("\n").slice(0, -1)).toEqual(nameable);
  const bsd = execFileSync("bsdtar", ["-tf", tar], { env });
  // It writes what isn't ASCII as octal escapes.
  const plain = bsd
    .toString("latin1")
    .replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
  expect(plain.split("\n").slice(0, -1)).toEqual(nameable);
});

testWith(["tar", "bsdtar", "python3"], "a file of 8 GiB and a byte has its size in a pax header", () => {
  const size = 2 ** 33 + 1;
  const tar = join(folder, "huge.tar");
  const head = tarHead(file("huge", { size }));
  writeFileSync(tar, head);
  // Sparse: the content is a hole.
  const end = head.length + size + tarPadding(size).length;
  execFileSync("truncate", ["-s", String(end), tar]);
  writeFileSync(tar, Buffer.concat([tarHead(file("after", { size: 0 })), tarEnd(512)]), { flag: "a" });
  expect(execFileSync("tar", ["-tvf", tar]).toString()).toMatch(/ 8589934593 .*huge\n.* 0 .*after\n$/);
  expect(execFileSync("bsdtar", ["-tvf", tar]).toString()).toMatch(/ 8589934593 .*huge\n.* 0 .*after\n$/);
  expect(tarHead(file("huge", { size: 2 ** 33 - 1 }))).toHaveLength(512);
  rmSync(tar);
});

testWith(["git"], "heads are byte by byte those that git archive writes, but for what needs pax", () => {
  const deep = `${"d".repeat(60)}/${"e".repeat(60)}/${"f".repeat(90)}`;
  using fixture = makeRepository({
    files: { a: "content", "b/run": { executable: "#!" }, link: { link: "b/run" }, [deep]: "x", "\u00e9": "" },
  });
  const tar = fixture.gitBytes("-c", "tar.umask=0002", "archive", "--format=tar", "--prefix=p/", "HEAD");
  const mtime = Number(fixture.git("log", "-1", "--format=%ct"));
  const member = (path: string, rest: Partial<TarHead>, data = ""): Buffer => {
    const head = file("", { ...rest, path: Buffer.from(`p/${path}`), size: data.length, mtime, owner: "root" });
    return Buffer.concat([tarHead(head), Buffer.from(data), tarPadding(data.length)]);
  };
  const plain = { mode: 0o664 } as const;
  const dir = { type: "dir", mode: 0o775 } as const;
  const body = Buffer.concat([
    member("", dir),
    member("a", plain, "content"),
    member("b/", dir),
    member("b/run", { mode: 0o775 }, "#!"),
    member(`${"d".repeat(60)}/`, dir),
    member(`${"d".repeat(60)}/${"e".repeat(60)}/`, dir),
    member(deep, plain, "x"),
    member("link", { type: "symlink", mode: 0o777, link: Buffer.from("b/run") }),
    member("\u00e9", plain),
  ]);
  // Git starts with a global pax header of two blocks, which has the commit.
  const ours = Buffer.concat([tar.subarray(0, 1024), body]);
  expect(Buffer.concat([ours, tarEnd(ours.length)]).equals(tar)).toBe(true);
});

testWith(["tar"], "heads are those of GNU tar's ustar format, but for the checksum's way of writing", () => {
  const root = join(folder, "plain");
  const paths = ["a", "b/c", `${"d".repeat(99)}/${"e".repeat(99)}`, "\u00e9"];
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "");
    utimesSync(join(root, path), 1_700_000_001, 1_700_000_001);
  }
  symlinkSync("b/c", join(root, "l"));
  const options = [
    "--format=ustar",
    "--owner=:0",
    "--group=:0",
    "--mode=0644",
    "--mtime=@1700000001",
    "--no-recursion",
  ];
  const tar = execFileSync("tar", [...options, "-C", root, "-cf", "-", ...paths, "l"]);
  const rest = { mtime: 1_700_000_001, owner: "root" } as const;
  const heads = paths.map((path) => file("", { ...rest, path: Buffer.from(path) }));
  const link = file("l", { type: "symlink", link: bytes("b/c"), ...rest });
  const masked = (content: Buffer): Buffer => {
    for (let at = 0; content[at] !== 0 && at < content.length; at += 512) content.fill(0, at + 148, at + 156);
    return content;
  };
  expect(masked(tarOf([...heads, link])).equals(masked(tar))).toBe(true);
});

testWith(["python3"], "any member is read back as it was, at any length of its names", () => {
  const text = (most: number) =>
    fc.array(fc.oneof(fc.integer({ min: 1, max: 255 }), fc.constant(0x2f)), { minLength: 1, maxLength: most }).map(
      (codes) =>
        String.fromCharCode(...codes)
          .replaceAll(/\/+/g, "/")
          .replaceAll(/^\/|\/$/g, "") || "x",
    );
  const head = fc.record({
    path: fc.oneof(text(20), text(300)),
    link: fc.option(fc.oneof(text(20), text(200))),
    mtime: fc.oneof(fc.integer({ min: 0, max: 2 ** 31 }), fc.maxSafeInteger()),
  });
  fc.assert(
    fc.property(fc.array(head, { minLength: 1, maxLength: 60 }), (specs) => {
      const heads = specs.map(({ path, link, mtime }) =>
        file(path, { mtime, ...(link !== null && { type: "symlink" as const, link: bytes(link) }) }),
      );
      for (const one of heads) expect(tarHead(one)).toHaveLength(tarHeadBytes(one));
      const read = membersByPython(tarOf(heads));
      expect(read.map(({ name, link, mtime }) => ({ name, link, mtime }))).toEqual(
        specs.map(({ path, link, mtime }) => ({
          name: bytes(path).toString("hex"),
          link: bytes(link ?? "").toString("hex"),
          mtime,
        })),
      );
    }),
    sweep(6),
  );
});

test("a tar ends with two zero blocks at least, and at a whole record", () => {
  for (const size of [0, 512, 8704, 9216, 9728, 10240]) {
    const end = tarEnd(size).length;
    expect(end).toBeGreaterThanOrEqual(1024);
    expect(end).toBeLessThan(1024 + 10240);
    expect((size + end) % 10240).toBe(0);
  }
});
