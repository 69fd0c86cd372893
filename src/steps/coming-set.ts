import { type Manifest, manifestSuffix } from "../model/manifest.ts";
import type { Revision } from "../model/revision.ts";
import type { SetName } from "../model/set-name.ts";
import type { ComingSet } from "../ports/store.ts";

/** What is known of a set before it's made. */
export interface Announced {
  readonly set: SetName;
  /** What its files are called, without endings. */
  readonly name: string;
  readonly revision?: Pick<Revision, "commit" | "tag"> | undefined;
  readonly files: ComingSet["files"];
}

/** A set as its stores are told of it before any work. */
export function comingSet({ set, name, revision, files }: Announced): ComingSet {
  return {
    name: set,
    base: name,
    ...(revision && { commit: revision.commit }),
    ...(revision?.tag && { tag: revision.tag.name }),
    files: files.map(({ name: file, bytes, sha256 }) => ({ name: file, bytes, sha256 })),
  };
}

export interface Present {
  readonly manifest: Manifest;
  readonly manifestName: string;
}

/** A set as its store is told of it when it's there: as its manifest says, whoever made it. */
export function presentSet({ manifest, manifestName }: Present): ComingSet {
  const { content, run, artifacts } = manifest;
  return comingSet({
    set: { project: run.project, mode: content.mode, id: run.set },
    name: manifestName.slice(0, -manifestSuffix.length),
    revision: content.source,
    files: artifacts.filter(({ role }) => role === "file"),
  });
}
