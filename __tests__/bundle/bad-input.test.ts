import { randomBytes, randomInt } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openConfigSource } from "../../src/connect.ts";
import { asColdstoreError } from "../../src/model/errors.ts";
import { renderJson } from "../../src/render/json.ts";
import { exitOf, failedReport } from "../../src/render/report-errors.ts";
import { renderText } from "../../src/render/text.ts";
import { loadSettings, modeIn, presentationOf } from "../../src/settings/load-settings.ts";
import { makeRepository, type FixtureSpec, type GitFixture } from "../support/git-fixture.ts";
import { schemaProblems } from "../support/json-schema.ts";
import { makePlace, onWindows, plainUser, type CliCall, type CliEnd, type CliPlace } from "../support/run-cli.ts";
import { makeReadOnly, smallDisk } from "../support/small-disk.ts";
import { filesBelow } from "../support/stored-set.ts";

interface World {
  readonly repository: GitFixture;
  readonly place: CliPlace;
}

function made(spec: FixtureSpec = { files: { "a.txt": "one\n" } }): World {
  const repository = makeRepository(spec);
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  return { repository, place };
}

interface Expected {
  readonly code: number;
  readonly says: RegExp;
  /** A process, unless told. */
  readonly by?: CliPlace["run"];
}

const told = { calls: randomInt(3) };

