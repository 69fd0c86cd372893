import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type JobNews, type Toolkit, WorkflowJob } from "../../../src/adapters/actions/workflow-job.ts";
import { version } from "../../../src/model/version.ts";
import { ownProcess, scratchName } from "../../../src/adapters/local/scratch-owner.ts";

let temporary: string;
let said: string[];
let state: Map<string, string>;

beforeEach(() => {
  temporary = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-test-job-")));
  said = [];
  state = new Map();
});

afterEach(() => rm(temporary, { recursive: true, force: true }));

const toolkit: Toolkit = {
  setSecret: (secret) => said.push(`mask ${secret}`),
  setOutput: (name, text) => said.push(`output ${name}=${text}`),
  saveState: (name, value) => state.set(name, typeof value === "string" ? value : JSON.stringify(value)),
  getState: (name) => state.get(name) ?? "",
  error: (message, properties) => said.push(`error ${properties?.title}: ${message}`),
  warning: (message, properties) => said.push(`warning ${properties?.title}: ${message}`),
};

const print = (line: string) => void said.push(`log ${line}`);

function aJob(env: Readonly<Record<string, string>> = {}, changes: Partial<Toolkit> = {}): WorkflowJob {
  return new WorkflowJob({ env, temporary, print, toolkit: { ...toolkit, ...changes } });
}

function news(changes: Partial<JobNews> = {}): JobNews {
  return {
    outputs: (report) => ({ status: "ok", ...(report && { report }) }),
    text: () => [],
    report: () => "{}\n",
    summary: () => "## fine\n",
    annotations: () => [],
    ...changes,
  };
}

