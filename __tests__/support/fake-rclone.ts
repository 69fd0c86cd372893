import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RcloneProgram } from "../../src/adapters/rclone/rclone-program.ts";

/** What a fake rclone does, one after the other. */
export type FakeStep =
  /** To standard error, as it is, with a line's end. */
  | { readonly say: string }
  /** To standard error, from base64. */
  | { readonly bytes: string }
  /** To standard output. */
  | { readonly out: string }
  /** So many times a MiB to both, none of it lines. */
  | { readonly flood: number }
  /** Everything that it was given, to standard error: arguments, environment, configuration. */
  | { readonly tell: true }
  /** Adds a line to its configuration. */
  | { readonly renew: string }
  /** From now on it takes no notice of SIGINT, or writes a file and ends with 130 a little later. */
  | { readonly interrupted: "ignore" | "tidy" }
  | { readonly hang: true }
  | { readonly kill: NodeJS.Signals }
  | { readonly code: number };

export interface FakeCall {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Of its configuration: text and permission bits; absent where there was none. */
  readonly config?: { readonly path: string; readonly text: string; readonly mode: number };
  /** Text of the list of files. */
  readonly files?: string;
}

export interface FakeRclone extends AsyncDisposable {
  readonly program: RcloneProgram;
  /** A folder for what it is given. */
  readonly folder: string;
  /** Of each call so far. */
  calls(): Promise<readonly FakeCall[]>;
  /** Resolves when a call has come so far as to hang. */
  hanging(): Promise<void>;
  /** Whether it tidied up after SIGINT. */
  tidied(): Promise<boolean>;
}

/** A program that takes rclone's place and does what it is told here, for what a real one rarely does. */
export async function fakeRclone(steps: readonly FakeStep[]): Promise<FakeRclone> {
  const folder = await mkdtemp(join(tmpdir(), "fake-rclone-"));
  const path = join(folder, "rclone");
  await writeFile(path, `#!${process.execPath}\n${script}`, { mode: 0o755 });
  await writeFile(join(folder, "package.json"), '{"type":"module"}');
  await writeFile(join(folder, "steps.json"), JSON.stringify(steps));
  const read = (name: string) => readFile(join(folder, name), "utf8").catch(() => "");
  return {
    program: { path, version: "1.75.1", trust: "own" },
    folder,
    async calls() {
      const lines = (await read("calls.jsonl")).split("\n").filter((line) => line !== "");
      return lines.map((line) => JSON.parse(line) as FakeCall);
    },
    async hanging() {
      while ((await read("hangs")) === "") await new Promise((resolve) => setTimeout(resolve, 20));
    },
    tidied: async () => (await read("tidied")) !== "",
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const script = `
import * as fs from "node:fs";
import { dirname, join } from "node:path";
const home = dirname(process.argv[1]);
const argv = process.argv.slice(2);
const flag = (name) => argv.find((arg) => arg.startsWith(name + "="))?.slice(name.length + 1);
const at = flag("--config");
const isFile = at !== undefined && fs.existsSync(at) && fs.statSync(at).isFile();
const config = isFile ? { path: at, text: fs.readFileSync(at, "utf8"), mode: fs.statSync(at).mode & 0o777 } : undefined;
const list = flag("--files-from-raw");
const files = list === undefined ? undefined : fs.readFileSync(list, "utf8");
fs.appendFileSync(join(home, "calls.jsonl"), JSON.stringify({ pid: process.pid, argv, env: process.env, config, files }) + "\\n");
const write = (to, data) => new Promise((resolve) => to.write(data, resolve));
const log = (level, msg) => write(process.stderr, JSON.stringify({ time: "now", level, msg }) + "\\n");
const does = {
  say: (text) => write(process.stderr, text + "\\n"),
  bytes: (text) => write(process.stderr, Buffer.from(text, "base64")),
  out: (text) => write(process.stdout, text),
  async flood(count) {
    const block = Buffer.alloc(1 << 20, "x");
    for (let i = 0; i < count; i++) await Promise.all([write(process.stdout, block), write(process.stderr, block)]);
    await write(process.stderr, "\\n");
  },
  async tell() {
    const all = [argv.join(" "), config?.text ?? "", ...Object.values(process.env)];
    for (const text of all) {
      await log("error", text);
      for (const line of text.split("\\n")) {
        await log("notice", "Failed to x: " + line);
        await write(process.stderr, "2026/01/01 00:00:00 ERROR : " + line + "\\n");
        await log("error", encodeURIComponent(line) + " " + Buffer.from(line).toString("base64"));
      }
    }
  },
  renew: async (line) => fs.appendFileSync(at, line + "\\n"),
  async interrupted(how) {
    process.on("SIGINT", () => {
      if (how === "ignore") return;
      setTimeout(() => { fs.writeFileSync(join(home, "tidied"), "yes"); process.exit(130); }, 100);
    });
  },
  hang() {
    setInterval(() => {}, 1000);
    fs.writeFileSync(join(home, "hangs"), "yes");
    return new Promise(() => {});
  },
  kill: (signal) => process.kill(process.pid, signal) && new Promise((resolve) => setTimeout(resolve, 5000)),
  code: async (code) => process.exit(code),
};
(async () => {
  for (const step of JSON.parse(fs.readFileSync(join(home, "steps.json"), "utf8")))
    for (const [name, value] of Object.entries(step)) await does[name](value);
})();
`;
