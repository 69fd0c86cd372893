import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";

/** A file system of its own of so many MB, unmounted after the test; skips the test where none can be mounted. */
export async function smallDisk(context: TestContext, megabytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-disk-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    if (process.env.CI === "true" && process.getuid?.() === 0) throw error;
    context.skip("needs root and mount(8) to make a small file system");
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return folder;
}

/** Makes a mounted file system read-only. */
export function makeReadOnly(folder: string): void {
  execFileSync("mount", ["-o", "remount,ro", folder]);
}
