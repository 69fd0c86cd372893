import { levelsOf } from "../model/archive-format.ts";
import { ignoreProfiles } from "../model/ignore-profiles.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { BaseCommit } from "../model/revision.ts";
import type {
  ArchiveSettings,
  ListSettings,
  MakingSettings,
  Mode,
  Presentation,
  RestoreSettings,
  Settings,
  SnapshotSettings,
  VerifySettings,
} from "./settings.ts";
import type { Origin } from "./raw.ts";
import { restoreContradictions } from "./restore-contradictions.ts";
import { type ReleaseSetting, releaseContradictions, sameRelease } from "./release-contradictions.ts";
import { makingModes } from "./spec/modes.ts";
import type { Values } from "./value-types.ts";
import { oneOf } from "./wording.ts";

/** How a run was started, as far as the words of a refusal depend on it. */
interface Start {
  readonly by: "flags" | "inputs";
  readonly file?: string | undefined;
  readonly symlinksFrom?: Origin | undefined;
  readonly projectFrom?: Origin | undefined;
  /** Those settings of releases that the call gives. */
  readonly forReleases?: readonly ReleaseSetting[] | undefined;
  /** `owner/name` of the repository that a run in GitHub Actions is of. */
  readonly ownRepository?: string | undefined;
}

/** What stands against a run although each value is fine by itself; one sentence each. */
export function contradictions(values: Partial<Values>, start: Start): readonly string[] {
  const { by, file, symlinksFrom } = start;
  const { mode = "snapshot", store, set = [] } = values;
  const makes = isMaking(mode);
  const needed = file === undefined && !(makes && values["dry-run"] === true);
  return [
    ...(needed && store?.length === 0 ? [storeIsMissing(mode, by)] : []),
    ...(file === undefined ? [] : choosesSets(set, start).map(notForFile)),
    ...(mode === "list" && set.length > 2
      ? [`set is given ${set.length} times; list shows one set, or how two differ.`]
      : []),
    ...(mode === "restore" ? restoreContradictions(values, { by, symlinksFrom }) : []),
    ...(makes ? unfitLevel(values["compression-level"], values.format) : []),
    ...(file === undefined ? sameRelease(store ?? [], start.ownRepository ?? values.project) : []),
    ...(makes ? releaseContradictions(values, start.forReleases ?? []) : []),
  ];
}

/** What a call says of which sets are meant. A project that its surroundings or a config file tell is for other runs. */
function choosesSets(set: Values["set"], { projectFrom }: Start): readonly string[] {
  return [...(set.length > 0 ? ["set"] : []), ...(projectFrom === "call" ? ["project"] : [])];
}

function notForFile(name: string): string {
  return `${name} chooses sets of a store, and a file was given; leave one of them out.`;
}

function isMaking(mode: Mode): boolean {
  return makingModes.some((making) => making === mode);
}

/** What a call says beside its values. */
export interface Beside {
  readonly by: Start["by"];
  readonly setsBack: number;
  /** Given in a store's place; absolute. */
  readonly file?: string | undefined;
  /** The tag that the run is of, as a full ref name. */
  readonly tag?: string | undefined;
  readonly symlinksFrom?: Origin | undefined;
  /** On a pull request. */
  readonly base?: BaseCommit | undefined;
}

/** The settings of the mode, of values without problems. */
export function assemble(values: Values, { by, file, tag, setsBack, symlinksFrom, base }: Beside): Settings {
  // The command line has no pull request to talk to.
  const comment = by === "inputs" ? values.comment : "never";
  const called = { ...present("base", base), setsBack, comment };
  switch (values.mode) {
    case "snapshot":
      return { ...snapshotSettings(values), ...called };
    case "archive":
      return { ...archiveSettings(values, tag), ...called };
    case "verify":
      return {
        ...readingSettings(values, file),
        mode: "verify",
        level: values.level,
        dryRun: values["dry-run"],
      } satisfies VerifySettings;
    case "list":
      return { ...readingSettings(values, file), mode: "list" } satisfies ListSettings;
    case "restore":
      return restoreSettings(values, { file, symlinksFrom });
  }
}

export function presentation(values: Partial<Values>): Presentation {
  return {
    json: values.json ?? false,
    quiet: values.quiet ?? false,
    color: !(values["no-color"] ?? false),
    debug: values.debug ?? false,
  };
}

function storeIsMissing(mode: Mode, by: Start["by"]): string {
  const makes = isMaking(mode);
  const line = makes
    ? `coldstore ${mode} . ./cold`
    : `coldstore ${mode} ./cold${mode === "restore" ? " --into ./restored" : ""}`;
  const [example, dryRun] = by === "flags" ? [line, "--dry-run"] : ["store: ./cold", "dry-run: true"];
  const free = makes ? `, or try it with ${dryRun}` : "";
  return `store is missing: say in which folder or release sets are kept, as in ${example}${free}.`;
}

