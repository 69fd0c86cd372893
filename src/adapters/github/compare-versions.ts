/** A version as tags write it: `v1.4.0`, `2.0`, `1.0.0-rc.1+build`, `1.0rc1`. */
export interface Version {
  readonly numbers: readonly bigint[];
  /** None: a release proper. */
  readonly suffix: readonly string[];
}

const form = /^v?(\d+(?:\.\d+){0,3})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/** Python's pre-releases: packaging.python.org, "Version specifiers". */
const pythonForm = /^v?(\d+(?:\.\d+){0,3})\.?(a|b|rc|dev)(\d+)$/;

/** The version that a tag stands for; undefined when it stands for none, as a date does. */
export function versionOf(tag: string): Version | undefined {
  const [, early, kind = "", count = ""] = pythonForm.exec(tag) ?? [];
  // A development release comes before all others.
  if (early !== undefined) return { numbers: numbersIn(early), suffix: kind === "dev" ? ["0", count] : [kind, count] };
  const [, numbers, suffix] = form.exec(tag) ?? [];
  if (numbers === undefined || (suffix !== undefined && isDated(numbers, suffix))) return undefined;
  return { numbers: numbersIn(numbers), suffix: suffix?.split(".") ?? [] };
}

function numbersIn(text: string): readonly bigint[] {
  return text.split(".").map(BigInt);
}

/** `2024-01-15`, `v1.2-3`, `2024.01.15-2`: what follows is a further number, and tells of no pre-release. */
function isDated(numbers: string, suffix: string): boolean {
  const isVersion = /^\d{1,3}\.\d+\.\d+/.test(numbers);
  return /^\d/.test(suffix) && !isVersion;
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
