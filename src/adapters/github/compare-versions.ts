/** A version as tags write it: `v1.4.0`, `2.0`, `1.0.0-rc.1+build`. */
export interface Version {
  readonly numbers: readonly bigint[];
  /** None: a release proper. */
  readonly suffix: readonly string[];
}

const form = /^v?(\d+(?:\.\d+){0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/** The version that a tag stands for; undefined when it stands for none. */
export function versionOf(tag: string): Version | undefined {
  const [, numbers, suffix] = form.exec(tag) ?? [];
  if (numbers === undefined) return undefined;
  return { numbers: numbers.split(".").map(BigInt), suffix: suffix?.split(".") ?? [] };
}

/** The order of versions, as semver.org (section 11) has it: below 0 when `a` is the lower one. Numbers that lack count as 0. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i += 1) {
    const order = compare(a.numbers[i] ?? 0n, b.numbers[i] ?? 0n);
    if (order !== 0) return order;
  }
  if (a.suffix.length === 0 || b.suffix.length === 0) return compare(b.suffix.length, a.suffix.length);
  return compareSuffixes(a.suffix, b.suffix);
}

function compareSuffixes(a: readonly string[], b: readonly string[]): number {
  for (const [i, first] of a.entries()) {
    const second = b[i];
    if (second === undefined) return 1;
    const order = compareIdentifiers(first, second);
    if (order !== 0) return order;
  }
  return compare(a.length, b.length);
}

function compareIdentifiers(a: string, b: string): number {
  const [first, second] = [a, b].map((each) => (/^\d+$/.test(each) ? BigInt(each) : undefined));
  if (first !== undefined && second !== undefined) return compare(first, second);
  if (first !== undefined) return -1;
  return second === undefined ? compare(a, b) : 1;
}

function compare<T extends number | bigint | string>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
