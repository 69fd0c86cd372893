import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import { isolatedGitEnvironment } from "./git-fixture.ts";
import { eventProject, type WorkflowEvent } from "./workflow-events.ts";

const root = join(import.meta.dirname, "..", "..");

const named = process.env["COLDSTORE_TEST_ACTION"];

/** The bundle that a workflow runs, made by `npm run build`; or another one that COLDSTORE_TEST_ACTION names. */
export const bundlePath = named?.endsWith(".js") ? named : join(root, "dist", "index.js");

/** Actions of others that a workflow here may use; each is a stand-in of ours in stand-ins/, which says what it does of the real one. */
const standIns = [
  "actions/checkout@v7",
  "actions/upload-artifact@v7",
  "actions/attest@v4",
  "aws-actions/configure-aws-credentials@v6",
];

/** What one step of a job did, in the stage of that name. */
export interface ActStep {
  /** As the workflow has it: the step's id, or its place, from 0. */
  readonly id: string;
  readonly stage: "Pre" | "Main" | "Post";
  readonly name: string;
  readonly result: "success" | "failure" | "skipped" | undefined;
  /** What it said, commands left out. */
  readonly lines: readonly string[];
  readonly annotations: readonly ActAnnotation[];
  readonly outputs: Readonly<Record<string, string>>;
  /** What it added to the job's summary. */
  readonly summary: string;
}

export interface ActAnnotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string | undefined;
  readonly message: string;
}

export interface ActEnd {
  /** 0 when all jobs are green. */
  readonly code: number;
  readonly steps: readonly ActStep[];
  /** By its id or place; main, unless another stage is asked for. Throws when there is none. */
  step(id: string, stage?: ActStep["stage"]): ActStep;
  /** All that act said, as it said it: with commands, secrets masked. */
  readonly output: string;
  /** What lay in the runner's folder for temporary files after all other steps, their post steps included. */
  readonly left: readonly string[];
}

export interface ActCall {
  /** The text of a workflow file. */
  readonly workflow: string;
  readonly event: WorkflowEvent;
  /** The job to run, and which of its matrix, as `key:value`; all unless told. */
  readonly job?: { readonly id: string; readonly matrix: string };
  readonly secrets?: Readonly<Record<string, string>>;
  /** Variables of the repository or the environment. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Where GitHub's API is for its steps, and what `github.token` may there; nowhere unless told. */
  readonly github?: { readonly apiUrl: string; readonly token: string };
  /** On top of an environment that has nothing of the machine's but the PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Cancels the job as soon as this holds: act ends the running step by SIGKILL then, and goes on to the post steps. */
  readonly cancelWhen?: () => boolean;
}

/** A corner of the disk where workflows run under nektos/act, without containers, network, or anything of the machine's configuration. */
export interface ActPlace extends Disposable {
  readonly path: string;
  /** What a self-hosted runner's disk would be: it is there for the next run. */
  readonly store: string;
  /** Where the stand-in of actions/upload-artifact puts things, a folder each. */
  readonly artifacts: string;
  run(call: ActCall): Promise<ActEnd>;
}

