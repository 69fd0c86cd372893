import { ignoreProfiles } from "../model/ignore-profiles.ts";
import { readRcloneArguments } from "../model/rclone-arguments.ts";
import type { BaseCommit } from "../model/revision.ts";
import type {
  ArchiveSettings,
  ListSettings,
  MakingSettings,
  Presentation,
  RcloneSettings,
  ReleaseSettings,
  ReplicateSettings,
  RestoreSettings,
  Settings,
  SnapshotSettings,
  VerifySettings,
} from "./settings.ts";
import type { Origin } from "./raw.ts";
import type { Values } from "./value-types.ts";

/** What a call says beside its values. */
export interface Beside {
  readonly by: "flags" | "inputs";
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
    case "replicate":
      return replicateSettings(values);
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

function commonSettings(values: Values) {
  return {
    ...present("project", values.project),
    stores: values.store,
    rclone: rcloneSettings(values),
    ssh: {
      ...present("key", values["ssh-key"]),
      knownHosts: values["ssh-known-hosts"].filter((line) => !line.startsWith("#")),
      maxConnections: values["max-connections"],
    },
    timeout: values.timeout,
    stallTimeout: values["stall-timeout"],
    ...present("token", values.token),
  };
}

function rcloneSettings(values: Values): RcloneSettings {
  return {
    ...present("version", values["rclone-version"]),
    ...present("sha256", values["rclone-sha256"]),
    ...present("path", values["rclone-path"]),
    ...present("mirror", values["rclone-mirror"]),
    ...present("config", values["rclone-config"]),
    args: readRcloneArguments(values["rclone-args"]).flags,
    ...present("storageClass", values["storage-class"]),
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

function replicateSettings(values: Values): ReplicateSettings {
  const { from } = values;
  if (from === undefined) throw new Error("a replica without from is refused before");
  return {
    ...commonSettings(values),
    mode: "replicate",
    from,
    sets: values.set,
    onlyModes: values["only-mode"],
    ...present("since", values.since),
    prove: values.prove,
    onConflict: values["on-conflict"],
    release: releaseSettings(values),
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
    ...present("remote", values.source.kind === "folder" ? undefined : values.source),
  };
}

function makingSettings(values: Values): Omit<MakingSettings, Called> {
  return {
    ...commonSettings(values),
    source: values.source.kind === "folder" ? values.source.path : values.source.text,
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
    release: releaseSettings(values),
    dryRun: values["dry-run"],
  };
}

function releaseSettings(values: Values): ReleaseSettings {
  return {
    draft: values.draft,
    ...present("notes", values.notes === "none" ? undefined : values.notes),
    prerelease: values.prerelease,
    latest: values.latest,
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
