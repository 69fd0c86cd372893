import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { secretForms } from "../../model/secret-forms.ts";
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
  artifacts(): readonly DeclaredFile[];
}

// What the main step leaves for the post step, which the runner starts when the job ends, however it ends.
const state = { folder: "coldstore-folder", roots: "coldstore-roots" } as const;

const folderPrefix = "coldstore-job-";

/** Speaks to the runner: masks, outputs, summary, annotations, artifacts, and what is to be cleaned up after the job. */
export class WorkflowJob {
  readonly #place: JobPlace;
  #folder: string | undefined;

  constructor(place: JobPlace) {
    this.#place = place;
  }

  /** Whether this process is the post step of one that began. */
  get isOver(): boolean {
    return this.#place.toolkit.getState(state.folder) !== "";
  }

  /** Makes the folder that lasts until the job ends, and masks every credential that the run inherits. */
  async begin(): Promise<void> {
    for (const secret of findSecrets(this.#place.env))
      for (const form of secretForms(secret)) this.#place.toolkit.setSecret(form);
    this.#folder = await mkdtemp(join(this.#place.temporary, folderPrefix)).catch(() => undefined);
    this.#place.toolkit.saveState(state.folder, this.#folder ?? "none");
  }

  /** Remembers folders in which a run that is killed may leave something half-made. */
  willCleanUp(roots: readonly string[]): void {
    this.#place.toolkit.saveState(state.roots, roots);
  }

  /** Tells how the run ended. Whatever can't be told is a warning, and keeps nothing else from being told. */
  async tell(news: JobNews): Promise<void> {
    await this.#attempt("the log", () => this.#print(news.text()));
    const path = await this.#attempt("the report file", async () => this.#writeReport(news.report()));
    await this.#attempt("the outputs", () => this.#setOutputs(news.outputs(path)));
    await this.#attempt("the job summary", async () => this.#writeSummary(news.summary()));
    await this.#attempt("the annotations", () => this.#annotate(news.annotations()));
    // Last: GitHub shows ten warnings, and the run's own come before this one.
    await this.#attempt("what the job has made", async () => this.#declare(news.artifacts()));
  }

  /** Removes what the main step left: the folder of the job, and the scratch of a process that was killed. */
  async cleanUp(): Promise<void> {
    const folder = this.#place.toolkit.getState(state.folder);
    if (dirname(folder) === this.#place.temporary && basename(folder).startsWith(folderPrefix))
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    const roots = JSON.parse(this.#place.toolkit.getState(state.roots) || "[]") as readonly string[];
    for (const root of roots) await removeDeadScratch(root);
  }

  #print(lines: readonly string[]): void {
    for (const line of lines) this.#place.print(line);
  }

  #annotate(annotations: readonly JobAnnotation[]): void {
    for (const { level, message, ...properties } of annotations) this.#place.toolkit[level](message, properties);
  }

  async #declare(files: readonly DeclaredFile[]): Promise<void> {
    const { GITHUB_ARTIFACTS, GITHUB_ARTIFACTS_LIST } = this.#place.env;
    const undeclared = await declareArtifacts(files, { artifacts: GITHUB_ARTIFACTS, list: GITHUB_ARTIFACTS_LIST });
    if (undeclared !== undefined) this.#place.toolkit.warning(undeclared);
  }

  #setOutputs(outputs: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(outputs)) this.#place.toolkit.setOutput(name, text);
  }

  async #writeReport(text: string): Promise<string | undefined> {
    if (this.#folder === undefined) throw new Error(`no folder could be made in ${this.#place.temporary}`);
    const path = join(this.#folder, "report.json");
    await writeFile(path, text, { mode: 0o600 });
    return path;
  }

  async #writeSummary(text: string): Promise<void> {
    const path = this.#place.env["GITHUB_STEP_SUMMARY"];
    // Runners without summaries have no such file.
    if (path) await appendFile(path, text);
  }

  async #attempt<T>(what: string, work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      this.#place.toolkit.warning(
        `${what} could not be written: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
      return undefined;
    }
  }
}
