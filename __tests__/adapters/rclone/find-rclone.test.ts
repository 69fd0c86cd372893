import { find as findTool } from "@actions/tool-cache";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { findRclone, officialRclone, type RcloneChoice } from "../../../src/adapters/rclone/find-rclone.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import {
  cachedIn,
  openReleaseHost,
  originWith,
  putFakeRclone,
  rcloneZip,
  type ReleaseHost,
  sha256Of,
  zipPath,
} from "../../support/rclone-releases.ts";

async function newHome(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-rclone-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function newHost(): Promise<ReleaseHost> {
  const host = await openReleaseHost();
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

/** A host with one zip that is known by heart, and an empty home. */
async function world() {
  const [home, host, zip] = [await newHome(), await newHost(), await rcloneZip("1.75.1")];
  host.put(zipPath("1.75.1"), zip);
  const digest = sha256Of(zip);
  const origin = originWith([host.host], digest);
  const said: string[] = [];
  const env = { HOME: home, PATH: "/usr/bin:/bin" };
  const find = (settings: RcloneChoice = {}, more: object = {}, from = origin) =>
    findRclone(
      { settings, env: { ...env, ...more }, signal: new AbortController().signal, say: (line) => void said.push(line) },
      from,
    );
  return { home, host, zip, digest, origin, said, find, folder: cachedIn(home, "1.75.1", digest) };
}

async function failureOf(found: Promise<unknown>): Promise<ColdstoreError> {
  const thrown = await found.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ColdstoreError)) throw new Error("it didn't fail as it should", { cause: thrown });
  return thrown;
}

describe("an rclone that is here", () => {
  test("is taken from rclone-path when it is new enough, with nothing fetched", async () => {
    const { home, host, find } = await world();
    const path = await putFakeRclone(join(home, "my own/rclone"), "1.74.0");
    expect(await find({ path })).toEqual({ path, version: "1.74.0", trust: "own" });
    expect(host.asked).toEqual([]);
  });

  test.each(["1.60.1", "1.73.9", "0.99.0"])("at rclone-path is refused as %s, and named", async (version) => {
    const { home, find } = await world();
    const path = await putFakeRclone(join(home, "rclone"), version);
    const error = await failureOf(find({ path }));
    expect(error.failure).toBe("settings");
    expect(error.message).toContain(`rclone-path is rclone ${version}`);
    expect(error.message).toContain("1.74.0 or newer");
  });

  test("at rclone-path must be there, be a program, and be rclone", async () => {
    const { home, find } = await world();
    const text = join(home, "text");
    await writeFile(text, "not a program");
    const other = join(home, "other");
    await writeFile(other, "#!/bin/sh\nprintf 'gcc (GCC) 12\\033[31m\\n'\n");
    const failing = join(home, "failing");
    await writeFile(failing, "#!/bin/sh\necho 'no such library' >&2; exit 127\n");
    const foreign = join(home, "foreign");
    await writeFile(foreign, "#!/no/such/interpreter\n");
    for (const path of [other, failing, foreign]) await chmod(path, 0o755);
    for (const path of [text, join(home, "none"), home, "rclone"])
      expect((await failureOf(find({ path }))).message).toContain("isn't the absolute path of a program");
    expect((await failureOf(find({ path: other }))).message).toContain(`says "gcc (GCC) 12\\x1b[31m" instead of its`);
    expect((await failureOf(find({ path: failing }))).message).toContain("no such library");
    expect((await failureOf(find({ path: foreign }))).message).toContain("can't be started");
  });

  test("is taken from the PATH; one that is too old or broken there is passed over aloud", async () => {
    const { home, find, folder, said } = await world();
    const good = await putFakeRclone(join(home, "good/rclone"), "1.76.3");
    expect(await find({}, { PATH: join(home, "good") })).toEqual({ path: good, version: "1.76.3", trust: "own" });
    expect(said).toEqual([]);
    await putFakeRclone(join(home, "old/rclone"), "1.60.1");
    const fetched = { path: join(folder, "rclone"), version: "1.75.1", trust: "pinned" };
    expect(await find({}, { PATH: `${join(home, "old")}:${process.env["PATH"]}` })).toEqual(fetched);
    expect(said[0]).toContain("is rclone 1.60.1");
    await mkdir(join(home, "broken"));
    await writeFile(join(home, "broken/rclone"), "#!/bin/sh\nexit 3\n", { mode: 0o755 });
    expect(await find({}, { PATH: join(home, "broken") })).toEqual(fetched);
    expect(said.at(-1)).toContain("doesn't tell its version; ");
  });

  test("isn't taken from folders that the PATH names from the current one on, nor when a version or digest is asked for", async () => {
    const { home, find, digest, said } = await world();
    const here = process.cwd();
    await putFakeRclone(join(home, "good/rclone"), "1.76.3");
    process.chdir(join(home, "good"));
    onTestFinished(() => process.chdir(here));
    expect((await find({}, { PATH: ".::good" })).trust).toBe("pinned");
    const PATH = `${join(home, "good")}:/bin`;
    expect((await find({ version: "1.75.1" }, { PATH })).version).toBe("1.75.1");
    expect((await find({ version: "v1.75.1" }, { PATH })).version).toBe("1.75.1");
    expect((await find({ sha256: digest }, { PATH })).trust).toBe("pinned");
    expect(said).toHaveLength(1);
  });

  test("gets no secret and no setting of rclone's to see", async () => {
    const { home, find } = await world();
    const path = join(home, "rclone");
    await writeFile(path, `#!/bin/sh\nenv > "${home}/seen"; echo "rclone v1.75.1-DEV"\n`, { mode: 0o755 });
    const secret = { RCLONE_CONFIG_PASS: "canary-1", AWS_SECRET_ACCESS_KEY: "canary-2", INPUT_TOKEN: "canary-3" };
    expect((await find({ path }, { ...secret, RCLONE_VERBOSE: "2" })).version).toBe("1.75.1");
    const seen = await readFile(join(home, "seen"), "utf8");
    expect(seen).toContain(`HOME=${home}`);
    expect(seen).not.toMatch(/canary|RCLONE/);
  });
});

