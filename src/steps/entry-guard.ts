import { ColdstoreError } from "../model/errors.ts";
import type { BytePath } from "../ports/folder.ts";
import type { TargetTraits } from "../ports/restore-target.ts";
import { textOf } from "./byte-text.ts";
import { LinkReach } from "./link-reach.ts";
import { nameSome } from "./name-some.ts";
import { PathClaims } from "./path-claims.ts";
import type { LinkRules } from "./restore-source.ts";
import { shownPath } from "./shown-path.ts";

/** What an archive wants to be made: its path without the archive's prefix, and a link's target. */
export interface GuardedEntry {
  readonly path: BytePath;
  readonly type: "file" | "dir" | "symlink";
  readonly link?: BytePath;
}

interface GuardRules extends LinkRules {
  readonly traits: TargetTraits;
  /**
   * The tree is one that git checks out as it is: folders of other version control systems are content in it. Absent: those are
   * refused like git's own.
   */
  readonly isCheckout?: boolean;
  /** Of the links, those that are wanted: where others lead is nothing to what is restored. Absent: all. */
  wants?(path: BytePath): boolean;
}

/** Links in byte order, as text. */
interface GuardEnd {
  readonly outwardLinks: readonly string[];
  readonly skippedLinks: readonly string[];
}

// Longer ones can't be made. Source: path_resolution(7), PATH_MAX.
const mostLinkBytes = 4095;

/**
 * Sees every entry of an archive before it is made, and throws `unsafe` for what must not be: whatever would lie outside of the
 * target, in a place that another entry has or leads through, under a name that the target or a version control system takes for
 * something else. What it lets in is safe to make in any order that has the links last.
 */
export class EntryGuard {
  readonly #rules: GuardRules;
  readonly #claims: PathClaims;
  readonly #reach: LinkReach;
  readonly #skipped: BytePath[] = [];

  constructor(rules: GuardRules) {
    this.#rules = rules;
    this.#claims = new PathClaims(rules.traits, { isCheckout: rules.isCheckout ?? false });
    this.#reach = new LinkReach(rules.traits);
  }

  admit({ path, type, link }: GuardedEntry): "make" | "skip" {
    this.#claims.claim(path, type);
    return type === "symlink" ? this.#admitLink(path, link ?? "") : "make";
  }

  /** To be called behind the last entry: where links lead can be told only then. */
  finish(): GuardEnd {
    const outward = this.#reach.outward();
    if (outward.length > 0 && this.#rules.outwardLinks === "refuse") throw outwardError(outward);
    return { outwardLinks: outward.map(textOf), skippedLinks: this.#skipped.sort().map(textOf) };
  }

  #admitLink(path: BytePath, link: BytePath): "make" | "skip" {
    const { symlinks, traits } = this.#rules;
    const wrong = whyNoTarget(link);
    if (wrong !== undefined)
      throw new ColdstoreError("unsafe", `${shownPath(path)} isn't safe to restore: ${wrong}; nothing was restored`);
    if (this.#rules.wants?.(path) === false) return "skip";
    if (symlinks === "fail")
      throw new ColdstoreError(
        "unsafe",
        `${shownPath(path)} is a link, to ${shownPath(link)}, and symlinks: fail was said; use symlinks: skip to leave links out`,
      );
    if (symlinks === "skip" || !traits.symlinks) {
      this.#skipped.push(path);
      return "skip";
    }
    this.#reach.add(path, link);
    return "make";
  }
}

function whyNoTarget(link: BytePath): string | undefined {
  if (link === "") return "it is a link without a target";
  if (link.includes("\0")) return "the target of a link has a NUL in it";
  if (link.length > mostLinkBytes)
    return `the target of a link has ${link.length} bytes, and ${mostLinkBytes} is the most`;
  return undefined;
}

function outwardError(outward: readonly BytePath[]): ColdstoreError {
  const one = outward.length === 1;
  return new ColdstoreError(
    "unsafe",
    `${one ? "a link leads" : `${outward.length} links lead`} out of what is restored: ${nameSome(outward.slice(0, 10).map(shownPath), outward.length)}; ` +
      `say symlinks: keep (--symlinks keep) to make ${one ? "it" : "them"} all the same, or symlinks: skip to leave out all links`,
    { remedy: { settings: { symlinks: "keep" } } },
  );
}
