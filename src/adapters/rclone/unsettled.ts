import { ColdstoreError } from "../../model/errors.ts";
import type { Io, StoredObject } from "../../ports/store.ts";
import type { Wanted } from "./judge-batch.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { readBackMany } from "./read-back-many.ts";
import { compareObject, remoteObject } from "./remote-object.ts";
import { folderOf } from "./remote-path.ts";

interface Made {
  readonly wanted: Wanted;
  readonly modified: number | undefined;
}

// Reading these costs next to nothing, also where a digest is made by reading.
const smallBytes = 1024 * 1024;

/**
 * What this run has stored and not looked at again. Nothing decides between two writers of one key: the one whose bytes
 * were replaced since finds it out here.
 */
export class Unsettled {
  readonly #made = new Map<string, Made>();

  /** Keys under which this very process has stored one thing over another. */
  readonly #clashes = new Set<string>();

  note(wanted: Wanted, object: StoredObject): void {
    if ((this.#made.get(wanted.key)?.wanted.sha256 ?? wanted.sha256) !== wanted.sha256) this.#clashes.add(wanted.key);
    this.replace(wanted, object);
  }

  /** Notes what has taken the place of whatever was there. */
  replace(wanted: Wanted, object: StoredObject): void {
    this.#made.set(wanted.key, { wanted, modified: object.modified?.getTime() });
  }

  /** Where all of it lies. */
  folders(): ReadonlySet<string> {
    return new Set([...this.#made.keys()].map((key) => folderOf(key)));
  }

  forget(key: string): void {
    this.#made.delete(key);
    this.#clashes.delete(key);
  }

  /**
   * Looks at all again, and is empty then; rejects with `conflict` when one isn't as it was stored, and otherwise when that can't be
   * told: then all of it is looked at the next time. `folder`: scratch.
   */
  async settle(rclone: Rclone, folder: () => Promise<string>, io: Io): Promise<void> {
    const made = [...this.#made.values()];
    if (made.length === 0) return;
    const now = await changedAmong(rclone, { made, folder }, io);
    const changed = [...new Set([...now, ...this.#clashes])];
    for (const { wanted } of made) this.forget(wanted.key);
    const [first] = changed;
    if (first === undefined) return;
    const more = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
    throw new ColdstoreError(
      "conflict",
      `${first}${more} in ${rclone.name} changed right after this run had stored it: another run stores there under the same name. Let that run end, then run again.`,
    );
  }
}

async function changedAmong(
  rclone: Rclone,
  { made, folder }: { readonly made: readonly Made[]; readonly folder: () => Promise<string> },
  io: Io,
): Promise<readonly string[]> {
  const { slowHash } = await rclone.features(io);
  const byDigest = ({ wanted }: Made): boolean =>
    wanted.digest !== undefined && (!slowHash || wanted.bytes <= smallBytes);
  const digested = made.filter(byDigest);
  const others = made.filter((each) => !byDigest(each));
  const hash = digested[0]?.wanted.hash;
  const found = [
    ...(await rclone.find(keysOf(digested), hash === undefined ? [] : [hash], io)),
    ...(await rclone.find(keysOf(others), [], io)),
  ];
  const files = new Map(found.map((file) => [file.path, file]));
  const changed = made.filter((each) => isChanged(each, files.get(each.wanted.key), byDigest(each)));
  const doubtful = others.filter((each) => !changed.includes(each) && each.wanted.bytes <= smallBytes);
  if (doubtful.length === 0) return keysOf(changed);
  const objects = doubtful.map(({ wanted: { key, bytes, sha256 } }) => ({ key, bytes, sha256 }));
  const { same, faults } = await readBackMany(rclone, { objects, folder: await folder() }, io);
  // That one couldn't be read isn't to say that it changed; the next try looks again.
  for (const error of faults.values()) throw error;
  return [...keysOf(changed), ...keysOf(doubtful).filter((key) => !same.has(key))];
}

function isChanged({ wanted, modified }: Made, file: RemoteFile | undefined, byDigest: boolean): boolean {
  if (file === undefined) return true;
  const verdict = compareObject(file, wanted);
  if (byDigest && verdict === "equal") return false;
  return verdict === "unequal" || remoteObject(file).modified?.getTime() !== modified;
}

function keysOf(made: readonly Made[]): string[] {
  return made.map(({ wanted }) => wanted.key);
}
