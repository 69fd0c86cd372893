import { type ExecOutput, getExecOutput } from "@actions/exec";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { findProgram } from "./find-program.ts";
import type { SigningKeys } from "./rclone-keys.ts";
import { bareEnvironment } from "./run-program.ts";

export interface SignatureCheck {
  /** A file as `gpg --clear-sign` makes it. */
  readonly file: string;
  /** What the file is called in errors. */
  readonly name: string;
  readonly keys: SigningKeys;
  /** A private folder, for gpg's files. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly signal: AbortSignal;
}

/**
 * The text that is signed in a file by one of the keys, as this machine's gpg says: rclone's signatures are of DSA and SHA-1,
 * which few other programs still read. Rejects with `settings` when there is no gpg, and with `integrity` when gpg doesn't
 * call it good.
 */
export async function signedText(check: SignatureCheck): Promise<string> {
  const { file, keys, folder, name } = check;
  const gpg = await findProgram("gpg", check.env, check.platform);
  if (gpg === undefined)
    throw new ColdstoreError(
      "settings",
      `gpg is needed to prove ${name}, and isn't on the PATH; install it, leave rclone-version out, set rclone-sha256 to the digest of that version's zip for this machine, or set rclone-path`,
    );
  const text = await readFile(file, "latin1");
  // gpg would show what stands around and between several signed texts by the status of one.
  if (!/^-----BEGIN PGP SIGNED MESSAGE-----\r?\n/.test(text) || text.match(/^-----BEGIN PGP SIG/gm)?.length !== 2)
    throw unproven(name, "it isn't one signed text");
  await mkdir(join(folder, "gnupg"), { mode: 0o700 });
  await writeFile(join(folder, "keys.gpg"), dearmored(keys.armored));
  await writeFile(join(folder, "list.asc"), text, "latin1");
  const end = await runGpg(gpg, check);
  if (!isGood(end, keys.fingerprints)) throw unproven(name, `gpg says: ${wordsOf(end)}`);
  return readFile(join(folder, "signed.txt"), "utf8");
}

/** Keys as gpg's oldest kind of keyring has them: importing them would look for an agent, in a folder whose path may be too long for it. */
function dearmored(armored: string): Buffer {
  const blocks = armored.matchAll(/-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:\S.*\n)*\n([^=-]+)/g);
  return Buffer.concat([...blocks].map(([, base64 = ""]) => Buffer.from(base64, "base64")));
}

const ownFiles = ["--no-options", "--homedir", "gnupg", "--no-default-keyring", "--keyring", "./keys.gpg"];
const alone = ["--batch", "--no-tty", "--no-autostart", "--disable-dirmngr", "--no-auto-key-retrieve"];
const reading = ["--trust-model", "always", "--status-fd", "1", "--output", "signed.txt", "--decrypt", "list.asc"];

/**
 * Run in the folder, with names that are relative to it: the gpg that Git for Windows brings takes no others well. Without the
 * user's options, keys and services, so that there is nothing that it could wait for.
 */
async function runGpg(gpg: string, { folder, env, signal }: SignatureCheck): Promise<ExecOutput> {
  signal.throwIfAborted();
  const args = [...ownFiles, ...alone, ...reading];
  const options = {
    cwd: folder,
    env: bareEnvironment(env),
    input: Buffer.alloc(0),
    silent: true,
    ignoreReturnCode: true,
  };
  const end = await getExecOutput(quoted(gpg), args, options).catch((cause: unknown) => {
    signal.throwIfAborted();
    const advice = "install a gpg that works, or set rclone-path to an rclone that is here";
    throw new ColdstoreError("settings", `${visibleText(gpg)} can't be started; ${advice}`, { cause });
  });
  signal.throwIfAborted();
  return end;
}

/** A path as the toolkit takes it for one word: it has a command line, if no shell. */
function quoted(path: string): string {
  return `"${path.replaceAll('"', '\\"')}"`;
}

/**
 * Whether gpg ended well, called one signature good, and that is of one of the keys. VALIDSIG alone isn't enough: it comes for
 * signatures of expired and revoked keys as well. Source: doc/DETAILS of GnuPG.
 */
function isGood({ exitCode, stdout }: ExecOutput, fingerprints: readonly string[]): boolean {
  const lines = stdout.split(/\r?\n/u).flatMap((line) => /^\[GNUPG:\] (.*)$/.exec(line)?.[1] ?? []);
  const of = (word: string) => lines.map((line) => line.split(" ")).filter(([first]) => first === word);
  const [valid] = of("VALIDSIG");
  const bad = ["BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA"].some((word) => of(word).length > 0);
  const isOne = ["NEWSIG", "GOODSIG", "VALIDSIG", "PLAINTEXT"].every((word) => of(word).length === 1);
  // Its last word is the primary key's fingerprint.
  return exitCode === 0 && isOne && !bad && fingerprints.includes(valid?.[10] ?? "");
}

function wordsOf({ stderr, exitCode }: ExecOutput): string {
  const lines = stderr.split("\n").filter((line) => /signature|key|BAD|error|fail/i.test(line));
  const said = visibleText((lines.find((line) => /BAD|can't|error/i.test(line)) ?? lines.at(-1) ?? "").slice(0, 200));
  return said || `nothing that could be understood (code ${exitCode})`;
}

function unproven(name: string, why: string): ColdstoreError {
  return new ColdstoreError(
    "integrity",
    `${name} isn't proven to be rclone's: ${why}. Nothing of it is used; check rclone-mirror and the network, or leave rclone-version out.`,
  );
}

/** Digests in a list as sha256sum writes it, lowercase hex by file name; lines that are something else are left out. */
export function listedDigests(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/u).map((line) => /^([0-9a-f]{64}) [ *](\S+)$/.exec(line));
  return new Map(lines.flatMap((found): [string, string][] => (found ? [[found[2] ?? "", found[1] ?? ""]] : [])));
}
