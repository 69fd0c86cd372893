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
  ["tag_name", "use ref for what is archived, and store: release:TAG"],
  ["body", "use notes with a file"],
  ["body_path", "use notes"],
  ["append_body", "leave it out: the notes of a release that is there are never changed"],
  ["generate_release_notes", "use notes: generate"],
  ["previous_tag", "leave it out: GitHub chooses the tag that notes: generate counts from"],
  ["make_latest", "use latest"],
  ["target_commitish", "use ref with a tag that is there"],
  ["repository", "use store: release:owner/name@TAG"],
  ["overwrite_files", "use on-conflict: replace"],
  ["fail_on_unmatched_files", "leave it out: a glob in files without a match always fails"],
  ["preserve_order", "leave it out: files keep the order of their names"],
  ["discussion_category_name", "leave it out: no discussion is started"],
  ["working_directory", "use source"],
  ["github_token", "use token, on the command line the variable GH_TOKEN"],
  ["release_name", "leave it out: a release is called as its tag"],
  ["keep-structure", "use prefix"],
  ["target", "use into"],
  ["directory", "use into"],
  ["d", "use into"],
  ["paths", "use path"],
  ["strip-components", "leave it out: a restore takes"],
])("%s: %s", (name, advice) => {
  expect(insteadOf(name)).toContain(`; here, ${advice}`);
});

test.each([
  "tag_name",
  "body",
  "repository",
  "make_latest",
  "exclude-file",
  "dereference",
  "s",
  "recurse-submodules",
  "epoch",
  "zstd",
  "filter",
  "mx",
])("what is told to use instead of %s is there", (name) => {
  const [, setting] = /here, use ([a-z-]+)/.exec(insteadOf(name) ?? "") ?? [];
  expect(names).toContain(setting);
});

test.each(["extract", "unpack", "untar", "unzip", "dump", "recover"])("%s is a restore", (name) => {
  expect(insteadOfMode(name)).toMatch(/; here, use restore$/);
});

test("inputs of softprops/action-gh-release that mean the same here are settings, and the rest has an answer", () => {
  // https://github.com/softprops/action-gh-release/blob/master/action.yml
  const inputs =
    "body body_path name tag_name draft prerelease preserve_order files working_directory overwrite_files " +
    "fail_on_unmatched_files repository token target_commitish discussion_category_name generate_release_notes " +
    "previous_tag append_body make_latest";
  const unanswered = inputs.split(" ").filter((name) => !names.includes(name) && insteadOf(name) === undefined);
  expect(unanswered).toEqual([]);
});

test("names that no tool has get no answer", () => {
  for (const name of ["frobnicate", "constructor", "__proto__", ""]) expect(insteadOf(name)).toBeUndefined();
});

test.each([
  ["remote", "use source for what is read, store for where sets are kept"],
  ["rclone_conf", "use rclone-config"],
  ["RCLONE_CONFIG_R2_TYPE", "set it in env, under its whole name"],
  ["s3-storage-class", "use storage-class"],
  ["bucket", "use store: name:bucket with rclone-config"],
  ["ssh_private_key", "use ssh-key, on the command line the variable COLDSTORE_SSH_KEY"],
  ["known_hosts", "use ssh-known-hosts"],
  ["host", "use project for what sets belong to, store: ssh://user@host/path for where they are kept"],
  ["from-repo", "use from"],
  ["destination", "use store"],
])("of remotes and hosts, %s: %s", (name, advice) => {
  expect(insteadOf(name)).toContain(`; here, ${advice}`);
});

test.each(["copy", "sync"])("the mode %s of others is replicate", (name) => {
  expect(insteadOfMode(name)).toContain("here, use replicate");
});
