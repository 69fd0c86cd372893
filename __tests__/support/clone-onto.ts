import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { type GitFixture, isolatedGitEnvironment } from "./git-fixture.ts";

/** Clones a repository to a path on another disk, so that git finds out what that disk can. */
export function cloneOnto({ path }: GitFixture, folder: string): string {
  const clone = join(folder, "clone");
  const args = ["clone", "-q", "--no-hardlinks", path, clone];
  execFileSync("git", args, { env: isolatedGitEnvironment(), stdio: "pipe" });
  return clone;
}
