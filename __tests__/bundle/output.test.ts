import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openConfigSource } from "../../src/connect.ts";
import { renderHelp } from "../../src/render/help.ts";
import { loadSettings } from "../../src/settings/load-settings.ts";
import { manual } from "../../src/settings/spec/table.ts";
import { makeRepository, type GitFixture } from "../support/git-fixture.ts";
import { makeLargeRepository } from "../support/large-repository.ts";
import { screenOf } from "../support/log-clock.ts";
import { testWith } from "../support/programs.ts";
import {
  bareEnvironment,
  cliPath,
  compileCache,
  endOf,
  makePlace,
  onWindows,
  type CliEnd,
  type CliPlace,
} from "../support/run-cli.ts";
import { someOf } from "../support/some-of.ts";
import { shell } from "../support/stored-set.ts";

let repository: GitFixture;
let place: CliPlace;

beforeAll(() => {
  repository = makeRepository({ files: { "a.txt": "one\n" } });
  place = makePlace();
});

afterAll(() => {
  repository.remove();
  place[Symbol.dispose]();
});

const ownFolders = () => ({ HOME: place.path, TMPDIR: place.tmp, NODE_COMPILE_CACHE: compileCache });

/** What a call writes on a terminal of 80 columns. */
async function onTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CliEnd> {
  const words = [process.execPath, cliPath, ...args].map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qec", `stty cols 80; ${words}`, "/dev/null"], {
    cwd: place.cwd,
    env: { ...bareEnvironment(), ...ownFolders(), TERM: "xterm", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return endOf(child);
}

const escape = "\u001b";

describe.skipIf(process.platform !== "linux")("on a terminal", () => {
  testWith(["script"], "a bar is drawn while work runs, and nothing of it is left at the end", async () => {
    using large = makeLargeRepository(60);
    const end = await onTerminal(["snapshot", large.path, join(place.path, "large")]);
    expect(end.code).toBe(0);
    expect(end.stdout).toMatch(/packing \S+ {2}\[=+>? *\] +\d+ %/);
    const { lines, cursor } = screenOf(end.stdout.replaceAll("\r\n", "\n"), 200);
    expect(cursor).toBe(true);
    expect(lines.filter((line) => /packing|%/.test(line))).toEqual([
      expect.stringMatching(/^packing and storing \S+$/),
    ]);
    expect(lines.at(-3)).toMatch(/^ok: .* is stored and proven in /);
    const verified = await onTerminal(["verify", join(place.path, "large"), "--level", "read"]);
    expect(verified.code).toBe(0);
    for (const [, done, total] of verified.stdout.matchAll(/([\d.]+) MB of ([\d.]+) MB/g))
      expect(Number(done)).toBeLessThanOrEqual(Number(total));
  });

  testWith(["script"], "there are colours, unless NO_COLOR or --no-color says otherwise", async () => {
    const store = join(place.path, "colours");
    expect((await onTerminal(["snapshot", repository.path, store])).stdout).toContain(`${escape}[32mok:`);
    expect((await onTerminal(["verify", store], { NO_COLOR: "1" })).stdout).not.toContain(`${escape}[3`);
    expect((await onTerminal(["verify", store, "--no-color"])).stdout).not.toContain(`${escape}[3`);
    expect((await onTerminal(["verify", store], { TERM: "dumb" })).stdout).not.toContain(escape);
  });

  testWith(["script"], "hostile names in the work tree don't act on it", async () => {
    using hostile = makeRepository({ files: { "a.txt": "one\n" } });
    hostile.write({ "\u001b]0;title\u0007\nnewline": "x", "\u009b31m": "x" });
    const end = await onTerminal(["snapshot", hostile.path, join(place.path, "hostile"), "--no-color"]);
    expect(end.code).toBe(0);
    expect(end.stdout).toContain("\\x1b]0;title\\x07\\nnewline");
    expect(end.stdout.replaceAll("\r\n", "")).not.toMatch(/\p{Cc}/u);
  });
});

describe.skipIf(process.platform !== "linux")("where nobody looks", () => {
  test("there are plain lines: the log on standard error, the report on standard output", async () => {
    const end = await place.run(["snapshot", repository.path, join(place.path, "plain")]);
    expect(end.stdout + end.stderr).not.toContain(escape);
    // How far it is, is only said on a machine that needs seconds for it.
    const [step, ...events] = end.stderr
      .trimEnd()
      .split("\n")
      .filter((line) => !line.includes(" % "));
    expect(step).toMatch(/^packing and storing \S+$/);
    expect(events).toHaveLength(4);
    for (const event of events) expect(event).toMatch(/^ {2}stored \S+ \([\d.]+ k?B, [\d.]+ m?s\) in /);
    expect(end.stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^ok: /),
      expect.stringMatching(/^stored /),
    ]);
  });

  test("--quiet leaves the report, --json one object and nothing else on standard output", async () => {
    const quiet = await place.run(["snapshot", repository.path, join(place.path, "quiet"), "--quiet"]);
    expect(quiet).toMatchObject({ stderr: "", stdout: expect.stringMatching(/^ok: /) });
    const json = await place.run(["snapshot", repository.path, join(place.path, "json"), "--json"]);
    expect(json.stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ schema: "coldstore/report/1", exit: 0, status: "ok" });
  });

  test("a reader that goes away early, of the report or of the log, changes neither the work nor the exit code", async () => {
    const store = join(place.path, "piped");
    const script = '"$@" 2>&1 >/dev/null | head -c 1 >/dev/null; exit "${PIPESTATUS[0]}"';
    const bash = (line: string) => ["/bin/bash", "-c", line, "bash", process.execPath];
    expect((await place.run(["snapshot", repository.path, store], { node: bash(script) })).code).toBe(0);
    expect((await place.run(["verify", store])).code).toBe(0);
    const closed = '"$@" | true; exit "${PIPESTATUS[0]}"';
    expect((await place.run(["verify", join(place.path, "no-store")], { node: bash(closed) })).code).toBe(7);
    expect((await place.run(["help", "snapshot"], { node: bash(closed) })).code).toBe(0);
  });

  test("closed and full outputs: the run is done, and a lost report is said", async () => {
    const bash = (line: string) => ["/bin/bash", "-c", line, "bash", process.execPath];
    for (const line of someOf(['"$@" >&-', '"$@" 2>&-', '"$@" 2>/dev/full', '"$@" <&-'], 2)) {
      const store = join(place.path, `closed-${Buffer.from(line).toString("hex")}`);
      expect([line, (await place.run(["snapshot", repository.path, store], { node: bash(line) })).code]).toEqual([
        line,
        0,
      ]);
      expect((await place.run(["verify", store])).code).toBe(0);
    }
    const full = openSync("/dev/full", "w");
    const child = place.start(["help"], { stdio: ["ignore", full, "pipe"] });
    const end = await endOf(child);
    closeSync(full);
    expect(end).toMatchObject({ code: 5, stderr: expect.stringMatching(/^failed: the report can't be written/) });
  });
});

/** What cli.ts prints for a call that asks for help. */
async function helpOf(argv: readonly string[]): Promise<string> {
  const loaded = await loadSettings({ argv, env: {}, cwd: place.cwd, config: openConfigSource({}, place.cwd) });
  if (loaded.kind !== "help") throw new Error(`${argv.join(" ")} asks for no help`);
  return renderHelp(manual(), loaded.topic);
}

describe.skipIf(onWindows)("help", () => {
  test("of everything, of each mode and of each topic is exit 0 on standard output", async () => {
    const calls = [
      [],
      ["--help"],
      ["-h"],
      ...["snapshot", "verify", "list"].flatMap((mode) => [
        [mode, "--help"],
        ["help", mode],
      ]),
    ];
    for (const args of [
      ...calls,
      ...["config", "stores", "exit-codes", "completion"].map((topic) => ["help", topic]),
    ]) {
      const text = await helpOf(args);
      expect([args, text.split("\n").length > 3]).toEqual([args, true]);
      expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
    }
    for (const args of [[], ["verify", "--help"], ["help", "stores"]])
      expect(await place.run(args)).toMatchObject({ code: 0, stderr: "", stdout: await helpOf(args) });
    expect(await place.run(["--version"])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^coldstore \d+\.\d+\.\d+\n$/),
    });
    expect(await place.run(["help", "nonsense"])).toMatchObject({ code: 2 });
  });

  testWith(["bash"], "the completion script completes modes and flags in bash", async () => {
    const end = await place.run(["completion", "bash"]);
    const file = join(place.path, "completion.bash");
    writeFileSync(file, end.stdout);
    const complete = (...words: readonly string[]) =>
      shell(
        `source ${file}; COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _coldstore; printf '%s\\n' "\${COMPREPLY[@]}"`,
        place.cwd,
      ).split("\n");
    expect(complete("coldstore", "sn")).toContain("snapshot");
    expect(complete("coldstore", "snapshot", "--pro")).toEqual(expect.arrayContaining(["--prove", "--project"]));
    expect(complete("coldstore", "snapshot", "--prove", "")).toEqual(
      expect.arrayContaining(["digest", "read", "none"]),
    );
  });

  test("every example that it gives is a call that can be understood", async () => {
    const child = place.start(["help", "snapshot"]);
    const { stdout } = await endOf(child);
    if (child.exitCode === null) await once(child, "exit");
    const examples = [...stdout.matchAll(/^ {2}coldstore (.*?)(?: {2,}.*)?$/gm)].map(([, line = ""]) =>
      line.split(" "),
    );
    expect(examples.length).toBeGreaterThan(2);
    // Nobody listens there, which is no matter of understanding.
    const env = { GITHUB_REPOSITORY: "acme/app", GITHUB_API_URL: "http://127.0.0.1:9" };
    for (const args of someOf(examples, 2)) {
      const end = await place.run([...args, "--dry-run"], { cwd: repository.path, env });
      expect([args, end.code === 2, end.stdout]).toEqual([args, false, expect.not.stringMatching(/no flag|no mode/)]);
    }
  });
});
