import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import { pathOf, type Place, reading } from "./place.ts";
import { pagesOf } from "./pages.ts";
import type { CallIo } from "./release-api.ts";
import { fieldsOf, textIn } from "./release-records.ts";
import { unlessMissing } from "./unless-missing.ts";

const mostNested = 10;

/** The commit that a tag stands for, through annotated tags, of tags too; undefined when there is no such tag. */
export async function commitOfTag(place: Place, tag: string, io: CallIo): Promise<string | undefined> {
  const what = `look up the tag ${visibleText(tag)} of ${place.owner}/${place.repo}`;
  let object = await objectAt(place, `/git/ref/tags/${escaped(tag)}`, what, io);
  for (let depth = 0; object?.type === "tag" && depth < mostNested; depth += 1)
    object = await objectAt(place, `/git/tags/${object.sha}`, what, io);
  if (object === undefined || object.type === "commit") return object?.sha;
  throw new ColdstoreError("store", `couldn't ${what}: it stands for no commit; choose a tag of a commit`);
}

/** A tag's name as part of a path: its slashes stay. */
function escaped(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

interface TaggedObject {
  readonly type: string;
  readonly sha: string;
}

async function objectAt(place: Place, path: string, what: string, io: CallIo): Promise<TaggedObject | undefined> {
  const url = `${place.client.apiUrl}${pathOf(place)}${path}`;
  return place.client.call(
    async (octokit, options) =>
      unlessMissing(async () => {
        const { data } = await octokit.request({ method: "GET", url, ...options });
        // Old servers answer with all names that begin so.
        if (Array.isArray(data)) return undefined;
        const object = fieldsOf(fieldsOf(data, "a tag")["object"], "what a tag stands for");
        const sha = textIn(object, "sha");
        if (!/^[0-9a-f]{40,64}$/u.test(sha))
          throw new ColdstoreError("store", `couldn't ${what}: GitHub's answer isn't one`);
        return { type: textIn(object, "type"), sha };
      }),
    io,
    reading(what),
  );
}

/** Names of all tags that begin so. */
export async function tagsLike(place: Place, prefix: string, io: CallIo): Promise<readonly string[]> {
  const path = `${pathOf(place)}/git/matching-refs/tags/${escaped(prefix)}`;
  const about = reading(`list the tags of ${place.owner}/${place.repo}`);
  const read = (ref: unknown) => textIn(fieldsOf(ref, "a tag"), "ref").replace(/^refs\/tags\//u, "");
  const pages = await Array.fromAsync(
    pagesOf(place.client, { path, about, read, missing: "empty", unsized: true }, io),
  );
  return pages.flat();
}
