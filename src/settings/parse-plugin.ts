import type { PluginAddress } from "../model/store-address.ts";
import { absolute, fine, type Parsed, type Place, wrong } from "./parsed.ts";
import { hasControls } from "./wording.ts";

/** `plugin:./file.mjs`: a module that lies on this machine. */
export function parsePlugin(text: string, place: Place): Parsed<PluginAddress> {
  const file = text.slice("plugin:".length);
  if (hasControls(file) || !file.isWellFormed()) return wrong("; a path has no control characters");
  // Node takes TypeScript in by leaving out its types: nodejs.org/api/typescript.html
  if (!/\.m?[jt]s$/.test(file) || /^[a-z][a-z0-9+.-]+:/i.test(file))
    return wrong(
      "; give the path of a module that is here, ending in .mjs, .js, .mts or .ts, as in plugin:./store.mjs",
    );
  const path = absolute(file, place);
  return path.ok ? fine({ kind: "plugin", text, path: path.value }) : path;
}
