import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished, type TestContext } from "vitest";

/** What has to be installed for such a disk. */
export const exfatPrograms = ["mkfs.exfat", "mount.exfat-fuse", "losetup"];

/**
 * A disk of exFAT: names have no case, there are no links, every file is executable, and no file is read-only. Unmounted after the
 * test; skips the test where none can be mounted.
 */
export function exfatDisk(context: TestContext): string {
  const around = mkdtempSync(join(tmpdir(), "coldstore-exfat-"));
  onTestFinished(() => rmSync(around, { recursive: true, force: true }));
  const image = join(around, "image");
  const folder = mkdtempSync(join(around, "disk-"));
  writeFileSync(image, "");
  truncateSync(image, 16 * 1024 * 1024);
  try {
    execFileSync("mkfs.exfat", [image], { stdio: "pipe" });
    const device = execFileSync("losetup", ["-f", "--show", image], { encoding: "utf8", stdio: "pipe" }).trim();
    onTestFinished(() => void execFileSync("losetup", ["-d", device], { stdio: "pipe" }));
    execFileSync("mount.exfat-fuse", [device, folder], { stdio: "pipe" });
  } catch (error) {
    if (process.env.CI === "true" && process.getuid?.() === 0) throw error;
    context.skip("needs root, a loop device and FUSE to mount a disk of exFAT");
  }
  onTestFinished(() => void execFileSync("umount", [folder]));
  return folder;
}
