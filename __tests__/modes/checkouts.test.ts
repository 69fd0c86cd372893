import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { openGitRepository } from "../../src/adapters/git/git-repository.ts";
import { openSourceFolder } from "../../src/adapters/local/open-folder.ts";
import { asColdstoreError, type ColdstoreError, SeveralErrors } from "../../src/model/errors.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { workflowFix } from "../../src/render/workflow-fix.ts";
import type { MakingSettings } from "../../src/settings/settings.ts";
import { type CheckoutInputs, checkOut, serveLikeGitHub } from "../support/actions-checkout.ts";
import { type FixtureSpec, makeRepository } from "../support/git-fixture.ts";
import { isInstalled } from "../support/installed.ts";
import { plainScratch } from "../support/open-fixture.ts";
import { someOf } from "../support/some-of.ts";
import { makeWorld, manifestIn } from "../support/world.ts";

const never = new AbortController().signal;

function served(spec: FixtureSpec) {
  const origin = makeRepository(spec);
  serveLikeGitHub(origin.path);
  const { href } = pathToFileURL(origin.path);
  return { ...origin, url: href, head: origin.git("rev-parse", "HEAD") };
}

const plain = served({
  commits: [
    { files: { a: "1", "d/b": "2", "e/c": "3" }, tags: { v1: "annotated" } },
    { files: { "e/c": "33" } },
    { files: { x: "4" }, branch: "develop" },
    { files: { a: "11" }, branch: "main", tags: { v2: "annotated", light: "light" } },
  ],
});
plain.git("update-ref", "refs/pull/7/merge", "main~1");
const innermost = served({ name: "innermost", files: { bottom: "b" } });
const inner = served({ files: { in: "1", deep: { submodule: innermost.head, url: innermost.url } } });
const nesting = served({ files: { a: "1", lib: { submodule: inner.head, url: inner.url } } });
const large = served({
  files: { ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "x.bin": { lfs: "content" } },
  lfsStored: ["content"],
});
const origins = { plain, nesting, large };
const around = mkdtempSync(join(plain.around, "clones-"));
afterAll(() => [plain, innermost, inner, nesting, large].forEach((each) => each.remove()));

type Mode = "snapshot" | "archive";
type Settings = { ref?: string } & Partial<Pick<MakingSettings, "submodules" | "lfs">>;

interface Case {
  readonly of?: keyof typeof origins;
  /** What starts the run; absent: a push to main. */
  readonly event?: string;
  /** Absent: there is no checkout. */
  readonly checkout?: CheckoutInputs;
  readonly version?: "v5";
  readonly settings?: Settings;
  readonly modes?: readonly Mode[];
  /** What is to be said in a workflow; absent: the run does well. */
  readonly fix?: { readonly checkout?: CheckoutInputs; readonly settings?: Settings };
  readonly says?: RegExp;
}

const first = plain.git("rev-parse", "main~2");
const onlySnapshot = ["snapshot"] as const;
const whole = { filter: "", "sparse-checkout": "" };
const included = { submodules: "include" } as const;
const fills = { lfs: "include" } as const;

