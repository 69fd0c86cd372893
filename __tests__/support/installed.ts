import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Whether the PATH has a program of this name. */
export function isInstalled(program: string): boolean {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .some((folder) => folder !== "" && endings.some((ending) => canRun(join(folder, program + ending))));
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