/** A place whose workflows check out a repository: a path that git can fetch from. */
export function makeActPlace(origin: string): ActPlace {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-act-")));
  const [artifacts, action] = ["artifacts", "action"].map((name) => join(path, name)) as [string, string];
  mkdirSync(artifacts);
  copyAction(action);
  let runs = 0;
  return {
    path,
    store: join(path, "store"),
    artifacts,
    run: async (call) => {
      runs += 1;
      const around = join(path, `run-${runs}`);
      return runAct(call, { origin, artifacts, action, around });
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** All that a runner needs of this repository: action.yml, and the files that it names. */
function copyAction(folder: string): void {
  mkdirSync(join(folder, "dist"), { recursive: true });
  copyFileSync(join(root, "action.yml"), join(folder, "action.yml"));
  copyFileSync(bundlePath, join(folder, "dist", "index.js"));
  for (const name of ["post.js", "package.json"])
    copyFileSync(join(dirname(bundlePath), name), join(folder, "dist", name));
}

interface Surroundings {
  readonly origin: string;
  readonly artifacts: string;
  readonly action: string;
  /** A folder for this run alone; not there yet. */
  readonly around: string;
}

async function runAct(call: ActCall, { origin, artifacts, action, around }: Surroundings): Promise<ActEnd> {
  const [project, cache, tmp, home] = ["project", "cache", "tmp", "home"].map((name) => join(around, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const folder of [cache, tmp, home]) mkdirSync(folder, { recursive: true });
  makeProject(project, origin, call.event.sha);
  const [workflow, event, left] = ["workflow.yml", "event.json", "left.txt"].map((name) => join(around, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(workflow, withWitness(call.workflow));
  writeFileSync(event, JSON.stringify(call.event.payload));
  const child = spawn("act", actArguments(call, { workflow, event, cache, action }), {
    cwd: project,
    env: {
      PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      HOME: home,
      XDG_CACHE_HOME: cache,
      TMPDIR: tmp,
      GIT_CONFIG_NOSYSTEM: "1",
      STAND_IN_SUPPORT: import.meta.dirname,
      STAND_IN_ORIGIN: origin,
      STAND_IN_ARTIFACTS: artifacts,
      STAND_IN_LEFT: left,
      ...call.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const out: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => out.push(chunk));
  const { cancelWhen } = call;
  const waiting = cancelWhen && setInterval(() => cancelWhen() && child.kill("SIGINT"), 50);
  const [code] = (await once(child, "close")) as [number | null];
  clearInterval(waiting);
  const output = Buffer.concat(out).toString();
  const steps = stepsOf(output);
  return {
    code: code ?? -1,
    steps,
    step: (id, stage = "Main") => {
      const found = steps.find((step) => step.id === id && step.stage === stage);
      if (found === undefined) throw new Error(`no ${stage} ${id} in:\n${output}`);
      return found;
    },
    output,
    left: existsSync(left) ? readFileSync(left, "utf8").split("\n").filter(Boolean) : ["the witness saw nothing"],
  };
}

/** The clone that act takes repository and commit from; no step sees it. */
function makeProject(project: string, origin: string, sha: string): void {
  const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "safe.directory=*", ...args], { env: isolatedGitEnvironment(), stdio: "pipe" });
  git("clone", "-q", "--shared", "--no-checkout", origin, project);
  git("-C", project, "fetch", "-q", origin, sha);
  git("-C", project, "update-ref", "--no-deref", "HEAD", sha);
  git("-C", project, "remote", "set-url", "origin", `https://github.com/${eventProject}.git`);
}

/** The workflow with a step before all others, whose post step comes after all others. */
function withWitness(workflow: string): string {
  const parsed = parse(workflow) as { jobs: Record<string, { steps: unknown[] }> };
  for (const job of Object.values(parsed.jobs))
    job.steps = [{ uses: "coldstore/witness@v1", id: "witness" }, ...job.steps];
  return stringify(parsed);
}

interface Files {
  readonly workflow: string;
  readonly event: string;
  readonly cache: string;
  readonly action: string;
}

function actArguments({ event, secrets, vars = {}, github, workflow, job }: ActCall, files: Files): readonly string[] {
  const local = [
    ["coldstore/action@v1", files.action],
    ["coldstore/witness@v1", standIn("witness")],
    ...[...standIns, ...pinned(workflow)].map((uses) => [uses, standIn(/\/(.+)@/u.exec(uses)?.[1] ?? "")]),
  ];
  return [
    event.name,
    ...(job === undefined ? [] : ["--job", job.id, "--matrix", job.matrix]),
    ...["ubuntu-latest", "ubuntu-24.04", "self-hosted"].flatMap((label) => ["-P", `${label}=-self-hosted`]),
    ...local.flatMap(([uses, folder]) => ["--local-repository", `${uses}=${folder}`]),
    ...Object.entries({ ...secrets, GITHUB_TOKEN: github?.token ?? "" }).flatMap(([name, value]) => [
      "-s",
      `${name}=${value}`,
    ]),
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}=${value}`]),
    // A port of this machine that nothing listens on: no test reaches the real one.
    `--env=GITHUB_API_URL=${github?.apiUrl ?? "http://127.0.0.1:1"}`,
    "--no-skip-checkout",
    "--no-cache-server",
    "--json",
    ...Object.entries({
      actor: "octocat",
      "action-cache-path": files.cache,
      workflows: files.workflow,
      eventpath: files.event,
    }).map(([flag, value]) => `--${flag}=${value}`),
  ];
}

/** The actions that a workflow names by a commit. */
function pinned(workflow: string): readonly string[] {
  return [...new Set(workflow.match(/actions\/[\w-]+@[0-9a-f]{40}/gu))];
}

function standIn(name: string): string {
  return join(import.meta.dirname, "stand-ins", name);
}

/** What `act --json` prints a line; the fields that are read here. */
interface ActLine {
  readonly msg: string;
  readonly stage?: ActStep["stage"];
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stepResult?: ActStep["result"];
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly kvPairs?: Readonly<Record<string, string>> | null;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
}

type Growing = { -readonly [Key in keyof ActStep]: ActStep[Key] } & {
  lines: string[];
  annotations: ActAnnotation[];
  outputs: Record<string, string>;
};

function stepsOf(output: string): readonly ActStep[] {
  const steps = new Map<string, Growing>();
  for (const text of output.split("\n")) {
    if (!text.startsWith("{")) continue;
    const line = JSON.parse(text) as ActLine;
    const [id] = line.stepID ?? [];
    if (id === undefined || line.stage === undefined) continue;
    const key = `${line.stage} ${id}`;
    const step: Growing = steps.get(key) ?? {
      id,
      stage: line.stage,
      name: line.step ?? "",
      result: undefined,
      lines: [],
      annotations: [],
      outputs: {},
      summary: "",
    };
    steps.set(key, step);
    addTo(step, line);
  }
  return [...steps.values()];
}

function addTo(step: Growing, line: ActLine): void {
  // A composite action's steps end under its id; its own end comes last.
  if (line.stepResult !== undefined) step.result = line.stepResult;
  if (line.raw_output === true) step.lines.push(line.msg.replace(/\n$/u, ""));
  switch (line.command) {
    case "error":
    case "warning":
    case "notice":
      step.annotations.push({ level: line.command, title: line.kvPairs?.["title"], message: line.arg ?? "" });
      break;
    case "set-output":
      step.outputs[line.name ?? ""] = line.arg ?? "";
      break;
    case "summary":
      step.summary += line.content ?? "";
      break;
    case undefined:
    default:
      break;
  }
}
