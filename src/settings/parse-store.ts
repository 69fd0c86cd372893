import { sep } from "node:path";
import type { FolderAddress, RemoteAddress, StoreAddress } from "../model/store-address.ts";
import { parsePlugin } from "./parse-plugin.ts";
import { parseRclone } from "./parse-rclone.ts";
import { parseRelease } from "./parse-release.ts";
import { parseSsh } from "./parse-ssh.ts";
import { absolute, fine, type Parsed, type Place, wrong } from "./parsed.ts";
import { hasControls, quote } from "./wording.ts";

type Form = "path" | "drive" | "release" | "ssh" | "plugin" | "url" | "rclone";

/** A store as a person writes it. */
export function parseStore(text: string, place: Place): Parsed<StoreAddress> {
  if (text === "") return wrong("; give a folder such as ./cold, release, or a remote such as r2:backups");
  const form = formOf(text);
  if (form === "release") return parseRelease(text);
  if (form === "url") return wrong(`, a URL; ${insteadOfUrl(text)}`);
  return form === "plugin" ? parsePlugin(text, place) : parseSource(text, place);
}

/** What is read to make a set: a folder of this machine or of a remote, by the same rules as a store. */
export function parseSource(text: string, place: Place): Parsed<FolderAddress | RemoteAddress> {
  if (text === "") return wrong("; give a path, or leave it out");
  const form = formOf(text);
  switch (form) {
    case "ssh":
      return parseSsh(text);
    case "rclone": {
      const remote = parseRclone(text);
      return remote.ok ? remote : wrong(remote.wrong + asFolder(text, form));
    }
    case "path":
    case "drive": {
      const path = parseFolder(text, form, place);
      return path.ok ? fine({ kind: "folder", text, path: path.value }) : path;
    }
    case "url":
      return wrong(", a URL; clone it, and give the folder, or give a remote such as r2:photos");
    case "release":
    case "plugin":
      return wrong(`, ${refusal[form]}; give a folder or a remote${asFolder(text, form)}`);
  }
}

/** A path on this machine, read by the same rules as a store so that a word never means two things. */
export function parsePath(text: string, place: Place): Parsed<string> {
  if (text === "") return wrong("; give a path, or leave it out");
  const form = formOf(text);
  if (form === "path" || form === "drive") return parseFolder(text, form, place);
  return wrong(`, ${refusal[form]}; give a path on this machine${asFolder(text, form)}`);
}

const refusal: Readonly<Record<Exclude<Form, "path" | "drive">, string>> = {
  release: "a release store",
  ssh: "an SSH host's",
  plugin: "a plugin store",
  url: "a URL",
  rclone: "an rclone remote",
};

/** Whether a text is the name of something else than a folder or file here, whatever lies in the folder: that is `./release`. */
export function namesNoPath(text: string): boolean {
  const form = formOf(text);
  return form !== "path" && form !== "drive";
}

/** Whether a text names a store that a module of somebody's opens. */
export function namesPlugin(text: string): boolean {
  return formOf(text) === "plugin";
}

/** The documented order: first the words with a meaning, then what looks like a path, then rclone's `name:path`. */
function formOf(text: string): Form {
  if (/^release(:|$)/.test(text)) return "release";
  if (text.startsWith("ssh://")) return "ssh";
  if (text.startsWith("plugin:")) return "plugin";
  if (/^(\.|\/|~\/|\\\\)/.test(text)) return "path";
  if (/^[A-Za-z]:[\\/]/.test(text)) return "drive";
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return "url";
  // `a,b/c` and `notes, 12:30` are folders still.
  return /^:|^[^:,/\\]+(?::|,[\w.]+[=,:])/.test(text) ? "rclone" : "path";
}

function parseFolder(text: string, form: "path" | "drive", place: Place): Parsed<string> {
  if (hasControls(text)) return wrong("; a path has no control characters");
  if (form === "drive" && sep === "/") return wrong(", a Windows drive; here a path starts with / or ./");
  return absolute(text, place);
}

function insteadOfUrl(text: string): string {
  return /^(?:sftp|scp|rsync):/i.test(text)
    ? "a folder of an SSH host is ssh://user@host/srv/cold"
    : "what rclone reaches is written as the name of its remote and a path, such as r2:backups";
}

function asFolder(text: string, form: Form): string {
  const nameable = (form === "rclone" || form === "release") && !text.includes(",") && !text.startsWith(":");
  return nameable ? ` (a folder of that name is ${quote(`./${text}`)})` : "";
}
