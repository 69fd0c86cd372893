import { sep } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { absolute } from "../../src/settings/parsed.ts";
import { type SettingName, settingSpec } from "../../src/settings/spec/table.ts";
import { parseSetting } from "../../src/settings/values.ts";
import { plainPaths } from "../support/plain-paths.ts";

const place = { base: "/repo/app", home: "/home/me" };

function parse(name: SettingName, texts: readonly string[], where = place) {
  const spec = settingSpec(name)!;
  const problems: string[] = [];
  const raws = texts.map((text) => ({ text, label: `--${name}` }));
  return { value: plainPaths(parseSetting(spec, raws, where, problems)), problems };
}

const fine: readonly (readonly [SettingName, string, unknown])[] = [
  ["timeout", "4h", 14_400_000],
  ["timeout", "90m", 5_400_000],
  ["timeout", "30s", 30_000],
  ["timeout", "1h30m", 5_400_000],
  ["timeout", "24d", 2_073_600_000],
  ["compression-level", "0", 0],
  ["compression-level", "19", 19],
  ["split-size", "1900MiB", 1_992_294_400],
  ["split-size", "1900Mi", 1_992_294_400],
  ["split-size", "1900M", 1_992_294_400],
  ["split-size", "2GB", 2_000_000_000],
  ["split-size", "2gb", 2_000_000_000],
  ["split-size", "2g", 2_147_483_648],
  ["split-size", "5000k", 5_120_000],
  ["split-size", "5000kB", 5_000_000],
  ["split-size", "1048576", 1_048_576],
  ["split-size", "1048576B", 1_048_576],
  ["split-size", "1T", 1_099_511_627_776],
  ["mtime", "commit", "commit"],
  ["mtime", "keep", "keep"],
  ["mtime", "0", 0],
  ["mtime", "8589934591", 8_589_934_591],
  ["dry-run", "TRUE", true],
  ["dry-run", "False", false],
  ["project", "acme/app.js", "acme/app.js"],
  ["project", "local/folder", "local/folder"],
  ["ref", "refs/tags/v1.0", "refs/tags/v1.0"],
  ["ref", "HEAD@{1 day ago}", "HEAD@{1 day ago}"],
  ["source", "sub", { kind: "folder", text: "sub", path: "/repo/app/sub" }],
  ["source", "/else", { kind: "folder", text: "/else", path: "/else" }],
  ["source", "~/x", { kind: "folder", text: "~/x", path: "/home/me/x" }],
  ["source", "~", { kind: "folder", text: "~", path: "/home/me" }],
  ["source", "..", { kind: "folder", text: "..", path: "/repo" }],
  ["source", "r2:photos", { kind: "rclone", text: "r2:photos", remote: "r2:", path: "photos" }],
  ["source", "ssh://nas/~/photos", { kind: "ssh", text: "ssh://nas/~/photos", host: "nas", path: "photos" }],
  ["rclone-version", "v1.75.1", "1.75.1"],
  ["rclone-sha256", `sha256:${"AB".repeat(32)}`, "ab".repeat(32)],
  ["rclone-mirror", "https://mirror.example.org/rclone//", "https://mirror.example.org/rclone"],
  ["rclone-mirror", "http://127.0.0.1:8080", "http://127.0.0.1:8080"],
  ["rclone-args", "--s3-chunk-size=64M", ["--s3-chunk-size=64M"]],
  ["storage-class", "DEEP_ARCHIVE", "DEEP_ARCHIVE"],
  ["since", "30d", { ago: 30 * 86_400_000 }],
  ["since", "2026-01-31", { time: Date.UTC(2026, 0, 31) }],
  ["only-mode", "archive", ["archive"]],
  ["name", "{repo}-{version}", "{repo}-{version}"],
  ["name", "app", "app"],
  ["prefix", "", ""],
  ["prefix", ".", ""],
  ["prefix", "./", ""],
  ["prefix", "a/b", "a/b/"],
  ["prefix", "{name}/", "{name}/"],
  ["prefix", "with space", "with space/"],
  ["milestone", "two\nlines", "two\nlines"],
  ["into", "restored", "/repo/app/restored"],
  ["into", "~/restored", "/home/me/restored"],
  ["path", "src/app.ts", ["src/app.ts"]],
  ["path", "src/", ["src"]],
  ["path", "./src//", ["src"]],
  ["path", "a\\b", ["a\\b"]],
  ["path", "-x/..a/b..", ["-x/..a/b.."]],
  ["path", "C:", ["C:"]],
  ["path", "one\ntwo", ["one\ntwo"]],
];

