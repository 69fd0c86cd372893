import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SettingSpec } from "../../src/model/setting-spec.ts";
import { ignoreProfiles } from "../../src/model/ignore-profiles.ts";
import { presentationOf } from "../../src/settings/load-settings.ts";
import { settingSpecs } from "../../src/settings/spec/table.ts";
import { type Call, load, problemsOf, runOf, settingsOf } from "../support/config-disk.ts";

const actions = {
  GITHUB_ACTIONS: "true",
  GITHUB_REPOSITORY: "acme/app",
  GITHUB_SHA: "1".repeat(40),
  GITHUB_EVENT_NAME: "push",
};
const pullRequest = { ...actions, GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: "/event.json" };
const event = (head: string) =>
  JSON.stringify({ pull_request: { head: { repo: { full_name: head } }, base: { repo: { full_name: "acme/app" } } } });

const untold = { rclone: { args: [] }, ssh: { knownHosts: [], maxConnections: 4 } };

describe("what a call means", () => {
  test("a snapshot of this folder has the documented defaults", async () => {
    expect(await settingsOf({ argv: "snapshot . ./cold" })).toEqual({
      mode: "snapshot",
      source: "/repo",
      ref: "HEAD",
      stores: [{ kind: "folder", text: "./cold", path: "/repo/cold" }],
      files: [],
      formats: ["tar.gz"],
      exportSubst: "stable",
      submodules: "fail",
      lfs: "fail",
      dirty: "warn",
      prove: "digest",
      onConflict: "fail",
      freeze: false,
      notes: [],
      contacts: [],
      recordEnvironment: false,
      release: { draft: false, prerelease: "auto", latest: "auto" },
      comment: "never",
      dryRun: false,
      ...untold,
      timeout: 14_400_000,
      stallTimeout: 300_000,
      setsBack: 0,
    });
  });

  test("everything that a snapshot can be told arrives", async () => {
    const argv = [
      ..."snapshot app /mnt/a --store ./b --ref v1 --format tar --format tar.gz --compression-level 9".split(" "),
      ..."--files dist/* --files x --name n-{date} --prefix p --export-subst git --dirty fail --prove read".split(" "),
      ..."--on-conflict keep --freeze --milestone m --note a --note b --contact c --record environment".split(" "),
      ..."--project acme/app --timeout 30s --stall-timeout 20s -n".split(" "),
    ];
    expect(await settingsOf({ argv })).toEqual({
      mode: "snapshot",
      source: "/repo/app",
      ref: "v1",
      project: "acme/app",
      stores: [
        { kind: "folder", text: "./b", path: "/repo/b" },
        { kind: "folder", text: "/mnt/a", path: "/mnt/a" },
      ],
      files: ["dist/*", "x"],
      formats: ["tar", "tar.gz"],
      compressionLevel: 9,
      name: "n-{date}",
      prefix: "p/",
      exportSubst: "git",
      submodules: "fail",
      lfs: "fail",
      dirty: "fail",
      prove: "read",
      onConflict: "keep",
      freeze: true,
      milestone: "m",
      notes: ["a", "b"],
      contacts: ["c"],
      recordEnvironment: true,
      release: { draft: false, prerelease: "auto", latest: "auto" },
      comment: "never",
      dryRun: true,
      ...untold,
      timeout: 30_000,
      stallTimeout: 20_000,
      setsBack: 0,
    });
  });

  test("an archive of this folder has the documented defaults", async () => {
    expect(await settingsOf({ argv: "archive . ./cold" })).toEqual({
      mode: "archive",
      source: "/repo",
      stores: [{ kind: "folder", text: "./cold", path: "/repo/cold" }],
      files: [],
      formats: ["tar.gz"],
      filters: { exclude: [], include: [], profiles: [] },
      symlinks: "keep",
      submodules: "fail",
      lfs: "fail",
      prove: "digest",
      onConflict: "fail",
      freeze: false,
      notes: [],
      contacts: [],
      recordEnvironment: false,
      release: { draft: false, prerelease: "auto", latest: "auto" },
      comment: "never",
      dryRun: false,
      ...untold,
      timeout: 14_400_000,
      stallTimeout: 300_000,
      setsBack: 0,
    });
  });

  test("everything that an archive can be told arrives", async () => {
    const argv = [
      ..."archive app ./b --format zip --format tar.zst --compression-level 4 --split-size 1900MiB --prefix=".split(
        " ",
      ),
      ..."--exclude *.iso --exclude !a.iso --include .env --ignore-profile rust --ignore-profile go".split(" "),
      ..."--symlinks follow --submodules include --lfs pointers --mtime 1 --name {repo}-{date}-{time}-{mode}".split(
        " ",
      ),
    ];
    expect(await settingsOf({ argv })).toMatchObject({
      mode: "archive",
      source: "/repo/app",
      formats: ["zip", "tar.zst"],
      compressionLevel: 4,
      splitSize: 1900 * 1024 ** 2,
      name: "{repo}-{date}-{time}-{mode}",
      prefix: "",
      filters: {
        exclude: ["*.iso", "!a.iso"],
        include: [".env"],
        profiles: [
          { name: "rust", patterns: ignoreProfiles["rust"] },
          { name: "go", patterns: ignoreProfiles["go"] },
        ],
      },
      symlinks: "follow",
      submodules: "include",
      lfs: "pointers",
      mtime: 1,
    });
  });

  test("a snapshot takes submodules, LFS contents and a split too", async () => {
    const argv = "snapshot . ./b --submodules exclude --lfs include --split-size 2GB";
    const wanted = { submodules: "exclude", lfs: "include", splitSize: 2e9 };
    expect(await settingsOf({ argv })).toMatchObject(wanted);
  });

  test("of a pattern that is given twice the last one counts, as in a .gitignore", async () => {
    const argv = "archive . ./b --exclude *.iso --exclude !a.iso --exclude *.iso";
    expect(await settingsOf({ argv })).toMatchObject({ filters: { exclude: ["!a.iso", "*.iso"] } });
  });

  test("patterns of a config file are taken as they are written, also one a line", async () => {
    const files = {
      "/repo/coldstore.yml": "exclude: |\n  *.iso\n  !a.iso\n  1.10\ninclude: ['.env', 1.0]\nmtime: 012",
    };
    expect(await settingsOf({ argv: "archive . ./b", files })).toMatchObject({
      filters: { exclude: ["*.iso", "!a.iso", "1.10"], include: [".env", "1.0"] },
      mtime: 12,
    });
  });

  test("verify and list take a store, or a file where there is one", async () => {
    const files = { "/repo/a.tar.gz": "" };
    const common = { ...untold, timeout: 14_400_000, stallTimeout: 300_000, sets: [], stores: [] };
    expect(await settingsOf({ argv: "verify a.tar.gz", files })).toEqual({
      ...common,
      mode: "verify",
      file: "/repo/a.tar.gz",
      level: "digest",
      dryRun: false,
    });
    expect(await settingsOf({ argv: "list a.tar.gz", files })).toEqual({
      ...common,
      mode: "list",
      file: "/repo/a.tar.gz",
    });
    const stores = [{ kind: "folder", text: "a", path: "/repo/a" }];
    expect(await settingsOf({ argv: "list a", files })).toEqual({ ...common, mode: "list", stores });
  });

  test("a file goes before a store of the config file", async () => {
    const files = { "/repo/a.tar.gz": "", "/repo/coldstore.yml": "store: ./cold" };
    expect(await settingsOf({ argv: "verify a.tar.gz", files })).toMatchObject({ file: "/repo/a.tar.gz", stores: [] });
  });

  test("a restore takes a store, or a file where there is one, and has the documented defaults", async () => {
    const common = { mode: "restore", into: "/repo/r", paths: [], symlinks: "keep", outwardLinks: "refuse" };
    const rest = { ...untold, timeout: 14_400_000, stallTimeout: 300_000, dryRun: false };
    const stores = [{ kind: "folder", text: "./c", path: "/repo/c" }];
    expect(await settingsOf({ argv: "restore ./c --into r" })).toEqual({ ...common, ...rest, stores });
    const files = { "/repo/a.tar.gz": "" };
    expect(await settingsOf({ argv: "restore a.tar.gz --into r", files })).toEqual({
      ...common,
      ...rest,
      stores: [],
      file: "/repo/a.tar.gz",
    });
    expect(await settingsOf({ argv: "restore ./c -n" })).not.toHaveProperty("into");
  });

  test("everything that a restore can be told arrives", async () => {
    const argv =
      "restore ./c --into ../r --set a/b/archive/1 --path src/ --path ./a --path src --symlinks skip --project a/b -n";
    expect(await settingsOf({ argv })).toEqual({
      mode: "restore",
      stores: [{ kind: "folder", text: "./c", path: "/repo/c" }],
      project: "a/b",
      into: "/r",
      set: { project: "a/b", mode: "archive", id: "1" },
      paths: ["src", "a"],
      symlinks: "skip",
      outwardLinks: "refuse",
      ...untold,
      timeout: 14_400_000,
      stallTimeout: 300_000,
      dryRun: true,
    });
  });

  describe("links that lead out of what is restored are made", () => {
    const argv = "restore ./c -n";
    const keep = { "/repo/coldstore.yml": "symlinks: keep" };
    test.each<[string, Call, "keep" | "refuse"]>([
      ["if a flag says keep", { argv: `${argv} --symlinks keep` }, "keep"],
      ["if a file that somebody named does", { argv: `${argv} --config coldstore.yml`, files: keep }, "keep"],
      ["not by default", { argv }, "refuse"],
      ["not for a file that was merely found", { argv, files: keep }, "refuse"],
      ["if a flag says so, whatever a file says", { argv: `${argv} --symlinks=keep`, files: keep }, "keep"],
      ["not when links are left out", { argv: `${argv} --symlinks skip` }, "refuse"],
      ["not when they are refused", { argv: `${argv} --symlinks fail` }, "refuse"],
    ])("%s", async (_, call, outwardLinks) => {
      expect(await settingsOf(call)).toMatchObject({ outwardLinks });
    });
  });

  test("what a config file lets archives do about links that a restore can't is no restore's problem", async () => {
    const files = { "/repo/coldstore.yml": "symlinks: follow" };
    for (const argv of ["restore ./c -n", "restore ./c -n --config coldstore.yml"])
      expect(await settingsOf({ argv, files })).toMatchObject({ symlinks: "keep", outwardLinks: "refuse" });
  });

  test("proofs and verifications may be restores", async () => {
    expect(await settingsOf({ argv: "snapshot . ./c --prove drill" })).toMatchObject({ prove: "drill" });
    expect(await settingsOf({ argv: "verify ./c --level drill" })).toMatchObject({ level: "drill" });
  });

  test("--mode stands for the first word", async () => {
    const [word, flag] = await Promise.all([
      settingsOf({ argv: "verify ./cold --level read" }),
      settingsOf({ argv: "./cold --mode verify --level read" }),
    ]);
    expect(flag).toEqual(word);
  });

  test("a file of the config may say the mode, and a call without words follows it", async () => {
    const files = { "/repo/coldstore.yml": "mode: verify\nstore: ./cold\nref: v1\nlevel: list" };
    expect(await settingsOf({ argv: "-q", files })).toMatchObject({ mode: "verify", level: "list" });
  });

  test.each([
    ["", { kind: "help" }],
    ["--help", { kind: "help" }],
    ["-h", { kind: "help" }],
    ["help", { kind: "help" }],
    ["help snapshot", { kind: "help", topic: "snapshot" }],
    ["snapshot --help", { kind: "help", topic: "snapshot" }],
    ["--help snapshot", { kind: "help", topic: "snapshot" }],
    ["--mode list . --help", { kind: "help", topic: "list" }],
    ["verify --stroe --level 9 --help", { kind: "help", topic: "verify" }],
    ["--help exit-codes", { kind: "help", topic: "exit-codes" }],
    ["--version", { kind: "version" }],
    ["-V", { kind: "version" }],
    ["version", { kind: "version" }],
    ["completion fish", { kind: "completion", shell: "fish" }],
  ])("coldstore %s", async (argv, loaded) => {
    expect(await load({ argv })).toEqual(loaded);
  });
});

