import { levelsOf } from "../model/archive-format.ts";
import type { ArchiveFormat } from "../model/manifest.ts";
import type { StoreAddress } from "../model/store-address.ts";
import type { Origin } from "./raw.ts";
import { releaseContradictions, sameRelease } from "./release-contradictions.ts";
import { remoteContradictions, remoteSource } from "./remote-contradictions.ts";
import { replicateContradictions } from "./replicate-contradictions.ts";
import { restoreContradictions } from "./restore-contradictions.ts";
import type { Mode } from "./settings.ts";
import { makingModes } from "./spec/modes.ts";
import type { SettingName } from "./spec/table.ts";
import type { Values } from "./value-types.ts";
import { oneOf } from "./wording.ts";

/** How a run was started, as far as the words of a refusal depend on it. */
interface Start {
  readonly by: "flags" | "inputs";
  readonly file?: string | undefined;
  readonly symlinksFrom?: Origin | undefined;
  readonly projectFrom?: Origin | undefined;
  /** What the call itself gives, by flags or inputs. */
  readonly given?: ReadonlySet<SettingName> | undefined;
  /** `owner/name` of the repository that a run in GitHub Actions is of. */
  readonly ownRepository?: string | undefined;
}

/** What stands against a run although each value is fine by itself; one sentence each. */
export function contradictions(values: Partial<Values>, start: Start): readonly string[] {
  const { by, file, symlinksFrom, given = new Set() } = start;
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
    ...(mode === "replicate" ? replicateContradictions(values, { by }) : []),
    ...(file === undefined ? sameRelease(storesOf(values), start.ownRepository ?? values.project) : []),
    ...(makes || mode === "replicate" ? releaseContradictions(values, given) : []),
    ...remoteContradictions(values, given),
    ...(makes ? remoteSource(values, given) : []),
  ];
}

/** Those that are read and written. */
function storesOf({ store = [], from }: Partial<Values>): readonly StoreAddress[] {
  return from === undefined ? store : [from, ...store];
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

function storeIsMissing(mode: Mode, by: Start["by"]): string {
  const makes = isMaking(mode);
  const line = makes ? `coldstore ${mode} . ./cold` : `coldstore ${mode} ./cold${behind[mode] ?? ""}`;
  const [example, dryRun] = by === "flags" ? [line, "--dry-run"] : ["store: ./cold", "dry-run: true"];
  const free = makes ? `, or try it with ${dryRun}` : "";
  const are = mode === "replicate" ? "are to be" : "are";
  return `store is missing: say in which folder, release or remote sets ${are} kept, as in ${example}${free}.`;
}

/** What else a command needs. */
const behind: Partial<Record<Mode, string>> = { restore: " --into ./restored", replicate: " --from release" };

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
