import { ColdstoreError } from "../../model/errors.ts";
import { type Place, reading } from "./place.ts";
import type { CallIo } from "./release-api.ts";
import { fieldsOf } from "./release-records.ts";
import { tokenSetting } from "./within.ts";

/**
 * Rejects with what surely stands against reading the repository, or writing its releases. What a workflow's own token may isn't
 * told by anything but writing: `permissions` of the answer aren't those of the job.
 */
export async function lookAtRepository(place: Place, need: { readonly write: boolean }, io: CallIo): Promise<void> {
  const { client, owner, repo } = place;
  if (need.write && !client.hasToken)
    throw new ColdstoreError(
      "settings",
      `${owner}/${repo} can't be written to without a token; set ${tokenSetting(client.within)}`,
      { remedy: { permissions: { contents: "write" } } },
    );
  await client.call(
    async (octokit, options) => {
      const { data, headers } = await octokit.rest.repos.get({ owner, repo, ...options });
      const problem = need.write
        ? againstWriting(fieldsOf(data, "a repository"), headers["x-oauth-scopes"])
        : undefined;
      if (problem !== undefined) throw new ColdstoreError("store", `${owner}/${repo} ${problem}`);
    },
    io,
    reading(`look at the repository ${owner}/${repo}`),
  );
}

function againstWriting(repository: Readonly<Record<string, unknown>>, scopes: unknown): string | undefined {
  if (repository["archived"] === true)
    return "is archived, so that nothing can be written to it; unarchive it, or choose another store";
  if (repository["disabled"] === true) return "is disabled by GitHub, so that nothing can be written to it";
  // Only classic tokens and those of OAuth apps have scopes, and the answer's `permissions` are then those of their owner.
  return typeof scopes === "string" ? againstScopes(repository, scopes) : undefined;
}

function againstScopes(repository: Readonly<Record<string, unknown>>, header: string): string | undefined {
  const scopes = header.split(",").map((scope) => scope.trim());
  const isPrivate = repository["private"] === true;
  const enough = scopes.includes("repo") || (!isPrivate && scopes.includes("public_repo"));
  if (!enough)
    return `can't be written to with this token; give the token the scope ${isPrivate ? "repo" : "public_repo"}`;
  const permissions = repository["permissions"];
  const mayPush =
    typeof permissions !== "object" || permissions === null || !("push" in permissions) || permissions.push;
  return mayPush === false
    ? "can't be written to by whom the token is of; use the token of somebody who may"
    : undefined;
}
