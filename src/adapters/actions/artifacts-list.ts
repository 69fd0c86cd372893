import { readFile } from "node:fs/promises";
import { basename } from "node:path";

/** What a job has declared so far: each name with its digest, `sha256:…`; undefined where no one has computed it yet. */
export type Declared = ReadonlyMap<string, string | undefined>;

/**
 * Reads what earlier steps have declared, from $GITHUB_ARTIFACTS_LIST (ArtifactsListFileCommand.cs of actions/runner); an empty
 * file is that of a runner that doesn't heed artifacts. Rejects when it can't be read or is of another version.
 */
export async function readArtifactsList(path: string | undefined): Promise<Declared> {
  const text = path === undefined ? "" : await readFile(path, "utf8");
  if (text.trim() === "") return new Map();
  const { version, subjects } = JSON.parse(text) as {
    readonly version?: unknown;
    readonly subjects?: readonly { readonly name: string; readonly digest: string }[];
  };
  if (version !== 1 || !Array.isArray(subjects)) throw new Error("$GITHUB_ARTIFACTS_LIST is of an unknown version");
  return new Map(subjects.map(({ name, digest }) => [name, digest]));
}

/** What the lines of a step's own $GITHUB_ARTIFACTS declare, files by their last name, images by theirs. */
export function declaredIn(text: string): Declared {
  const lines = text.split(/\r\n|\r|\n/u).map((line) => line.trim());
  return new Map(
    lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => [nameOf(line), undefined] as const),
  );
}

function nameOf(line: string): string {
  const rest = line.replace(/^(?:file|oci):\/\//iu, "");
  const image = /^(.+)@sha(?:256|384|512):[0-9a-f]+$/iu.exec(rest)?.[1];
  return image ?? basename(rest);
}
