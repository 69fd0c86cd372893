import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { throwIfUnread } from "../../../src/adapters/git/listing-warnings.ts";
import { isolatedGitEnvironment } from "../../support/git-fixture.ts";

const nobody = 12345;

/** What git says of a folder with these unreadable, run as a user that may not read everything. */
function warningsOf(make: (folder: string) => void): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "coldstore-unread-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const gitDir = `${folder}.git`;
  onTestFinished(() => rmSync(gitDir, { recursive: true }));
  execFileSync("git", ["init", "-q", "--bare", gitDir], { env: isolatedGitEnvironment() });
  make(folder);
  for (const path of [folder, gitDir]) chmodSync(path, 0o755);
  const args = ["-C", folder, `--git-dir=${gitDir}`, `--work-tree=${folder}`, "ls-files", "-o"];
  const script = 'git "$@" --exclude-per-directory=.gitignore 2>&1 >/dev/null';
  const root = process.getuid?.() === 0;
  return execFileSync("sh", ["-c", script, "sh", ...args], {
    env: { ...isolatedGitEnvironment(), HOME: "/" },
    ...(root && { uid: nobody, gid: nobody }),
  }).toString();
}

test("a folder and a .gitignore that git can't read are named, though git calls that a success", () => {
  const said = warningsOf((folder) => {
    mkdirSync(join(folder, "closed it's"), { mode: 0 });
    mkdirSync(join(folder, "in"));
    writeFileSync(join(folder, "in/.gitignore"), "*\n", { mode: 0 });
  });
  const named = expect.stringMatching(
    /^git can't read (closed it's\/, in\/\.gitignore|in\/\.gitignore, closed it's\/): Permission denied; give the user/,
  );
  expect(() => throwIfUnread(said)).toThrow(expect.objectContaining({ failure: "source", message: named }));
});

test("a .gitignore that is a link isn't followed, and that is all there is to say", () => {
  const said = warningsOf((folder) => {
    writeFileSync(join(folder, "rules"), "*\n");
    symlinkSync("rules", join(folder, ".gitignore"));
  });
  expect(() => throwIfUnread(said)).not.toThrow();
});

test("of many folders ten are named, and silence is fine", () => {
  const said = Array.from({ length: 12 }, (_, n) => `warning: could not open directory 'd${n}/': Permission denied\n`);
  const named = Array.from({ length: 10 }, (_, n) => `d${n}/`).join(", ");
  expect(() => throwIfUnread(said.join(""))).toThrow(`git can't read ${named} and 2 more: Permission denied; give`);
  expect(() => throwIfUnread("")).not.toThrow();
});
