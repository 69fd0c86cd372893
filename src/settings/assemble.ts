import type { ListSettings, Mode, Presentation, Settings, SnapshotSettings, VerifySettings } from "./settings.ts";
import type { Values } from "./value-types.ts";

/** What stands against a run although each value is fine by itself; one sentence each. */
export function contradictions(values: Partial<Values>, file: string | undefined): readonly string[] {
  const { mode = "snapshot", store, set = [] } = values;
  const needed = file === undefined && !(mode === "snapshot" && values["dry-run"] === true);
  return [
    ...(needed && store?.length === 0 ? [storeIsMissing(mode)] : []),
    ...(file !== undefined && set.length > 0
      ? ["set chooses sets of a store, and a file was given; leave one of them out."]
      : []),
    ...(mode === "list" && set.length > 2
      ? [`set is given ${set.length} times; list shows one set, or how two differ.`]
      : []),
  ];
}

/** The settings of the mode, of values without problems. */
export function assemble(values: Values, file: string | undefined): Settings {
  switch (values.mode) {
    case "snapshot":
      return snapshotSettings(values);
    case "verify":
      return {
        ...readingSettings(values, file),
        mode: "verify",
        level: values.level,
        dryRun: values["dry-run"],
      } satisfies VerifySettings;
    case "list":
      return { ...readingSettings(values, file), mode: "list" } satisfies ListSettings;
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

function storeIsMissing(mode: Mode): string {
  const example = mode === "snapshot" ? "coldstore snapshot . ./cold" : `coldstore ${mode} ./cold`;
  const free = mode === "snapshot" ? ", or try it with --dry-run" : "";
  return `store is missing: say in which folder sets are kept, as in ${example}${free}.`;
}

function commonSettings(values: Values) {
  return { ...present("project", values.project), stores: values.store, timeout: values.timeout };
}

function readingSettings(values: Values, file: string | undefined) {
  const common = { ...commonSettings(values), sets: values.set };
  return file === undefined ? common : { ...common, stores: [], file };
}

function snapshotSettings(values: Values): SnapshotSettings {
  return {
    ...commonSettings(values),
    mode: "snapshot",
    source: values.source,
    ref: values.ref,
    files: values.files,
    formats: values.format,
    compressionLevel: values["compression-level"],
    ...present("name", values.name),
    ...present("prefix", values.prefix),
    exportSubst: values["export-subst"],
    submodules: values.submodules,
    lfs: values.lfs,
    dirty: values.dirty,
    prove: values.prove,
    onConflict: values["on-conflict"],
    freeze: values.freeze,
    ...present("milestone", values.milestone),
    notes: values.note,
    contacts: values.contact,
    recordEnvironment: values.record.includes("environment"),
    dryRun: values["dry-run"],
  };
}

/** A property that is left out when there is no value. */
function present<K extends string>(name: K, value: string | undefined): { readonly [N in K]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in K]?: string };
}
