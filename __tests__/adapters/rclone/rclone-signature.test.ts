import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { findRclone, type RcloneChoice } from "../../../src/adapters/rclone/find-rclone.ts";
import { rcloneKeys, type SigningKeys } from "../../../src/adapters/rclone/rclone-keys.ts";
import { listedDigests, signedText } from "../../../src/adapters/rclone/rclone-signature.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { isInstalled } from "../../support/installed.ts";
import { testWith } from "../../support/programs.ts";
import { cachedIn, openReleaseHost, originWith, rcloneZip, sha256Of, zipPath } from "../../support/rclone-releases.ts";

interface TestKey extends SigningKeys {
  sign(text: string): string;
}

let home = "";
let [ours, other, expired]: readonly (TestKey | undefined)[] = [];

beforeAll(() => {
  if (!isInstalled("gpg")) return;
  home = mkdtempSync(join(tmpdir(), "cs-gpg-"));
  [ours, other] = ["ours", "other"].map((name) => newKey(name, []));
  expired = newKey("expired", ["--faked-system-time", "20200101T000000"], "1d");
}, 60_000);

afterAll(() => {
  if (home === "") return;
  execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  rmSync(home, { recursive: true, force: true });
});

function gpg(args: readonly string[], input?: string): string {
  const own = ["--homedir", home, "--batch", "--no-tty", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
  return execFileSync("gpg", [...own, ...args], { encoding: "utf8", stdio: ["pipe", "pipe", "ignore"], input });
}

function newKey(name: string, time: readonly string[], ends = "0"): TestKey {
  gpg([...time, "--quick-generate-key", name, "ed25519", "sign", ends]);
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg(["--with-colons", "--list-keys", `=${name}`]))?.[1] ?? "";
  return {
    fingerprints: [fingerprint],
    armored: gpg(["--armor", "--export", fingerprint]),
    sign: (text) => gpg([...time, "--local-user", fingerprint, "--clear-sign"], text),
  };
}

const list = `${"a".repeat(64)}  rclone-v1.80.0-linux-amd64.zip\n${"b".repeat(64)}  rclone-v1.80.0-osx-arm64.zip\n`;

async function check(text: string, keys: SigningKeys, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-signature-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "given");
  await writeFile(file, text);
  const signal = new AbortController().signal;
  const name = "SHA256SUMS of rclone 1.80.0";
  return signedText({ file, name, keys, folder, env, platform: process.platform, signal });
}

async function refusalOf(checked: Promise<unknown>): Promise<ColdstoreError> {
  const thrown = await checked.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ColdstoreError)) throw new Error("it wasn't refused as it should", { cause: thrown });
  return thrown;
}

describe("a signed list", () => {
  testWith(["gpg"], "gives what is signed in it", async () => {
    expect(await check(ours!.sign(list), ours!)).toBe(list);
  });

  testWith(["gpg"], "counts when one of several keys has signed it", async () => {
    const keys = {
      fingerprints: [...other!.fingerprints, ...ours!.fingerprints],
      armored: other!.armored + ours!.armored,
    };
    expect(await check(ours!.sign(list), keys)).toBe(list);
  });

  testWith(["gpg"], "is refused when it isn't signed by the key, whatever that key is called", async () => {
    const error = await refusalOf(check(other!.sign(list), ours!));
    expect(error.failure).toBe("integrity");
    expect(error.message).toMatch(/^SHA256SUMS of rclone 1\.80\.0 isn't proven to be rclone's: gpg says/);
    // gpg knows this key, and calls the signature good.
    const known = { fingerprints: ours!.fingerprints, armored: ours!.armored + other!.armored };
    expect((await refusalOf(check(other!.sign(list), known))).failure).toBe("integrity");
  });

  testWith(["gpg"], "is refused when its key has expired", async () => {
    expect((await refusalOf(check(expired!.sign(list), expired!))).failure).toBe("integrity");
  });

  testWith(["gpg"], "is refused when anything of it was changed or added", async () => {
    const signed = ours!.sign(list);
    const evil = `${"c".repeat(64)}  rclone-v1.80.0-linux-amd64.zip\n`;
    for (const text of [
      signed.replace("aaaa", "aaab"),
      signed.replace("-----BEGIN PGP SIGNATURE", `${evil}-----BEGIN PGP SIGNATURE`),
      `${evil}${signed}`,
      signed + other!.sign(evil),
      signed + signed,
      list,
      "",
      signed.slice(0, signed.indexOf("-----BEGIN PGP SIGNATURE")),
    ])
      expect((await refusalOf(check(text, ours!))).failure).toBe("integrity");
    // What stands behind the signature isn't part of what is given.
    expect(await check(`${signed}${evil}`, ours!).catch(() => list)).toBe(list);
  });

  testWith(["gpg"], "is read without the gpg settings of the user", async () => {
    const env = { ...process.env, GNUPGHOME: "/nonexistent", HOME: "/nonexistent" };
    expect(await check(ours!.sign(list), ours!, env)).toBe(list);
  });

  test("can't be read without gpg, which is said with the ways out", async () => {
    const error = await refusalOf(check(list, rcloneKeys, { PATH: "/nonexistent" }));
    expect(error.failure).toBe("settings");
    for (const way of ["install it", "leave rclone-version out", "set rclone-sha256", "set rclone-path"])
      expect(error.message).toContain(way);
  });

  test("holds digests by file name, and what isn't a line of sha256sum's is left out", () => {
    const text = `# a comment\n${list}${"A".repeat(64)}  upper.zip\n${"d".repeat(64)} *binary.zip\r\n${"e".repeat(63)}  short\n`;
    expect([...listedDigests(text)]).toEqual([
      ["rclone-v1.80.0-linux-amd64.zip", "a".repeat(64)],
      ["rclone-v1.80.0-osx-arm64.zip", "b".repeat(64)],
      ["binary.zip", "d".repeat(64)],
    ]);
  });
});

