import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openBuildOutputs } from "../../../src/adapters/local/build-outputs.ts";

async function folderWith(...files: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-outputs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const file of files) {
    await mkdir(join(folder, file, ".."), { recursive: true });
    await writeFile(join(folder, file), "x".repeat(file.length));
  }
  return folder;
}

const namesOf = async (folder: string, ...patterns: readonly string[]) =>
  (await openBuildOutputs(folder).find(patterns)).map(({ name }) => name);

test("what patterns match is found once, sorted by bytes, with name, path and size", async () => {
  const folder = await folderWith("dist/b.whl", "dist/a.tar.gz", "dist/Z.whl", "dist/deep/c.whl", "other.txt");
  expect(await namesOf(folder, "dist/*.whl", "dist/*", "dist/b.whl")).toEqual(["Z.whl", "a.tar.gz", "b.whl"]);
  expect(await namesOf(folder, "**/*.whl")).toEqual(["Z.whl", "b.whl", "c.whl"]);
  const [found] = await openBuildOutputs(folder).find(["other.txt"]);
  expect(found).toEqual({ name: "other.txt", path: join(folder, "other.txt"), bytes: 9 });
});

test("a pattern that matches nothing, or only folders, is an error that names it", async () => {
  const folder = await folderWith("dist/a");
  for (const pattern of ["build/*", "dist"])
    await expect(openBuildOutputs(folder).find(["dist/a", pattern])).rejects.toMatchObject({
      failure: "source",
      message: expect.stringContaining(`"${pattern}" matches no file`),
    });
});

test("a link to a file is that file's content; one that leads nowhere is an error", async () => {
  const folder = await folderWith("real.bin");
  await symlink("real.bin", join(folder, "link.bin"));
  expect(await openBuildOutputs(folder).find(["link.bin"])).toMatchObject([{ name: "link.bin", bytes: 8 }]);
  await symlink("nowhere", join(folder, "dangling.bin"));
  await expect(openBuildOutputs(folder).find(["dangling.bin"])).rejects.toMatchObject({ failure: "source" });
});
