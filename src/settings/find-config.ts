import { basename, dirname, join, resolve } from "node:path";
import { ColdstoreError } from "../model/errors.ts";
import type { ConfigText } from "./config-file.ts";
import { type Environment, isPullRequest } from "./defaults-from-env.ts";
import { oneOf, quote } from "./wording.ts";

/** What settings may ask of the disk. Paths are absolute. */
export interface ConfigSource {
  /** Resolves to undefined when there is no such file; rejects when there is one that can't be read. */
  read(path: string): Promise<string | undefined>;
  /** A file, or a link to one; false for a folder and when there is nothing. */
  isFile(path: string): Promise<boolean>;
  /** The file that a path leads to, links followed; undefined for a folder and when there is nothing. */
  realFile(path: string): Promise<string | undefined>;
  /** The top folder of the repository that a folder lies in; undefined when it lies in none. */
  repositoryRoot(folder: string): Promise<string | undefined>;
  /**
   * A file of a pull request's base, by its path from the repository's root; undefined when the base has no such file.
   * Rejects, or isn't there at all, when the base can't be read.
   */
  readBase?(path: string): Promise<string | undefined>;
}

/** Where a config file is looked for, from the repository's root. */
const configPaths = [".github/coldstore.yml", "coldstore.yml", ".coldstore.yml"] as const;

interface Search {
  readonly source: ConfigSource;
  readonly env: Environment;
  readonly problems: string[];
  readonly warnings: string[];
}

/** The config file that a person named. `path` is absolute, `shown` is how it was written. */
export async function namedConfig(search: Search, path: string, shown: string): Promise<ConfigText | undefined> {
  const text = await readOr(search, path, shown);
  if (text === undefined && search.problems.length === 0)
    search.problems.push(`config is ${quote(shown)}, and there is no such file; give the path of a config file.`);
  return text === undefined ? undefined : { text, shown, base: baseOf(path), found: false };
}

/** The config file of the repository that a folder lies in: at most one, or a problem that names them all. */
export async function foundConfig(search: Search, folder: string): Promise<ConfigText | undefined> {
  const root = (await search.source.repositoryRoot(folder)) ?? folder;
  const found: ConfigText[] = [];
  for (const shown of configPaths) {
    const path = join(root, shown);
    const text = await readOr(search, path, shown);
    if (text !== undefined) found.push({ text, shown, base: root, found: true });
    const other = shown.replace(/yml$/, "yaml");
    if (await search.source.isFile(join(root, other)))
      search.problems.push(`${other} isn't read; a config file's name ends with .yml: rename it to ${shown}.`);
  }
  if (found.length > 1)
    search.problems.push(
      `there are ${found.length} config files, ${oneOf(
        found.map((file) => file.shown),
        "and",
      )}; keep one.`,
    );
  const [only] = found;
  if (only === undefined || !(await isForkPullRequest(search))) return only;
  return baseConfig(search, only);
}

/** A config file's paths count from its folder, `.github` excepted: there from the one above it. */
function baseOf(path: string): string {
  const folder = dirname(resolve(path));
  return basename(folder) === ".github" ? dirname(folder) : folder;
}

async function readOr(search: Search, path: string, shown: string): Promise<string | undefined> {
  try {
    return await search.source.read(path);
  } catch (error) {
    const why = error instanceof ColdstoreError ? error.message : `${shown} can't be read (${reason(error)}).`;
    search.problems.push(why);
    return undefined;
  }
}

/** What a fork's pull request changed in the config file must not steer this run. */
async function baseConfig(search: Search, here: ConfigText): Promise<ConfigText | undefined> {
  try {
    if (search.source.readBase === undefined) throw new Error("the base isn't there to be read");
    const text = await search.source.readBase(here.shown);
    return text === undefined ? undefined : { ...here, text };
  } catch (error) {
    search.warnings.push(
      `${here.shown} isn't used: this is a fork's pull request, and the base's file can't be had (${reason(error)}).`,
    );
    return undefined;
  }
}

/** An event that can't be read counts as a fork's. */
async function isForkPullRequest({ source, env }: Search): Promise<boolean> {
  if (!isPullRequest(env)) return false;
  try {
    const text = await source.read(env["GITHUB_EVENT_PATH"] ?? "");
    const event = JSON.parse(text ?? "") as {
      pull_request?: Record<"head" | "base", { repo?: { full_name?: unknown } }>;
    };
    const head = event.pull_request?.head.repo?.full_name;
    return typeof head !== "string" || head !== event.pull_request?.base.repo?.full_name;
  } catch {
    return true;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
