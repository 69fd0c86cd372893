import { expect, test } from "vitest";
import { insteadOf, insteadOfMode } from "../../src/settings/renamed.ts";
import { everyMode } from "../../src/settings/spec/modes.ts";
import { settingSpecs } from "../../src/settings/spec/table.ts";

const names = settingSpecs().map(({ name }) => name);

test("no setting and no mode of ours is called another tool's name", () => {
  expect(names.filter((name) => insteadOf(name) !== undefined)).toEqual([]);
  expect(everyMode.filter((mode) => insteadOfMode(mode) !== undefined)).toEqual([]);
});

test.each([
  ["exclude-vcs-ignores", "leave it out: the mode archive"],
  ["exclude-file", "use exclude,"],
  ["iexclude", "use exclude with both cases"],
  ["s", "use split-size"],
  ["v", "use debug to hear more, split-size for parts"],
  ["follow-symlinks", "use symlinks: follow"],
  ["follow_symlinks", "use symlinks: follow"],
  ["no-follow-symlinks", "use symlinks: keep"],
  ["no-gitignore", "use include"],
  ["copy-links", "use symlinks: follow"],
  ["add-file", "use files"],
  ["worktree-attributes", "use the mode archive"],
  ["recurse-submodules", "use submodules: include"],
  ["working_directory", "use source"],
  ["keep-structure", "use prefix"],
  ["target", "use into"],
  ["directory", "use into"],
  ["d", "use into"],
  ["paths", "use path"],
  ["strip-components", "leave it out: a restore takes"],
])("%s: %s", (name, advice) => {
  expect(insteadOf(name)).toContain(`; here, ${advice}`);
});

test.each(["tag_name", "exclude-file", "dereference", "s", "recurse-submodules", "epoch", "zstd", "filter", "mx"])(
  "what is told to use instead of %s is there",
  (name) => {
    const [, setting] = /here, use ([a-z-]+)/.exec(insteadOf(name) ?? "") ?? [];
    expect(names).toContain(setting);
  },
);

test.each(["extract", "unpack", "untar", "unzip", "dump", "recover"])("%s is a restore", (name) => {
  expect(insteadOfMode(name)).toMatch(/; here, use restore$/);
});

test("names that no tool has get no answer", () => {
  for (const name of ["frobnicate", "constructor", "__proto__", ""]) expect(insteadOf(name)).toBeUndefined();
});
