import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { gitIn } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onWindows, type CliPlace } from "../support/run-cli.ts";
import { onlySet } from "../support/stored-set.ts";

function plant(files: Readonly<Record<string, string>>): { readonly place: CliPlace; readonly folder: string } {
  const place = makePlace();
  onTestFinished(() => place[Symbol.dispose]());
  const folder = join(place.path, "project");
  mkdirSync(join(folder, "coldstore-files"), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  gitIn(folder, "init", "-q");
  gitIn(folder, "add", "--all");
  gitIn(folder, "commit", "-q", "-m", "all");
  return { place, folder };
}

/** The bits of what lies in a folder, by name. */
function bitsIn(folder: string): Record<string, string> {
  const bits = readdirSync(folder).map((name) => [name, (lstatSync(join(folder, name)).mode & 0o7777).toString(8)]);
  return Object.fromEntries(bits);
}

describe.skipIf(onWindows)("permissions that come back", () => {
  for (const mask of ["022", "077", "002"])
    testWith(["tar"], `under a umask of ${mask} are those that tar gives to an ordinary user`, async () => {
      const { place, folder } = plant({ text: "x", run: "y" });
      chmodSync(join(folder, "run"), 0o755);
      const formats = ["--format", "tar", "--format", "zip"];
      expect(await place.run(["archive", folder, place.store, ...formats, "--name", "app"])).toMatchObject({ code: 0 });
      const set = onlySet(place.store);
      const before = process.umask(Number.parseInt(mask, 8));
      onTestFinished(() => void process.umask(before));
      // A tar with the bits that git gives its own.
      const loose = join(place.path, "loose.tar");
      execFileSync("tar", ["-cf", loose, "--mode=a+rw", "-C", folder, "text", "run"]);
      for (const [archive, inside] of [
        [loose, ""],
        [set.path("tar"), "app"],
      ] as const) {
        const unpacked = mkdtempSync(join(place.path, "tar-"));
        execFileSync("tar", ["-xf", archive, "--no-same-permissions", "-C", unpacked]);
        const into = join(mkdtempSync(join(place.path, "into-")), "new");
        const from = inside === "" ? archive : place.store;
        expect(await place.run(["restore", from, "--into", into])).toMatchObject({ code: 0 });
        expect(bitsIn(into)).toEqual(bitsIn(join(unpacked, inside)));
      }
    });
});

describe("build outputs whose place the tree has taken", () => {
  for (const mode of ["snapshot", "archive"])
    for (const more of [[], ["--dry-run"]])
      test(`are refused by ${[mode, ...more].join(" ")}, and nothing is stored`, async () => {
        const { place, folder } = plant({ "coldstore-files/o.bin": "tree", "coldstore-files/other": "x" });
        writeFileSync(join(place.path, "o.bin"), "built");
        const args = [mode, folder, place.store, "--files", join(place.path, "o.bin"), ...more];
        const end = await place.run(args);
        expect(end.stdout + end.stderr).toContain("coldstore-files/o.bin of its own");
        expect(end.code).toBe(3);
        expect(existsSync(join(place.store, "local"))).toBe(false);
      });

  test("may lie beside others of the tree's", async () => {
    const { place, folder } = plant({ "coldstore-files/other": "x" });
    writeFileSync(join(folder, "o.bin"), "built");
    const into = join(place.path, "into");
    const made = await place.run(["snapshot", folder, place.store, "--files", join(folder, "o.bin")]);
    expect(made).toMatchObject({ code: 0 });
    expect(await place.run(["restore", place.store, "--into", into])).toMatchObject({ code: 0 });
    expect(readdirSync(join(into, "coldstore-files"))).toEqual(["o.bin", "other"]);
  });
});