describe("what is refused", () => {
  test.each([
    [
      "snapshot",
      "store is missing: say in which folder, release or remote sets are kept, as in coldstore snapshot . ./cold, or try it with --dry-run.",
    ],
    [
      "verify",
      "store is missing: say in which folder, release or remote sets are kept, as in coldstore verify ./cold.",
    ],
    ["list -n", "store is missing: say in which folder, release or remote sets are kept, as in coldstore list ./cold."],
    [
      "snapshoot . ./cold",
      'there is no mode "snapshoot"; the first word is snapshot, archive, list, verify, restore or replicate; did you mean snapshot?',
    ],
    ["freeze . ./cold", "there is no mode freeze, a name of coldstore 1.x; here, use snapshot."],
    ["check", "there is no mode check, a name of restic; here, use verify."],
    [
      ". ./cold",
      'there is no mode "."; the first word is snapshot, archive, list, verify, restore or replicate, as in: coldstore snapshot . ./cold',
    ],
    ["--mode snap . ./cold", '--mode is "snap"; give snapshot, archive, list, verify, restore or replicate.'],
    [
      "snapshot . ./a ./b",
      'snapshot takes a source and a store, and "./b" is too much; more stores are given as --store "./b".',
    ],
    [
      "list ./a ./b ./c",
      'list takes one store or one file, and "./b" and "./c" are too much; more stores are given as --store "./b".',
    ],
    [
      "archive",
      "store is missing: say in which folder, release or remote sets are kept, as in coldstore archive . ./cold, or try it with --dry-run.",
    ],
    ["archive . ./cold --ref v1", "--ref belongs to snapshot, not to archive; leave it out."],
    ["archive . ./cold --dirty fail", "--dirty belongs to snapshot, not to archive; leave it out."],
    ["archive . ./cold --export-subst off", "--export-subst belongs to snapshot, not to archive; leave it out."],
    ["snapshot . ./cold --exclude *.iso", "--exclude belongs to archive, not to snapshot; leave it out."],
    ["snapshot . ./cold --mtime keep", "--mtime belongs to archive, not to snapshot; leave it out."],
    [
      "snapshot r2:data ./cold",
      "source is r2:data, which isn't on this machine, and a snapshot is of a git repository that is; clone it and give the folder, or use the mode archive.",
    ],
    [
      "archive . ./cold --compression-level 10",
      "compression-level is 10, and tar.gz takes 0 to 9; give 0 to 9, or leave it out.",
    ],
    [
      "archive . ./cold --compression-level 0 --format tar.zst",
      "compression-level is 0, and tar.zst takes 1 to 19; give 1 to 19, or leave it out.",
    ],
    [
      "snapshot . ./cold --compression-level 12 --format tar.zst --format tar --format zip --format tar.gz",
      "compression-level is 12, and zip takes 0 to 9 and tar.gz takes 0 to 9; give 1 to 9, which all formats named take, or leave it out for the usual level of each.",
    ],
    [
      "snapshot . ./cold --compression-level 6 --format tar",
      "compression-level is 6, and a tar isn't compressed; leave it out, or give another format.",
    ],
    [
      "archive . ./cold --exclude-vcs-ignores",
      "there is no flag --exclude-vcs-ignores, a name of tar; here, leave it out: the mode archive leaves out what .gitignore does, and keeps what is tracked.",
    ],
    [
      "archive . ./cold --iexclude=*.iso",
      "there is no flag --iexclude, a name of restic; here, use exclude with both cases, as in *.[Ii][Ss][Oo].",
    ],
    ["archive . ./cold -s 100m", "there is no flag -s, a name of zip; here, use split-size."],
    ["list ./cold --level read", "--level belongs to verify, not to list; leave it out."],
    ["verify ./cold --set a --freeze", "--freeze belongs to snapshot and archive, not to verify; leave it out."],
    [
      "snapshot . ./cold --set v1",
      "--set belongs to list, verify, restore and replicate, not to snapshot; leave it out.",
    ],
    ["snapshot . ./cold --source /else", 'source is given twice: "/else" and "."; give it once.'],
    [
      "restore ./cold",
      "into is missing: say in which folder to put what comes back, as in --into ./restored, or try it with --dry-run.",
    ],
    [
      "restore --into ./r",
      "store is missing: say in which folder, release or remote sets are kept, as in coldstore restore ./cold --into ./restored.",
    ],
    ["restore ./c -n --set a --set b", "set is given 2 times; restore brings back one, so give it once."],
    ["restore x.tar --into ./r --set a", "set chooses sets of a store, and a file was given; leave one of them out."],
    [
      "restore ./c -n --symlinks follow",
      "symlinks is follow, which is for archive: a link in a set leads to nothing yet; give keep, skip or fail.",
    ],
    ["restore ./c --into ./a --into ./b", 'into is given twice: "./a" and "./b"; give it once.'],
    ["restore ./c --into https://x/y", '--into is "https://x/y", a URL; give a path on this machine.'],
    ["restore ./c -n --format zip", "--format belongs to snapshot and archive, not to restore; leave it out."],
    [
      "restore ./c ./r -n",
      'restore takes one store or one file, and "./r" is too much; the folder to restore to is given as --into "./r".',
    ],
    ["verify ./c --path a", "--path belongs to restore, not to verify; leave it out."],
    ["extract x.tar", "there is no mode extract, a name of coldstore 1.x; here, use restore."],
    ["restore ./c -n --target x", "there is no flag --target, a name of restic; here, use into."],
    ["list ./c --set a --set b --set c", "set is given 3 times; list shows one set, or how two differ."],
    ["verify x.tar --set a", "set chooses sets of a store, and a file was given; leave one of them out."],
    ["verify x.tar --project a/b", "project chooses sets of a store, and a file was given; leave one of them out."],
    ["restore x.tar -n --project a/b", "project chooses sets of a store, and a file was given; leave one of them out."],
    [
      "snapshot . ./cold --config no.yml",
      'config is "no.yml", and there is no such file; give the path of a config file.',
    ],
    [
      "snapshot . ./cold --profile x",
      'profile is "x", and there is no config file to have it; add one, or leave it out.',
    ],
    [
      "help verfy",
      'there is no help for "verfy", only for snapshot, archive, list, verify, restore, replicate, config, stores, profiles, exit-codes and completion. Did you mean verify?',
    ],
    ["completion", "completion needs a shell; give bash, zsh or fish, as in: coldstore completion bash"],
    ["completion csh", 'there is no completion for "csh"; give bash, zsh or fish, as in: coldstore completion bash'],
  ])("coldstore %s", async (argv, problem) => {
    expect(await problemsOf({ argv, files: { "/repo/x.tar": "" } })).toEqual([problem]);
  });

  test("all problems are told at once, those of the call and those of the config file", async () => {
    const files = { "/repo/coldstore.yml": "prove: drills\nstor: ./x\nprofiles:\n  p:\n    format: rar" };
    expect(await problemsOf({ argv: "snapshot . --timeout soon --stroe ./cold", files })).toEqual([
      'there is no flag "--stroe"; did you mean --store?',
      'there is no setting "stor" (coldstore.yml, line 2); did you mean store?',
      'format (profile p, coldstore.yml, line 5) is "rar"; give tar.gz, tar.zst, tar or zip.',
      '--timeout is "soon"; give a duration such as 4h, 90m or 30s, up to 24d.',
      'prove (coldstore.yml, line 1) is "drills"; give digest, read, drill or none.',
    ]);
  });

  test("of very many problems the first fifty are told", async () => {
    const problems = await problemsOf({
      argv: ["snapshot", ".", "./cold", ...Array.from({ length: 60 }, () => "--nonsense")],
    });
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe("10 more problems like these.");
  });

  test("an unknown flag may have been the store: that isn't missed as well", async () => {
    expect(await problemsOf({ argv: "snapshot --dest ./cold" })).toHaveLength(1);
  });
});

