import { cpSync, existsSync, lstatSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

const name = process.env["INPUT_NAME"] ?? "";
const path = resolve(process.env["INPUT_PATH"] ?? "");
const hidden = process.env["INPUT_INCLUDE-HIDDEN-FILES"] === "true";
const target = join(process.env["STAND_IN_ARTIFACTS"] ?? "", name);

// What the real one refuses: src/upload's validateArtifactName in the package @actions/artifact.
if (name === "" || /["<>|*?:\r\n\\/]/u.test(name))
  throw new Error(`an artifact can't be called ${JSON.stringify(name)}`);
if (existsSync(target)) throw new Error(`there is an artifact ${name} already`);
if (existsSync(path)) {
  // A folder's content goes in without the folder, a single file under its name.
  const into = lstatSync(path).isDirectory() ? target : join(target, basename(path));
  cpSync(path, into, {
    recursive: true,
    filter: (source) => hidden || source === path || !basename(source).startsWith("."),
  });
  process.stdout.write(`copied ${path} to ${dirname(join(into, "x"))}\n`);
} else if (process.env["INPUT_IF-NO-FILES-FOUND"] === "error") {
  process.stdout.write(`::error::No files were found with the provided path: ${path}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`::warning::No files were found with the provided path: ${path}\n`);
}