describe("a job", () => {
  test("masks inherited credentials before anything else is said", async () => {
    await aJob({ GITHUB_TOKEN: "ghs_0123456789abcdef" }).begin();
    expect(said).toContain("mask ghs_0123456789abcdef");
    expect(said.findLastIndex((line) => line.startsWith("mask "))).toBe(said.indexOf(`log coldstore ${version}`) - 1);
  });

  test("masks the secrets of remotes: the key line by line, and what rclone's configuration has, also in base64", async () => {
    const lines = [
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      "b3BlbnNzaC1rZXktdjEAAAAA",
      "-----END OPENSSH PRIVATE KEY-----",
    ];
    const config = "[r2]\ntype = s3\nsecret_access_key = s3cr3tValue42\n";
    await aJob({
      "INPUT_SSH-KEY": lines.join("\n"),
      "INPUT_RCLONE-CONFIG": Buffer.from(config).toString("base64"),
      RCLONE_CONFIG_BOX_PASS: "an0therS3cret",
    }).begin();
    const secrets = [...lines, "s3cr3tValue42", Buffer.from(config).toString("base64"), "an0therS3cret"];
    for (const secret of secrets) expect(said).toContain(`mask ${secret}`);
    for (const line of said.filter((each) => each.startsWith("mask "))) expect(line).not.toMatch(/[\r\n]/u);
  });

  test("has a folder for what outlives the step, which goes when the job ends", async () => {
    const job = aJob();
    expect(job.folder).toBeUndefined();
    await job.begin();
    mkdirSync(join(job.folder!, "set-1"));
    await aJob().cleanUp();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("goes on when no folder could be made for it, and says that there is no report", async () => {
    const job = new WorkflowJob({ env: {}, temporary: join(temporary, "not-there"), print, toolkit });
    await job.begin();
    expect(job.tell(news())).toBe(0);
    expect(said).toEqual([
      `log coldstore ${version}`,
      expect.stringContaining("warning coldstore: the report file could not be written: no folder could be made in"),
      "output status=ok",
    ]);
  });

  test("goes on when the runner keeps no state", async () => {
    const saveState = () => {
      throw new Error("Missing file at path: /gone");
    };
    const job = aJob({}, { saveState });
    await job.begin();
    job.willCleanUp([temporary]);
    const lost =
      "warning coldstore: what the post step needs to clean up could not be written: Missing file at path: /gone";
    expect(said).toEqual([`log coldstore ${version}`, lost, lost]);
  });

  test("is told outputs with the report's path, summary and annotations", async () => {
    const summary = join(temporary, "summary.md");
    writeFileSync(summary, "earlier\n");
    const job = aJob({ GITHUB_STEP_SUMMARY: summary });
    await job.begin();
    const annotations = [{ level: "error", title: "coldstore: store", message: "no room" }] as const;
    job.tell(news({ text: () => ["ok: fine"], annotations: () => annotations, report: () => '{"status":"ok"}\n' }));
    expect(readFileSync(summary, "utf8")).toBe("earlier\n## fine\n");
    said.shift();
    expect(said).toEqual([
      "log ok: fine",
      "output status=ok",
      expect.stringMatching(/^output report=/),
      "error coldstore: store: no room",
    ]);
    expect(readFileSync(said[2]!.slice("output report=".length), "utf8")).toBe('{"status":"ok"}\n');
  });

  test("is told the rest when a part can't be told", async () => {
    const setOutput = () => {
      throw new Error("Missing file at path: /gone");
    };
    const job = aJob({ GITHUB_STEP_SUMMARY: join(temporary, "no", "such", "file") }, { setOutput });
    await job.begin();
    said.shift();
    expect(job.tell(news({ annotations: () => [{ level: "warning", title: "coldstore", message: "mind" }] }))).toBe(5);
    expect(said).toEqual([
      "warning coldstore: the outputs could not be written: Missing file at path: /gone",
      expect.stringMatching(/^warning coldstore: the job summary could not be written: ENOENT/),
      "warning coldstore: mind",
    ]);
  });

  test("is told the rest when some of it can't even be put into words", async () => {
    const broken = () => {
      throw new TypeError("no words");
    };
    aJob().tell(news({ text: broken, summary: broken, annotations: broken, report: broken }));
    expect(said).toEqual([
      "warning coldstore: the log could not be written: no words",
      "warning coldstore: the report file could not be written: no words",
      "output status=ok",
      "warning coldstore: the job summary could not be written: no words",
      "warning coldstore: the annotations could not be written: no words",
    ]);
  });
});

describe("after the job", () => {
  test("its folder and the scratch of a killed process go; what others keep there stays", async () => {
    const job = aJob();
    await job.begin();
    job.tell(news());
    const store = join(temporary, "cold", ".tmp");
    // Linux gives out no number above 4,194,304.
    const dead = { ...ownProcess(), pid: 4_194_999 };
    for (const folder of [temporary, store]) mkdirSync(join(folder, scratchName(dead)), { recursive: true });
    const own = scratchName(ownProcess());
    mkdirSync(join(temporary, own));
    mkdirSync(join(temporary, "mine"));
    job.willCleanUp([temporary, store]);
    await aJob().cleanUp();
    expect(readdirSync(temporary).sort()).toEqual(["cold", "mine", own].sort());
    expect(existsSync(store)).toBe(false);
  });

  test("what can't be read or removed is a warning, and the rest is done", async () => {
    state.set("coldstore-folder", join(temporary, "coldstore-job-gone"));
    state.set("coldstore-roots", "not JSON");
    await aJob().cleanUp();
    expect(said).toEqual([expect.stringMatching(/^warning coldstore: what a step left behind could not be read: /)]);
  });

  test("a folder that isn't the job's own is never removed, whatever the state says", async () => {
    mkdirSync(join(temporary, "precious"));
    for (const folder of [
      join(temporary, "precious"),
      temporary,
      "/",
      "none",
      `${temporary}/coldstore-job-x/../precious`,
    ]) {
      state.set("coldstore-folder", folder);
      await aJob().cleanUp();
    }
    expect(readdirSync(temporary)).toEqual(["precious"]);
  });
});
