import { missingFiles, type ArchiveSet } from "../model/archive-set.ts";
import { storedFiles } from "../model/manifest.ts";
import { setText, type SetName } from "../model/set-name.ts";
import type { CompleteSet } from "./find-standing.ts";
import { nameSome } from "./name-some.ts";

/** What a store's listing and the manifest tell against a set, in one sentence; undefined for a sound one. */
export function whyUnsound(set: ArchiveSet): string | undefined {
  switch (set.state) {
    case "damaged":
      return set.error.message;
    case "incomplete":
      return set.leftover ? leftOver(set) : noManifest(set.name);
    case "complete":
      return whatIsLost(set);
  }
}

/** The sentence about a set that has files and no manifest. */
export function noManifest(name: SetName): string {
  // The next archive of a folder has a new time in its id, so it can't complete this one.
  const andThen =
    name.mode === "archive" ? ", and if that makes a set of another id, remove what lies in this one" : "";
  return `${setText(name)} has no manifest: it is being made, or a run broke; run its ${name.mode} again${andThen}`;
}

/** The sentence about files of which nothing tells what set they were to be. */
function leftOver({ name, files }: ArchiveSet): string {
  return `${nameSome(files.map((file) => file.name))} of ${name.project} have no manifest: a run is at it, or broke; run that again, or remove them`;
}

function whatIsLost(set: CompleteSet): string | undefined {
  const sizes = new Map(set.files.map(({ name, bytes }) => [name, bytes]));
  const wanted = new Map(storedFiles(set.manifest).map(({ name, bytes }) => [name, bytes]));
  const lost = missingFiles(set, set.manifest).map((name) => {
    const found = sizes.get(name);
    if (found === undefined) return `${name} is missing`;
    const bytes = wanted.get(name);
    return found === bytes ? `${name} has other bytes than it should` : `${name} has ${found} bytes, not ${bytes}`;
  });
  if (lost.length === 0) return undefined;
  return `${setText(set.name)}: ${lost.join(", ")}; run its ${set.name.mode} again to put that right`;
}
