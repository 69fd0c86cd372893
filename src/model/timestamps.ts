/** A moment as it stands in ids and keys: UTC, `20261122T021500Z`; byte order is time order. */
export function compactTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** A moment as it stands in JSON: RFC 3339, UTC, whole seconds. */
export function rfc3339(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