describe("a version", () => {
  test.each(["latest", "1.75", "1.75.1-beta", "1.75.1/../../evil", "", "1.75.1\n", "١.٢.٣"])(
    "can't be %j",
    async (version) => {
      const { find, host } = await world();
      const error = await failureOf(find({ version }));
      expect(error.failure).toBe("settings");
      expect(error.message).toMatch(/^rclone-version is ".*"; give one version/);
      expect(host.asked).toEqual([]);
    },
  );

  test("can't be one that is too old", async () => {
    const { find } = await world();
    expect((await failureOf(find({ version: "1.73.5" }))).message).toContain("rclone-version is 1.73.5, which");
  });

  test("that isn't known is taken by the user's digest", async () => {
    const { find, host, home } = await world();
    const zip = await rcloneZip("1.80.0");
    host.put(zipPath("1.80.0"), zip);
    const found = await find({ version: "1.80.0", sha256: sha256Of(zip) });
    const path = join(cachedIn(home, "1.80.0", sha256Of(zip)), "rclone");
    expect(found).toEqual({ path, version: "1.80.0", trust: "given" });
  });

  test("that is known isn't another zip because a digest and a mirror say so", async () => {
    const { find, host, digest } = await world();
    const evil = await rcloneZip("1.75.1", "1.75.2");
    host.put(zipPath("1.75.1"), evil);
    const error = await failureOf(find({ sha256: sha256Of(evil), mirror: host.host.base }));
    expect(error.message).toContain(`isn't the digest of rclone-v1.75.1-linux-amd64.zip, which is ${digest}`);
    expect(host.asked).toEqual([]);
  });

  test("that a fetched program doesn't say it is isn't used", async () => {
    const { find, host } = await world();
    const zip = await rcloneZip("1.80.0", "1.79.0");
    host.put(zipPath("1.80.0"), zip);
    const error = await failureOf(find({ version: "1.80.0", sha256: sha256Of(zip) }));
    expect(error.message).toContain("fetched as 1.80.0 says it is 1.79.0");
  });
});

