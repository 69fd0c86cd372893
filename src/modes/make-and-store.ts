import { asColdstoreError, ColdstoreError } from "../model/errors.ts";
import type { SetFile } from "../model/set-file.ts";
import type { Io } from "../ports/store.ts";
import { type Recipe, triedRecipe } from "../steps/choose-recipes.ts";
import { jobKnowing, needsFiles } from "../steps/decide-job.ts";
import type { SetInTheMaking } from "../steps/make-set.ts";
import { PartRoom } from "../steps/part-room.ts";
import { canonicalSha256 } from "../steps/seal-manifest.ts";
import { endJobs, type Place, type Work } from "./end-jobs.ts";
import type { StoreEnd } from "./fill-stores.ts";
import { keepMade } from "./keep-made.ts";

type RecipeWork = Work & { readonly recipe: Recipe };

/** Makes the files as the recipe says, and brings them into the stores while it does. */
export async function makeAndStore(work: RecipeWork, io: Io): Promise<readonly StoreEnd[]> {
  const { order, ports, recipe } = work;
  const { formats } = recipe;
  const { base } = recipe.names;
  const room = work.scratch.bounded && recipe.splitSize !== undefined ? new PartRoom() : undefined;
  const places = room === undefined ? work.places : await knownPlaces(work, io);
  if (!places.some(({ job }) => needsFiles(job))) return endJobs({ ...work, places, base, formats }, io);
  const stop = new AbortController();
  const signal = AbortSignal.any([ports.signal, stop.signal]);
  await using scratch = await ports.workspace.scratch(places.map(({ store }) => store.name));
  ports.log.step(`${order.stage} ${base}`);
  const meter = ports.progress.start(`packing ${base}`, order.tarBytes);
  // All of them are there before the first part is.
  const taking = room === undefined ? places : places.map((place) => ({ ...place, taker: room.taker() }));
  const making = order.make(recipe, { scratch, room, io: { signal, progress: (bytes) => meter.add(bytes) } });
  const made = making.content.catch(() => undefined).finally(() => meter.done());
  try {
    const ends = await endJobs({ ...work, places: taking, base, formats, making }, io);
    return await keepMade(ends, stillThere(making, room), ports.workspace);
  } finally {
    stop.abort(new ColdstoreError("store", "no store is left that could take the set"));
    await made;
  }
}

/** What is left of the files when their parts may have gone. */
async function* stillThere({ files }: SetInTheMaking, room: PartRoom | undefined): AsyncGenerator<SetFile> {
  for await (const file of files) if (room?.isGone(file) !== true) yield file;
}

/**
 * The places, knowing what otherwise only packing would bring to light: then it would be too late, for stores would have the first
 * parts already, and packing would wait for who only compares. A source that can't be made into the set is refused everywhere.
 */
async function knownPlaces({ order, ports, recipe, places }: RecipeWork, io: Io): Promise<readonly Place[]> {
  const compares = places.some(({ job }) => job.kind === "compare");
  if (order.isMeasured || !(compares || recipe.formats.includes("zip"))) return places;
  await using scratch = await ports.workspace.scratch(places.map(({ store }) => store.name));
  const { base } = recipe.names;
  ports.log.step(`reading ${base}`);
  const meter = ports.progress.start(`reading ${base}`, order.tarBytes);
  const packIo = { signal: io.signal, progress: (bytes: number) => meter.add(bytes) };
  try {
    const sha256 = canonicalSha256(await order.make(triedRecipe(recipe), { scratch, io: packIo }).content);
    return places.map((place) => ({ ...place, job: jobKnowing(place.job, sha256) }));
  } catch (thrown) {
    io.signal.throwIfAborted();
    const error = asColdstoreError(thrown);
    return places.map((place) => ({ ...place, job: { kind: "refuse", error } }));
  } finally {
    meter.done();
  }
}
