import type { ReleaseAddress } from "../model/store-address.ts";
import { fine, type Parsed, wrong } from "./parsed.ts";
import { hasControls } from "./wording.ts";

/**
 * `release`, `release:TAG` or `release:owner/name@TAG`. Tags have slashes and at signs too: what stands before the first @
 * is a repository only if it is two words, and looks as GitHub's names do; `@scope/app@1.0.0` is a tag.
 */
export function parseRelease(text: string): Parsed<ReleaseAddress> {
  if (text === "release") return fine({ kind: "release", text });
  const rest = text.slice("release:".length);
  const [, owner, name, behind] = /^([^/@]*)\/([^/@]*)@(.*)$/s.exec(rest) ?? [];
  if (owner === "" || name === "") return wrong(`; give owner and name of the repository, as in ${example}`);
  const repository = owner !== undefined && isOwner(owner) && isName(name ?? "") ? `${owner}/${name}` : undefined;
  const tag = repository === undefined ? rest : (behind ?? "");
  if (tag === "") return wrong(`; give a tag, as in ${repository === undefined ? "release:v1.4.0" : example}`);
  if (tag.startsWith("refs/tags/")) return wrong("; give the tag alone, without refs/tags/");
  if (!isTag(tag)) return wrong("; git has no tags of such a name, give one such as release:v1.4.0");
  return fine({ kind: "release", text, ...(repository !== undefined && { repository }), tag });
}

const example = "release:acme/app@v1.4.0";

/** A login of a person or an organisation; those of an enterprise's own people have an underscore. */
function isOwner(word: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/.test(word);
}

function isName(word: string): boolean {
  return /^[A-Za-z0-9._-]{1,100}$/.test(word) && word !== "." && word !== "..";
}

/** By the rules of git-check-ref-format; git's own commands make no tag that starts with a dash. */
function isTag(tag: string): boolean {
  if (hasControls(tag) || !tag.isWellFormed() || tag.startsWith("-")) return false;
  if (/[ ~^:?*[\\]|\.\.|@\{/.test(tag) || tag.endsWith(".")) return false;
  return tag.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}
