import { appendFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { secretForms } from "../../model/secret-forms.ts";
import { version } from "../../model/version.ts";
import { removeDeadScratch } from "../local/remove-dead-scratch.ts";
import { findSecrets } from "../process/find-secrets.ts";
import { declareArtifacts, type DeclaredFile } from "./declare-artifacts.ts";

/** What of @actions/core is used: the toolkit's way to say it to whatever runner there is. */
export interface Toolkit {
  setSecret(secret: string): void;
  setOutput(name: string, text: string): void;
  saveState(name: string, value: unknown): void;
  getState(name: string): string;
  error(message: string, properties?: { title?: string }): void;
  warning(message: string, properties?: { title?: string }): void;
}

/** The job that an action runs in. */
export interface JobPlace {
  readonly toolkit: Toolkit;
  /** Puts a line into the log. */
  print(line: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For what lasts until the job ends; absolute. */
  readonly temporary: string;
}

export interface JobAnnotation {
  readonly level: "error" | "warning";
  readonly title?: string;
  readonly message: string;
}

/** What a job is told of a run, each in the form that it's shown or handed on in. */
export interface JobNews {
  /** Lines for the log. */
  text(): readonly string[];
  /** Given the path of the report, if that could be written. */
  outputs(report: string | undefined): Readonly<Record<string, string>>;
  /** The whole report as JSON. */
  report(): string;
  summary(): string;
  annotations(): readonly JobAnnotation[];
}

// What the main step leaves for the post step, which the runner starts when the job ends, however it ends.
const state = { folder: "coldstore-folder", roots: "coldstore-roots" } as const;

const folderPrefix = "coldstore-job-";

/** Speaks to the runner: masks, outputs, summary, annotations, artifacts, and what is to be cleaned up after the job. */
export class WorkflowJob {
  readonly #place: JobPlace;
  #folder: string | undefined;

  constructor(place: JobPlace) {
    this.#place = { ...place, temporary: resolve(place.temporary) };
  }

  /** Masks every credential that the run inherits, says what runs, and makes the folder that lasts until the job ends. */
  async begin(): Promise<void> {
    for (const secret of findSecrets(this.#place.env))
      for (const form of secretForms(secret)) this.#place.toolkit.setSecret(form);
    this.#place.print(`coldstore ${version}`);
    this.#folder = await mkdtemp(join(this.#place.temporary, folderPrefix)).catch(() => undefined);
    this.#attempt(whatPostNeeds, () => this.#place.toolkit.saveState(state.folder, this.#folder ?? ""));
  }

  /** Where what outlives the step may lie until the job ends; absolute, undefined before `begin` and where it couldn't be made. */
  get folder(): string | undefined {
    return this.#folder;
  }

  /** Remembers folders in which a run that is killed may leave something half-made. */
  willCleanUp(roots: readonly string[]): void {
    this.#attempt(whatPostNeeds, () => this.#place.toolkit.saveState(state.roots, roots));
  }

  /**
   * Tells how the run ended, at once. Whatever can't be told is a warning, and keeps nothing else from being told. Gives an exit
   * code: that of lost outputs, which later steps go by, else 0.
   */
  tell(news: JobNews): number {
    this.#attempt("the log", () => this.#print(news.text()));
    const path = this.#attempt("the report file", () => this.#writeReport(news.report()));
    const told = this.#attempt("the outputs", () => this.#setOutputs(news.outputs(path)));
    this.#attempt("the job summary", () => this.#writeSummary(news.summary()));
    this.#attempt("the annotations", () => this.#annotate(news.annotations()));
    return told === true ? 0 : lostOutputs;
  }

  /** Declares what the job has made. To be called last: GitHub shows ten warnings, and the run's own come before one of this. */
  async declare(files: () => readonly DeclaredFile[]): Promise<void> {
    const { GITHUB_ARTIFACTS, GITHUB_ARTIFACTS_LIST } = this.#place.env;
    const made = this.#attempt("what the job has made", files) ?? [];
    const undeclared = await declareArtifacts(made, { artifacts: GITHUB_ARTIFACTS, list: GITHUB_ARTIFACTS_LIST });
    if (undeclared !== undefined) this.#warn(undeclared);
  }

  /** Removes what the main step left: the folder of the job, and the scratch of a process that was killed. Never fails a job. */
  async cleanUp(): Promise<void> {
    const folder = this.#place.toolkit.getState(state.folder);
    const own = dirname(folder) === this.#place.temporary && basename(folder).startsWith(folderPrefix);
    this.#attempt("what a step left behind", () => own && rmSync(folder, { recursive: true, force: true }), "removed");
    const roots = this.#attempt(
      "what a step left behind",
      () => rootsIn(this.#place.toolkit.getState(state.roots)),
      "read",
    );
    for (const root of roots ?? []) await removeDeadScratch(root);
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#place.print(line);
  }

  #annotate(annotations: readonly JobAnnotation[]): void {
    for (const { level, message, ...properties } of annotations) this.#place.toolkit[level](message, properties);
  }

  #setOutputs(outputs: Readonly<Record<string, string>>): true {
    for (const [name, text] of Object.entries(outputs)) this.#place.toolkit.setOutput(name, text);
    return true;
  }

  #writeReport(text: string): string {
    if (this.#folder === undefined) throw new Error(`no folder could be made in ${this.#place.temporary}`);
    const path = join(this.#folder, "report.json");
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  #writeSummary(text: string): void {
    const path = this.#place.env["GITHUB_STEP_SUMMARY"];
    // Runners without summaries have no such file.
    if (path) appendFileSync(path, text);
  }

  #warn(message: string): void {
    this.#place.toolkit.warning(message, { title: "coldstore" });
  }

  #attempt<T>(what: string, work: () => T, done = "written"): T | undefined {
    try {
      return work();
    } catch (thrown) {
      this.#warn(`${what} could not be ${done}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return undefined;
    }
  }
}

const whatPostNeeds = "what the post step needs to clean up";

/** As for a store that can't be written. */
const lostOutputs = 5;

function rootsIn(text: string): readonly string[] {
  return JSON.parse(text || "[]") as readonly string[];
}
