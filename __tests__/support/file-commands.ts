import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, isAbsolute, join, resolve } from "node:path";

/**
 * Reads the file of `$GITHUB_OUTPUT` or `$GITHUB_STATE` as a runner does, on a system other than Windows: `name=value` or
 * `name<<delimiter`, whichever sign comes first (EnvFileKeyValuePairs in actions/runner, src/Runner.Worker/FileCommandManager.cs).
 * Throws where a runner fails the step.
 */
export function readPairs(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n");
  const ended = lines.pop() === "";
  if (!ended && text !== "")
    throw new Error("the last line has no end; a runner reads such a value, but not such a delimiter");
  const pairs = new Map<string, string>();
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (line === "") continue;
    const [, name = "", sign, rest = ""] = /^(.*?)(=|<<)(.*)$/su.exec(line) ?? [];
    if (sign === undefined) throw new Error(`Invalid format '${line}'`);
    if (sign === "=") {
      pairs.set(name, rest);
      continue;
    }
    if (name === "" || rest === "") throw new Error(`Invalid format '${line}'`);
    const end = lines.indexOf(rest, at + 1);
    if (end < 0) throw new Error(`Matching delimiter not found '${rest}'`);
    pairs.set(name, lines.slice(at + 1, end).join("\n"));
    at = end;
  }
  return Object.fromEntries(pairs);
}

/** A file that a step declared. */
export interface DeclaredArtifact {
  readonly name: string;
  readonly digest: string;
}

/**
 * Reads the file of `$GITHUB_ARTIFACTS` as a runner does: a path a line, counted from the workspace (CreateArtifactsFileCommand.cs in
 * actions/runner). Throws where a runner fails the step. Container images, which it takes too, are none of ours.
 */
export function readArtifacts(text: string, workspace: string): readonly DeclaredArtifact[] {
  if (Buffer.byteLength(text) > 1024 * 1024) throw new Error("over 1 MiB");
  const declared = new Map<string, string>();
  for (const line of text.split(/\r\n|\r|\n/u).map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const { name, digest } = declaredFile(line, workspace);
    if ((declared.get(name) ?? digest) !== digest) throw new Error(`${name} is declared with two digests`);
    declared.set(name, digest);
  }
  if (declared.size > 500) throw new Error(`${declared.size} artifacts; a job may declare 500`);
  return [...declared].map(([name, digest]) => ({ name, digest }));
}

function declaredFile(line: string, workspace: string): DeclaredArtifact {
  if (line.includes("=")) throw new Error(`'=' is reserved: ${line}`);
  if (/@sha(256|384|512):[0-9a-f]+$/iu.test(line)) throw new Error(`taken for an image: ${line}`);
  const path = line.replace(/^file:\/\//iu, "");
  if (path === line && /^[a-z][a-z0-9+.-]*:\/\//iu.test(line)) throw new Error(`unsupported scheme: ${line}`);
  const file = isAbsolute(path) ? path : resolve(join(workspace, path));
  if (!statSync(file).isFile()) throw new Error(`not a file: ${file}`);
  return { name: basename(file), digest: `sha256:${createHash("sha256").update(readFileSync(file)).digest("hex")}` };
}
