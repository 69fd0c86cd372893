import { type ChildProcess, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { openRcloneProcess, type RcloneProcessRequest } from "../../../src/adapters/rclone/open-rclone-process.ts";
import type { RcloneConfig, RcloneEvent, RcloneIo } from "../../../src/adapters/rclone/rclone-process.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { secretForms } from "../../../src/model/secret-forms.ts";
import { type FakeRclone, fakeRclone, type FakeStep } from "../../support/fake-rclone.ts";
import { firstWord, startScript } from "../../support/processes.ts";
import { testWith } from "../../support/programs.ts";

const io: RcloneIo = { signal: new AbortController().signal };
const list = { args: ["lsjson", "x:"] };

async function opened(fake: FakeRclone, more: Partial<RcloneProcessRequest> & { config?: RcloneConfig } = {}) {
  const folder = join(fake.folder, "scratch");
  await mkdir(folder, { mode: 0o700, recursive: true });
  const { config = { kind: "none" }, ...rest } = more;
  return openRcloneProcess({
    program: fake.program,
    remote: { name: "x:cold", root: "x:cold", config, args: [] },
    env: { PATH: process.env["PATH"] },
    args: [],
    folder,
    stallTimeout: 300_000,
    ...rest,
  });
}

async function failing(steps: readonly FakeStep[]): Promise<ColdstoreError> {
  await using fake = await fakeRclone(steps);
  await using rclone = await opened(fake);
  return await rclone.run(list, io).then(
    () => expect.unreachable("it didn't fail"),
    (error: unknown) => error as ColdstoreError,
  );
}

const noise = randomBytes(300).toString("base64");
const odd: readonly FakeStep[] = [
  { say: '{"level":"error","msg":"cut off he' },
  { say: `{"level":"error","msg":"${"x".repeat(10 << 20)}"}` },
  { bytes: noise },
  { flood: 2 },
  { say: '{"level":"notice","msg":"1 hashes could not be checked"}' },
  { out: "the answer" },
  { say: '{"level":"info","msg":"no line end' },
];

test("whatever it writes to both outputs, its answer comes whole and its log is read", async () => {
  await using fake = await fakeRclone(odd);
  await using rclone = await opened(fake);
  const events: RcloneEvent[] = [];
  const { code, stdout, errors } = await rclone.run({ ...list, onEvent: (event) => events.push(event) }, io);
  expect(code).toBe(0);
  expect(stdout.length).toBe((2 << 20) + "the answer".length);
  expect(stdout.subarray(-10).toString()).toBe("the answer");
  expect(errors).toHaveLength(2);
  expect(events.map(({ message }) => message)).toContain("1 hashes could not be checked");
  expect(Math.max(...events.map(({ message }) => message.length))).toBeLessThan(10_000);
});

test("a failure is told by what was said, and by the code where nothing was", async () => {
  const down = await failing([{ say: '{"level":"error","msg":"dial tcp: connection refused"}' }, { code: 1 }]);
  expect(down).toMatchObject({ failure: "store", transient: true });
  const [unknown, killed] = [await failing([{ code: 77 }]), await failing([{ kill: "SIGKILL" }])];
  expect(unknown).toMatchObject({ failure: "store", transient: false });
  expect(killed).toMatchObject({ failure: "store", transient: true });
  expect(killed.message).toContain("signal 9");
});

test("a code that the caller makes sense of is no failure, and can be made one", async () => {
  await using fake = await fakeRclone([{ say: "ERROR : directory not found" }, { code: 3 }]);
  await using rclone = await opened(fake);
  const end = await rclone.run({ ...list, accept: [3, 4] }, io);
  expect(end.code).toBe(3);
  expect(rclone.errorOf(list, end)).toMatchObject({ failure: "not-found" });
});

test("a program that isn't there or can't be started is a matter of settings", async () => {
  await using fake = await fakeRclone([]);
  for (const path of [join(fake.folder, "none"), join(fake.folder, "steps.json")]) {
    await using rclone = await opened(fake, { program: { ...fake.program, path } });
    await expect(rclone.run(list, io)).rejects.toMatchObject({
      failure: "settings",
      message: expect.stringContaining(path) as string,
    });
  }
});

test("an aborted call is told to rclone at once, and fails with the reason when rclone has tidied up and is gone", async () => {
  await using fake = await fakeRclone([{ interrupted: "tidy" }, { hang: true }]);
  await using rclone = await opened(fake);
  const controller = new AbortController();
  const running = rclone.run(list, { signal: controller.signal });
  await fake.hanging();
  const reason = new ColdstoreError("interrupted", "told to");
  controller.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(await fake.tidied()).toBe(true);
  await expect(rclone.run(list, { signal: controller.signal })).rejects.toBe(reason);
  expect(await fake.calls()).toHaveLength(1);
});

test("an rclone that takes no notice of it is killed, which is told with what it may have left", async () => {
  const said: string[] = [];
  await using fake = await fakeRclone([{ interrupted: "ignore" }, { hang: true }]);
  await using rclone = await opened(fake, { grace: 200, warn: (sentence) => said.push(sentence) });
  const controller = new AbortController();
  const running = rclone.run({ ...list, ifKilled: "a part of it may lie there" }, { signal: controller.signal });
  await fake.hanging();
  controller.abort(new ColdstoreError("interrupted", "told to"));
  await expect(running).rejects.toThrow("told to");
  const [call] = await fake.calls();
  expect(isAlive(call!.pid)).toBe(false);
  expect(said).toEqual(["a part of it may lie there"]);
});

test("of an rclone that tidies up when it's told to end, nothing is said", async () => {
  const said: string[] = [];
  await using fake = await fakeRclone([{ interrupted: "tidy" }, { hang: true }]);
  await using rclone = await opened(fake, { warn: (sentence) => said.push(sentence) });
  const controller = new AbortController();
  const running = rclone.run({ ...list, ifKilled: "a part of it may lie there" }, { signal: controller.signal });
  await fake.hanging();
  controller.abort(new ColdstoreError("interrupted", "told to"));
  await expect(running).rejects.toThrow("told to");
  expect(said).toEqual([]);
});

test("an rclone that doesn't get on is ended, but not one that may be quiet", async () => {
  await using fake = await fakeRclone([{ interrupted: "tidy" }, { hang: true }]);
  await using rclone = await opened(fake, { stallTimeout: 300 });
  await expect(rclone.run(list, io)).rejects.toMatchObject({
    failure: "store",
    transient: true,
    message: expect.stringContaining("stalled") as string,
  });
  await using patient = await fakeRclone([{ hang: true }]);
  const other = await opened(patient, { stallTimeout: 100 });
  const killed = expect(other.run({ ...list, quiet: true }, io)).rejects.toThrow(/killed/);
  await patient.hanging();
  await sleep(200);
  await other[Symbol.asyncDispose]();
  await killed;
});

test("a stream ends only when rclone has ended well", async () => {
  await using good = await fakeRclone([{ flood: 3 }, { out: "end" }]);
  await using fine = await opened(good);
  const chunks = await (await fine.stream(list, io)).toArray();
  expect(Buffer.concat(chunks as Buffer[]).length).toBe((3 << 20) + 3);
  await using bad = await fakeRclone([{ out: "half" }, { say: "ERROR : unexpected EOF" }, { code: 5 }]);
  await using broken = await opened(bad);
  await expect((await broken.stream(list, io)).toArray()).rejects.toMatchObject({ failure: "store", transient: true });
});

test("a stream that nobody reads on ends rclone, and one of a call that is aborted fails with the reason", async () => {
  await using fake = await fakeRclone([{ interrupted: "tidy" }, { out: "first" }, { hang: true }]);
  await using rclone = await opened(fake);
  const dropped = await rclone.stream(list, io);
  for await (const chunk of dropped) {
    expect(String(chunk)).toBe("first");
    break;
  }
  await gone((await fake.calls())[0]!.pid);
  const controller = new AbortController();
  const aborted = await rclone.stream(list, { signal: controller.signal });
  await once(aborted, "readable");
  controller.abort(new ColdstoreError("interrupted", "told to"));
  await expect(aborted.toArray()).rejects.toThrow("told to");
});

test("a configuration lies in a private file for as long as it's needed, and the list of files for one call", async () => {
  await using fake = await fakeRclone([{ out: "ok" }]);
  const text = "[x]\ntype = local\n";
  const rclone = await opened(fake, { config: { kind: "text", text: Buffer.from(text).toString("base64") } });
  await rclone.run({ ...list, files: ["a b", "#c", "ü/\\d"] }, io);
  const [call] = await fake.calls();
  expect(call?.config).toMatchObject({ text, mode: 0o600 });
  expect(dirname(call!.config!.path)).toBe(join(fake.folder, "scratch"));
  expect(call?.files).toBe("a b\n#c\nü/\\d\n");
  expect(await readdir(join(fake.folder, "scratch"))).toHaveLength(1);
  await rclone[Symbol.asyncDispose]();
  expect(await readdir(join(fake.folder, "scratch"))).toEqual([]);
  for (const file of ["a\nb", "a\r", ""])
    await expect(rclone.run({ ...list, files: [file] }, io)).rejects.toMatchObject({ failure: "bug" });
});

test("a token that rclone renewed in its copy is told of", async () => {
  await using fake = await fakeRclone([{ renew: "token = new" }]);
  const warnings: string[] = [];
  const rclone = await opened(fake, {
    config: { kind: "text", text: "[x]\ntype = drive\n" },
    warn: (text) => warnings.push(text),
  });
  await rclone.run(list, io);
  await rclone[Symbol.asyncDispose]();
  expect(warnings).toEqual([expect.stringMatching(/^rclone renewed a token of x:cold/)]);
});

test.each([
  ["is none", "nonsense", /no configuration of rclone's/],
  [
    "changes all of rclone",
    "[x]\ntype = alias\nremote = y:\n[y]\ntype = s3\noverride.ignore_checksum = true\n",
    /override\.ignore_checksum in section \[y\]/,
  ],
])("a configuration that %s is refused", async (_, text, reason) => {
  await using fake = await fakeRclone([]);
  await expect(opened(fake, { config: { kind: "text", text } })).rejects.toMatchObject({
    failure: "settings",
    message: expect.stringMatching(reason) as string,
  });
});

test("arguments that would disarm a check are refused, and the others can't override coldstore's own", async () => {
  await using fake = await fakeRclone([]);
  await expect(opened(fake, { args: ["--size-only", "--transfers", "8"] })).rejects.toMatchObject({
    failure: "settings",
  });
  await using rclone = await opened(fake, { args: ["--transfers", "8", "--low-level-retries=2"] });
  await rclone.run(list, io);
  const { argv } = (await fake.calls())[0]!;
  expect(argv.lastIndexOf("--low-level-retries=2")).toBeGreaterThan(argv.indexOf("--low-level-retries=5"));
  expect(argv.indexOf("--transfers=8")).toBeLessThan(argv.indexOf("--retries=1"));
  expect(argv).toContain("--config=/dev/null");
  expect(argv.slice(-2)).toEqual(list.args);
});

test("rclone sees of the environment what it needs, and nothing that leaks or disarms", async () => {
  await using fake = await fakeRclone([]);
  const kept = {
    PATH: process.env["PATH"],
    HOME: "/home/me",
    https_proxy: "http://proxy:3128",
    AWS_ROLE_ARN: "arn:x",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/t",
    GOOGLE_APPLICATION_CREDENTIALS: "/g.json",
    RCLONE_CONFIG_PASS: "pw",
    RCLONE_CONFIG_R2_TYPE: "s3",
    RCLONE_S3_ENDPOINT: "https://e",
    SSH_AUTH_SOCK: "/agent",
  };
  const stripped = {
    GITHUB_TOKEN: "ghs_x",
    INPUT_TOKEN: "x",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "x",
    ACTIONS_RUNTIME_TOKEN: "x",
    RCLONE_VERBOSE: "2",
    RCLONE_IGNORE_CHECKSUM: "true",
    RCLONE_DUMP: "headers",
    RCLONE_CONFIG: "/x",
    RCLONE_CONFIG_DIR: "/x",
    RCLONE_HTTP_PROXY: "http://x",
    RCLONE_S3_NO_HEAD: "true",
    RCLONE_SFTP_SSH: "x",
    "RCLONE_CONFIG_R2_OVERRIDE.IGNORE_CHECKSUM": "true",
    LD_PRELOAD: "/x.so",
    NODE_OPTIONS: "",
    SECRET: "x",
  };
  await using rclone = await opened(fake, { env: { ...kept, ...stripped } });
  await rclone.run(list, io);
  const { env } = (await fake.calls())[0]!;
  expect(env).toMatchObject(kept);
  expect(Object.keys(env).filter((name) => name in stripped)).toEqual([]);
});

test("no secret of the configuration or the environment gets out, in no form", async () => {
  const canary = (): string => randomBytes(18).toString("base64");
  const [key, pass, refresh, envKey, envPass] = [canary(), canary(), `1//${canary()}`, canary(), canary()];
  // As `rclone obscure` made it of the plain one.
  const [plain, obscured] = ["obscured-canary-1", "h-F_2af27b4L4oOyHhVwcRBgvEea6PGvxu7H8PdX1K_z"];
  const config = `[x]\ntype = s3\nsecret_access_key = ${key}\npass = ${obscured}\n[y]\ntype = webdav\nurl = https://me:${encodeURIComponent(pass)}@h/\ntoken = {"access_token":"${canary()}","refresh_token":"${refresh}"}\n`;
  await using fake = await fakeRclone([{ tell: true }, { say: `ERROR : ${plain}` }, { code: 1 }]);
  const env = {
    PATH: process.env["PATH"],
    AWS_SECRET_ACCESS_KEY: envKey,
    RCLONE_CONFIG_Z_CONNECTION_STRING: `AccountKey=${envPass}`,
    RCLONE_CONFIG_PASS: canary(),
  };
  await using rclone = await opened(fake, { env, config: { kind: "text", text: config } });
  const events: RcloneEvent[] = [];
  const error = await rclone
    .run({ ...list, onEvent: (event) => events.push(event) }, io)
    .catch((error: unknown) => error as ColdstoreError);
  const told = JSON.stringify([
    events,
    String((error as ColdstoreError).stack),
    String((error as ColdstoreError).cause),
  ]);
  expect(events.length).toBeGreaterThan(20);
  const argv = (await fake.calls())[0]!.argv.join("\n");
  for (const secret of [
    key,
    plain,
    obscured,
    pass,
    refresh,
    envKey,
    env.RCLONE_CONFIG_PASS,
    env.RCLONE_CONFIG_Z_CONNECTION_STRING,
  ])
    for (const form of secretForms(secret))
      expect([told.includes(form), argv.includes(form)], form).toEqual([false, false]);
});

testWith(["rclone"], "a real rclone lists, reads, and says what is wrong", async () => {
  await using fake = await fakeRclone([]);
  await writeFile(join(fake.folder, "one.txt"), "one");
  const program = {
    ...fake.program,
    path: execFileSync("sh", ["-c", "command -v rclone"], { encoding: "utf8" }).trim(),
  };
  await using rclone = await opened(fake, { program, config: { kind: "text", text: "[x]\ntype = local\n" } });
  const found = await rclone.run({ args: ["lsjson", "--", `x:${fake.folder}`], files: ["one.txt"] }, io);
  expect(JSON.parse(found.stdout.toString())).toMatchObject([{ Path: "one.txt", Size: 3 }]);
  const bytes = await (await rclone.stream({ args: ["cat", "--", `x:${fake.folder}/one.txt`] }, io)).toArray();
  expect(Buffer.concat(bytes as Buffer[]).toString()).toBe("one");
  const listing = (path: string) => rclone.run({ args: ["lsjson", "--", path] }, io);
  await expect(listing(`x:${fake.folder}/none`)).rejects.toMatchObject({ failure: "not-found" });
  await expect(listing("none:x")).rejects.toMatchObject({
    failure: "settings",
    message: expect.stringContaining("no remote called none") as string,
  });
  await expect(rclone.run({ args: ["lsjson", "--no-such-flag", "x:"] }, io)).rejects.toMatchObject({
    failure: "settings",
  });
});

const forever = ["serve", "http", ":memory:", "--addr", "127.0.0.1:0"];

testWith(["rclone"], "when the run is killed hard, its rclone ends itself", async (context) => {
  context.skip(process.platform !== "linux", "what a process has started is looked up in /proc");
  await using fake = await fakeRclone([]);
  const path = execFileSync("sh", ["-c", "command -v rclone"], { encoding: "utf8" }).trim();
  const run = leaving([path, fake.folder, "wait", ...forever]);
  await firstWord(run);
  const rclone = childOf(run.pid!);
  expect(isAlive(rclone)).toBe(true);
  run.kill("SIGKILL");
  await gone(rclone);
});

test("when the run exits on the spot, its rclone is killed", async () => {
  await using fake = await fakeRclone([{ interrupted: "ignore" }, { say: "works" }, { hang: true }]);
  const run = leaving([fake.program.path, fake.folder, "exit", "lsjson", "x:"]);
  await firstWord(run);
  run.stdin!.write("now\n");
  await once(run, "exit");
  await gone((await fake.calls())[0]!.pid);
});

function leaving(args: readonly string[]): ChildProcess {
  const run = startScript("leave-rclone.ts", args, { stdio: ["pipe", "pipe", "inherit"] });
  onTestFinished(() => void run.kill("SIGKILL"));
  return run;
}

function childOf(pid: number): number {
  const children = readdirSync("/proc").filter((name) => {
    const file = `/proc/${name}/stat`;
    // Behind the name, which may have any characters, come the state and who started it.
    return /^\d+$/.test(name) && textOf(file).split(") ").at(-1)?.split(" ")[1] === String(pid);
  });
  return Number(children[0]);
}

/** Empty where the process is gone meanwhile. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  // A process that nobody has waited for yet is gone, too.
  if (existsSync("/proc/self/stat")) return /\) [^Z]/.test(textOf(`/proc/${pid}/stat`));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 20_000, interval: 50 }).toBe(false);
}