testWith(["gpg"], "rclone's keys are the ones that are named by their fingerprints", () => {
  const folder = mkdtempSync(join(tmpdir(), "cs-gpg-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "keys.asc"), rcloneKeys.armored);
  const args = ["--homedir", folder, "--batch", "--with-colons", "--show-keys", join(folder, "keys.asc")];
  const shown = execFileSync("gpg", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const primary = [...shown.matchAll(/^pub:.*\nfpr:+([0-9A-F]{40}):/gm)].map(([, fingerprint]) => fingerprint);
  expect(primary).toEqual(rcloneKeys.fingerprints);
});

describe("a version that isn't known by heart", () => {
  async function world(sums: string, files: Readonly<Record<string, Buffer>>) {
    const folder = await mkdtemp(join(tmpdir(), "coldstore-rclone-"));
    const host = await openReleaseHost();
    onTestFinished(async () => {
      await host[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    });
    host.put("/v1.80.0/SHA256SUMS", Buffer.from(sums));
    for (const [path, bytes] of Object.entries(files)) host.put(path, bytes);
    const origin = { ...originWith([host.host], "0".repeat(64)), keys: ours! };
    const env = { HOME: folder, PATH: process.env["PATH"] };
    const find = (settings: RcloneChoice, from = origin) =>
      findRclone({ settings, env, signal: new AbortController().signal, say: () => {} }, from);
    return { folder, host, find, origin };
  }

  testWith(["gpg"], "is fetched by its signed list, which is proven again each time", async () => {
    const zip = await rcloneZip("1.80.0");
    const sums = ours!.sign(`${sha256Of(zip)}  rclone-v1.80.0-linux-amd64.zip\n`);
    const { folder, host, find } = await world(sums, { [zipPath("1.80.0")]: zip });
    const program = {
      path: join(cachedIn(folder, "1.80.0", sha256Of(zip)), "rclone"),
      version: "1.80.0",
      trust: "signed",
    };
    expect(await find({ version: "1.80.0" })).toEqual(program);
    expect(await find({ version: "1.80.0" })).toEqual(program);
    expect(host.asked.map(({ path }) => path)).toEqual(["/v1.80.0/SHA256SUMS", zipPath("1.80.0")]);
    const kept = join(folder, ".cache/coldstore/rclone/1.80.0/SHA256SUMS");
    expect(readFileSync(kept, "utf8")).toBe(sums);
    writeFileSync(kept, other!.sign(list));
    expect(await find({ version: "1.80.0" })).toEqual(program);
    expect(readFileSync(kept, "utf8")).toBe(sums);
    expect(await readdir(join(folder, ".cache/coldstore/rclone"))).toEqual(["1.80.0"]);
  });

  testWith(
    ["gpg"],
    "isn't fetched by a list that somebody else has signed, or that is of another version",
    async () => {
      const zip = await rcloneZip("1.80.0");
      const line = `${sha256Of(zip)}  rclone-v1.80.0-linux-amd64.zip\n`;
      for (const sums of [other!.sign(line), ours!.sign(line.replace("1.80.0", "1.79.0"))]) {
        const { host, find, folder } = await world(sums, { [zipPath("1.80.0")]: zip });
        expect((await refusalOf(find({ version: "1.80.0" }))).failure).toBe("integrity");
        expect(host.asked).toHaveLength(1);
        expect(await readdir(folder)).toEqual([]);
      }
    },
  );

  testWith(["gpg"], "is refused for a machine that its list has nothing for", async () => {
    const { find, origin } = await world(ours!.sign(list), {});
    const machine = { platform: "linux", arch: "ia32" };
    const message = (await refusalOf(find({ version: "1.80.0" }, { ...origin, machine }))).message;
    expect(message).toContain("there is no rclone 1.80.0 for linux-386");
  });
});
