import { execFileSync } from "node:child_process";
import { addCommit, addTag } from "./seed.ts";
import type { GitHubState, Repository } from "./state.ts";

const fields = ["refname", "objectname", "*objectname", "creatordate:unix", "contents:subject"];
const format = fields.map((field) => `%(${field})`).join("%00");

/** Gives a repository the branches and tags of one on this machine. */
export function seedFromGit(state: GitHubState, repository: Repository, folder: string): void {
  const lines = execFileSync("git", ["-C", folder, "for-each-ref", `--format=${format}`, "refs/heads", "refs/tags"]);
  for (const line of lines.toString().split("\n").filter(Boolean)) {
    const [ref = "", sha = "", peeled = "", seconds = "", message = ""] = line.split("\0");
    const commit = addCommit(state, repository, { sha: peeled || sha, date: Number(seconds) * 1000 }).sha;
    const name = ref.split("/").slice(2).join("/");
    if (ref.startsWith("refs/heads/")) repository.branches.set(name, commit);
    else addTag(state, repository, name, { commit, ...(peeled !== "" && { message, sha }) });
  }
}