describe("what the environment says", () => {
  test("elsewhere than in GitHub Actions its variables say nothing", async () => {
    const { GITHUB_ACTIONS: _, ...env } = pullRequest;
    expect(await settingsOf({ argv: "snapshot . ./cold", env })).toEqual(
      await settingsOf({ argv: "snapshot . ./cold" }),
    );
  });

  test.each([
    ["a branch", {}, "1".repeat(40)],
    ["a tag", { GITHUB_REF_TYPE: "tag", GITHUB_REF: "refs/tags/v1.4.0" }, "refs/tags/v1.4.0"],
  ])("in a run of %s that is the ref, and the run's repository the project", async (_, env, ref) => {
    expect(await settingsOf({ argv: "snapshot . ./cold", env: { ...actions, ...env } })).toMatchObject({
      ref,
      project: "acme/app",
    });
    const files = { "/repo/coldstore.yml": "ref: main\nproject: a/b" };
    expect(await settingsOf({ argv: "snapshot . ./cold", env: { ...actions, ...env }, files })).toMatchObject({
      ref,
      project: "acme/app",
    });
    expect(await settingsOf({ argv: "snapshot . ./cold --ref x --project a/b", env: actions })).toMatchObject({
      ref: "x",
      project: "a/b",
    });
  });

  test("a run of a tag tells it to an archive, one of a branch doesn't", async () => {
    const argv = "archive . ./cold";
    const env = { ...actions, GITHUB_REF_TYPE: "tag", GITHUB_REF: "refs/tags/v1.4.0" };
    expect(await settingsOf({ argv, env })).toMatchObject({ tag: "refs/tags/v1.4.0", project: "acme/app" });
    const branch = { ...actions, GITHUB_REF_TYPE: "branch", GITHUB_REF: "refs/heads/main" };
    for (const other of [branch, { ...env, GITHUB_ACTIONS: "false" }, { ...env, GITHUB_REF: "" }])
      expect(await settingsOf({ argv, env: other })).not.toHaveProperty("tag");
  });

  test("SOURCE_DATE_EPOCH goes before everything that says mtime, and before a flag with a warning", async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const files = { "/repo/coldstore.yml": "mtime: keep" };
    expect(await settingsOf({ argv: "archive . ./b", env })).toMatchObject({ mtime: 1_700_000_000 });
    expect(await runOf({ argv: "archive . ./b", env, files })).toMatchObject({
      settings: { mtime: 1_700_000_000 },
      warnings: [],
    });
    expect(await runOf({ argv: "archive . ./b --mtime commit", env, files })).toMatchObject({
      settings: { mtime: 1_700_000_000 },
      warnings: ["--mtime isn't used: SOURCE_DATE_EPOCH is set, and goes before it."],
    });
    expect(await settingsOf({ argv: "archive . ./b", env: { SOURCE_DATE_EPOCH: "" }, files })).toMatchObject({
      mtime: "keep",
    });
  });

  test.each(["keep", "-1", "1.5", "0x10", "1e9", " 1", "8589934592", "٣"])(
    "SOURCE_DATE_EPOCH=%s is refused by name for an archive, and nothing to other modes",
    async (SOURCE_DATE_EPOCH) => {
      const env = { SOURCE_DATE_EPOCH };
      expect(await problemsOf({ argv: "archive . ./b", env })).toEqual([
        `SOURCE_DATE_EPOCH is "${SOURCE_DATE_EPOCH}"; give whole seconds since 1970, up to 8589934591, or unset it.`,
      ]);
      for (const argv of ["snapshot . ./b", "list ./b"]) expect(await problemsOf({ argv, env })).toEqual([]);
    },
  );

  test("modes that read aren't narrowed to the run's project", async () => {
    for (const argv of ["verify ./cold", "list ./cold", "restore ./cold --into ./r"])
      expect(await settingsOf({ argv, env: actions })).not.toHaveProperty("project");
  });

  test.each(["pull_request", "pull_request_target"])(
    "a %s is a dry run, unless a flag says otherwise",
    async (name) => {
      const env = { ...pullRequest, GITHUB_EVENT_NAME: name };
      expect(await settingsOf({ argv: "snapshot", env })).toMatchObject({ dryRun: true });
      expect(await settingsOf({ argv: "snapshot . ./cold --dry-run=false", env })).toMatchObject({ dryRun: false });
      expect(await settingsOf({ argv: "snapshot . ./cold --no-dry-run", env })).toMatchObject({ dryRun: false });
      const files = { "/event.json": event("acme/app"), "/repo/coldstore.yml": "dry-run: false" };
      expect(await settingsOf({ argv: "snapshot", env, files })).toMatchObject({ dryRun: true });
    },
  );

  test("folders that a run fills on one of GitHub's machines are gone when the machine is", async () => {
    const passing = async (argv: string, env = actions) => (await runOf({ argv, env })).passing;
    expect(await passing("archive . ./cold")).toEqual(["./cold"]);
    expect(await passing("snapshot . ./cold --store ./b")).toEqual(["./b", "./cold"]);
    expect(await passing("snapshot . ./cold -n")).toEqual([]);
    const own = { ...actions, RUNNER_ENVIRONMENT: "self-hosted" };
    expect(await passing("snapshot . ./cold", own)).toEqual([]);
    expect(await passing("verify ./cold")).toEqual([]);
    expect(await passing("snapshot . ./cold --store release")).toEqual([]);
    expect(await passing("snapshot . release")).toEqual([]);
    expect((await runOf({ argv: "snapshot . ./cold", env: actions })).warnings).toEqual([]);
  });
});

