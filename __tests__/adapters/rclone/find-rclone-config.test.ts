import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findRcloneConfig } from "../../../src/adapters/rclone/find-rclone-config.ts";

async function homeWith(...files: readonly string[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), "rclone-home-"));
  onTestFinished(() => rm(home, { recursive: true }));
  for (const file of files) {
    await mkdir(dirname(join(home, file)), { recursive: true });
    await writeFile(join(home, file), "");
  }
  return home;
}

const places = [
  "bin/rclone.conf",
  "appdata/rclone/rclone.conf",
  "xdg/rclone/rclone.conf",
  ".config/rclone/rclone.conf",
  ".rclone.conf",
];

test.each([
  [places, "linux", "bin/rclone.conf"],
  [places.slice(1), "linux", "xdg/rclone/rclone.conf"],
  [places.slice(1), "win32", "appdata/rclone/rclone.conf"],
  [places.slice(2), "win32", "xdg/rclone/rclone.conf"],
  [places.slice(3), "darwin", ".config/rclone/rclone.conf"],
  [places.slice(4), "linux", ".rclone.conf"],
])("of %j on %s rclone takes %s", async (files, platform, taken) => {
  const home = await homeWith(...files);
  const env = { HOME: home, APPDATA: join(home, "appdata"), XDG_CONFIG_HOME: join(home, "xdg") };
  const program = join(home, "bin", "rclone");
  expect(await findRcloneConfig({ env, platform, program })).toBe(join(home, taken));
  expect(await findRcloneConfig({ env: { ...env, RCLONE_CONFIG: "/own/one.conf" }, platform, program })).toBe(
    "/own/one.conf",
  );
});

test("where there is none, there is none", async () => {
  const home = await homeWith("bin/rclone.conf");
  expect(await findRcloneConfig({ env: { HOME: home, XDG_CONFIG_HOME: "" }, platform: "linux" })).toBeUndefined();
  expect(await findRcloneConfig({ env: {}, platform: "win32" })).toBeUndefined();
});