/** A level that somebody gave has to fit every format that compresses, and there must be one. */
function unfitLevel(level: number | undefined, formats: readonly ArchiveFormat[] | undefined): readonly string[] {
  if (level === undefined || formats === undefined) return [];
  const ranges = formats.flatMap((format) => {
    const range = levelsOf(format);
    return range === undefined ? [] : [{ format, ...range }];
  });
  if (ranges.length === 0)
    return [`compression-level is ${level}, and a tar isn't compressed; leave it out, or give another format.`];
  const unfit = ranges.filter(({ least, most }) => level < least || level > most);
  if (unfit.length === 0) return [];
  const limits = unfit.map(({ format, least, most }) => `${format} takes ${least} to ${most}`);
  return [`compression-level is ${level}, and ${oneOf(limits, "and")}; ${wayOut(ranges)}.`];
}

function wayOut(ranges: readonly { readonly least: number; readonly most: number }[]): string {
  const least = Math.max(...ranges.map((range) => range.least));
  const most = Math.min(...ranges.map((range) => range.most));
  if (ranges.length === 1) return `give ${least} to ${most}, or leave it out`;
  return `give ${least} to ${most}, which all formats named take, or leave it out for the usual level of each`;
}

function commonSettings(values: Values) {
  return {
    ...present("project", values.project),
    stores: values.store,
    rclone: { args: [] },
    ssh: { knownHosts: [], maxConnections: 4 },
    timeout: values.timeout,
    stallTimeout: values["stall-timeout"],
    ...present("token", values.token),
  };
}

function readingSettings(values: Values, file: string | undefined) {
  const common = { ...commonSettings(values), sets: values.set };
  return file === undefined ? common : { ...common, stores: [], file };
}

function restoreSettings(
  values: Values,
  { file, symlinksFrom }: Pick<Beside, "file" | "symlinksFrom">,
): RestoreSettings {
  const { sets, ...common } = readingSettings(values, file);
  const { symlinks } = values;
  // A file that merely lay in the repository says what its own archives keep, not what is let out of this restore.
  const isSaid = symlinks === "keep" && (symlinksFrom === "call" || symlinksFrom === "file");
  return {
    ...common,
    mode: "restore",
    ...present("set", sets[0]),
    paths: values.path,
    ...present("into", values.into),
    symlinks: symlinks === "follow" ? "keep" : symlinks,
    outwardLinks: isSaid ? "keep" : "refuse",
    dryRun: values["dry-run"],
  };
}

type Called = "setsBack" | "comment" | "base";

function snapshotSettings(values: Values): Omit<SnapshotSettings, Called> {
  return {
    ...makingSettings(values),
    mode: "snapshot",
    ref: values.ref,
    exportSubst: values["export-subst"],
    dirty: values.dirty,
  };
}

function archiveSettings(values: Values, tag: string | undefined): Omit<ArchiveSettings, Called> {
  return {
    ...makingSettings(values),
    mode: "archive",
    ...present("tag", tag),
    filters: {
      exclude: values.exclude,
      include: values.include,
      profiles: values["ignore-profile"].map((name) => ({ name, patterns: ignoreProfiles[name] ?? [] })),
    },
    symlinks: values.symlinks,
    ...present("mtime", values.mtime),
  };
}

function makingSettings(values: Values): Omit<MakingSettings, Called> {
  return {
    ...commonSettings(values),
    source: values.source,
    files: values.files,
    formats: values.format,
    ...present("compressionLevel", values["compression-level"]),
    ...present("splitSize", values["split-size"] ?? usualSplit(values.store)),
    ...present("name", values.name),
    ...present("prefix", values.prefix),
    submodules: values.submodules,
    lfs: values.lfs,
    prove: values.prove,
    onConflict: values["on-conflict"],
    freeze: values.freeze,
    ...present("milestone", values.milestone),
    notes: values.note,
    contacts: values.contact,
    recordEnvironment: values.record.includes("environment"),
    release: {
      draft: values.draft,
      ...present("notes", values.notes === "none" ? undefined : values.notes),
      prerelease: values.prerelease,
      latest: values.latest,
    },
    dryRun: values["dry-run"],
  };
}

/** Of a set with a copy in a release; one set has one split, whatever the other stores could take. */
function usualSplit(stores: Values["store"]): number | undefined {
  return stores.some(({ kind }) => kind === "release") ? 1900 * 1024 ** 2 : undefined;
}

/** A property that is left out when there is no value. */
function present<K extends string, V>(name: K, value: V | undefined): { readonly [N in K]?: V } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: V };
}
