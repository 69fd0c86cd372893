import type { Origin } from "./call.ts";

/** What goes wrong. */
export type FaultKind =
  /** The connection ends: before the body is read, in its midst, after it, after the work was done, or within the answer. */
  | { readonly drop: "at-once" | "in-body" | "after-body" | "after-work" | "in-answer" }
  /** An answer of that status; with `work` what was asked for is done all the same. */
  | { readonly status: 500 | 502 | 503 | 504; readonly work?: boolean }
  /** An upload that leaves a `starter` asset behind. */
  | { readonly starter: 502 | "dropped" }
  /** A rate limit: `retryAfter` and `reset` in seconds from now; neither: the secondary one without a header. */
  | { readonly limited: 403 | 429; readonly retryAfter?: number; readonly reset?: number }
  /** The answer comes so many milliseconds late. */
  | { readonly slow: number }
  /** Nothing moves any more: no byte of the body is read, or no answer is given. */
  | { readonly stall: "body" | "answer" }
  /** What this request makes isn't in lists for so many of them, or so many milliseconds. */
  | { readonly lag: { readonly requests?: number; readonly ms?: number } }
  /** What is stored of an upload isn't what was sent; `digest` and `no-digest` leave the bytes alone, the others know only uploads kept in memory. */
  | { readonly stored: "digest" | "no-digest" | "truncated" | "flipped" }
  /** A download that ends early, has a wrong byte, or is whole although a range was asked for. */
  | { readonly download: "cut" | "flipped" | "whole" };

export interface FaultMatch {
  readonly origin?: Origin;
  readonly method?: string;
  readonly path?: RegExp;
}

export interface PlannedFault {
  readonly match?: FaultMatch;
  /** How many requests it hits; 1. */
  readonly times?: number;
  /** How many that match are let through before; 0. */
  readonly after?: number;
  readonly kind: FaultKind;
}

export interface Fault {
  readonly kind: FaultKind;
}

interface Asked {
  readonly origin: Origin;
  readonly method: string;
  readonly path: string;
}

/** Which requests go wrong, and how: planned ones first, then at random from a seed. */
export class Faults {
  readonly #planned: { left: number; skip: number; readonly fault: PlannedFault }[] = [];
  #random: { readonly next: () => number; readonly rate: number; readonly kinds: readonly FaultKind[] } | undefined;
  /** What has gone wrong so far, in order. */
  readonly struck: (Asked & { readonly kind: FaultKind })[] = [];

  next(fault: PlannedFault): void {
    this.#planned.push({ left: fault.times ?? 1, skip: fault.after ?? 0, fault });
  }

  /** From now on every request goes wrong with that probability, in one of the ways that its kind of request can. */
  random(seed: number, rate: number, kinds: readonly FaultKind[] = transientFaults): void {
    this.#random = { next: randomNumbers(seed), rate, kinds };
  }

  /** Planned and random ones end. */
  clear(): void {
    this.#planned.length = 0;
    this.#random = undefined;
  }

  take(asked: Asked): Fault | undefined {
    const kind = this.#plannedFor(asked) ?? this.#randomFor(asked);
    if (kind === undefined) return undefined;
    this.struck.push({ ...asked, kind });
    return { kind };
  }

  #plannedFor(asked: Asked): FaultKind | undefined {
    for (const planned of this.#planned) {
      if (planned.left === 0 || !matches(planned.fault.match ?? {}, asked)) continue;
      if (planned.skip-- > 0) continue;
      planned.left--;
      return planned.fault.kind;
    }
    return undefined;
  }

  #randomFor(asked: Asked): FaultKind | undefined {
    const random = this.#random;
    if (random === undefined || random.next() >= random.rate) return undefined;
    const possible = random.kinds.filter((kind) => canStrike(kind, asked));
    return possible[Math.floor(random.next() * possible.length)];
  }
}

function matches(match: FaultMatch, { origin, method, path }: Asked): boolean {
  return (match.origin ?? origin) === origin && (match.method ?? method) === method && (match.path?.test(path) ?? true);
}

/** Those after which another try may succeed. */
const transientFaults: readonly FaultKind[] = [
  { drop: "at-once" },
  { drop: "in-body" },
  { drop: "after-body" },
  { drop: "after-work" },
  { drop: "in-answer" },
  { status: 500 },
  { status: 502, work: true },
  { status: 503 },
  { starter: 502 },
  { starter: "dropped" },
  { limited: 403, retryAfter: 1 },
  { limited: 429, reset: 1 },
  { slow: 20 },
  { lag: { requests: 1 } },
  { stored: "digest" },
  { stored: "no-digest" },
  { stored: "truncated" },
  { stored: "flipped" },
  { download: "cut" },
  { download: "flipped" },
  { download: "whole" },
];

function canStrike(kind: FaultKind, { origin, method }: Asked): boolean {
  if ("starter" in kind || "stored" in kind) return origin === "uploads";
  if ("download" in kind) return origin === "storage";
  if ("limited" in kind) return origin !== "storage";
  if ("lag" in kind) return method === "POST";
  if ("drop" in kind && kind.drop === "in-body") return method === "POST" || method === "PATCH";
  return true;
}

/** Numbers from 0 to below 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
