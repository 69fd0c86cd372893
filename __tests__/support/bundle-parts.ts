import { join } from "node:path";
import type { InputOptions, Plugin } from "rolldown";

const root = join(import.meta.dirname, "..", "..");

/**
 * Packages that offer everything in one module, which can't be taken apart: what is used of them, from where it is in them. Whoever
 * needs more of one adds it here; a bundle that lacks it can't be made. Lazystream, of which archiver makes no use here, would
 * bring along a second readable-stream, of 2018. Tool-cache writes what it does for a runner's debug log to standard output, where the
 * command line has its report.
 */
const parts: Readonly<Record<string, string>> = {
  "@actions/core": `export const [debug, info, isDebug] = [() => {}, () => {}, () => false];`,
  async: `export { default as queue } from "async/queue.js";`,
  "readable-stream/passthrough": `module.exports = require("node:stream").PassThrough;`,
  undici: `
    export { default as Agent } from "undici/lib/dispatcher/agent.js";
    export { default as ProxyAgent } from "undici/lib/dispatcher/proxy-agent.js";
    export { fetch } from "undici/lib/web/fetch/index.js";`,
};

const prefix = "\0part of ";
const inToolCache = /[\\/]@actions[\\/]tool-cache[\\/]/;

// undici has its parser of HTTP headers twice, each 65 kB: for processors with SIMD, and for all of them. Headers are short.
const [faster, everywhere] = ["llhttp_simd-wasm.js", "llhttp-wasm.js"] as const;

const takeParts: Plugin = {
  name: "take-parts",
  resolveId: {
    filter: { id: /^(?:@actions\/core|async|undici)(?:\/|$)|^readable-stream\/passthrough$|llhttp_simd-wasm\.js$/ },
    async handler(source, importer, options) {
      if (source === "@actions/core" && !inToolCache.test(importer ?? "")) return undefined;
      if (source.endsWith(faster)) return this.resolve(source.replace(faster, everywhere), importer, options);
      if (Object.hasOwn(parts, source)) return `${prefix}${source}`;
      const isPart = importer?.startsWith(prefix) === true;
      return isPart ? this.resolve(source, join(root, "package.json"), options) : undefined;
    },
  },
  load: {
    filter: { id: /^\0part of / },
    handler: (id) => parts[id.slice(prefix.length)] ?? null,
  },
};

/**
 * How the source becomes a bundle. Importing these packages does nothing by itself, which they don't say: a module of theirs is
 * left out when nothing of it is used, as GitHub's tokens for other clouds, archiver's tar, and all that these need.
 */
export const bundling: InputOptions = {
  cwd: root,
  platform: "node",
  plugins: [takeParts],
  treeshake: {
    moduleSideEffects: [{ test: /[\\/]node_modules[\\/](?:@actions|@octokit|archiver)[\\/]/, sideEffects: false }],
  },
};