test.each(fine)("%s: %j is %j", (name, text, value) => {
  expect(parse(name, [text])).toEqual({ value, problems: [] });
});

const bad: readonly (readonly [SettingName, string, string])[] = [
  ["timeout", "4", "give a duration such as 4h, 90m or 30s, up to 24d."],
  ["timeout", "0s", "give a duration"],
  ["timeout", "25d", "give a duration"],
  ["timeout", "1m1h", "give a duration"],
  ["timeout", "", "--timeout is empty; give a duration"],
  ["compression-level", "20", 'is "20"; give a whole number from 0 to 19.'],
  ["compression-level", "-1", "give a whole number from 0 to 19."],
  ["split-size", "500k", "give a size such as 1900MiB, 2GB or 500M, a whole number from 1MiB to 1000TiB."],
  ["split-size", "0", "give a size"],
  ["split-size", "1048575", "from 1MiB to 1000TiB."],
  ["split-size", "1001T", "from 1MiB to 1000TiB."],
  ["split-size", "1.9GiB", "a whole number"],
  ["split-size", "1900 MiB", "give a size"],
  ["split-size", "1900000iB", "give a size"],
  ["split-size", "5P", "give a size"],
  ["split-size", "", "--split-size is empty; give a size"],
  ["mtime", "now", "give commit, keep or whole seconds since 1970, up to 8589934591."],
  ["mtime", "2026-11-22", "give commit, keep or"],
  ["mtime", "-1", "give commit, keep or"],
  ["mtime", "1.5", "whole seconds"],
  ["mtime", "8589934592", "up to 8589934591."],
  ["mtime", "", "--mtime is empty; give commit"],
  ["exclude", "", "is empty; give a pattern such as *.iso or build/."],
  ["exclude", "  ", "give a pattern such as"],
  ["exclude", "!", "give a pattern such as"],
  ["exclude", "/", "give a pattern such as"],
  ["exclude", "# notes", "that is a comment in a .gitignore, a pattern for such a name starts with \\#."],
  ["exclude", "a\nb", "a pattern is one line, give several one by one."],
  ["exclude", "a\r", "a pattern is one line"],
  ["exclude", "a\0", "a pattern is one line"],
  ["exclude", "./build", "no . and .. in between, leave them out."],
  ["include", "../other", "leave them out."],
  ["include", "a/../b", "leave them out."],
  ["exclude", "!/./a", "leave them out."],
  ["exclude", "a\\", "doesn't end with a backslash."],
  ["exclude", "x".repeat(4097), "give 4096 characters at most."],
  ["ignore-profile", "cobol", "give cpp, data, "],
  ["symlinks", "dereference", "give keep, follow, skip or fail."],
  ["compression-level", "6.0", "give a whole number"],
  ["compression-level", "1e0", "give a whole number"],
  ["dry-run", "yes", 'is "yes"; give true or false.'],
  ["prove", "drills", 'is "drills"; give digest, read, drill or none.'],
  ["level", "restore", "give list, digest, read or drill."],
  ["into", "", "is empty; give a path"],
  ["into", "r2:x", 'an rclone remote; give a path on this machine (a folder of that name is "./r2:x").'],
  ["into", "ssh://h/x", "an SSH host's; give a path on this machine."],
  ["path", "", "is empty; give a path such as src/app.ts."],
  ["path", "/src", "count from the repository's root, write it without the slash before it."],
  ["path", "a/../b", "have no . or .. and no empty part."],
  ["path", "..", "no . or .."],
  ["path", "a/./b", "no . or .."],
  ["path", "a//b", "no empty part."],
  ["path", "./../a", "no . or .."],
  ["path", ".", "leave path out to restore everything."],
  ["path", "./", "leave path out to restore everything."],
  ["path", "a\0b", "no name in an archive has a zero byte."],
  ["format", "tar.gz,tar", "give tar.gz, tar.zst, tar or zip."],
  ["lfs", "exclude", "give fail, include or pointers."],
  ["submodules", "pointers", "give fail, include or exclude."],
  ["project", "app", "give owner/repo"],
  ["project", "a/b/c", "give owner/repo"],
  ["project", "a/..", "give owner/repo"],
  ["ref", "", "is empty; give a tag, a branch or a commit."],
  ["ref", "--upload-pack=x", "doesn't start with -."],
  ["ref", "a\nb", 'is "a\\nb"; give a tag'],
  ["files", "", "give a glob such as dist/*.whl."],
  ["source", "", "give a path, or leave it out."],
  [
    "source",
    "https://u:secret@github.com/a/b",
    'is "https://***@github.com/a/b", a URL; clone it, and give the folder, or give a remote such as r2:photos.',
  ],
  ["source", "release", 'a release store; give a folder or a remote (a folder of that name is "./release").'],
  ["source", "plugin:./a.mjs", "a plugin store; give a folder or a remote."],
  ["rclone-version", "1.75", "give a version such as 1.75.1, all three numbers of it."],
  ["rclone-version", "latest", "give a version such as 1.75.1, all three numbers of it."],
  ["rclone-sha256", "abc", "give the 64 hex digits of a SHA-256."],
  ["rclone-mirror", "ftp://x/y", "give a web address such as https://mirror.example.org/rclone."],
  ["rclone-mirror", "https://x/y?a=b", "give a web address"],
  ["rclone-mirror", "https://me:pw@x/y", "give an address that needs no login."],
  ["rclone-mirror", "mirror", "give a web address"],
  ["storage-class", "A B", "give the class by the remote's own name for it, such as DEEP_ARCHIVE."],
  ["storage-class", "--x", "give the class"],
  ["max-connections", "0", "give a whole number from 1 to 64."],
  ["only-mode", "backup", "give snapshot or archive."],
  ["since", "soon", "give a time from now such as 30d or 12h, a date such as 2026-01-31"],
  ["source", "a\0b", "no control characters."],
  ["name", "", "is empty; give a name"],
  [
    "name",
    "a b",
    "letters, digits, dots, dashes, underscores and placeholders (name is what the archive is called; a release is called as its tag).",
  ],
  ["name", "ä", "letters, digits"],
  ["name", "../x", "letters, digits"],
  ["name", ".x", "doesn't start with a dot or a dash."],
  ["name", "-x", "doesn't start with a dot or a dash."],
  ["name", "x".repeat(81), "give 80 characters at most."],
  ["name", "{rep}", 'there is no placeholder "{rep}" (did you mean {repo}?)'],
  ["name", "{name}", 'there is no placeholder "{name}"'],
  ["name", "{repo", "with both braces."],
  ["prefix", "/x", "without a slash before it."],
  ["prefix", "a/../b", "no . or .. and no empty part."],
  ["prefix", "a//b", "no empty part."],
  ["prefix", "..", "no . or .."],
  ["prefix", "./a", "no . or .."],
  ["prefix", "a\\b", "no backslash"],
  ["prefix", "a\nb", "no control characters."],
  ["milestone", " ", "give some text, or leave it out."],
  ["milestone", "\u001b[31m", "it has control characters, give plain text."],
  ["milestone", "x".repeat(10_001), "give 10000 characters at most."],
];