describe("presentation", () => {
  const plain = { json: false, quiet: false, color: true, debug: false };
  test.each([
    ["snapshot . ./cold", {}, plain],
    ["snapshot . ./cold --json -q --debug --no-color", {}, { json: true, quiet: true, color: false, debug: true }],
    ["snapshot . ./cold", { NO_COLOR: "1", RUNNER_DEBUG: "1" }, { ...plain, color: false, debug: true }],
    ["snapshot . ./cold", { NO_COLOR: "" }, plain],
    ["snapshot . ./cold", { TERM: "dumb" }, { ...plain, color: false }],
    ["snapshot . ./cold --no-color=false --no-debug", { NO_COLOR: "1", RUNNER_DEBUG: "1" }, plain],
  ])("%s with %o", async (argv, env, presentation) => {
    expect((await runOf({ argv, env })).presentation).toEqual(presentation);
    expect(presentationOf(argv.split(" "), env)).toEqual(presentation);
  });

  test("is known of a call that can't be read", () => {
    expect(presentationOf(["snapshoot", "--stroe", "--json", "--prove", "x", "-q", "--timeout"], {})).toEqual({
      ...plain,
      json: true,
      quiet: true,
    });
  });
});

describe("trust", () => {
  const config = { "/repo/.github/coldstore.yml": "store: ./from-file\nprove: read" };

  test("on a pull request, a file that was found may set no store, and the rest of it counts", async () => {
    const files = { ...config, "/event.json": event("acme/app") };
    const run = await runOf({ argv: "snapshot", env: pullRequest, files });
    expect(run.settings).toMatchObject({ stores: [], prove: "read", dryRun: true });
    expect(run.warnings).toEqual([
      "store in .github/coldstore.yml isn't used: on a pull request a store comes from a flag or an input.",
    ]);
  });

  test("also not by a profile, and a run that needs one says why it's missing", async () => {
    const files = { "/repo/coldstore.yml": "profiles: {p: {store: ./x}}", "/event.json": event("acme/app") };
    expect(await problemsOf({ argv: "verify --profile p", env: pullRequest, files })).toEqual([
      "store is missing: say in which folder, release or remote sets are kept, as in coldstore verify ./cold.",
      "store in coldstore.yml isn't used: on a pull request a store comes from a flag or an input.",
    ]);
  });

  test("where a restore goes isn't said by a file that was found, and may be by one that is named", async () => {
    const files = { "/repo/coldstore.yml": "into: ~/.config\nprofiles: {p: {into: /}}" };
    expect(await problemsOf({ argv: "restore ./c --profile p", files })).toEqual([
      "into (coldstore.yml, line 1) can't be set by a file that was merely found in the repository; give it as a flag or an input, or name the file by config.",
      "into (profile p, coldstore.yml, line 2) can't be set by a file that was merely found in the repository; give it as a flag or an input, or name the file by config.",
      "into is missing: say in which folder to put what comes back, as in --into ./restored, or try it with --dry-run.",
    ]);
    expect(await settingsOf({ argv: "restore ./c --config coldstore.yml", files })).toMatchObject({
      into: "/home/me/.config",
    });
  });

  test("a file that is named by --config may", async () => {
    const files = { "/repo/my.yml": "store: ./from-file", "/event.json": event("fork/app") };
    expect(await settingsOf({ argv: "snapshot --config my.yml", env: pullRequest, files })).toMatchObject({
      stores: [{ path: "/repo/from-file" }],
    });
  });

  test("on a fork's pull request the base's file is used", async () => {
    const files = { ...config, "/event.json": event("fork/app") };
    const readBase = async (path: string) => (path === ".github/coldstore.yml" ? "prove: none" : undefined);
    expect(await settingsOf({ argv: "snapshot", env: pullRequest, files, readBase })).toMatchObject({ prove: "none" });
  });

  test.each([
    ["the base can't be read", event("fork/app")],
    ["the event can't be read", undefined],
    ["the event is no JSON", "{"],
    [
      "the fork is gone",
      JSON.stringify({ pull_request: { head: { repo: null }, base: { repo: { full_name: "acme/app" } } } }),
    ],
  ])("the file is left out with a warning when %s", async (_, text) => {
    const files = { ...config, ...(text !== undefined && { "/event.json": text }) };
    const run = await runOf({ argv: "snapshot", env: pullRequest, files });
    expect(run.settings).toMatchObject({ prove: "digest" });
    expect(run.warnings).toEqual([
      ".github/coldstore.yml isn't used: this is a fork's pull request, and the base's file can't be had (the base isn't there to be read).",
    ]);
  });
});

