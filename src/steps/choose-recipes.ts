import type { ArchiveFormat, ManifestArtifact } from "../model/manifest.ts";
import { type AskedLevel, levelOf } from "./choose-level.ts";
import { freeNames, needsFiles, type FreeNames, type Job } from "./decide-job.ts";
import type { CompleteSet } from "./find-standing.ts";

/** How the files of a set are made: their names, the archives in their order and how these are compressed and split. */
export interface Recipe {
  readonly names: FreeNames;
  readonly formats: readonly ArchiveFormat[];
  /** Absent: each format's usual one. */
  readonly level?: AskedLevel;
  /** Bytes of an archive's part; absent: archives aren't split. */
  readonly splitSize?: number;
  /** Formats that aren't made, but must be able to hold what the others would. */
  readonly tried?: readonly ArchiveFormat[];
  /** A set that is there has its content under this folder; absent: as the run's plan has it. */
  readonly prefix?: string;
}

/** What the run was told to make. `files` are the names of build outputs that join the set, `prefix` is its plan's, if it matters. */
export interface Asked extends Pick<Recipe, "formats" | "level" | "splitSize" | "prefix"> {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * The recipes that the jobs of a run need, each with those that need it; jobs that need no files have none. A set that lacks a
 * file is made again as its manifest says; everything else as the run was told.
 */
export function chooseRecipes<Place extends { readonly job: Job }>(
  places: readonly Place[],
  asked: Asked,
): readonly { readonly recipe: Recipe; readonly places: readonly Place[] }[] {
  const { name, files, ...how } = asked;
  const jobs = places.map(({ job }) => job);
  const plain: Recipe = { names: freeNames(name, files, jobs), ...how };
  const found = new Map<string, { readonly recipe: Recipe; readonly places: Place[] }>();
  for (const place of places.filter(({ job }) => needsFiles(job))) {
    const recipe = place.job.kind === "repair" ? recipeOf(place.job.set, asked) : plain;
    const key = keyOf(recipe, asked);
    const same = found.get(key) ?? { recipe, places: [] };
    same.places.push(place);
    found.set(key, same);
  }
  return [...found.values()];
}

/** What tells all that there is to be known of a set's content, and makes no archive. */
export function triedRecipe(recipe: Recipe): Recipe {
  // Of the formats only a zip can't hold everything.
  return { ...recipe, formats: [], tried: recipe.formats.filter((format) => format === "zip") };
}

function recipeOf({ manifest }: CompleteSet, asked: Asked): Recipe {
  const { artifacts, content } = manifest;
  const joined = artifacts.filter(({ role }) => role === "file");
  const nameOf = (file: string) => joined[content.files.findIndex(({ name }) => name === file)]?.name ?? file;
  const archives = artifacts.filter(({ format }) => format !== undefined);
  const splitSize = splitOf(archives, asked);
  return {
    names: { base: artifacts.flatMap(baseOf)[0] ?? asked.name, nameOf },
    formats: archives.flatMap(({ format }) => format ?? []),
    ...levelsOf(archives, asked),
    ...(splitSize !== undefined && { splitSize }),
    prefix: content.prefix,
  };
}

/** As asked, when that gives the same: equal recipes are made once. */
function levelsOf(archives: readonly ManifestArtifact[], { level }: Asked): Pick<Recipe, "level"> {
  const own = archives.flatMap(({ format, compression }) =>
    format === undefined || compression === undefined ? [] : [[format, compression.level] as const],
  );
  if (own.some(([format, each]) => each !== levelOf(format, level))) return { level: Object.fromEntries(own) };
  return level === undefined ? {} : { level };
}

function splitOf(archives: readonly ManifestArtifact[], { splitSize = Infinity }: Asked): number | undefined {
  const parts = archives.flatMap(({ parts: [first] = [] }) => first ?? []);
  if (parts[0] !== undefined) return parts[0].bytes;
  return splitSize < Infinity && archives.every(({ bytes }) => bytes <= splitSize) ? splitSize : undefined;
}

function baseOf({ role, name }: ManifestArtifact): string | [] {
  const ending = ".files.jsonl.gz";
  return role === "file-list" && name.endsWith(ending) ? name.slice(0, -ending.length) : [];
}

function keyOf({ names, ...how }: Recipe, { files }: Asked): string {
  return JSON.stringify([names.base, files.map(names.nameOf), how]);
}
