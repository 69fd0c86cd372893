import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { TargetTraits } from "../ports/restore-target.ts";
import { foldedName } from "./folded-name.ts";

/** A folder on the way to a link, or a link. */
interface Place {
  readonly children: Map<string, Place>;
  link?: BytePath;
}

// As many as Linux follows (path_resolution(7)); where more of them lead, systems disagree.
const mostFollowed = 40;

// Names that are looked at, on the average of all links. Trees as people make them need about ten.
const mostStepsPerLink = 100;
const spareSteps = 1_000_000;

type Reading = Pick<TargetTraits, "foldsCase" | "normalizes" | "windowsNames">;

/** The links of a tree, and where they lead when each of them is taken for what it is. */
export class LinkReach {
  readonly #traits: Reading;
  readonly #root: Place = { children: new Map() };
  readonly #links: BytePath[] = [];
  #steps = 0;

  constructor(traits: Reading) {
    this.#traits = traits;
  }

  add(path: BytePath, link: BytePath): void {
    let place = this.#root;
    for (const name of path.split("/")) {
      const key = foldedName(name, this.#traits);
      let next = place.children.get(key);
      if (next === undefined) place.children.set(key, (next = { children: new Map() }));
      place = next;
    }
    place.link = link;
    this.#links.push(path);
  }

  /**
   * Those that lead out of the tree, in byte order: absolute ones, ones that climb out, by way of other links or read as text,
   * and ones that lead through more links than can be told. Throws `unsafe` when they are too tangled to follow.
   */
  outward(): BytePath[] {
    return this.#links.filter((path) => this.#leadsOut(path)).sort();
  }

  #leadsOut(path: BytePath): boolean {
    const names = path.split("/");
    // The places on the way, the root first; undefined where no link is at or below.
    const at: (Place | undefined)[] = [this.#root];
    for (const name of names.slice(0, -1)) at.push(at.at(-1)?.children.get(foldedName(name, this.#traits)));
    const link = at.at(-1)?.children.get(foldedName(names.at(-1) ?? "", this.#traits));
    if (link?.link === undefined) return false;
    return this.#climbs(link.link, at.length - 1) || this.#walksOut(link, at);
  }

  /** Whether the target, read as text, has more `..` than folders before it: some programs go by that. */
  #climbs(target: BytePath, depth: number): boolean {
    for (const name of this.#parts(target)) {
      if (name === "." || name === "") continue;
      depth += name === ".." ? -1 : 1;
      if (depth < 0) return true;
    }
    return false;
  }

  #walksOut(first: Place, at: (Place | undefined)[]): boolean {
    const ahead: (string | Place)[] = [];
    const within = new Set<Place>();
    let place: Place | undefined = first;
    for (let followed = 0; ;) {
      if (place?.link !== undefined) {
        // In a circle: it leads nowhere.
        if (within.has(place)) return false;
        if ((followed += 1) > mostFollowed || this.#isElsewhere(place.link)) return true;
        within.add(place);
        ahead.push(place, ...this.#parts(place.link).reverse());
      } else at.push(place);
      const next = this.#nextName(ahead, within, at);
      if (next === undefined) return at.length === 0;
      place = at.at(-1)?.children.get(foldedName(next, this.#traits));
    }
  }

  /** The next name that isn't `..`, whose folders are taken off; undefined at the end, or when they are used up. */
  #nextName(ahead: (string | Place)[], within: Set<Place>, at: (Place | undefined)[]): string | undefined {
    for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
      if (typeof next === "object") within.delete(next);
      else if (next === "..") {
        at.pop();
        if (at.length === 0) return undefined;
      } else if (next !== "" && next !== ".") return next;
    }
    return undefined;
  }

  #parts(target: BytePath): string[] {
    const parts = target.split(this.#traits.windowsNames ? /[\\/]/ : "/");
    this.#steps += parts.length;
    if (this.#steps > spareSteps + mostStepsPerLink * this.#links.length)
      throw new ColdstoreError(
        "unsafe",
        `the archive's ${this.#links.length} links lead through one another too often to be followed; use symlinks: skip to restore it without them`,
      );
    // Dots and spaces at the end are nothing to Windows, so that there more than `..` could mean that.
    return this.#traits.windowsNames ? parts.map((part) => (/^\.\.[. ]*$/.test(part) ? ".." : part)) : parts;
  }

  /** Absolute, also as Windows writes it. There, a colon anywhere is a drive or a stream, and a tilde may be a short name's for a link. */
  #isElsewhere(target: BytePath): boolean {
    return /^(?:[\\/]|[A-Za-z]:[\\/])/.test(target) || (this.#traits.windowsNames && /:|~[0-9]/.test(target));
  }
}