describe("which of several places wins", () => {
  const everywhere = settingSpecs().filter(({ where, name }) => where === "everywhere" && name !== "mode");

  test.each(everywhere)("$name: a flag, then a profile, then the file, then the default", async (spec) => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(valueOf(spec), valueOf(spec), valueOf(spec)), async ([flag, profile, file]) => {
        const call = (places: { flag?: string; profile?: string; file?: string }): Call => {
          const yaml = (text: string | undefined) =>
            text === undefined ? "{}" : `{${spec.name}: ${JSON.stringify(text)}}`;
          const argv = ["--mode", spec.modes[0]!, "--profile", "p"];
          if (spec.name === "compression-level") argv.push("--format", "tar.zst");
          if (spec.name !== "store") argv.push("--store", storeFor(spec));
          if (spec.modes[0] === "replicate" && spec.name !== "from") argv.push("--from", "./f");
          if (spec.name === "rclone-sha256") argv.push("--rclone-version", "1.75.1");
          if (spec.name === "path") argv.push("--into", "./r");
          if (spec.trust === "explicit") argv.push("--config", "coldstore.yml");
          if (places.flag !== undefined) argv.push(`--${spec.name}=${places.flag}`);
          const own = places.file === undefined ? "" : `${yaml(places.file).slice(1, -1)}\n`;
          return {
            argv: spec.name === "store" || spec.name === "into" ? [...argv, "-n"] : argv,
            files: { "/repo/coldstore.yml": `${own}profiles: {p: ${yaml(places.profile)}}` },
          };
        };
        const only = await settingsOf(call({ flag }));
        expect(await settingsOf(call({ flag, profile, file }))).toEqual(only);
        expect(await settingsOf(call({ flag, file }))).toEqual(only);
        const profiled = await settingsOf(call({ flag: profile }));
        expect(await settingsOf(call({ profile, file }))).toEqual(profiled);
        expect(await settingsOf(call({ file }))).toEqual(await settingsOf(call({ flag: file })));
        if (flag !== profile && spec.kind.type !== "path" && spec.kind.type !== "source" && spec.kind.type !== "notes")
          expect(profiled).not.toEqual(only);
      }),
      { numRuns: 15 },
    );
  });
});

