import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface PackageMetadata {
  readonly name: string;
  readonly license?: string;
}

/** The text of the licences of all packages that modules of a bundle are from, by the packages' names. */
export function licencesOf(modules: Iterable<string>): string {
  const folders = new Map<string, string>();
  for (const module of modules) {
    const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(module)?.[0];
    if (folder === undefined || module.startsWith("\0")) continue;
    const { name, license = "" } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as PackageMetadata;
    folders.set([name, license, textIn(folder)].join("\n"), name);
  }
  return [...folders.keys()].toSorted().join("\n\n");
}

function textIn(folder: string): string {
  const names = readdirSync(folder).filter((name) => /^licen[cs]e(?:$|[.-])/i.test(name));
  const path = join(folder, names.toSorted()[0] ?? "LICENSE");
  return existsSync(path) ? `${readFileSync(path, "utf8").trimEnd()}\n` : "";
}
