import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { TargetTraits } from "../ports/restore-target.ts";
import { foldedName } from "./folded-name.ts";
import { shownPath } from "./shown-path.ts";
import { isGitName, isRepositoryName, whyUnsafeName } from "./unsafe-name.ts";

/** `way`: a folder that lies on the way to something, and wasn't itself named so far. */
type Claim = "file" | "dir" | "symlink" | "way";

// Longer ones can't be made by their whole path. Source: path_resolution(7), PATH_MAX.
const mostPathBytes = 4095;
const mostNames = 1000;

const beyondAscii = /[^\0-\x7f]/;

/** The places in a tree that are taken. Each name is looked at once, with the folder that it is in. */
export class PathClaims {
  readonly #traits: TargetTraits;
  readonly #isCheckout: boolean;
  readonly #claims = new Map<BytePath, Claim>();
  /** Where names are folded: each place as it was first spelled, by its folded path. */
  readonly #spelled: Map<string, BytePath> | undefined;
  /** The folder that the last entry lay in: most often the next one does, too. */
  #lastWay: BytePath | undefined;

  constructor(traits: TargetTraits, { isCheckout }: { readonly isCheckout: boolean }) {
    this.#traits = traits;
    this.#isCheckout = isCheckout;
    this.#spelled = traits.foldsCase || traits.normalizes || traits.windowsNames ? new Map() : undefined;
  }

  /** Takes a place; throws `unsafe` when it must not be made, or is taken, or lies in something that is no folder. */
  claim(path: BytePath, type: "file" | "dir" | "symlink"): void {
    if (path === "") throw unsafe(path, "it has no name");
    if (path.startsWith("/")) throw unsafe(path, "its path is absolute");
    if (path.length > mostPathBytes)
      throw unsafe(path, `its path has ${path.length} bytes, and ${mostPathBytes} is the most`);
    if (path.length > 2 * mostNames && path.split("/").length > mostNames)
      throw unsafe(path, `it lies ${path.split("/").length} folders deep, and ${mostNames} is the most`);
    this.#claimWay(path, path);
    const before = this.#claims.get(path);
    if (before === undefined) this.#take(path, type, path);
    else if (before === "way" && type === "dir") this.#claims.set(path, type);
    else if (before === "way") throw unsafe(path, `it is a ${wordOf(type)}, and a folder with something in it`);
    else if (before === type) throw unsafe(path, "the archive has it twice");
    else throw unsafe(path, `the archive has it as a ${wordOf(before)} and as a ${wordOf(type)}`);
  }

  #claimWay(path: BytePath, entry: BytePath): void {
    const slash = path.lastIndexOf("/");
    if (slash === -1) return;
    const folder = path.slice(0, slash);
    if (folder === this.#lastWay) return;
    const before = this.#claims.get(folder);
    if (before === "dir" || before === "way") {
      this.#lastWay = folder;
      return;
    }
    if (before !== undefined)
      throw unsafe(entry, `it lies in ${shownPath(folder)}, which is a ${wordOf(before)} in the archive`);
    this.#claimWay(folder, entry);
    this.#take(folder, "way", entry);
    this.#lastWay = folder;
  }

  #take(path: BytePath, claim: Claim, entry: BytePath): void {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const wrong = whyUnsafeName(name, this.#traits);
    if (wrong !== undefined) throw unsafe(entry, wrong);
    if (isGitName(name) || (!this.#isCheckout && isRepositoryName(name)))
      throw unsafe(entry, `${shownPath(name)} is what a version control system keeps for itself`);
    if (this.#spelled !== undefined) this.#spell(path, this.#spelled);
    this.#claims.set(path, claim);
  }

  #spell(path: BytePath, spelled: Map<string, BytePath>): void {
    const { foldsCase } = this.#traits;
    const parts = (): string[] => path.split("/").map((name) => foldedName(name, this.#traits));
    const key = beyondAscii.test(path) ? parts().join("/") : foldsCase ? path.toLowerCase() : path;
    const other = spelled.get(key);
    if (other !== undefined)
      throw unsafe(
        path,
        `it and ${shownPath(other)} are one name here; restore where names differ in case and accents`,
      );
    spelled.set(key, path);
  }
}

function wordOf(claim: Claim): string {
  return { file: "file", dir: "folder", way: "folder", symlink: "link" }[claim];
}

function unsafe(path: BytePath, why: string): ColdstoreError {
  return new ColdstoreError("unsafe", `${shownPath(path)} isn't safe to restore: ${why}; nothing was restored`);
}
