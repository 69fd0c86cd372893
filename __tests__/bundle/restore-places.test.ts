import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { makePlace, onLinux, onWindows, plainUser, type CliEnd } from "../support/run-cli.ts";

const place = makePlace();
const at = (path: string): string => join(place.path, path);

beforeAll(async () => {
  mkdirSync(at("project"));
  writeFileSync(at("project/file"), "x");
  gitIn(at("project"), "init", "-q");
  gitIn(at("project"), "add", "--all");
  gitIn(at("project"), "commit", "-q", "-m", "all");
  expect(await place.run(["snapshot", at("project"), place.store])).toMatchObject({ code: 0 });
  mkdirSync(at("full"));
  mkdirSync(at("empty"));
  mkdirSync(at("closed"));
  writeFileSync(at("full/file"), "");
  if (!onWindows) symlinkSync(place.store, at("link"));
  chmodSync(at("closed"), 0o555);
  // For a user that isn't root.
  for (const folder of [place.path, place.cwd]) chmodSync(folder, 0o755);
  chmodSync(place.tmp, 0o777);
});

afterAll(() => place[Symbol.dispose]());

const restore = async (into: string, ...more: readonly string[]): Promise<CliEnd> =>
  place.run(["restore", place.store, "--into", into, ...more], plainUser);

const complaintOf = ({ stdout, stderr }: CliEnd): string =>
  /into is .*|can't restore into .*/.exec(stdout + stderr)?.[0] ?? `${stdout}${stderr}`;

describe.skipIf(onWindows)("a folder that can't be restored into", () => {
  const settings = {
    "lies in a store": [() => join(place.store, "local/project/snapshot/new"), "lies in the store"],
    "lies in a store, by way of a link": [() => at("link/new/deep"), "lies in the store"],
    "holds a store that isn't there yet": [() => at("empty"), "lies in that", "--store", at("empty/other")],
    "lies in a .git folder": [() => at("project/.git/new"), "git's own"],
    "lies in a .git folder in other letters": [() => at("project/.GIT/new"), "git's own"],
    "has something in it": [() => at("full"), "there is something in it"],
    "is a file": [() => at("full/file"), "isn't a folder"],
    "lies below a file": [() => at("full/file/new"), "a part of that path is a file"],
  } as const;
  for (const [what, [into, why, ...more]] of Object.entries(settings))
    test(`since it ${what} is refused in the same words with and without dry-run`, async () => {
      const before = readdirSync(place.path);
      const [real, dry] = await Promise.all([restore(into(), ...more), restore(into(), "--dry-run", ...more)]);
      expect([real.code, dry.code]).toEqual([2, 2]);
      expect(complaintOf(dry)).toContain(why);
      expect(complaintOf(real)).toBe(complaintOf(dry));
      expect(readdirSync(place.path)).toEqual(before);
    });

  for (const into of [at("closed/new/deep"), ...(onLinux ? ["/proc/new", "/sys/new"] : [])])
    test(`since nothing can be made there (${into.replace(place.path, "")}) is the store's failure, dry too`, async () => {
      const [real, dry] = await Promise.all([restore(into), restore(into, "--dry-run")]);
      expect([real.code, dry.code]).toEqual([5, 5]);
      // What the kernel says of its own file systems depends on who asks.
      for (const end of [real, dry]) expect(complaintOf(end)).toMatch(/^can't restore into/);
      if (into.startsWith(place.path)) expect(complaintOf(real)).toBe(complaintOf(dry));
    });
});

test("a dry run into a folder that could be restored into makes nothing", async () => {
  expect(await place.run(["restore", place.store, "--dry-run", "--into", at("new/deep")])).toMatchObject({ code: 0 });
  expect(existsSync(at("new"))).toBe(false);
  expect(await place.run(["restore", place.store, "--dry-run", "--into", at("empty")])).toMatchObject({ code: 0 });
  expect(readdirSync(at("empty"))).toEqual([]);
});
