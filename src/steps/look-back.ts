import type { Made, SinceLast } from "../model/details.ts";
import type { Entry } from "../model/entry.ts";
import { asColdstoreError } from "../model/errors.ts";
import type { Manifest } from "../model/manifest.ts";
import { setPrefix, setText, type SetName } from "../model/set-name.ts";
import type { Io, Store } from "../ports/store.ts";
import type { CompleteSet } from "./find-standing.ts";
import { listedEntries } from "./listed-entries.ts";
import { nameSome } from "./name-some.ts";
import { pastSet } from "./past-set.ts";
import { recentSets, type RecentSets } from "./recent-sets.ts";
import { sumUpDifference } from "./sum-up-difference.ts";
import { WeightSurvey } from "./weight-survey.ts";

/** A set that is in a store, from which a run is to look back. */
export interface Outlook {
  readonly store: Store;
  readonly set: SetName;
  readonly manifest: Manifest;
  /** The run has made it, and not found it. */
  readonly isNew: boolean;
  /** How many sets are to be told of, itself among them; at least 1. */
  readonly setsBack: number;
}

export interface LookedBack {
  readonly made: Made;
  /** What isn't told, and why: a sentence each. */
  readonly warnings: readonly string[];
}

/** How a set stands to those before it. Rejects only for an abort: what can't be told is left out, and said to be. */
export async function lookBack(outlook: Outlook, io: Io): Promise<LookedBack> {
  const { store, set, manifest } = outlook;
  const { sets, warnings } = await setsAround(outlook, io);
  const before = outlook.isNew ? sets.findLast((each) => isBefore(each.manifest, manifest)) : undefined;
  const content = await lookInto(outlook, before, io);
  return {
    made: {
      set,
      store: store.name,
      manifest,
      biggestEntries: content.weights.biggestFiles(),
      biggestFolders: content.weights.biggestFolders(),
      past: pastOf(outlook, sets).map(pastSet),
      ...(content.since && { since: content.since }),
    },
    warnings: [...warnings, ...content.warnings],
  };
}

/** A set of the same second was there when this one was made. */
function isBefore(other: Manifest, { run }: Manifest): boolean {
  return other.run.started <= run.started;
}

interface Around extends Pick<RecentSets, "sets"> {
  readonly warnings: readonly string[];
}

/** The newest sets but the one itself: as many as are shown beside it, and one more to compare with. */
async function setsAround({ store, set, setsBack }: Outlook, io: Io): Promise<Around> {
  try {
    const { sets, unreadable } = await recentSets(store, set, setsBack + 1, io);
    return {
      sets: sets.filter(({ name }) => name.id !== set.id),
      warnings:
        unreadable.length === 0
          ? []
          : [`not every set before ${setText(set)} in ${store.name} is told of: ${nameSome(unreadable)}`],
    };
  } catch (error) {
    io.signal.throwIfAborted();
    return { sets: [], warnings: [untold(`which sets were before ${setText(set)} in ${store.name}`, error)] };
  }
}

/** The set itself is always one of them, also when many have been made since. */
function pastOf({ manifest, setsBack }: Outlook, others: Around["sets"]): readonly Manifest[] {
  const beside = others.slice(Math.max(0, others.length - setsBack + 1)).map((each) => each.manifest);
  const older = beside.filter((each) => isBefore(each, manifest));
  return [...older, manifest, ...beside.slice(older.length)];
}

interface Content {
  readonly weights: WeightSurvey;
  readonly since?: SinceLast;
  readonly warnings: readonly string[];
}

/** Reads the set's own list once, together with that of the set before it. */
async function lookInto(outlook: Outlook, before: CompleteSet | undefined, io: Io): Promise<Content> {
  const { store, set } = outlook;
  if (before === undefined) return weigh(outlook, io);
  const survey = new Survey(outlook, io);
  try {
    const difference = await sumUpDifference({
      before: () => listedEntries(store, before, io),
      after: () => survey.open(),
    });
    return { weights: survey.weights, since: { set: before.name, ...difference }, warnings: [] };
  } catch (error) {
    io.signal.throwIfAborted();
    const { weights, warnings } = await weigh(outlook, io);
    const what = `what has changed from ${before.name.id} to ${setText(set)} in ${store.name}`;
    return { weights, warnings: [untold(what, error), ...warnings] };
  }
}

async function weigh(outlook: Outlook, io: Io): Promise<Content> {
  const survey = new Survey(outlook, io);
  try {
    for await (const _ of survey.open());
    return { weights: survey.weights, warnings: [] };
  } catch (error) {
    io.signal.throwIfAborted();
    const what = `what is biggest in ${setText(outlook.set)} in ${outlook.store.name}`;
    return { weights: new WeightSurvey(), warnings: [untold(what, error)] };
  }
}

/** The set's own entries, weighed as they go by. */
class Survey {
  readonly #outlook: Outlook;
  readonly #io: Io;
  #weights = new WeightSurvey();

  constructor(outlook: Outlook, io: Io) {
    this.#outlook = outlook;
    this.#io = io;
  }

  /** Of the last list that was opened. */
  get weights(): WeightSurvey {
    return this.#weights;
  }

  async *open(): AsyncGenerator<Entry, void, undefined> {
    const { store, set, manifest } = this.#outlook;
    const weights = (this.#weights = new WeightSurvey());
    for await (const entry of listedEntries(store, { prefix: setPrefix(set), manifest }, this.#io)) {
      if (entry.type === "file") weights.add({ path: entry.path, bytes: entry.size });
      yield entry;
    }
  }
}

function untold(what: string, error: unknown): string {
  return `${what} isn't told: ${asColdstoreError(error).message}`;
}