test.each(bad)("%s: %j is refused", (name, text, sentence) => {
  const { value, problems } = parse(name, [text]);
  expect(value).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(sentence);
  expect(problems[0]).toMatch(/^--[a-z0-9-]+ is .*\.$/);
});

describe("stores", () => {
  test.each([
    ["./cold", "/repo/app/cold"],
    ["cold", "/repo/app/cold"],
    ["/mnt/nas", "/mnt/nas"],
    ["/mnt/nas/", "/mnt/nas"],
    ["~/cold", "/home/me/cold"],
    ["./release", "/repo/app/release"],
    ["./r2:x", "/repo/app/r2:x"],
    ["a/b:c", "/repo/app/a/b:c"],
    [".cold", "/repo/app/.cold"],
    ["releases", "/repo/app/releases"],
    ["a,b/c", "/repo/app/a,b/c"],
    ["notes, 12:30", "/repo/app/notes, 12:30"],
    ["a,b", "/repo/app/a,b"],
  ])("%s is a folder", (text, path) => {
    expect(parse("store", [text])).toEqual({ value: [{ kind: "folder", text, path }], problems: [] });
  });

  test.each([
    ["https://example.org/x", "a URL; what rclone reaches is written as the name of its remote and a path"],
    ["s3://bucket/x", "a URL; what rclone reaches is written as the name of its remote and a path"],
    ["sftp://me@host/x", "a URL; a folder of an SSH host is ssh://user@host/srv/cold."],
    ["", "is empty; give a folder such as ./cold, release, or a remote such as r2:backups."],
    ["./a\nb", "no control characters."],
  ])("%j is refused", (text, sentence) => {
    const { problems } = parse("store", [text]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  test("one place on a remote or a host, written in two ways, is one store", () => {
    const texts = ["r2:a/b", "r2:a/b/", "r2:a", "R2:a", "ssh://Nas/srv/a", "ssh://nas//srv/a/", "ssh://nas/~/srv/a"];
    expect(parse("store", texts).value).toMatchObject(
      ["r2:a/b", "r2:a", "R2:a", "ssh://Nas/srv/a", "ssh://nas/~/srv/a"].map((text) => ({ text })),
    );
    expect(parse("store", ["./x.mjs", "plugin:./x.mjs"]).value).toHaveLength(2);
  });

  test.skipIf(sep === "\\")("a drive is refused where there are none", () => {
    const sentence = "a Windows drive; here a path starts with / or ./.";
    for (const text of ["C:/x", "C:\\x"])
      expect(parse("store", [text]).problems).toEqual([expect.stringContaining(sentence)]);
  });

  test("one folder written in two ways is one store", () => {
    expect(parse("store", ["./a", "/repo/app/a", "./b"]).value).toMatchObject([{ text: "./a" }, { text: "./b" }]);
  });

  test("one release written in two ways is one store", () => {
    const texts = ["release:Acme/App@v1", "release:acme/app@v1", "release:acme/app@V1", "release", "release"];
    expect(parse("store", texts).value).toMatchObject([
      { text: "release:Acme/App@v1" },
      { text: "release:acme/app@V1" },
      { text: "release" },
    ]);
  });

  test("~ without HOME is a problem with its way out", () => {
    expect(parse("store", ["~/x"], { base: "/" } as typeof place).problems).toEqual([
      '--store is "~/x", but HOME isn\'t set; write the whole path.',
    ]);
  });
});

describe("sets", () => {
  test.each([
    ["v1.0", { id: "v1.0" }],
    ["snapshot/v1.0", { mode: "snapshot", id: "v1.0" }],
    ["acme/app/v1.0", { project: "acme/app", id: "v1.0" }],
    ["acme/app/snapshot/v1.0", { project: "acme/app", mode: "snapshot", id: "v1.0" }],
  ])("%s", (text, selector) => {
    expect(parse("set", [text])).toEqual({ value: [selector], problems: [] });
  });

  test.each(["", "/", "a/b/c/d/e", "release/1.0", "acme/app/list/x", "a b", "../x", "acme/../snapshot/x", "v1/"])(
    "%j is refused",
    (text) => {
      expect(parse("set", [text]).problems).toHaveLength(1);
    },
  );
});

test("a setting that takes one value, given two different ones, is refused; twice the same is fine", () => {
  expect(parse("prove", ["read", "none"]).problems).toEqual(['prove is given twice: "read" and "none"; give it once.']);
  expect(parse("prove", ["read", "read"])).toEqual({ value: "read", problems: [] });
});

test("a prefix that is taken is relative, inside, and ends with a slash, whatever the text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", ".", "/", "\\", " ", "\n", "{", "}", "repo"), maxLength: 10 }),
      (text) => {
        const { value } = parse("prefix", [text]);
        if (value === undefined || value === "") return;
        const parts = (value as string).split("/");
        expect(parts.pop()).toBe("");
        expect(parts.length).toBeGreaterThan(0);
        for (const part of parts) expect(["", ".", ".."]).not.toContain(part);
      },
    ),
  );
});

test("~ with the system's own separator is the home folder too, and elsewhere a name like any other", () => {
  expect(absolute(String.raw`~\cold`, place, "\\")).toMatchObject({ value: expect.stringMatching(/home.me.cold$/) });
  expect(absolute(String.raw`~\cold`, place, "/")).toMatchObject({ value: expect.stringMatching(/app.~\\cold$/) });
});