/** A store that the setting has a use for. */
function storeFor({ group, name }: SettingSpec): string {
  if (group === "remote") return name.includes("ssh") || name === "max-connections" ? "ssh://host/s" : "r2:s";
  return group === "release" ? "release" : "./s/s";
}

/** Texts that are fine for a setting, no two of which mean the same. */
function valueOf({ kind, example }: SettingSpec): fc.Arbitrary<string> {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  if (kind.type === "boolean") return fc.constantFrom("true", "false");
  if (kind.type === "auto") return fc.constantFrom("auto", "true", "false");
  if (kind.type === "choice") return fc.constantFrom(...kind.values);
  // Every level but 0 is one of tar.zst's.
  if (kind.type === "number") return fc.integer({ min: kind.min + 1, max: kind.max }).map(String);
  if (kind.type === "size") return fc.integer({ min: 1, max: 9999 }).map((mib) => `${mib}MiB`);
  if (kind.type === "mtime") return fc.oneof(fc.constantFrom("commit", "keep"), fc.nat().map(String));
  if (kind.type === "duration") return fc.integer({ min: 1, max: 10_000 }).map((seconds) => `${seconds}s`);
  if (kind.type === "since") return fc.integer({ min: 1, max: 10_000 }).map((days) => `${days}d`);
  if (kind.type === "version") return fc.nat({ max: 99 }).map((patch) => `1.75.${patch}`);
  if (kind.type === "digest") return fc.stringMatching(/^[0-9a-f]{64}$/);
  if (kind.type === "url") return word.map((name) => `https://${name}.example.org`);
  if (kind.type === "argument") return fc.integer({ min: 1, max: 99 }).map((count) => `--transfers=${count}`);
  if (kind.type === "known-host") return word.map((name) => `${name} ssh-ed25519 AAAA`.concat(name));
  if (kind.type === "source" || kind.type === "store" || kind.type === "path") return word.map((name) => `./${name}`);
  if (kind.type === "entry-path") return word;
  if (kind.type === "project") return word.map((name) => `acme/${name}`);
  return fc.oneof(word, fc.constant(example));
}

