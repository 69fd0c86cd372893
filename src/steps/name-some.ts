const shown = 10;

/** Names for a sentence: the first ten, and how many more there are, of `total` if not all are given. */
export function nameSome(names: readonly string[], total = names.length): string {
  const named = names.slice(0, shown);
  const more = total > named.length ? `, and ${total - named.length} more` : "";
  return `${named.join(", ")}${more}`;
}
