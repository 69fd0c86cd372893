import { chmodSync, lchownSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { pathsBelow, plantRichTree } from "../support/rich-tree.ts";
import { makePlace, onWindows, plainUser, type CliCall, type CliPlace } from "../support/run-cli.ts";
import { onlySet, sha256 } from "../support/stored-set.ts";

interface Circumstances {
  readonly order: "forwards" | "backwards";
  /** Taken from all permissions on the disk. */
  readonly umask: number;
  readonly call: CliCall;
}

const one: Circumstances = { order: "forwards", umask: 0o022, call: { env: { LC_ALL: "C", TZ: "UTC" } } };
const other: Circumstances = {
  order: "backwards",
  umask: 0o077,
  call: { ...plainUser, env: { LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" } },
};

/** The rich tree on a disk of other habits: another order, umask and owner. */
function plantUnder({ order, umask, call }: Circumstances, kind: "repository" | "folder"): CliPlace {
  const place = makePlace();
  onTestFinished(() => place[Symbol.dispose]());
  const folder = join(place.path, "project");
  mkdirSync(folder);
  plantRichTree(folder, order);
  if (kind === "repository") {
    gitIn(folder, "init", "-q");
    gitIn(folder, "add", "bin", "a file");
    gitIn(folder, "commit", "-q", "-m", "some");
  }
  const paths = ["", ...pathsBelow(folder)].map((path) => join(folder, path));
  for (const path of [place.path, place.cwd, place.tmp, join(place.path, "home"), ...paths]) {
    const stat = lstatSync(path.replace(/\/$/, ""));
    if (!stat.isSymbolicLink()) chmodSync(path, stat.mode & ~umask);
    if (call.uid !== undefined) lchownSync(path.replace(/\/$/, ""), call.uid, call.uid);
  }
  return place;
}

/** Everything that is to be the same, by its digest. */
async function archived(circumstances: Circumstances, kind: "repository" | "folder", args: readonly string[]) {
  const place = plantUnder(circumstances, kind);
  const formats = ["--format", "tar", "--format", "zip", "--format", "tar.zst"];
  const call = ["archive", "project", "cold", "--name", "same", "--project", "a/b", ...formats, ...args];
  const end = await place.run(call, { ...circumstances.call, cwd: place.path });
  expect(end).toMatchObject({ code: 0 });
  const set = onlySet(join(place.path, "cold"));
  const endings = ["tar", "zip", "tar.zst", "files.jsonl.gz"] as const;
  return {
    content: set.manifest.content_sha256,
    ...Object.fromEntries(endings.map((ending) => [ending, sha256(readFileSync(set.path(ending)))])),
  };
}

type Case = readonly [what: string, kind: "repository" | "folder", args: readonly string[]];

const cases: readonly Case[] = [
  ["the files' own times", "folder", ["--mtime", "keep"]],
  ["the commit's time", "repository", []],
];
const moreCases: readonly Case[] = [
  ["a time of one's own", "folder", ["--mtime", "1234567891"]],
  ["a time of one's own, in a work tree", "repository", ["--mtime", "1234567891"]],
];

test.skipIf(onWindows).each(process.env["COLDSTORE_TEST_COUNT"] === undefined ? cases : [...cases, ...moreCases])(
  "another order on the disk, umask, user, locale and time zone: the same bytes, with %s",
  async (_, kind, args) => {
    const [here, there] = await Promise.all([one, other].map(async (under) => archived(under, kind, args)));
    expect(there).toEqual(here);
  },
);