const cases: Readonly<Record<string, Case>> = {
  "a push": { checkout: {} },
  "a push of a tag": { event: "refs/tags/v1", checkout: {} },
  "a push of a tag whose annotation the checkout left out": { event: "refs/tags/v1", checkout: {}, version: "v5" },
  "a pull request": { event: "refs/pull/7/merge", checkout: {} },
  "a checkout of a commit, which has no ref": { checkout: { ref: first }, settings: { ref: "HEAD" } },
  "a checkout of a branch by name": { checkout: { ref: "develop", "fetch-depth": "0" } },
  "a filter, of what is checked out": { checkout: { filter: "blob:none" } },
  "no checkout": { fix: { checkout: {} }, says: /is an empty folder.*check one out|nothing to archive/ },
  "a tag that a shallow clone lacks": {
    checkout: {},
    settings: { ref: "refs/tags/v1" },
    modes: onlySnapshot,
    fix: { checkout: { "fetch-tags": "true" } },
    says: /no tag v1 in this clone/,
  },
  "a name that a shallow clone lacks": {
    checkout: {},
    settings: { ref: "v1" },
    modes: onlySnapshot,
    fix: { checkout: { "fetch-depth": "0" } },
  },
  "a commit that a shallow clone lacks": {
    checkout: {},
    settings: { ref: first },
    modes: onlySnapshot,
    fix: { checkout: { "fetch-depth": "0" } },
  },
  "an earlier commit than a shallow clone has": {
    checkout: {},
    settings: { ref: "HEAD~1" },
    modes: onlySnapshot,
    fix: { checkout: { "fetch-depth": "0" } },
  },
  "a branch that is origin's": {
    checkout: { "fetch-depth": "0" },
    settings: { ref: "develop" },
    modes: onlySnapshot,
    fix: { settings: { ref: "origin/develop" } },
  },
  "another branch than the run's": {
    checkout: { ref: "develop" },
    modes: onlySnapshot,
    fix: { settings: { ref: "HEAD" } },
    says: /this run is for commit [0-9a-f]{7}, and another one, [0-9a-f]{7}, is checked out/,
  },
  "a name that nothing has": {
    checkout: { "fetch-depth": "0" },
    settings: { ref: "v9" },
    modes: onlySnapshot,
    fix: {},
    says: /no tag, branch or commit v9/,
  },
  "a sparse checkout": {
    checkout: { "sparse-checkout": "d" },
    fix: { checkout: whole },
    says: /^(the contents of 1 file aren't in this clone.*: e\/c;|1 tracked file is not on disk .*: e\/c;)/,
  },
  "a filter, of another commit": {
    checkout: { filter: "blob:none", "fetch-depth": "0" },
    settings: { ref: "v1" },
    modes: onlySnapshot,
    fix: { checkout: whole },
    says: /the contents of 2 files aren't in this clone.*: a, e\/c;/,
  },
  "no trees": {
    checkout: { filter: "tree:0", "fetch-depth": "0" },
    settings: { ref: "v1" },
    modes: onlySnapshot,
    fix: { checkout: whole },
  },
  "submodules that nobody asked for": {
    of: "nesting",
    checkout: {},
    fix: { checkout: { submodules: "recursive" }, settings: included },
  },
  "submodules that aren't in the clone": {
    of: "nesting",
    checkout: {},
    settings: included,
    fix: { checkout: { submodules: "recursive" } },
  },
  "submodules without those in them": {
    of: "nesting",
    checkout: { submodules: "true" },
    settings: included,
    fix: { checkout: { submodules: "recursive" } },
    says: /lib\/deep/,
  },
  "Git LFS pointers that nobody asked for": {
    of: "large",
    checkout: {},
    fix: { checkout: { lfs: "true" }, settings: fills },
  },
  "Git LFS contents that aren't in the clone": {
    of: "large",
    checkout: {},
    settings: fills,
    fix: { checkout: { lfs: "true" } },
  },
};

interface Made {
  readonly folder: string;
  readonly event: { readonly ref: string; readonly sha: string };
}

const made = new Map<string, Made>();

/** The job's folder, with its checkout if it has one; the runs change nothing in it. */
function workspaceOf({ of = "plain", event: ref = "refs/heads/main", version }: Case, inputs?: CheckoutInputs): Made {
  const key = JSON.stringify([of, ref, version, inputs]);
  const origin = origins[of];
  const folder = join(around, String(made.size));
  const event = { ref, sha: origin.git("rev-parse", `${ref}^{commit}`) };
  const found = made.get(key) ?? { folder, event };
  if (made.has(key)) return found;
  made.set(key, found);
  mkdirSync(folder);
  if (inputs !== undefined) checkOut({ origin: origin.path, folder, event, inputs, ...(version && { version }) });
  return found;
}

async function errorsOf(mode: Mode, { folder, event }: Made, settings: Settings & { dryRun: boolean }) {
  await using scratch = plainScratch();
  await using other = plainScratch();
  const ports: Partial<Ports> = {
    openRepository: async () => openGitRepository({ source: folder, scratch, signal: never }),
    openFolder: async () => openSourceFolder({ path: folder, scratch: other, signal: never }),
    run: {
      id: "1-1",
      tool: { name: "coldstore", version: "0", node: "24", zlib: "1" },
      system: {},
      ci: { sha: event.sha },
    },
  };
  const world = makeWorld();
  const ref = settings.ref ?? (event.ref.startsWith("refs/tags/") ? event.ref : event.sha);
  try {
    const { errors } = await world[mode]({ ...settings, ...(mode === "snapshot" && { ref }) }, ports);
    return errors;
  } catch (error) {
    return [asColdstoreError(error)];
  }
}

const flat = (errors: readonly ColdstoreError[]): readonly ColdstoreError[] =>
  errors.flatMap((error) => (error instanceof SeveralErrors ? flat(error.errors) : [error]));

/** What the YAML says, step by step, as the runner hands it to an action. */
function stepsOf(errors: readonly ColdstoreError[]): Required<Case>["fix"] {
  const steps = (parse(workflowFix(errors) ?? "[]") as { uses: string; with?: Record<string, unknown> }[]).map(
    ({ uses, with: inputs = {} }) => [
      uses.startsWith("actions/checkout@") ? "checkout" : "settings",
      Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, String(value)])),
    ],
  );
  return Object.fromEntries(steps) as Required<Case>["fix"];
}

