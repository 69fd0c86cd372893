import { basename, dirname } from "node:path";
import { cacheDir, find } from "@actions/tool-cache";

/** A tool in a cache that is laid out as a runner's: it lies in `<cache>/<version>/<build>`, beside a mark that it's whole. */
export interface CachedTool {
  /** The tool's own folder among those of all tools. */
  readonly cache: string;
  readonly version: string;
  /** What sets it apart from others of its version. */
  readonly build: string;
}

/** Folder of a tool that was kept to the end; undefined: it isn't there, or was only begun. */
export function findTool({ cache, version, build }: CachedTool): string | undefined {
  return find(nameIn(cache), version, build) || undefined;
}

/** Copies what lies in a folder to the tool's place, which is emptied first: whoever looks meanwhile sees none of it, or a part. */
export async function keepTool(made: string, { cache, version, build }: CachedTool): Promise<void> {
  await cacheDir(made, nameIn(cache), version, build);
}

/**
 * The tool's name, with the process told where the cache is: the toolkit takes that from nowhere else, and again when it has copied,
 * so it stays told. A runner's own cache is there already; elsewhere no other tool is looked for.
 */
function nameIn(cache: string): string {
  process.env["RUNNER_TOOL_CACHE"] = dirname(cache);
  return basename(cache);
}