describe("a fetched rclone", () => {
  test("is fetched once, kept as a program, and used again without the network", async () => {
    const { find, folder, host, said } = await world();
    const first = await find();
    expect(first).toEqual({ path: join(folder, "rclone"), version: "1.75.1", trust: "pinned" });
    expect(said).toEqual([`fetching ${host.host.base}${zipPath("1.75.1").slice(1)}`]);
    expect(((await stat(first.path)).mode & 0o777).toString(8)).toBe("755");
    expect(await find()).toEqual(first);
    expect(host.asked).toHaveLength(1);
    // Nothing half-made stays beside it.
    expect(await readdir(join(folder, "../.."))).toEqual(["1.75.1"]);
    expect((await readdir(folder)).toSorted()).toEqual(["rclone", "rclone.zip"]);
  });

  test("is kept in the runner's tool cache, or where the system keeps what can be had again", async () => {
    const { find, home } = await world();
    const runner = join(home, "tools");
    const { path } = await find({}, { RUNNER_TOOL_CACHE: runner });
    vi.stubEnv("RUNNER_TOOL_CACHE", runner);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(findTool("coldstore-rclone", "1.75.1", basename(dirname(path)))).toBe(dirname(path));
    const xdg = join(home, "xdg");
    expect((await find({}, { XDG_CACHE_HOME: xdg })).path).toContain(join(xdg, "coldstore", "rclone", "1.75.1"));
    // Relative ones don't count by the XDG Base Directory Specification.
    expect((await find({}, { XDG_CACHE_HOME: "xdg" })).path).toContain(join(home, ".cache"));
    expect((await failureOf(find({}, { HOME: undefined }))).message).toContain("set XDG_CACHE_HOME or HOME");
  });

  test("fails closed when what comes isn't what was expected, and leaves nothing of it", async () => {
    const { find, host, home, digest } = await world();
    const wrong = await rcloneZip("1.75.1", "1.75.9");
    host.put(zipPath("1.75.1"), wrong);
    const error = await failureOf(find());
    expect(error.failure).toBe("integrity");
    expect(error.message).toContain(
      `${host.host.base}v1.75.1/rclone-v1.75.1-linux-amd64.zip isn't the zip that was expected`,
    );
    expect(error.message).toContain(`its SHA-256 is ${sha256Of(wrong)}, not ${digest}`);
    expect(host.asked).toHaveLength(1);
    expect(await readdir(home)).toEqual([]);
  });

  test.each<[string, (folder: string) => Promise<void>]>([
    [
      "its program was changed",
      (folder) => writeFile(join(folder, "rclone"), "#!/bin/sh\necho rclone v1.75.1 # evil\n"),
    ],
    ["one byte of it was flipped", (folder) => flip(join(folder, "rclone"), 20)],
    ["it was cut", (folder) => writeFile(join(folder, "rclone"), "#!/bin/sh\n")],
    ["it can't be run", (folder) => chmod(join(folder, "rclone"), 0o644)],
    ["it's gone", (folder) => rm(join(folder, "rclone"))],
    ["it's a link", (folder) => linkInstead(join(folder, "rclone"))],
    ["its zip was changed", (folder) => flip(join(folder, "rclone.zip"), 300)],
    ["its zip is gone", (folder) => rm(join(folder, "rclone.zip"))],
    ["its zip is larger than Node can read", (folder) => truncate(join(folder, "rclone.zip"), 3 * 1024 ** 3)],
    ["its zip became a folder", (folder) => folderInstead(join(folder, "rclone.zip"))],
    ["zip and program were changed alike", (folder) => poison(folder)],
  ])("is fetched anew when %s", async (_, tamper) => {
    const { find, folder, host, said, zip } = await world();
    const { path } = await find();
    const honest = await readFile(path, "utf8");
    await tamper(folder);
    expect((await find()).path).toBe(path);
    expect(await readFile(path, "utf8")).toBe(honest);
    expect((await readFile(join(folder, "rclone.zip"))).equals(zip)).toBe(true);
    expect(host.asked).toHaveLength(2);
    expect(said).toContainEqual(`${folder} isn't as it was fetched; it is fetched anew`);
    expect((await readdir(join(folder, "../.."))).toSorted()).toEqual(["1.75.1"]);
  });

  test("is whole for all of several runs that fetch it at once", async () => {
    const { find, host, zip, folder } = await world();
    const waiting: ServerResponse[] = [];
    // All have looked into the empty cache before the first one gets anything.
    host.put(zipPath("1.75.1"), (_, response) => {
      waiting.push(response);
      if (waiting.length === 5) for (const each of waiting) each.end(zip);
    });
    const found = await Promise.all(Array.from({ length: 5 }, () => find()));
    expect(new Set(found.map(({ path }) => path))).toEqual(new Set([join(folder, "rclone")]));
    expect(await readdir(join(folder, "../.."))).toEqual(["1.75.1"]);
    await find();
    expect(host.asked).toHaveLength(5);
  });

  test("is whole for all of several runs that find it broken at once", async () => {
    const { find, host, folder } = await world();
    const { path } = await find();
    await flip(path, 20);
    const found = await Promise.all(Array.from({ length: 4 }, () => find()));
    expect(new Set(found.map((each) => each.path))).toEqual(new Set([join(folder, "rclone")]));
    const asked = host.asked.length;
    await find();
    expect(host.asked).toHaveLength(asked);
  });

  test("that was only begun to be kept is fetched anew", async () => {
    const { find, host, folder } = await world();
    await find();
    await rm(`${folder}.complete`);
    await find();
    expect(host.asked).toHaveLength(2);
  });

  test("comes from a mirror alone when one is set, with the login in its URL kept from all that is said", async () => {
    const { find, host, said, origin } = await world();
    const mirror = await newHost();
    const zip = await rcloneZip("1.75.1");
    const base = mirror.host.base.replace("//", "//me:p%40ss@");
    const error = await failureOf(find({ mirror: `${base}rclone?sig=canary` }));
    expect(mirror.asked).toEqual([
      {
        path: `/rclone${zipPath("1.75.1")}?sig=canary`,
        authorization: `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
      },
    ]);
    expect(error.message).toContain(`${mirror.host.base}rclone/v1.75.1/`);
    mirror.put(`/rclone${zipPath("1.75.1")}`, zip);
    const known = { ...origin, digests: { "1.75.1": { "linux-amd64": sha256Of(zip) } } };
    await find({ mirror: `${base}rclone/?sig=canary` }, {}, known);
    expect([error.message, ...said].join("\n")).not.toMatch(/canary|p@ss|p%40ss|me:/);
    expect(host.asked).toEqual([]);
  });

  test("can't be had for a machine that rclone isn't made for", async () => {
    const { find, origin } = await world();
    const error = await failureOf(find({}, {}, { ...origin, machine: { platform: "aix", arch: "ppc64" } }));
    expect(error.message).toContain("no rclone to fetch for aix on ppc64");
    expect(error.message).toContain("set rclone-path");
  });

  test("ends at once when the run does", async () => {
    const { host, origin, home } = await world();
    const controller = new AbortController();
    host.put(zipPath("1.75.1"), (_, response) => {
      response.write("PK");
      controller.abort(new ColdstoreError("interrupted", "stopped"));
    });
    const env = { HOME: home, PATH: "" };
    const search = { settings: {}, env, signal: controller.signal, say: () => {} };
    expect((await failureOf(findRclone(search, origin))).failure).toBe("interrupted");
    expect(await readdir(home)).toEqual([]);
  });

  test("is one of the official releases, over https, by default", () => {
    const { version, digests, hosts } = officialRclone();
    expect(hosts.map(({ base }) => new URL(base).protocol)).toEqual(["https:", "https:"]);
    expect(Object.keys(digests[version] ?? {})).toEqual(
      expect.arrayContaining(["linux", "osx", "windows"].flatMap((os) => [`${os}-amd64`, `${os}-arm64`])),
    );
    const all = Object.values(digests).flatMap((each) => Object.values(each));
    expect(all.filter((digest) => !/^[0-9a-f]{64}$/.test(digest))).toEqual([]);
    expect(new Set(all).size).toBe(all.length);
  });
});

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await writeFile(path, bytes);
}

async function folderInstead(path: string): Promise<void> {
  await rm(path);
  await mkdir(path);
}

async function linkInstead(path: string): Promise<void> {
  const bytes = await readFile(path);
  await writeFile(`${path}.aside`, bytes, { mode: 0o755 });
  await rm(path);
  await symlink(`${path}.aside`, path);
}

async function poison(folder: string): Promise<void> {
  const evil = await rcloneZip("1.75.1", "1.75.1 evil");
  await writeFile(join(folder, "rclone.zip"), evil);
  await putFakeRclone(join(folder, "rclone"), "1.75.1 evil");
}
