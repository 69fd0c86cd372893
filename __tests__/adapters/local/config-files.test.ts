import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isFile, readConfigFile, realFile, repositoryRoot } from "../../../src/adapters/local/config-files.ts";

async function newFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "coldstore-config-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("a config file is read whole; nothing is undefined; a folder and a giant are refused", async () => {
  const folder = await newFolder();
  const file = join(folder, "coldstore.yml");
  expect(await readConfigFile(file)).toBeUndefined();
  await writeFile(file, "store: ./cold\n");
  expect(await readConfigFile(file)).toBe("store: ./cold\n");
  expect(await readConfigFile(join(file, "below"))).toBeUndefined();
  await expect(readConfigFile(folder)).rejects.toThrow(/EISDIR/);
  await writeFile(file, Buffer.alloc(1024 * 1024 + 1));
  await expect(readConfigFile(file)).rejects.toMatchObject({ failure: "settings" });
});

test("a link stands for the file that it leads to; one that leads nowhere, or to a folder, for none", async () => {
  const folder = await newFolder();
  const [file, link, dangling, toFolder] = ["a", "link", "dangling", "to-folder"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  await writeFile(file, "x");
  await symlink("a", link);
  await symlink("nowhere", dangling);
  await symlink(".", toFolder);
  expect(await Promise.all([file, link, dangling, toFolder].map(realFile))).toEqual([file, file, undefined, undefined]);
  expect(await Promise.all([file, link, dangling, toFolder].map(isFile))).toEqual([true, true, false, false]);
});

test("a repository's root is the nearest folder with a .git, also when that is a file", async () => {
  const folder = await newFolder();
  await mkdir(join(folder, "outer/.git"), { recursive: true });
  await mkdir(join(folder, "outer/inner/deep"), { recursive: true });
  expect(await repositoryRoot(join(folder, "outer/inner/deep"))).toBe(join(folder, "outer"));
  await writeFile(join(folder, "outer/inner/.git"), "gitdir: elsewhere\n");
  expect(await repositoryRoot(join(folder, "outer/inner/deep"))).toBe(join(folder, "outer/inner"));
  expect(await repositoryRoot(folder)).toBeUndefined();
});
