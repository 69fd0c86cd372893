import { sep } from "node:path";
import type { StoreAddress } from "../model/store-address.ts";
import { parseRelease } from "./parse-release.ts";
import { absolute, fine, type Parsed, type Place, wrong } from "./parsed.ts";
import { hasControls, quote } from "./wording.ts";

type Form = "path" | "drive" | "release" | "ssh" | "plugin" | "url" | "rclone";

/** A store as a person writes it. This version stores in folders and releases, and says so of every other kind. */
export function parseStore(text: string, place: Place): Parsed<StoreAddress> {
  if (text === "") return wrong("; give a folder such as ./cold, or release");
  const form = formOf(text);
  if (form === "release") return parseRelease(text);
  if (!isFolder(form))
    return wrong(`, ${refusal[form]}; this version stores in folders and releases only${asFolder(text, form)}`);
  const path = parseFolder(text, form, place);
  return path.ok ? fine({ kind: "folder", text, path: path.value }) : path;
}

/** A path on this machine, read by the same rules as a store so that a word never means two things. */
export function parsePath(text: string, place: Place): Parsed<string> {
  if (text === "") return wrong("; give a path, or leave it out");
  const form = formOf(text);
  if (form === "url" || form === "ssh") return wrong(`, ${refusal[form]}; clone it, and give the folder`);
  if (!isFolder(form)) return wrong(`, ${refusal[form]}; give a folder${asFolder(text, form)}`);
  return parseFolder(text, form, place);
}

const refusal: Readonly<Record<Exclude<Form, "path" | "drive">, string>> = {
  release: "a release store",
  ssh: "an SSH store",
  plugin: "a plugin store",
  url: "a URL",
  rclone: "an rclone remote",
};

/** Whether a text is a release store's name, whatever lies in the folder: a file or folder of that name is `./release`. */
export function namesRelease(text: string): boolean {
  return formOf(text) === "release";
}

/** The documented order: first the words with a meaning, then what looks like a path, then rclone's `name:path`. */
function formOf(text: string): Form {
  if (/^release(:|$)/.test(text)) return "release";
  if (text.startsWith("ssh://")) return "ssh";
  if (text.startsWith("plugin:")) return "plugin";
  if (/^(\.|\/|~\/|\\\\)/.test(text)) return "path";
  if (/^[A-Za-z]:[\\/]/.test(text)) return "drive";
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return "url";
  return /^:?[^:/\\]+:/.test(text) ? "rclone" : "path";
}

function isFolder(form: Form): form is "path" | "drive" {
  return form === "path" || form === "drive";
}

function parseFolder(text: string, form: "path" | "drive", place: Place): Parsed<string> {
  if (hasControls(text)) return wrong("; a path has no control characters");
  if (form === "drive" && sep === "/") return wrong(", a Windows drive; here a path starts with / or ./");
  return absolute(text, place);
}

function asFolder(text: string, form: Form): string {
  const nameable = (form === "rclone" || form === "release") && !text.includes(",") && !text.startsWith(":");
  return nameable ? ` (a folder of that name is ${quote(`./${text}`)})` : "";
}
