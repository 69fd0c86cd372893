import { distance } from "../model/edit-distance.ts";

const mostNamed = 3;

/** Of the paths that it is shown, those that a path which isn't there was most likely meant to be. */
export class NearestPaths {
  readonly #wanted: string;
  readonly #plain: string;
  readonly #name: string;
  #best: { readonly path: string; readonly far: number }[] = [];

  constructor(wanted: string) {
    this.#wanted = wanted;
    this.#plain = plain(wanted);
    this.#name = nameOf(this.#plain);
  }

  consider(path: string): void {
    const far = this.#farness(path);
    const worst = this.#best.at(-1);
    if (far === undefined || (worst !== undefined && this.#best.length === mostNamed && far >= worst.far)) return;
    this.#best = [...this.#best, { path, far }].sort((a, b) => a.far - b.far).slice(0, mostNamed);
  }

  /** The likeliest first; none when nothing is near. */
  get paths(): readonly string[] {
    return this.#best.map(({ path }) => path);
  }

  /** Smaller is nearer; undefined: not near at all. */
  #farness(path: string): number | undefined {
    const found = plain(path);
    if (found === this.#plain) return 0;
    // As in the archive, with its prefix, or as from a folder of the repository.
    if (this.#wanted.endsWith(`/${path}`)) return 1;
    const name = nameOf(found);
    if (name === this.#name) return found.endsWith(`/${this.#plain}`) ? 2 : 3;
    const isBeside =
      found.length - name.length === this.#plain.length - this.#name.length && found.startsWith(folderOf(this.#plain));
    const most = Math.max(1, Math.floor(this.#name.length / 4));
    if (!isBeside || this.#name.length > 64 || Math.abs(name.length - this.#name.length) > most) return undefined;
    const letters = distance(this.#name, name);
    return letters <= most ? 2 + letters : undefined;
  }
}

/** Without what differs between keyboards and disks. */
function plain(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
