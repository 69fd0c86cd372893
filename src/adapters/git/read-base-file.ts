import { readFile } from "node:fs/promises";
import { ColdstoreError } from "../../model/errors.ts";
import { askGit } from "./run-git.ts";

export interface BaseFile {
  /** The checkout of a pull request. */
  readonly repository: string;
  /** Path from the repository's root. */
  readonly path: string;
  /** File with the event's payload, as GITHUB_EVENT_PATH names it. */
  readonly event: string;
}

/** A file as a pull request's base has it; undefined when the base hasn't got it. Rejects when the base isn't in this clone. */
export async function readBaseFile({ repository, path, event }: BaseFile): Promise<string | undefined> {
  const payload = JSON.parse(await readFile(event, "utf8")) as { pull_request?: { base?: { sha?: unknown } } };
  const base = payload.pull_request?.base?.sha;
  if (typeof base !== "string" || !/^[0-9a-f]{40,64}$/.test(base))
    throw new ColdstoreError("settings", "the event names no base commit");
  const at = ["-c", "safe.directory=*", "-C", repository];
  const signal = AbortSignal.timeout(30_000);
  if ((await askGit({ args: [...at, "cat-file", "-e", `${base}^{commit}`], signal })).code !== 0)
    throw new ColdstoreError(
      "settings",
      `the base commit ${base.slice(0, 7)} isn't in this clone; check out with fetch-depth: 0`,
    );
  const { code, stdout } = await askGit({ args: [...at, "cat-file", "blob", `${base}:${path}`], signal });
  return code === 0 ? stdout.toString("utf8") : undefined;
}
