// Last part of `npm run build`: makes ncc's bundles small (ncc's --minify leaves an eighth more), and puts beside them the post step's
// file, which starts the action's bundle, and what authors of plugins need.
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minifySync } from "rolldown/utils";
import { buildContract } from "./build-contract.ts";

const dist = join(import.meta.dirname, "..", "..", "dist");

function squeeze(folder: string): void {
  const path = join(folder, "index.js");
  const more = readdirSync(folder).filter((name) => /\.(?:[cm]?js|node|wasm)$/.test(name) && name !== "index.js");
  if (more.length > 0) throw new Error(`${path} isn't all of the bundle: there is ${more.join(", ")}`);
  const options = { module: true, compress: { target: "es2024" }, mangle: true } as const;
  const { code, errors } = minifySync(path, readFileSync(path, "utf8"), options);
  if (errors.length > 0)
    throw new Error(`${path} can't be made smaller: ${errors.map(({ message }) => message).join("; ")}`);
  writeFileSync(path, code);
}

squeeze(dist);
squeeze(join(dist, "cli"));
chmodSync(join(dist, "cli/index.js"), 0o755);
const post = readFileSync(join(dist, "../src/post.ts"), "utf8");
writeFileSync(join(dist, "post.js"), post.replace("./action.ts", "./index.js"));
await buildContract(join(dist, "contract"));
