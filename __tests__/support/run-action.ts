import { spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { type DeclaredArtifact, readArtifacts, readPairs } from "./file-commands.ts";
import { bareEnvironment, builtOf, endOf, type CliEnd } from "./run-cli.ts";
import { readAsRunner, type RunnerCommand } from "./runner-commands.ts";
import { eventVariables, type WorkflowEvent } from "./workflow-events.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The action that is run: the source, bundled when the tests began, or another bundle that COLDSTORE_TEST_ACTION names. */
const actionPath = process.env["COLDSTORE_TEST_ACTION"] ?? builtOf("action");

/** What the runner starts when the job ends; it lies beside the action. */
const postPath =
  process.env["COLDSTORE_TEST_ACTION"] === undefined ? builtOf("post") : join(dirname(actionPath), "post.js");

const compileCache = join(root, "node_modules", ".cache", "coldstore-action");

export interface ActionStep {
  readonly event: WorkflowEvent;
  /** By their names in action.yml; all others are there and empty, as a runner has it. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What is checked out, or any folder; the place's own, empty one unless told. */
  readonly workspace?: string;
  /** On top of a runner's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What main saved: makes this the post step. */
  readonly state?: Readonly<Record<string, string>>;
  readonly uid?: number;
}

/** What a runner sees of a step's end. */
export interface StepEnd extends CliEnd {
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly artifacts: readonly DeclaredArtifact[];
  /** Carried out by the runner, of either stream. */
  readonly commands: readonly RunnerCommand[];
  /** The lines that it shows, of both streams, the masks' commands left out. */
  readonly shown: string;
}

export interface RunningStep {
  readonly child: ChildProcess;
  readonly end: Promise<StepEnd>;
}

/** A runner's disk: folders of its own for one job, with nothing of the machine's or the user's. */
export interface RunnerPlace extends Disposable {
  readonly path: string;
  /** GITHUB_WORKSPACE; empty. */
  readonly workspace: string;
  /** RUNNER_TEMP; empty. */
  readonly temp: string;
  /** A store's path; there is nothing yet. */
  readonly store: string;
  start(step: ActionStep): RunningStep;
  run(step: ActionStep): Promise<StepEnd>;
  /** Runs main, and post with what main saved. */
  job(step: ActionStep): Promise<{ readonly main: StepEnd; readonly post: StepEnd }>;
}

export function makeRunnerPlace(): RunnerPlace {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-runner-")));
  const [workspace, temp, home, commands] = ["work", "temp", "home", "commands"].map((name) => join(path, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const folder of [workspace, temp, home, commands]) mkdirSync(folder);
  let steps = 0;
  const start: RunnerPlace["start"] = (step) => {
    steps += 1;
    const files = commandFiles(join(commands, String(steps)), step.event);
    const cwd = step.workspace ?? workspace;
    const { uid } = step;
    const child = spawn(process.execPath, [step.state === undefined ? actionPath : postPath], {
      cwd,
      env: { ...runnerEnvironment({ home, temp, cwd }), ...files.variables, ...stepVariables(step) },
      stdio: ["ignore", "pipe", "pipe"],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    return { child, end: endOf(child).then((end) => stepEnd(end, files.read, cwd)) };
  };
  const run: RunnerPlace["run"] = async (step) => start(step).end;
  return {
    path,
    workspace,
    temp,
    store: join(path, "store"),
    start,
    run,
    job: async (step) => {
      const main = await run(step);
      return { main, post: await run({ ...step, state: main.state }) };
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

const fileVariables = {
  output: "GITHUB_OUTPUT",
  state: "GITHUB_STATE",
  summary: "GITHUB_STEP_SUMMARY",
  artifacts: "GITHUB_ARTIFACTS",
  env: "GITHUB_ENV",
  path: "GITHUB_PATH",
} as const;

/** The empty files that a runner gives each step, and the event's. */
function commandFiles(folder: string, event: WorkflowEvent) {
  mkdirSync(folder);
  const files = Object.entries(fileVariables).map(([name, variable]) => [name, variable, join(folder, name)] as const);
  for (const [, , file] of files) {
    writeFileSync(file, "");
    // Whoever the step runs as may write there, whatever the umask is.
    chmodSync(file, 0o666);
  }
  const eventFile = join(folder, "event.json");
  writeFileSync(eventFile, JSON.stringify(event.payload));
  return {
    variables: {
      ...Object.fromEntries(files.map(([, variable, file]) => [variable, file])),
      GITHUB_EVENT_PATH: eventFile,
    },
    read: (name: keyof typeof fileVariables) => readFileSync(join(folder, name), "utf8"),
  };
}

interface RunnerFolders {
  readonly home: string;
  readonly temp: string;
  readonly cwd: string;
}

function runnerEnvironment({ home, temp, cwd }: RunnerFolders): NodeJS.ProcessEnv {
  return {
    ...bareEnvironment(),
    HOME: home,
    TMPDIR: temp,
    NODE_COMPILE_CACHE: compileCache,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: cwd,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_RUN_ID: "4242",
    GITHUB_RUN_NUMBER: "7",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_JOB: "archive",
    GITHUB_ACTOR: "octocat",
    GITHUB_ACTION: "cold",
    GITHUB_WORKFLOW: "archive",
    GITHUB_WORKFLOW_REF: "acme/app/.github/workflows/archive.yml@refs/heads/main",
    RUNNER_TEMP: temp,
    RUNNER_OS: "Linux",
    RUNNER_ARCH: "X64",
    RUNNER_NAME: "runner",
    RUNNER_ENVIRONMENT: "github-hosted",
  };
}

/** As a runner names them: INPUT_ and the name in upper case, spaces as underscores; what main saved as STATE_ and its name. */
function stepVariables({ event, inputs, state, env }: ActionStep): NodeJS.ProcessEnv {
  const names = new Map([...declaredInputs().map((name) => [name, ""] as const), ...Object.entries(inputs ?? {})]);
  return {
    ...eventVariables(event),
    ...Object.fromEntries([...names].map(([name, text]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, text])),
    ...Object.fromEntries(Object.entries(state ?? {}).map(([name, text]) => [`STATE_${name}`, text])),
    ...env,
  };
}

function declaredInputs(): readonly string[] {
  const { inputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as { readonly inputs: object };
  return Object.keys(inputs);
}

function stepEnd(end: CliEnd, read: (name: keyof typeof fileVariables) => string, workspace: string): StepEnd {
  if (read("env") + read("path") !== "") throw new Error("the step changed the environment of later steps");
  const streams = [readAsRunner(end.stdout), readAsRunner(end.stderr)];
  const commands = streams.flatMap((stream) => stream.commands);
  // A runner drops what goes beyond, without a word (ExecutionContext.cs, CreateStepSummaryCommand of actions/runner).
  if (commands.filter(({ name }) => name === "error").length > 10) throw new Error("more than ten errors");
  if (commands.some(({ data }) => data.length > 4096)) throw new Error("a command of more than 4,096 characters");
  if (Buffer.byteLength(read("summary")) > 1024 * 1024) throw new Error("a summary of more than 1 MiB");
  const said = commands
    .filter(({ name }) => name !== "add-mask")
    .map(({ data, properties }) => [data, ...Object.values(properties)]);
  return {
    ...end,
    outputs: readPairs(read("output")),
    state: readPairs(read("state")),
    summary: read("summary"),
    artifacts: readArtifacts(read("artifacts"), workspace),
    commands,
    shown: [...streams.flatMap(({ lines }) => lines), ...said.flat()].join("\n"),
  };
}

/** The annotations of a step: errors, warnings and notices. */
export function annotations({ commands }: StepEnd): readonly RunnerCommand[] {
  return commands.filter(({ name }) => ["error", "warning", "notice"].includes(name));
}

/** What a step's outputs name; throws when it isn't there. */
export function outputPath(end: StepEnd, name: string): string {
  const path = end.outputs[name];
  if (path === undefined || !existsSync(path)) throw new Error(`the output ${name} names no file: ${path}`);
  return path;
}
