import { readRcloneArguments } from "../model/rclone-arguments.ts";
import type { StoreAddress } from "../model/store-address.ts";
import type { SettingName } from "./spec/table.ts";
import type { Values } from "./value-types.ts";
import { oneOf } from "./wording.ts";

const forRclone = [
  "rclone-config",
  "rclone-version",
  "rclone-sha256",
  "rclone-path",
  "rclone-mirror",
  "rclone-args",
] as const;
const forSsh = ["ssh-key", "ssh-known-hosts", "max-connections"] as const;
const ofFetching = ["rclone-version", "rclone-sha256", "rclone-mirror"] as const;

/**
 * What stands against settings of remotes, one sentence each. Those without a use are told of where the call itself gives
 * them: a config file, which serves all modes, may have them for others.
 */
export function remoteContradictions(values: Partial<Values>, given: ReadonlySet<SettingName>): readonly string[] {
  const { problems } = readRcloneArguments(values["rclone-args"] ?? []);
  return [
    ...ofOneRclone(values, given),
    ...problems.map((problem) => `rclone-args: ${problem}.`),
    ...withoutUse(values, given),
  ];
}

/** What stands against a source that lies on a remote. */
export function remoteSource(
  { mode, source, mtime }: Partial<Values>,
  given: ReadonlySet<SettingName>,
): readonly string[] {
  if (source === undefined || source.kind === "folder") return [];
  if (mode !== "archive")
    return [
      `source is ${source.text}, which isn't on this machine, and a snapshot is of a git repository that is; clone it and give the folder, or use the mode archive.`,
    ];
  const names = [
    ...(["submodules", "lfs"] as const).filter((name) => given.has(name)),
    ...(given.has("mtime") && mtime === "commit" ? ["mtime"] : []),
  ];
  if (names.length === 0) return [];
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  return [
    `${oneOf(names, "and")} ${are} for a git repository, and source is ${source.text}, a remote; leave ${them} out.`,
  ];
}

/** One that is here isn't fetched, and a digest is one version's. */
function ofOneRclone(values: Partial<Values>, given: ReadonlySet<SettingName>): readonly string[] {
  const fetching = ofFetching.filter((name) => values[name] !== undefined);
  if (values["rclone-path"] !== undefined && fetching.length > 0)
    return [
      `rclone-path names an rclone that is here, and ${oneOf(fetching, "and")} ${fetching.length === 1 ? "is" : "are"} for one that is fetched; leave one or the other out.`,
    ];
  return given.has("rclone-sha256") && !fetching.includes("rclone-version")
    ? ["rclone-sha256 is given without rclone-version; give the version that it belongs to, too."]
    : [];
}

function withoutUse(values: Partial<Values>, given: ReadonlySet<SettingName>): readonly string[] {
  const { store = [], source, from } = values;
  // What can't be read may be the remote that is missed.
  if (["store", "source", "from"].some((name) => name in values && values[name as "store"] === undefined)) return [];
  const all: readonly StoreAddress[] = [...store, ...[source, from].filter((each) => each !== undefined)];
  if (store.length === 0 && all.every(({ kind }) => kind === "folder")) return [];
  const isThere = (...kinds: readonly string[]) => all.some(({ kind }) => kinds.includes(kind));
  return [
    ...missing(
      isThere("rclone", "ssh") ? [] : forRclone.filter((name) => given.has(name)),
      "a remote of rclone's",
      "r2:backups",
    ),
    ...missing(
      isThere("ssh") ? [] : forSsh.filter((name) => given.has(name)),
      "an SSH host",
      "ssh://user@host/srv/cold",
    ),
    ...missing(
      given.has("storage-class") && !store.some(({ kind }) => kind === "rclone") ? ["storage-class"] : [],
      "a remote of rclone's",
      "r2:backups",
    ),
  ];
}

function missing(names: readonly string[], what: string, example: string): readonly string[] {
  if (names.length === 0) return [];
  const [are, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  return [
    `${oneOf(names, "and")} ${are} for ${what}, and no store is one; name one, such as ${example}, or leave ${them} out.`,
  ];
}
