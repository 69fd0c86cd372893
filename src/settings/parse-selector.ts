import type { SetSelector } from "../model/set-name.ts";
import { fine, type Parsed, wrong } from "./parsed.ts";
import { makingModes } from "./spec/modes.ts";
import { oneOf } from "./wording.ts";

/** A set as a person names it: `id`, `mode/id`, `owner/repo/id` or `owner/repo/mode/id`. */
export function parseSelector(text: string): Parsed<SetSelector> {
  const parts = text.split("/");
  if (parts.length > 4 || parts.some((part) => !/^[A-Za-z0-9._-]+$/.test(part) || /^\.\.?$/.test(part)))
    return wrong("; give a set's id, or owner/repo/snapshot/id, as list shows it");
  const id = parts.at(-1) ?? "";
  const project = parts.length > 2 ? parts.slice(0, 2).join("/") : undefined;
  const mode = parts.length % 2 === 0 ? parts.at(-2) : undefined;
  if (mode !== undefined && !makingModes.some((known) => known === mode))
    return wrong(`; before the last slash stands owner/repo, or a mode that makes sets (${oneOf(makingModes)})`);
  return fine({ ...(project !== undefined && { project }), ...(mode !== undefined && { mode }), id });
}
