/** Names one set in a store. `project` is `owner/repo` or `local/folder`. */
export interface SetName {
  readonly project: string;
  readonly mode: string;
  readonly id: string;
}

/** A set as a person names it: `[project/][mode/]id`; what is absent matches all. */
export interface SetSelector {
  readonly project?: string;
  readonly mode?: string;
  readonly id: string;
}

/** The key prefix of a set's folder, with a trailing slash. */
export function setPrefix(set: SetName): string {
  return `${set.project}/${set.mode}/${set.id}/`;
}

/** How a set is written for a person, and read back by `set`: `owner/repo/mode/id`. */
export function setText(set: SetName): string {
  return `${set.project}/${set.mode}/${set.id}`;
}
