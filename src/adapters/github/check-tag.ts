import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { ComingSet } from "../../ports/store.ts";
import type { CallIo, ReleaseApi } from "./release-api.ts";
import { forgottenTag } from "./release-errors.ts";

export interface TagQuestion {
  readonly api: ReleaseApi;
  /** Of the release. */
  readonly tag: string;
  readonly set: ComingSet;
}

/** Rejects unless GitHub has the tag, and, when the set is named by it, it stands for the very commit that the set is of. */
export async function checkTag({ api, tag, set }: TagQuestion, io: CallIo): Promise<void> {
  const commit = await api.tagCommit(tag, io);
  if (commit === undefined)
    throw new ColdstoreError(
      "source",
      `${api.repository} on GitHub has no tag ${visibleText(tag)}, and a release needs one: push it${pushing(tag)}, then run again${forgottenTag(tag)}`,
    );
  if (set.commit === undefined || set.tag !== tag || commit === set.commit) return;
  throw new ColdstoreError(
    "conflict",
    `the tag ${visibleText(tag)} has moved: on GitHub it stands for ${commit}, and this set is of ${set.commit}; fetch the tag and run again, or make a new tag`,
  );
}

/** A line to paste, unless a shell could read something else in it. */
function pushing(tag: string): string {
  return /^[A-Za-z0-9._/+@-]+$/.test(tag) ? ` with git push origin refs/tags/${tag}` : "";
}
