import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadInputs, modeOfInputs } from "../../src/settings/load-inputs.ts";
import { standsIn } from "../../src/model/setting-spec.ts";
import { settingSpecs } from "../../src/settings/spec/table.ts";
import { configDisk, problemsOf, problemsOfStep, runOf, settingsOf, stepOf } from "../support/config-disk.ts";

const sha = "1".repeat(40);
const run = { GITHUB_REPOSITORY: "acme/app", GITHUB_SHA: sha };
const branch = { ...run, GITHUB_REF_TYPE: "branch", GITHUB_REF: "refs/heads/main" };
const tag = { ...run, GITHUB_REF_TYPE: "tag", GITHUB_REF: "refs/tags/v1.4.0" };
const merge = { ...run, GITHUB_REF_TYPE: "branch", GITHUB_REF: "refs/pull/7/merge" };
const inputs = settingSpecs().filter((spec) => standsIn(spec, "input"));
const store = { store: "./cold" };

describe("what inputs mean", () => {
  test("a step with a store alone does what the command line does with one, and looks 20 sets back", async () => {
    const { settings, presentation } = await stepOf({ inputs: store });
    expect(settings).toEqual({ ...(await settingsOf({ argv: "snapshot . ./cold" })), setsBack: 20, comment: "auto" });
    expect(presentation).toEqual({ json: false, quiet: false, color: true, debug: false });
  });

  const alike = inputs.filter((spec) => standsIn(spec, "flag"));

  test.each(alike.filter(({ name }) => name !== "mode" && name !== "config" && name !== "profile"))(
    "the example of $name means what it means as a flag",
    async ({ name, kind, example, modes, group }) => {
      const [mode = ""] = modes;
      const needed: Record<string, Record<string, string>> = {
        "compression-level": { format: "tar.gz" },
        path: { into: "./restored" },
        from: { store: "release" },
        "only-mode": { from: "release" },
        since: { from: "release" },
        "rclone-sha256": { store: "r2:cold", "rclone-version": "1.75.1" },
      };
      const ofGroup: Record<string, Record<string, string>> = {
        release: { store: "release" },
        remote: { store: name.includes("ssh") || name === "max-connections" ? "ssh://host/cold" : "r2:cold" },
      };
      const more = needed[name] ?? ofGroup[group] ?? {};
      const flags = Object.entries(name === "store" ? more : { ...store, ...more }).map(([k, v]) => `--${k}=${v}`);
      const flag = kind.type === "boolean" && example === "true" ? `--${name}` : `--${name}=${example}`;
      const byFlag = await settingsOf({ argv: ["--mode", mode, ...flags, flag], env: { GITHUB_ACTIONS: "true" } });
      const { settings } = await stepOf({ inputs: { ...store, ...more, mode, [name]: example } });
      const ofInputs = { setsBack: 20, ...("comment" in byFlag && { comment: "auto" }) };
      expect({ setsBack: 20, ...settings }).toEqual({ ...byFlag, ...ofInputs });
      const without = stepOf({ inputs: { ...store, ...more, mode, [name]: "" } });
      if (name === "store" || name === "into" || name === "from")
        await expect(without).rejects.toThrow(`${name} is missing`);
      else expect((await without).settings).not.toEqual(settings);
    },
  );

  test("lists have one a line, lines are trimmed, and empty ones don't count", async () => {
    const lists = {
      store: "  ./a \r\n\n ./b\n",
      format: "tar.gz\n tar.zst",
      files: "dist/*.whl\n\t\n*.txt\t",
      note: "one two\nthree",
    };
    expect((await stepOf({ inputs: lists })).settings).toMatchObject({
      stores: [{ path: "/repo/a" }, { path: "/repo/b" }],
      formats: ["tar.gz", "tar.zst"],
      files: ["dist/*.whl", "*.txt"],
      notes: ["one two", "three"],
    });
  });

  test("patterns keep their spaces, as lines of a .gitignore do", async () => {
    const patterns = { mode: "archive", exclude: "a\\ \n\n!b\r\n c\n", include: "d\r" };
    expect((await stepOf({ inputs: { ...store, ...patterns } })).settings).toMatchObject({
      filters: { exclude: ["a\\ ", "!b", " c"], include: ["d"] },
    });
  });

  test.each(["true", "True", "TRUE", " true\n"])("%j is true", async (text) => {
    expect((await stepOf({ inputs: { ...store, freeze: text } })).settings).toMatchObject({ freeze: true });
  });

  test("what is empty or blank isn't given: the file's value counts, else the default", async () => {
    const files = { "/repo/coldstore.yml": "prove: read\nname: n\ndry-run: true" };
    const blank = { ...store, prove: "", name: " ", "dry-run": "\n", timeout: "" };
    expect((await stepOf({ inputs: blank, files })).settings).toMatchObject({
      prove: "read",
      name: "n",
      dryRun: true,
      timeout: 14_400_000,
    });
    const all = { ...store, name: "m", prove: "none", "dry-run": "false" };
    expect((await stepOf({ inputs: all, files })).settings).toMatchObject({ prove: "none", name: "m", dryRun: false });
  });

  test("source, stores and config count from the workspace, a found file's from its repository", async () => {
    const files = { "/repo/coldstore.yml": "store: ./of-file", "/repo/app/my.yml": "prefix: p" };
    const step = { cwd: "/repo/app", files };
    expect((await stepOf({ ...step, inputs: { source: "src" } })).settings).toMatchObject({
      source: "/repo/app/src",
      stores: [{ path: "/repo/of-file" }],
    });
    const named = await stepOf({ ...step, inputs: { ...store, config: "my.yml" } });
    expect(named.settings).toMatchObject({ source: "/repo/app", stores: [{ path: "/repo/app/cold" }], prefix: "p/" });
  });

  test("a profile is chosen by an input", async () => {
    const files = { "/repo/coldstore.yml": "store: ./a\nprofiles: {nightly: {prove: read}}" };
    expect((await stepOf({ inputs: { profile: "nightly" }, files })).settings).toMatchObject({ prove: "read" });
  });

  test.each([
    [{ RUNNER_DEBUG: "1" }, { debug: true }],
    [{ RUNNER_DEBUG: "0" }, { debug: false }],
    [{ NO_COLOR: "1" }, { color: false }],
    [{ NO_COLOR: "" }, { color: true }],
  ])("with %o the log is told to be %o", async (env, presentation) => {
    expect((await stepOf({ inputs: store, env })).presentation).toMatchObject({
      json: false,
      quiet: false,
      ...presentation,
    });
  });

  test("SOURCE_DATE_EPOCH goes before mtime, and is named as the reason", async () => {
    const archive = { ...store, mode: "archive", mtime: "keep" };
    const { settings, warnings } = await stepOf({ inputs: archive, env: { SOURCE_DATE_EPOCH: "1700000000" } });
    expect(settings).toMatchObject({ mtime: 1_700_000_000 });
    expect(warnings).toContain("mtime isn't used: SOURCE_DATE_EPOCH is set, and goes before it.");
  });
});

