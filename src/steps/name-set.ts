import { createHash } from "node:crypto";
import { ColdstoreError } from "../model/errors.ts";
import type { Revision } from "../model/revision.ts";
import { nameLimit, safeName, snapshotId } from "../model/set-id.ts";
import { compactTime } from "../model/timestamps.ts";

/** How a snapshot is called: its set's id, the base of its file names, and the folder inside its archive. */
export interface SnapshotNames {
  readonly id: string;
  readonly name: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
}

export interface NamingRequest {
  readonly revision: Revision;
  /** `owner/repo` */
  readonly project: string;
  readonly run: string;
  readonly name?: string | undefined;
  readonly prefix?: string | undefined;
}

/** Fills in the templates. Throws `settings` when a name the user gave comes out too long or not fit for a file name. */
export function nameSnapshot(request: NamingRequest): SnapshotNames {
  const values = placeholders(request);
  const name = request.name === undefined ? defaultName(request, values) : givenName(request.name, values);
  const prefix = request.prefix === undefined ? `${name}/` : givenPrefix(request.prefix, { ...values, name });
  return { id: snapshotId(request.revision, sha256), name, prefix };
}

function defaultName({ revision }: NamingRequest, values: Placeholders): string {
  const template = revision.tag === undefined ? "{repo}-{date}-{short}" : "{repo}-{version}";
  const name = fill(template, values);
  return Buffer.byteLength(name) <= nameLimit ? name : `${name.slice(0, nameLimit - 9)}-${sha256(name).slice(0, 8)}`;
}

function givenName(template: string, values: Placeholders): string {
  const name = fill(template, values);
  const bytes = Buffer.byteLength(name);
  if (bytes > nameLimit)
    throw new ColdstoreError(
      "settings",
      `name is "${name.slice(0, 40)}…", ${bytes} bytes; a name has ${nameLimit} at most`,
    );
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name))
    throw new ColdstoreError(
      "settings",
      `name comes out as "${name}"; it must begin with a letter, a digit or _ and hold only [A-Za-z0-9._-]`,
    );
  return name;
}

function givenPrefix(template: string, values: Placeholders): string {
  const prefix = fill(template, values);
  if (prefix.split("/").some((part) => part === "." || part === ".."))
    throw new ColdstoreError("settings", `prefix comes out as "${prefix}"; no folder in it may be called . or ..`);
  return prefix;
}

type Placeholders = Readonly<Record<string, string>>;

function placeholders({ revision, project, run }: NamingRequest): Placeholders {
  const [owner = "", repo = ""] = project.split("/");
  const time = compactTime(new Date(revision.committed * 1000));
  const ref =
    revision.tag?.name ?? revision.ref?.replace(/^refs\/(heads|remotes)\//, "") ?? revision.commit.slice(0, 7);
  const tag = revision.tag?.name ?? ref;
  const plain = {
    owner,
    repo: repo.replace(/^[.-]/, "_"),
    version: /^v\d/.test(tag) ? tag.slice(1) : tag,
    ref,
    commit: revision.commit,
    short: revision.commit.slice(0, 7),
    date: time.slice(0, 8),
    time,
    run,
    mode: "snapshot",
  };
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, safeText(value)]));
}

function fill(template: string, values: Placeholders): string {
  return template.replaceAll(/\{([a-z]+)\}/g, (whole, key: string) => values[key] ?? whole);
}

function safeText(value: string): string {
  return value.replaceAll(/[^A-Za-z0-9._-]/gu, "-");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The project that a source belongs to when nobody said: from the URL of `origin`, else `local/<folder>`. */
export function projectOf(origin: string | undefined, folder: string): string {
  const path = origin === undefined ? undefined : hostedPath(origin);
  const parts =
    path
      ?.replace(/\.git\/?$/, "")
      .split("/")
      .filter((part) => part !== "") ?? [];
  const repo = parts.at(-1);
  // Forges have groups in groups, and the whole way makes the owner, for two of them may end alike. A path on the host's
  // disk has folders before the owner.
  const owner = parts.slice(path?.startsWith("/") === true ? -2 : 0, -1).join("-");
  if (owner !== "" && repo !== undefined) return `${safeName(owner, sha256)}/${safeName(repo, sha256)}`;
  return `local/${safeName(folder.replace(/\.git$/, "") || "root", sha256)}`;
}

/** The path of a URL with a host (`https://host/o/r`, `git@host:o/r`); undefined for a path on this machine. */
function hostedPath(origin: string): string | undefined {
  const url = /^(?:https?|ssh|git):\/\/[^/]+\/(.+)$/.exec(origin);
  if (url !== null) return url[1];
  return /^(?:[^@/\\]+@)?[^:/\\]{2,}:(?!\/\/)(.+)$/.exec(origin)?.[1];
}
