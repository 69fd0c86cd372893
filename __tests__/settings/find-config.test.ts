import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import * as config from "../../src/settings/find-config.ts";
import { configDisk, settingsOf } from "../support/config-disk.ts";
import { plainPaths } from "../support/plain-paths.ts";

const foundConfig = async (...asked: Parameters<typeof config.foundConfig>) =>
  plainPaths(await config.foundConfig(...asked));
const namedConfig = async (...asked: Parameters<typeof config.namedConfig>) =>
  plainPaths(await config.namedConfig(...asked));

const search = (files: Readonly<Record<string, string>>) => ({
  source: configDisk(files),
  env: {},
  problems: [] as string[],
  warnings: [],
});

test.each([".github/coldstore.yml", "coldstore.yml", ".coldstore.yml"])(
  "%s is found from any folder of the repository",
  async (path) => {
    const looking = search({ [`/repo/${path}`]: "prove: read" });
    const found = { text: "prove: read", shown: path, base: "/repo", found: true };
    expect(await foundConfig(looking, "/repo")).toEqual(found);
    expect(await foundConfig(looking, "/repo/sub/folder")).toEqual(found);
    expect(await foundConfig(looking, "/else")).toBeUndefined();
    expect(looking.problems).toEqual([]);
  },
);

test("outside of a repository the folder itself is looked into", async () => {
  expect(await foundConfig(search({ "/else/coldstore.yml": "" }), "/else")).toMatchObject({ base: "/else" });
});

test("two config files are refused by their names", async () => {
  const looking = search({ "/repo/coldstore.yml": "", "/repo/.github/coldstore.yml": "" });
  await foundConfig(looking, "/repo");
  expect(looking.problems).toEqual(["there are 2 config files, .github/coldstore.yml and coldstore.yml; keep one."]);
});

test("a name that ends with .yaml isn't passed over in silence", async () => {
  const looking = search({ "/repo/coldstore.yaml": "" });
  await foundConfig(looking, "/repo");
  expect(looking.problems).toEqual([
    "coldstore.yaml isn't read; a config file's name ends with .yml: rename it to coldstore.yml.",
  ]);
});

test.each([
  ["/repo/my.yml", "/repo"],
  ["/repo/.github/coldstore.yml", "/repo"],
  ["/else/deep/my.yml", "/else/deep"],
])("paths in %s count from %s", async (path, base) => {
  const looking = search({ [path]: "" });
  expect(await namedConfig(looking, path, path)).toEqual({ text: "", shown: path, base, found: false });
});

test("paths of the config file count from its place, those of flags from the working folder", async () => {
  const files = { "/repo/.github/coldstore.yml": "store: ./cold" };
  expect(await settingsOf({ argv: "snapshot --store ./here", cwd: "/repo/sub", files })).toMatchObject({
    stores: [{ path: "/repo/sub/here" }],
  });
  expect(await settingsOf({ argv: "snapshot", cwd: "/repo/sub", files })).toMatchObject({
    source: "/repo/sub",
    stores: [{ path: "/repo/cold" }],
  });
  expect(await settingsOf({ argv: "snapshot /repo", cwd: "/else", files })).toMatchObject({
    stores: [{ path: "/repo/cold" }],
  });
});

test.each([
  [new Error("EACCES: permission denied"), "coldstore.yml can't be read (EACCES: permission denied)."],
  [new ColdstoreError("settings", "no way."), "no way."],
])("a file that can't be read is a problem", async (error, problem) => {
  const looking = search({});
  const source = {
    ...looking.source,
    read: async (path: string) => {
      if (plainPaths(path) === "/repo/coldstore.yml") throw error;
      return undefined;
    },
  };
  expect(await foundConfig({ ...looking, source }, "/repo")).toBeUndefined();
  expect(looking.problems).toEqual([problem]);
});