describe("what is refused", () => {
  const counts = (variable: string) => `(a variable INPUT_${variable} in env counts as one too)`;

  test.each<[Record<string, string>, string]>([
    [
      {},
      "store is missing: say in which folder, release or remote sets are kept, as in store: ./cold, or try it with dry-run: true.",
    ],
    [
      { ...store, mode: "restore" },
      "into is missing: say in which folder to put what comes back, as in into: ./restored, or try it with dry-run: true.",
    ],
    [
      { mode: "verify" },
      "store is missing: say in which folder, release or remote sets are kept, as in store: ./cold.",
    ],
    [{ ...store, prove: "x" }, 'prove is "x"; give digest, read, drill or none.'],
    [{ ...store, "dry-run": "yes" }, 'dry-run is "yes"; give true or false.'],
    [{ ...store, ref: "a\nb" }, 'ref is "a\\nb"; give a tag, a branch or a commit.'],
    [
      { ...store, name: "a\nb" },
      'name is "a\\nb"; a name is made of letters, digits, dots, dashes, underscores and placeholders (name is what the archive is called; a release is called as its tag).',
    ],
    [{ ...store, mode: "freeze" }, 'mode is "freeze"; give snapshot, archive, list, verify, restore or replicate.'],
    [{ ...store, level: "read" }, "level belongs to verify, not to snapshot; leave it out."],
    [{ ...store, exclude: "*.iso" }, "exclude belongs to archive, not to snapshot; leave it out."],
    [
      { ...store, mode: "archive", exclude: "# all" },
      'exclude is "# all"; that is a comment in a .gitignore, a pattern for such a name starts with \\#.',
    ],
    [{ stroe: "./cold" }, `there is no input "stroe" ${counts("STROE")}; did you mean store?`],
    [{ ...store, dry_run: "true" }, `there is no input "dry_run" ${counts("DRY_RUN")}; did you mean dry-run?`],
    [
      { ...store, "on conflict": "" },
      `there is no input "on_conflict" ${counts("ON_CONFLICT")}; did you mean on-conflict?`,
    ],
    [
      { ...store, tag_name: "v1" },
      `there is no input "tag_name" ${counts("TAG_NAME")}, a name of softprops/action-gh-release; here, use ref for what is archived, and store: release:TAG for a release of another tag.`,
    ],
    [
      { ...store, make_latest: "legacy" },
      `there is no input "make_latest" ${counts("MAKE_LATEST")}, a name of softprops/action-gh-release; here, use latest.`,
    ],
    [{ ...store, repo: "x" }, `there is no input "repo" ${counts("REPO")}, a name of restic; here, use store.`],
    [
      { ...store, "output-dir": "x" },
      `there is no input "output-dir" ${counts("OUTPUT-DIR")}, a name of coldstore 1.x; here, use store.`,
    ],
    [{ ...store, json: "true" }, `json is for the command line only ${counts("JSON")}; leave it out.`],
    [
      { ...store, debug: "true" },
      `debug is for the command line only ${counts("DEBUG")}; run the job again with debug logging.`,
    ],
    [{ ...store, config: "no.yml" }, 'config is "no.yml", and there is no such file; give the path of a config file.'],
    [
      { ...store, source: "https://x/y" },
      'source is "https://x/y", a URL; clone it, and give the folder, or give a remote such as r2:photos.',
    ],
  ])("%o", async (given, problem) => {
    expect(await problemsOfStep({ inputs: given })).toEqual([problem]);
  });

  test("of many such names the first is answered with all there are", async () => {
    const problems = await problemsOfStep({ inputs: { ...store, zzzzzz: "1", qqqqqq: "1", xyxyxy: "1" } });
    expect(problems).toHaveLength(3);
    expect(problems.filter((problem) => problem.includes("the inputs are"))).toEqual([problems[0]]);
    expect(problems[2]).toBe('there is no input "xyxyxy" (a variable INPUT_XYXYXY in env counts as one too).');
  });

  test("a name that nothing is near to is answered with all there are", async () => {
    const [problem] = await problemsOfStep({ inputs: { ...store, zzzzzz: "1" } });
    expect(problem).toMatch(/; the inputs are mode, store, .* and comment\.$/);
    for (const { name } of inputs) expect(problem).toContain(name);
    expect(problem).not.toContain("no-color");
  });

  test("all problems are told at once, those of the inputs and those of the config file", async () => {
    const files = { "/repo/coldstore.yml": "prove: drills\nstor: ./x" };
    const given = { stroe: "./cold", timeout: "soon", format: "tar\nrar" };
    expect(await problemsOfStep({ inputs: given, files })).toEqual([
      `there is no input "stroe" ${counts("STROE")}; did you mean store?`,
      'there is no setting "stor" (coldstore.yml, line 2); did you mean store?',
      'format is "rar"; give tar.gz, tar.zst, tar or zip.',
      'timeout is "soon"; give a duration such as 4h, 90m or 30s, up to 24d.',
      'prove (coldstore.yml, line 1) is "drills"; give digest, read, drill or none.',
    ]);
  });

  test("variables that no runner would write for an input are left alone", async () => {
    const env = { INPUT_Stroe: "x", input_stroe: "x", INPUTS: "x", INPUT_: "x", MY_INPUT_X: "x" };
    expect(await problemsOfStep({ inputs: store, env })).toEqual([]);
  });

  test("whatever is given, the answer is settings or an error of settings, without control characters", async () => {
    const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
    const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);
    // oxlint-disable-next-line no-control-regex -- the very thing that must not get into a log
    const control = /[\u0000-\u001f]/;
    const name = fc.oneof(
      fc.constantFrom(...inputs.map(({ name }) => name)),
      fc.string({ unit: "binary", maxLength: 8 }),
    );
    const variable = name.map((each) => `INPUT_${each.toUpperCase()}`);
    const text = fc.oneof(
      fc.constantFrom("true", "./x", "archive", "read", "::set-output::", "__proto__", "\n", "1"),
      fc.string({ unit: "binary", maxLength: 30 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(variable, text, { maxKeys: 6 }), async (env) => {
        for (const problem of await problemsOfStep({ env })) expect(problem).not.toMatch(control);
        expect(typeof modeOfInputs(env)).toBe("string");
      }),
      { seed, numRuns },
    );
  });
});

