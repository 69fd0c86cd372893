import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { noise } from "../support/rich-tree.ts";
import { makePlace, onLinux, type CliPlace } from "../support/run-cli.ts";
import { onlySet, setsIn, sha256, shell, type StoredSet } from "../support/stored-set.ts";

const formats = ["tar.gz", "tar.zst", "zip"] as const;
const making = ["--name", "app", ...formats.flatMap((format) => ["--format", format])];

function plant(): { readonly place: CliPlace; readonly folder: string } {
  const place = makePlace();
  onTestFinished(() => place[Symbol.dispose]());
  const folder = join(place.path, "project");
  mkdirSync(folder);
  writeFileSync(join(folder, "noise"), noise(2_500_000));
  writeFileSync(join(folder, "text"), "the same line again\n".repeat(100_000));
  gitIn(folder, "init", "-q");
  gitIn(folder, "add", "--all");
  gitIn(folder, "commit", "-q", "-m", "all");
  return { place, folder };
}

const partsOf = ({ folder }: StoredSet) =>
  readdirSync(folder)
    .filter((name) => name.includes(".part-"))
    .sort();

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000);
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

describe.runIf(onLinux)("a split set", () => {
  testWith(["bash", "cat", "sha256sum"], "is joined by cat, and its sums are right", async () => {
    const { place, folder } = plant();
    const whole = join(place.path, "whole");
    expect(await place.run(["snapshot", folder, whole, ...making])).toMatchObject({ code: 0 });
    expect(await place.run(["snapshot", folder, place.store, ...making, "--split-size", "1MiB"])).toMatchObject({
      code: 0,
    });
    const [split, unsplit] = [onlySet(place.store), onlySet(whole)];
    expect(partsOf(split)).toEqual(
      [...formats].sort().flatMap((format) => [1, 2, 3].map((n) => `app.${format}.part-00${n}`)),
    );
    for (const format of formats)
      expect(shell(`cat app.${format}.part-* | sha256sum`, split.folder)).toBe(
        `${sha256(readFileSync(unsplit.path(format)))}  -\n`,
      );
    const sums = shell("sha256sum -c *.SHA256SUMS", split.folder).trimEnd().split("\n");
    expect(sums).toEqual(sums.map((line) => line.replace(/: .*/, ": OK")));
    expect(sums).toHaveLength(readdirSync(split.folder).length - 2);
    expect(split.manifest.content_sha256).toBe(unsplit.manifest.content_sha256);
  });

  test("is unchanged with another split or level; a flipped or lost part is named, and a lost one put back", async () => {
    const { place, folder } = plant();
    const run = async (...args: readonly string[]) => place.run(["archive", folder, place.store, ...making, ...args]);
    expect(await run("--split-size", "1MiB")).toMatchObject({ code: 0 });
    const set = onlySet(place.store);
    for (const format of formats)
      expect(shell(`cat app.${format}.part-* | sha256sum`, set.folder)).toBe(
        `${set.manifest.artifacts.find((artifact) => artifact.format === format)!.sha256}  -\n`,
      );
    const unchanged = { code: 0, stdout: expect.stringMatching(/^unchanged /m) };
    expect(await run("--split-size", "2MB", "--compression-level", "1")).toMatchObject(unchanged);
    expect(await run()).toMatchObject(unchanged);
    expect(setsIn(place.store)).toHaveLength(1);

    const names = ["app.tar.zst.part-002", "app.zip.part-003"];
    const paths = names.map((name) => join(set.folder, name));
    const before = paths.map((path) => readFileSync(path));
    paths.forEach(flip);
    const flipped = await place.run(["verify", place.store]);
    expect(flipped.code).toBe(6);
    for (const name of names) expect(flipped.stdout).toMatch(new RegExp(`^corrupt ${name}`, "m"));
    for (const path of paths) rmSync(path);
    const lost = await place.run(["verify", place.store, "--level", "list"]);
    expect(lost.code).toBe(6);
    for (const name of names) expect(lost.stdout).toMatch(new RegExp(`^missing ${name}`, "m"));
    expect(await run()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^repaired /m) });
    expect(paths.map((path) => readFileSync(path).equals(before[paths.indexOf(path)]!))).toEqual([true, true]);
    expect(await place.run(["verify", place.store, "--level", "read"])).toMatchObject({ code: 0 });
    expect(place.litter()).toEqual([]);
  });
});
