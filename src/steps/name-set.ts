import { createHash } from "node:crypto";
import { ColdstoreError } from "../model/errors.ts";
import type { Revision } from "../model/revision.ts";
import { nameLimit, safeName, snapshotId } from "../model/set-id.ts";
import { compactTime } from "../model/timestamps.ts";

/** How a set is called: its id, the base of its file names, and the folder inside its archives. */
export interface SetNames {
  readonly id: string;
  readonly name: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
}

/** Templates that the user gave; absent: the documented defaults. */
export interface NameTemplates {
  readonly name?: string | undefined;
  readonly prefix?: string | undefined;
}

export interface NamingRequest extends NameTemplates {
  readonly revision: Revision;
  /** `owner/repo` */
  readonly project: string;
  readonly run: string;
}

/** Fills in a snapshot's templates. Throws `settings` when a name the user gave comes out too long or not fit for a file name. */
export function nameSnapshot(request: NamingRequest): SetNames {
  const { revision } = request;
  const moment = new Date(revision.committed * 1000);
  const usual = revision.tag === undefined ? "{repo}-{date}-{short}" : "{repo}-{version}";
  const names = fillNames(request, usual, placeholders({ ...request, moment, mode: "snapshot" }));
  return { id: snapshotId(revision, sha256), ...names };
}

/** A folder's archive is to be named: what is checked out in it (absent outside of a repository), and the run's start. */
export interface ArchiveNaming extends NameTemplates {
  readonly revision?: Revision | undefined;
  readonly project: string;
  readonly run: string;
  readonly started: Date;
}

/** The same for an archive, whose id is not known yet. Throws `settings` also when a template asks for a commit where there is none. */
export function nameArchive(request: ArchiveNaming): Omit<SetNames, "id"> {
  const { revision, started } = request;
  const values = placeholders({ ...request, moment: started, mode: "archive" });
  for (const template of [request.name, request.prefix]) assertFillable(template, values);
  if (revision === undefined) return fillNames(request, "{repo}-{date}-{mode}", values);
  return fillNames(
    request,
    revision.tag === undefined ? "{repo}-{date}-{short}-{mode}" : "{repo}-{version}-{mode}",
    values,
  );
}

/** The id of an archive's set: the tag, else the run's start and seven digits of its content's digest. */
export function archiveId(revision: Revision | undefined, started: Date, contentSha256: string): string {
  if (revision?.tag !== undefined) return safeName(revision.tag.name, sha256);
  return `${compactTime(started)}-${contentSha256.slice(0, 7)}`;
}

function fillNames(given: NameTemplates, usual: string, values: Placeholders): Omit<SetNames, "id"> {
  const name = given.name === undefined ? shortened(fill(usual, values)) : givenName(given.name, values);
  const prefix = given.prefix === undefined ? `${name}/` : givenPrefix(given.prefix, { ...values, name });
  return { name, prefix };
}

function shortened(name: string): string {
  return Buffer.byteLength(name) <= nameLimit ? name : `${name.slice(0, nameLimit - 9)}-${sha256(name).slice(0, 8)}`;
}

function assertFillable(template: string | undefined, values: Placeholders): void {
  const lacking = (template ?? "")
    .match(/\{(version|ref|commit|short)\}/g)
    ?.find((each) => !(each.slice(1, -1) in values));
  if (lacking !== undefined)
    throw new ColdstoreError(
      "settings",
      `${lacking} stands for something of a commit, and the source isn't in a repository that has one; use {date} or {time}`,
    );
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

function placeholders(request: {
  readonly revision?: Revision | undefined;
  readonly project: string;
  readonly run: string;
  readonly moment: Date;
  readonly mode: string;
}): Placeholders {
  const { revision, project, run, moment, mode } = request;
  const [owner = "", repo = ""] = project.split("/");
  const time = compactTime(moment);
  const plain = { owner, repo: repo.replace(/^[.-]/, "_"), date: time.slice(0, 8), time, run, mode };
  const all = revision === undefined ? plain : { ...plain, ...ofCommit(revision) };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, safeText(value)]));
}

function ofCommit({ tag, ref: full, commit }: Revision): Placeholders {
  const ref = tag?.name ?? full?.replace(/^refs\/(heads|remotes)\//, "") ?? commit.slice(0, 7);
  const version = tag?.name ?? ref;
  return {
    version: /^v\d/.test(version) ? version.slice(1) : version,
    ref,
    commit,
    short: commit.slice(0, 7),
  };
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
