// First part of `npm run build`: of the source, and of the packages that it uses, what the bundles need, in lib/: the entries, and what
// they load when they need it. ncc then makes one file of each folder there. By itself it would take whole packages. (Module by module,
// CommonJS of packages would run in another order than they are written for.)
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { licencesOf } from "./bundle-licences.ts";
import { bundling } from "./bundle-parts.ts";

const root = join(import.meta.dirname, "..", "..");

/** The parts of one bundle, and what licences they are under, which only who sees the packages can tell. */
async function reduce(name: "action" | "cli", published: string): Promise<void> {
  await using bundle = await rolldown({ ...bundling, input: { [name]: join(root, "src", `${name}.ts`) } });
  const { output } = await bundle.write({
    dir: join(root, "lib", name),
    format: "esm",
    chunkFileNames: "[name].js",
    // Of comments, ncc needs those in calls of import().
    comments: { legal: false, jsdoc: false, annotation: true },
  });
  const modules = output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
  mkdirSync(published, { recursive: true });
  writeFileSync(join(published, "licenses.txt"), licencesOf(modules));
}

for (const folder of ["lib", "dist"]) rmSync(join(root, folder), { recursive: true, force: true });
await reduce("action", join(root, "dist"));
await reduce("cli", join(root, "dist", "cli"));
