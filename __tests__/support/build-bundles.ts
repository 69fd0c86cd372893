// `npm run build`: makes dist/ of the source, with all that it needs of other packages in it, and what authors of plugins need.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";
import { buildContract } from "./build-contract.ts";
import { licencesOf } from "./bundle-licences.ts";
import { bundling } from "./bundle-parts.ts";

const root = join(import.meta.dirname, "..", "..");

/** One file, and beside it what says of what kind it is and what licences it is under. */
async function buildBundle(entry: string, path: string): Promise<void> {
  await using bundle = await rolldown({ ...bundling, input: join(root, entry) });
  const { output } = await bundle.generate({
    format: "esm",
    codeSplitting: false,
    comments: false,
    minify: { compress: { target: "es2024" }, mangle: true },
  });
  const [chunk, ...more] = output;
  if (more.length > 0) throw new Error(`${entry} becomes more than one file`);
  const folder = dirname(join(root, path));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, path), chunk.code);
  writeFileSync(join(folder, "package.json"), '{\n  "type": "module"\n}\n');
  writeFileSync(join(folder, "licenses.txt"), licencesOf(chunk.moduleIds));
}

rmSync(join(root, "dist"), { recursive: true, force: true });
await buildBundle("src/action.ts", "dist/index.js");
await buildBundle("src/cli.ts", "dist/cli/index.js");
chmodSync(join(root, "dist/cli/index.js"), 0o755);
// The post step's file, which starts the action's bundle beside it.
const post = readFileSync(join(root, "src/post.ts"), "utf8");
writeFileSync(join(root, "dist/post.js"), post.replace("./action.ts", "./index.js"));
await buildContract(join(root, "dist/contract"));