/** Runs for a person, and of three calls one again for a program, with the same end: and nothing is left behind. */
async function expectRefusal(
  { place }: Pick<World, "place">,
  args: readonly string[],
  { code, says, by = place.run }: Expected,
  call: CliCall = {},
): Promise<CliEnd> {
  const before = new Set(readdirSync(place.path, { recursive: true, encoding: "utf8" }));
  const end = await by(args, call);
  expect(end).toMatchObject({ code, stdout: expect.stringMatching(says) });
  expect(end.stdout).toMatch(/^failed: /);
  expect(end.stdout + end.stderr).not.toMatch(/^ {4}at |node:internal|\[object|undefined/m);
  told.calls += 1;
  if (told.calls % 3 === 0) await expectInJson(by, args, { code, says }, call);
  expect(new Set(readdirSync(place.path, { recursive: true, encoding: "utf8" }))).toEqual(before);
  return end;
}

async function expectInJson(
  by: CliPlace["run"],
  args: readonly string[],
  { code, says }: Omit<Expected, "by">,
  call: CliCall,
): Promise<void> {
  const json = await by([...args, "--json"], call);
  expect(json.code).toBe(code);
  const report = JSON.parse(json.stdout) as { exit: number; problems: readonly { message: string }[] };
  expect(schemaProblems("report", report)).toEqual([]);
  expect(report.exit).toBe(code);
  expect(report.problems.map(({ message }) => message).join("\n")).toMatch(says);
}

describe.skipIf(onWindows)("a source that can't be archived", () => {
  test("no such ref", async () => {
    const world = made();
    const args = ["snapshot", world.repository.path, world.place.store, "--ref", "v9"];
    await expectRefusal(world, args, { code: 3, says: /no tag, branch or commit v9 .*git fetch --tags/ });
  });

  test("no commit", async () => {
    const world = made({});
    const args = ["snapshot", world.repository.path, world.place.store];
    await expectRefusal(world, args, { code: 3, says: /has no commits yet; commit something first/ });
  });

  test("no repository, no folder, a file", async () => {
    const world = made();
    const { around, path } = world.repository;
    const { store } = world.place;
    await expectRefusal(world, ["snapshot", around, store], { code: 3, says: /in no git repository/ });
    await expectRefusal(world, ["snapshot", `${path}/no`, store], { code: 3, says: /there is no such folder/ });
    await expectRefusal(world, ["snapshot", `${path}/a.txt`, store], {
      code: 3,
      says: /a\.txt is a file; give the folder/,
    });
  });

  test("an empty tree, and one that is export-ignored as a whole", async () => {
    for (const files of [{}, { ".gitattributes": "* export-ignore\n", a: "1" }]) {
      const world = made({ commits: [{ files }] });
      const args = ["snapshot", world.repository.path, world.place.store];
      await expectRefusal(world, args, { code: 3, says: /has no files to archive/ });
    }
  });

  test("no git on the PATH, and one that is too old", async () => {
    const world = made();
    const args = ["snapshot", world.repository.path, world.place.store];
    const bin = join(world.repository.around, "bin");
    mkdirSync(bin);
    const env = { PATH: bin };
    await expectRefusal(world, args, { code: 3, says: /git wasn't found on the PATH; install git 2\.39\.1/ }, { env });
    writeFileSync(join(bin, "git"), "#!/bin/sh\necho git version 2.30.0\n", { mode: 0o755 });
    await expectRefusal(world, args, { code: 3, says: /git is 2\.30\.0; install 2\.39\.1 or newer/ }, { env });
  });

  test("files without a match, beside a ref that isn't there: both are said", async () => {
    const world = made();
    const { repository, place } = world;
    const args = ["snapshot", repository.path, place.store, "--files", "dist/*.whl"];
    await expectRefusal(world, args, { code: 3, says: /files: "dist\/\*\.whl" matches no file in/ });
    const both = await expectRefusal(world, [...args, "--ref", "v9"], { code: 3, says: /matches no file/ });
    expect(both.stdout).toMatch(/no tag, branch or commit v9/);
  });

  test("what this user may not read", async () => {
    const world = made();
    const { repository, place } = world;
    for (const folder of [repository.around, place.path, place.tmp, place.cwd]) chmodSync(folder, 0o777);
    const call = { ...plainUser, env: { HOME: "/nonexistent" } };
    const args = ["snapshot", repository.path, place.store];
    chmodSync(repository.path, 0);
    await expectRefusal(world, args, { code: 3, says: /can't be read: permission denied; give the user/ }, call);
    chmodSync(repository.path, 0o755);
    for (const hidden of [".git", ".git/objects", ".git/refs", ".git/HEAD"]) {
      chmodSync(join(repository.path, hidden), 0);
      await expectRefusal(world, args, { code: 3, says: /./ }, call);
      chmodSync(join(repository.path, hidden), 0o755);
    }
    for (const pack of filesBelow(join(repository.path, ".git/objects"))) chmodSync(pack, 0);
    await expectRefusal(world, args, { code: 3, says: /./ }, call);
  });

  test("damaged objects", async () => {
    const world = made({ files: { a: Buffer.alloc(200_000, "incompressible?") } });
    for (const file of filesBelow(join(world.repository.path, ".git/objects"))) {
      chmodSync(file, 0o644);
      if (file.endsWith(".pack") || /\/[0-9a-f]{38}$/.test(file)) writeFileSync(file, "damaged");
    }
    await expectRefusal(world, ["snapshot", world.repository.path, world.place.store], { code: 3, says: /./ });
  });
});

describe.skipIf(onWindows)("a store that can't be used", () => {
  test("a file, or below a file", async () => {
    const world = made();
    const { path } = world.repository;
    await expectRefusal(world, ["snapshot", path, `${path}/a.txt`], {
      code: 5,
      says: /a\.txt is a file, not a folder/,
    });
    const below = `${path}/a.txt/cold`;
    await expectRefusal(world, ["snapshot", path, below], { code: 5, says: /can't make .*part of its path is a file/ });
  });

  test("read-only, for this user or altogether", async (context) => {
    const world = made();
    const { repository, place } = world;
    const disk = await smallDisk(context, 4);
    const args = ["snapshot", repository.path, disk];
    chmodSync(disk, 0o555);
    chmodSync(repository.around, 0o755);
    for (const folder of [place.path, place.tmp, place.cwd]) chmodSync(folder, 0o777);
    await expectRefusal(world, args, { code: 5, says: /permission denied\. Give the user/ }, plainUser);
    makeReadOnly(disk);
    await expectRefusal(world, args, { code: 5, says: /read-only/ });
  });

  test("full: refused before any work, and left as it was", async (context) => {
    const world = made({ files: { big: randomBytes(3_000_000) } });
    const disk = await smallDisk(context, 2);
    const args = ["snapshot", world.repository.path, join(disk, "cold")];
    await expectRefusal(world, args, { code: 5, says: /free and up to .* will be written/ });
    expect(readdirSync(disk)).toEqual([]);
  });

  test("not there, when it is to be read", async () => {
    const world = made();
    for (const mode of ["verify", "list"])
      await expectRefusal(world, [mode, world.place.store], { code: 7, says: /no store folder .*mounted/ });
    mkdirSync(world.place.store);
    await expectRefusal(world, ["verify", world.place.store], { code: 7, says: /there are no sets in/ });
    await expectRefusal(world, ["list", world.place.store, "--set", "v1"], { code: 7, says: /v1/ });
  });

  test("one of two: the other one is filled, and the run is red", async () => {
    const { repository, place } = made();
    const end = await place.run(["snapshot", repository.path, place.store, "--store", `${repository.path}/a.txt`]);
    expect(end.code).toBe(5);
    expect(end.stdout).toMatch(/^stored .*store$/m);
    expect(end.stdout).toMatch(/^failed .*a\.txt/m);
    expect(await place.run(["verify", place.store])).toMatchObject({ code: 0 });
  });

  test("a temporary folder that isn't there or can't be written to: said if it is needed", async () => {
    const world = made();
    const { repository, place } = world;
    for (const folder of [repository.around, place.path, place.cwd]) chmodSync(folder, 0o777);
    mkdirSync(join(repository.around, "locked"), { mode: 0 });
    onTestFinished(() => chmodSync(join(repository.around, "locked"), 0o700));
    const call = { ...plainUser, env: { TMPDIR: join(repository.around, "locked") } };
    const args = ["snapshot", repository.path, place.store];
    await expectRefusal(
      world,
      args,
      { code: 5, says: /can't make a scratch folder in .*locked: permission denied/ },
      call,
    );
    const absent = await place.run(args, { env: { TMPDIR: join(place.path, "absent") } });
    expect(absent.code).toBe(0);
    expect(readdirSync(place.path)).not.toContain("absent");
    expect((await place.run(["verify", place.store], call)).code).toBe(0);
  });
});

/** What cli.ts makes of a call that can't be meant, without a process for it. */
async function misread(argv: readonly string[], { cwd, path }: CliPlace): Promise<CliEnd> {
  const env = { HOME: join(path, "home") };
  const load = loadSettings({ argv, env, cwd, config: openConfigSource(env, cwd) });
  const error = await load.then(
    () => expect.unreachable("the call can be meant"),
    (reason: unknown) => asColdstoreError(reason),
  );
  const report = failedReport(modeIn(argv), error);
  const stdout = presentationOf(argv, env).json ? renderJson(report) : renderText(report, { color: false });
  return { code: exitOf(report), stdout, stderr: "", milliseconds: 0 };
}

describe.skipIf(onWindows)("a call that can't be meant", () => {
  const store = "./cold";
  /** For these the whole way to the exit code is gone; the others differ from them in their settings alone. */
  const asProcess = new Set(["no store", "an unknown mode", "a wrong value", "a NUL in a config path"]);
  test.each<[string, readonly string[], RegExp]>([
    ["no store", ["snapshot", "."], /store is missing: .*coldstore snapshot \. \.\/cold/],
    ["no store to verify", ["verify"], /coldstore verify \.\/cold/],
    ["an unknown mode", ["snapshto", "."], /snapshto.*snapshot/],
    ["an unknown flag", ["snapshot", ".", store, "--prov", "read"], /no flag "--prov"; did you mean --prove\?/],
    ["another tool's flag", ["snapshot", ".", store, "--tag", "x"], /--tag/],
    [
      "a wrong value",
      ["snapshot", ".", store, "--prove", "maybe"],
      /--prove is "maybe"; give digest, read, drill or none/,
    ],
    ["a flag without its value", ["snapshot", ".", store, "--ref"], /--ref/],
    ["a flag of another mode", ["verify", store, "--prefix", "x"], /--prefix/],
    ["a flag twice", ["snapshot", ".", store, "--ref", "a", "--ref", "b"], /ref is given twice: "a" and "b"/],
    ["too many words", ["snapshot", ".", store, "more", "still"], /more/],
    ["a name of 300 characters", ["snapshot", ".", store, "--name", "x".repeat(300)], /80 characters at most/],
    ["a name with a slash", ["snapshot", ".", store, "--name", "../../x"], /--name/],
    ["a name with an unknown part", ["snapshot", ".", store, "--name", "{repoo}"], /repo/],
    ["a prefix that leads out", ["snapshot", ".", store, "--prefix", "../x/"], /--prefix/],
    [
      "a level out of range",
      ["snapshot", ".", store, "--compression-level", "12"],
      /compression-level is 12, and tar\.gz takes 0 to 9/,
    ],
    ["a timeout of nothing", ["snapshot", ".", store, "--timeout", "0"], /--timeout is "0"; give a duration/],
    ["a store that is a URL", ["snapshot", ".", "https://example.com/cold"], /a URL/],
    ["a NUL in a config path", ["snapshot", ".", store, "--config", "no.yml"], /no\.yml.*no such file/],
  ])("%s", async (what, args, says) => {
    using place = makePlace();
    const by: CliPlace["run"] = asProcess.has(what) ? place.run : async (argv) => misread(argv, place);
    await expectRefusal({ place }, args, { code: 2, says, by });
  });

  test("two mistakes: both are named", async () => {
    const world = made({});
    const args = ["snapshot", ".", "--prove", "maybe", "--dirt", "warn"];
    const end = await expectRefusal(world, args, { code: 2, says: /--prove/ });
    expect(end.stdout).toMatch(/--dirty/);
    expect(end.stdout).toMatch(/^failed: \d problems$/m);
  });

  test.each<[string, string, RegExp]>([
    [
      "a misspelt key",
      "stroe: ./cold\n",
      /there is no setting "stroe" \(coldstore\.yml, line 1\); did you mean store\?/,
    ],
    ["a wrong value", "store: ./cold\nprove: maybe\n", /prove/],
    ["what isn't YAML", "store: [a\n", /coldstore\.yml, line 2/],
    ["a list where a word belongs", "store: ./cold\nref: [a, b]\n", /ref/],
    ["binary rubbish", "\u0000\u0001\u0002", /coldstore\.yml/],
  ])("a config file with %s", async (_, text, says) => {
    const world = made();
    world.repository.write({ "coldstore.yml": text });
    const by: CliPlace["run"] = async (argv) => misread(argv, world.place);
    await expectRefusal(world, ["snapshot", world.repository.path], { code: 2, says, by });
  });

  test("two config files", async () => {
    const world = made();
    world.repository.write({ "coldstore.yml": "store: ./a\n", ".github/coldstore.yml": "store: ./b\n" });
    await expectRefusal(world, ["snapshot", world.repository.path], { code: 2, says: /there are 2 config files/ });
  });

  test("a home that nobody knows", async () => {
    const world = made();
    const args = ["snapshot", world.repository.path, "~/cold"];
    await expectRefusal(
      world,
      args,
      { code: 2, says: /HOME isn't set; write the whole path/ },
      { env: { HOME: undefined } },
    );
    const end = await world.place.run(["snapshot", world.repository.path, world.place.store], {
      env: { HOME: undefined },
    });
    expect(end.code).toBe(0);
  });
});

describe.skipIf(onWindows)("a folder that has gone", () => {
  test("the working folder, or a link that leads nowhere", async () => {
    const world = made();
    const { place, repository } = world;
    symlinkSync(join(place.path, "nowhere"), join(repository.around, "dangling"));
    const dangling = join(repository.around, "dangling");
    await expectRefusal(world, ["snapshot", dangling, place.store], { code: 3, says: /dangling/ });
    await expectRefusal(world, ["verify", dangling], { code: 7, says: /dangling/ });
    expect(dirname(dangling)).toBe(repository.around);
  });
});
