// What authors of plugins get of the package: the types of a store, and the tests that every store has to pass.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";

const root = join(import.meta.dirname, "..", "..");

/** Writes them into a folder of `dist/`: two files of types, which are sources as they are, and a module that imports vitest. */
export async function buildContract(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, "src", "ports", "plugin-store.ts"), join(folder, "store.d.ts"));
  writeFileSync(join(folder, "store-contract.d.ts"), contractTypes());
  const bundle = await rolldown({
    input: join(root, "__tests__", "contracts", "plugin-contract.ts"),
    platform: "node",
    external: ["vitest"],
  });
  await bundle.write({ file: join(folder, "store-contract.js"), format: "esm" });
  await bundle.close();
}

function contractTypes(): string {
  const source = readFileSync(join(root, "__tests__", "contracts", "plugin-under-test.ts"), "utf8");
  const types = source.replace('"../../src/ports/plugin-store.ts"', '"./store.js"');
  if (types === source) throw new Error("plugin-under-test.ts takes the types of a store from somewhere else now");
  return `${types}\nexport declare const storeContract: PluginContract;\n`;
}