describe("whatever is given, the answer is settings or an error of settings", () => {
  const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);
  const names = settingSpecs().map(({ name }) => name);
  const flag = fc.tuple(
    fc.constantFrom("--", "--no-", "-", ""),
    fc.oneof(fc.constantFrom(...names), fc.string({ maxLength: 6 })),
    fc.constantFrom("", "=", "=x", "=true", "=./x"),
  );
  // oxlint-disable-next-line no-control-regex -- the very thing that must not get to a terminal
  const control = /[\u0000-\u001f]/;
  const token = fc.oneof(
    flag.map((parts) => parts.join("")),
    fc.constantFrom(
      "snapshot",
      "archive",
      "list",
      "verify",
      "restore",
      "help",
      "completion",
      ".",
      "./cold",
      "x.tar",
      "true",
      "__proto__",
      "constructor",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
  );

  test("on the command line", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 8 }), async (argv) => {
        for (const problem of await problemsOf({ argv, files: { "/repo/x.tar": "" } }))
          expect(problem).not.toMatch(control);
        presentationOf(argv, {});
      }),
      { seed, numRuns },
    );
  });

  test("in a config file", async () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.constantFrom(
        "*a",
        "&a x",
        "!a",
        "#a",
        "2GB",
        "-1",
        "!!binary x",
        "~",
        "",
        "|",
        "- x",
        "[x",
        "{a: b}",
        '"',
        "1.10",
        "true",
      ),
    );
    const line = fc.tuple(
      fc.constantFrom("", "  ", "    ", "\t", "- "),
      fc.oneof(fc.constantFrom(...names, "profiles", "p", "<<"), fc.string({ maxLength: 5 })),
      fc.constantFrom(": ", ":", " ", ":\n"),
      scalar,
    );
    const yaml = fc.oneof(
      fc
        .array(
          line.map((parts) => parts.join("")),
          { maxLength: 8 },
        )
        .map((lines) => lines.join("\n")),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(yaml, async (text) => {
        await problemsOf({ argv: "snapshot . ./cold", files: { "/repo/coldstore.yml": text } });
      }),
      { seed, numRuns },
    );
  });

  test("an unknown name is always answered with what to do", async () => {
    const unknown = fc
      .stringMatching(/^[a-z]{2,3}[a-z_-]{0,12}[a-z]$/)
      .filter((name) => !names.includes(name) && !names.includes(name.replace(/^no-/, "")));
    await fc.assert(
      fc.asyncProperty(unknown, async (name) => {
        const [byFlag] = await problemsOf({ argv: ["snapshot", ".", "./cold", `--${name}`] });
        expect(byFlag).toMatch(/did you mean --[a-z-]+\?|here, (use|leave)|coldstore --help lists them all/);
        const [byFile] = await problemsOf({
          argv: "snapshot . ./cold",
          files: { "/repo/coldstore.yml": `\n${name}: x` },
        });
        if (name !== "profiles")
          expect(byFile).toMatch(
            /coldstore\.yml, line 2.*(did you mean [a-z-]+\?|here, (use|leave)|takes mode, .* and comment)/,
          );
      }),
      { seed, numRuns },
    );
  });
});