const programs = (name: string): boolean => cases[name]?.of !== "large" || isInstalled("git-lfs");

describe.each(someOf(Object.keys(cases).filter(programs), 9))("%s", (name) => {
  const { checkout, settings = {}, modes = ["snapshot", "archive"], fix, says = /./, ...rest } = cases[name]!;

  test(fix === undefined ? "does well" : "is told with the steps that mend it", async () => {
    const workspace = workspaceOf(rest, checkout);
    // What does well is packed, too; names are looked for in one place, whatever comes after.
    const dry = fix === undefined ? [false] : settings.ref === undefined ? [true, false] : [true];
    const runs = modes.flatMap((mode) => dry.map((dryRun) => ({ mode, dryRun })));
    const ends = await Promise.all(
      runs.map(async ({ mode, dryRun }) => flat(await errorsOf(mode, workspace, { ...settings, dryRun }))),
    );
    const told = ends.map((errors) => errors.map(({ message }) => message));
    expect(told).toEqual(runs.map(() => (fix === undefined ? [] : [expect.stringMatching(says)])));
    expect(ends.map(stepsOf)).toEqual(runs.map(() => fix ?? {}));
    if (fix === undefined || Object.keys(fix).length === 0) return;
    const mended = workspaceOf(rest, fix.checkout ? { ...checkout, ...fix.checkout } : checkout);
    const after = modes.map(async (mode) => errorsOf(mode, mended, { ...settings, ...fix.settings, dryRun: false }));
    expect(await Promise.all(after)).toEqual(modes.map(() => []));
  });
});

describe("an annotated tag, and the same without its annotation", () => {
  test.each([
    ["give the same set", { "a.txt": "1" }, 0],
    [
      "give other bytes where describe is asked for, and that is said",
      { ".gitattributes": "v export-subst\n", v: "$Format:%(describe)$ $Format:%d$\n" },
      1,
    ],
  ])("%s", async (_, files, warnings) => {
    const origin = served({ commits: [{ files, tags: { v1: "annotated" } }] });
    const event = { ref: "refs/tags/v1", sha: origin.head };
    await using scratch = plainScratch();
    const [peeled, annotated] = await Promise.all(
      (["v5", "v7"] as const).map(async (version) => {
        const folder = join(origin.around, version);
        checkOut({ origin: origin.path, folder, event, version });
        await using own = plainScratch();
        const repository = await openGitRepository({ source: folder, scratch: own, signal: never });
        const world = makeWorld();
        const report = await world.stored({ ref: event.ref }, { openRepository: async () => repository });
        return { world, report, manifest: manifestIn(world.place, "acme/app/snapshot/v1/") };
      }),
    );
    const alike = peeled!.manifest.content_sha256 === annotated!.manifest.content_sha256;
    expect([alike, peeled!.report.warnings.length, annotated!.report.warnings]).toEqual([warnings === 0, warnings, []]);
    for (const warning of peeled!.report.warnings)
      expect(warning).toMatch(/: v; .*`git fetch --force origin tag v1`, .*actions\/checkout v6\.0\.2/);
    expect([peeled, annotated].map((each) => each!.manifest.run.tag_object)).toEqual([
      undefined,
      origin.git("rev-parse", "v1"),
    ]);
    const source = join(origin.around, "v7");
    const repository = await openGitRepository({ source, scratch, signal: never });
    const again = await peeled!.world.snapshot({ ref: event.ref }, { openRepository: async () => repository });
    expect(again.outcomes.map(({ outcome }) => outcome)).toEqual(["unchanged"]);
    origin.remove();
  });
});
