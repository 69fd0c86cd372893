// The end of `npm run build`: makes the bundles a tenth smaller, since ncc shortens names and leaves the code as it is, and puts the
// post step's file beside the action's bundle, which it starts, and what authors of plugins need into a folder of its own.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { minifySync } from "rolldown/utils";
import { buildContract } from "./build-contract.ts";

const root = join(import.meta.dirname, "..", "..");

for (const name of ["dist/index.js", "dist/cli/index.js"]) {
  const path = join(root, name);
  const options = { module: true, compress: { target: "es2024" }, mangle: true };
  const { code, errors } = minifySync(name, readFileSync(path, "utf8"), options);
  if (errors.length > 0)
    throw new Error(`${name} can't be made smaller: ${errors.map(({ message }) => message).join("; ")}`);
  writeFileSync(path, code);
}

const post = readFileSync(join(root, "lib", "post.js"), "utf8");
writeFileSync(join(root, "dist", "post.js"), post.replace("./action.js", "./index.js"));

await buildContract(join(root, "dist", "contract"));
