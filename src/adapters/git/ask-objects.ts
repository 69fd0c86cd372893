import { atGitDir } from "./at-git-dir.ts";
import { readGit } from "./run-git.ts";

/** What an expression names in a repository; absent when it names nothing. */
export interface NamedObject {
  readonly oid: string;
  readonly type: string;
}

/** Looks up many expressions at once (`HEAD`, `v1^{tree}`), one answer each, in their order. None may hold a newline. */
export async function askObjects(
  gitDir: string,
  expressions: readonly string[],
  signal: AbortSignal,
): Promise<readonly (NamedObject | undefined)[]> {
  // On standard input an expression is never taken for an option.
  const args = [...atGitDir(gitDir), "cat-file", "--batch-check=%(objectname) %(objecttype)"];
  const answers = await readGit({ args, signal, input: expressions.map((expression) => `${expression}\n`).join("") });
  const lines = answers.split("\n");
  return expressions.map((_, index) => namedObject(lines[index] ?? ""));
}

function namedObject(line: string): NamedObject | undefined {
  const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag)$/.exec(line);
  const [, oid, type] = found ?? [];
  return oid === undefined || type === undefined ? undefined : { oid, type };
}
