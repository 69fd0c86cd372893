import { join } from "node:path";
import type { InputOptions, Plugin } from "rolldown";

const root = join(import.meta.dirname, "..", "..");

/**
 * Packages that offer everything in one module, which can't be taken apart: what is used of them, from where it is in them. Whoever
 * needs more of one adds it here; a bundle that lacks it can't be made.
 */
const parts: Readonly<Record<string, string>> = {
  async: `export { default as queue } from "async/queue.js";`,
  undici: `
    export { default as Agent } from "undici/lib/dispatcher/agent.js";
    export { default as ProxyAgent } from "undici/lib/dispatcher/proxy-agent.js";
    export { fetch } from "undici/lib/web/fetch/index.js";`,
};

const prefix = "\0part of ";

// undici has its parser of HTTP headers twice, each 65 kB: for processors with SIMD, and for all of them. Headers are short.
const [faster, everywhere] = ["llhttp_simd-wasm.js", "llhttp-wasm.js"] as const;

const takeParts: Plugin = {
  name: "take-parts",
  async resolveId(source, importer, options) {
    if (source.endsWith(faster)) return this.resolve(source.replace(faster, everywhere), importer, options);
    if (Object.hasOwn(parts, source)) return `${prefix}${source}`;
    const isPart = importer?.startsWith(prefix) === true;
    return isPart ? this.resolve(source, join(root, "package.json"), options) : undefined;
  },
  load(id) {
    return id.startsWith(prefix) ? (parts[id.slice(prefix.length)] ?? null) : null;
  },
};

/**
 * How the source becomes a bundle. Importing these packages does nothing by itself, which they don't say: a module of theirs is
 * left out when nothing of it is used, as GitHub's tokens for other clouds and all that these need.
 */
export const bundling: InputOptions = {
  cwd: root,
  platform: "node",
  plugins: [takeParts],
  treeshake: { moduleSideEffects: [{ test: /[\\/]node_modules[\\/](?:@actions|@octokit)[\\/]/, sideEffects: false }] },
};