describe("the mode of a step that can't be read", () => {
  test.each([
    [{}, "snapshot"],
    [{ INPUT_MODE: "" }, "snapshot"],
    [{ INPUT_MODE: " verify\n", INPUT_STROE: "x" }, "verify"],
    [{ INPUT_MODE: "freeze" }, "freeze"],
  ])("%o", (env, mode) => {
    expect(modeOfInputs(env)).toBe(mode);
  });
});

describe("what each event means", () => {
  const events = [
    { what: "a push of a tag", env: { ...tag, GITHUB_EVENT_NAME: "push" }, ref: "refs/tags/v1.4.0" },
    { what: "a push of a branch", env: { ...branch, GITHUB_EVENT_NAME: "push" }, ref: sha },
    { what: "a schedule", env: { ...branch, GITHUB_EVENT_NAME: "schedule" }, ref: sha },
    { what: "a start by hand, of a branch", env: { ...branch, GITHUB_EVENT_NAME: "workflow_dispatch" }, ref: sha },
    {
      what: "a start by hand, of a tag",
      env: { ...tag, GITHUB_EVENT_NAME: "workflow_dispatch" },
      ref: "refs/tags/v1.4.0",
    },
    { what: "a release", env: { ...tag, GITHUB_EVENT_NAME: "release" }, ref: "refs/tags/v1.4.0" },
    { what: "a pull request", env: { ...merge, GITHUB_EVENT_NAME: "pull_request" }, ref: sha, pull: true },
    {
      what: "a pull request, by the base",
      env: { ...branch, GITHUB_EVENT_NAME: "pull_request_target" },
      ref: sha,
      pull: true,
    },
    { what: "a review", env: { ...merge, GITHUB_EVENT_NAME: "pull_request_review" }, ref: sha, pull: true },
    {
      what: "a comment in a review",
      env: { ...merge, GITHUB_EVENT_NAME: "pull_request_review_comment" },
      ref: sha,
      pull: true,
    },
    {
      what: "a merge queue",
      env: { ...branch, GITHUB_REF: "refs/heads/gh-readonly-queue/main/pr-7", GITHUB_EVENT_NAME: "merge_group" },
      ref: sha,
    },
    { what: "the end of another workflow", env: { ...branch, GITHUB_EVENT_NAME: "workflow_run" }, ref: sha },
  ];

  test.each(events)("$what", async ({ env, ref, pull = false }) => {
    const { settings, warnings, passing } = await stepOf({ inputs: store, env });
    expect(settings).toMatchObject({ mode: "snapshot", ref, project: "acme/app", dryRun: pull });
    expect(passing).toEqual(pull ? [] : ["./cold"]);
    expect(warnings).toEqual([]);
    const archive = await stepOf({ inputs: { ...store, mode: "archive" }, env });
    expect("tag" in archive.settings).toBe(ref !== sha);
    expect((await stepOf({ inputs: { ...store, mode: "verify" }, env })).settings).not.toHaveProperty("project");
    // A tag's set has its release to go to.
    expect(await problemsOfStep({ env })).toHaveLength(pull || ref !== sha ? 0 : 1);
  });

  test.each(events)("$what, and the step's own word goes before it", async ({ env }) => {
    const own = { ...store, ref: "main", project: "a/b", "dry-run": "false" };
    const wanted = { ref: "main", project: "a/b", dryRun: false };
    expect((await stepOf({ inputs: own, env })).settings).toMatchObject(wanted);
    expect((await stepOf({ inputs: { ...own, "dry-run": "true" }, env })).settings).toMatchObject({ dryRun: true });
  });

  test.each(events)("$what, and what a file that was found may say of stores", async ({ env, pull = false }) => {
    const repository = { repo: { full_name: "acme/app" } };
    const files = {
      "/repo/coldstore.yml": "store: ./of-file\nprove: read\nprofiles: {p: {store: ./of-profile}}",
      "/event.json": JSON.stringify({ pull_request: { head: repository, base: repository } }),
    };
    const around = { env: { ...env, GITHUB_EVENT_PATH: "/event.json" }, files };
    for (const profile of ["", "p"]) {
      const { settings, warnings } = await stepOf({ ...around, inputs: { profile } });
      const path = profile === "" ? "/repo/of-file" : "/repo/of-profile";
      expect(settings).toMatchObject({ prove: "read", stores: pull ? [] : [{ path }] });
      expect(warnings).toHaveLength(pull ? 1 : 0);
      const given = await stepOf({ ...around, inputs: { profile, ...store } });
      expect(given.settings).toMatchObject({ stores: [{ path: "/repo/cold" }] });
    }
    const named = await stepOf({ ...around, inputs: { config: "coldstore.yml" } });
    expect(named.settings).toMatchObject({ stores: [{ path: "/repo/of-file" }] });
  });

  test.each(events.filter(({ pull }) => pull))("$what from a fork reads the base's file", async ({ env }) => {
    const event = {
      pull_request: { head: { repo: { full_name: "fork/app" } }, base: { repo: { full_name: "acme/app" } } },
    };
    const files = { "/repo/coldstore.yml": "prove: none", "/event.json": JSON.stringify(event) };
    const step = { env: { ...env, GITHUB_EVENT_PATH: "/event.json" }, files };
    const based = await stepOf({ ...step, readBase: async () => "prove: read\nstore: ./of-base" });
    expect(based.settings).toMatchObject({ prove: "read", stores: [] });
    expect((await stepOf(step)).settings).toMatchObject({ prove: "digest" });
  });
});

test("without a runner's variables there are no inputs, and the command line says nothing of inputs", async () => {
  const env = { INPUT_STROE: "x", INPUT_STORE: "./a" };
  expect(await problemsOf({ argv: "snapshot . ./cold", env })).toEqual([]);
  expect((await runOf({ argv: "snapshot . ./cold", env })).settings.stores).toHaveLength(1);
  const nothing = loadInputs({ env: {}, cwd: "/repo", config: configDisk(), setsBack: 20 });
  await expect(nothing).rejects.toThrow("store is missing");
});
