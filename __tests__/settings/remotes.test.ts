import { describe, expect, test } from "vitest";
import { findSecrets } from "../../src/adapters/process/find-secrets.ts";
import { isSecretOption, runsProgram } from "../../src/model/rclone-options.ts";
import { execFileSync } from "node:child_process";
import { problemsOf, problemsOfStep, runOf, settingsOf, stepOf } from "../support/config-disk.ts";
import { testWith } from "../support/programs.ts";

const config = (text: string) => ({ "/repo/coldstore.yml": text });
const actions = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/app", GITHUB_SHA: "1".repeat(40) };
const repository = { repo: { full_name: "acme/app" } };
const event = { "/event.json": JSON.stringify({ pull_request: { head: repository, base: repository } }) };
const pullRequest = { ...actions, GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: "/event.json" };

describe("a source that lies elsewhere", () => {
  test.each([
    ["r2:photos/2026", { kind: "rclone", remote: "r2:", path: "photos/2026" }],
    ["ssh://me@nas/~/photos", { kind: "ssh", user: "me", host: "nas", path: "photos" }],
  ])("is taken by archive: %s", async (text, remote) => {
    const settings = await settingsOf({ argv: `archive ${text} ./cold` });
    expect(settings).toMatchObject({ mode: "archive", source: text, remote: { text, ...remote } });
  });

  test("leaves the config file and the project to the folder that one is in", async () => {
    const files = config("store: ./cold\nprove: read");
    expect(await settingsOf({ argv: "archive r2:photos", files })).toMatchObject({
      stores: [{ path: "/repo/cold" }],
      prove: "read",
    });
    expect(await settingsOf({ argv: "archive . ./cold" })).not.toHaveProperty("remote");
  });

  test.each([
    [
      "snapshot r2:x ./cold",
      "source is r2:x, which isn't on this machine, and a snapshot is of a git repository that is",
    ],
    ["snapshot ssh://h/x ./cold", "source is ssh://h/x, which isn't on this machine"],
    ["archive r2:x ./cold --lfs include", "lfs is for a git repository, and source is r2:x, a remote; leave it out."],
    [
      "archive r2:x ./cold --mtime commit --submodules include",
      "submodules and mtime are for a git repository, and source is r2:x, a remote; leave them out.",
    ],
  ])("coldstore %s is refused", async (argv, sentence) => {
    expect(await problemsOf({ argv })).toEqual([expect.stringContaining(sentence)]);
  });

  test("takes times and patterns all the same, and what a config file says for repositories isn't its problem", async () => {
    expect(await problemsOf({ argv: "archive r2:x ./cold --mtime 1 --exclude *.iso" })).toEqual([]);
    expect(await problemsOf({ argv: "archive r2:x ./cold", files: config("lfs: include\nmtime: commit") })).toEqual([]);
  });
});

describe("settings without a use", () => {
  const forRclone = (names: string, are: string, them: string) =>
    `${names} ${are} for a remote of rclone's, and no store is one; name one, such as r2:backups, or leave ${them} out.`;
  test.each<[string, string]>([
    ["list ./cold --rclone-version 1.75.1", forRclone("rclone-version", "is", "it")],
    [
      "list release --rclone-version 1.75.1 --rclone-mirror https://m",
      forRclone("rclone-version and rclone-mirror", "are", "them"),
    ],
    ["snapshot . ./cold --storage-class X", forRclone("storage-class", "is", "it")],
    ["snapshot . ssh://h/x --storage-class X", forRclone("storage-class", "is", "it")],
    ["archive r2:x ./cold --storage-class X", forRclone("storage-class", "is", "it")],
    ["replicate ./cold --from r2:x --storage-class X", forRclone("storage-class", "is", "it")],
    [
      "list r2:x --max-connections 2",
      "max-connections is for an SSH host, and no store is one; name one, such as ssh://user@host/srv/cold, or leave it out.",
    ],
    [
      "list r2:x --rclone-path /bin/rclone --rclone-version 1.75.1 --rclone-mirror https://m",
      "rclone-path names an rclone that is here, and rclone-version and rclone-mirror are for one that is fetched; leave one or the other out.",
    ],
    [
      `list r2:x --rclone-sha256 ${"0".repeat(64)}`,
      "rclone-sha256 is given without rclone-version; give the version that it belongs to, too.",
    ],
    [
      "verify r2:x --storage-class X",
      "--storage-class belongs to snapshot, archive and replicate, not to verify; leave it out.",
    ],
  ])("coldstore %s is refused", async (argv, problem) => {
    expect(await problemsOf({ argv })).toEqual([problem]);
  });

  test("have one with a remote wherever it stands, and in a config file for other runs", async () => {
    for (const argv of [
      "list r2:x --rclone-version 1.75.1",
      "list ssh://h/x --rclone-version 1.75.1 --max-connections 2",
      "archive ssh://h/x ./cold --max-connections 2",
      "archive r2:x -n --rclone-version 1.75.1",
      "snapshot . r2:x --store ./cold --storage-class X",
      "replicate ./cold --from r2:x --rclone-version 1.75.1",
      "replicate r2:x --from ./cold --storage-class X",
    ])
      expect(await problemsOf({ argv })).toEqual([]);
    const files = config("max-connections: 2\nrclone-version: 1.75.1\nstorage-class: X");
    expect(await problemsOf({ argv: "snapshot . ./cold", files })).toEqual([]);
  });

  test("aren't told of where the store is what's wrong", async () => {
    const problems = await problemsOf({ argv: "list https://x/y --rclone-version 1.75.1" });
    expect(problems).toEqual([expect.stringContaining("a URL")]);
  });
});

describe("a config file", () => {
  const merely = (name: string, what: string) =>
    `${name} ${what}: a file that was merely found in the repository can't do that; give it as a flag or an input, or name the file by config.`;
  const plugin = "names a plugin, which is code that would be run";
  const other = "gives a configured remote other options, which could send its credentials elsewhere";

  test.each<[string, string, string]>([
    ["store: plugin:./x.mjs", "list", merely("store (coldstore.yml, line 1)", plugin)],
    ["store: [./a, 'plugin:./x.mjs']", "list", merely("store (coldstore.yml, line 1)", plugin)],
    ["store: |\n  ./a\n  plugin:./x.mjs", "list", merely("store (coldstore.yml, line 1)", plugin)],
    [
      "profiles: {p: {store: 'plugin:./x.mjs'}}",
      "list --profile p ./c",
      merely("store (profile p, coldstore.yml, line 1)", plugin),
    ],
    [
      "profiles: {p: {store: 'plugin:./x.mjs'}}",
      "list ./c",
      merely("store (profile p, coldstore.yml, line 1)", plugin),
    ],
    ["from: plugin:./x.mjs", "list ./c", merely("from (coldstore.yml, line 1)", plugin)],
    ["store: r2,endpoint=evil:x", "list ./c", merely("store (coldstore.yml, line 1)", other)],
    ["source: r2,endpoint=evil:x", "archive . ./c", merely("source (coldstore.yml, line 1)", other)],
  ])("that was found can't say %j", async (text, argv, problem) => {
    const problems = await problemsOf({ argv, files: config(text) });
    expect(problems).toContain(problem);
  });

  test.each(["rclone-path: /tmp/x", "rclone-args: --transfers=8", "rclone-mirror: https://m"])(
    "that was found can't say %s, and one that is named can",
    async (text) => {
      expect(await problemsOf({ argv: "list r2:x", files: config(text) })).toEqual([
        expect.stringMatching(/can't be set by a file that was merely found in the repository/),
      ]);
      expect(await problemsOf({ argv: "list r2:x --config coldstore.yml", files: config(text) })).toEqual([]);
    },
  );

  test("that is named may open a plugin, and one that was found a remote", async () => {
    const named = await settingsOf({ argv: "list --config coldstore.yml", files: config("store: plugin:./x.mjs") });
    expect(named.stores).toEqual([{ kind: "plugin", text: "plugin:./x.mjs", path: "/repo/x.mjs" }]);
    const found = await settingsOf({ argv: "list", files: config("store: ['r2:a', 'ssh://h/b', ':s3,env_auth:c']") });
    expect(found.stores).toMatchObject([{ kind: "rclone" }, { kind: "ssh" }, { kind: "rclone" }]);
  });

  test("names no store and no remote on a pull request, whatever it calls them", async () => {
    const text = "store: r2:a\nfrom: r2:b\nsource: r2:c\nprofiles: {p: {source: 'ssh://h/c'}}";
    const files = { ...config(text), ...event };
    const run = await runOf({ argv: "archive", env: pullRequest, files });
    expect(run.settings).toMatchObject({ stores: [], source: "/repo", dryRun: true });
    expect(run.settings).not.toHaveProperty("remote");
    expect(run.warnings).toEqual([
      "store, from and source in coldstore.yml aren't used: on a pull request stores and remotes come from a flag or an input.",
    ]);
    const local = { ...config("source: ./app"), ...event };
    expect(await settingsOf({ argv: "archive", env: pullRequest, files: local })).toMatchObject({
      source: "/repo/app",
    });
  });
});

describe("a plugin", () => {
  test.each([
    ["plugin:./x.mjs", "/repo/x.mjs"],
    ["plugin:x.js", "/repo/x.js"],
    ["plugin:/opt/x.ts", "/opt/x.ts"],
    ["plugin:~/x.mts", "/home/me/x.mts"],
  ])("%s is the module %s", async (text, path) => {
    expect((await settingsOf({ argv: ["list", text] })).stores).toEqual([{ kind: "plugin", text, path }]);
  });

  test.each([
    "plugin:",
    "plugin:./x",
    "plugin:./x.cjs",
    "plugin:@acme/store",
    "plugin:https://x/y.mjs",
    "plugin:file:///x.mjs",
  ])("%s is refused", async (text) => {
    expect(await problemsOf({ argv: ["list", text] })).toEqual([
      expect.stringContaining("; give the path of a module that is here, ending in .mjs, .js, .mts or .ts, as in"),
    ]);
  });
});

describe("replicate", () => {
  test("has the documented defaults", async () => {
    expect(await settingsOf({ argv: "replicate ./cold --from release" })).toEqual({
      mode: "replicate",
      from: { kind: "release", text: "release" },
      stores: [{ kind: "folder", text: "./cold", path: "/repo/cold" }],
      sets: [],
      onlyModes: [],
      prove: "digest",
      onConflict: "fail",
      release: { draft: false, prerelease: "auto", latest: "auto" },
      dryRun: false,
      timeout: 14_400_000,
      stallTimeout: 300_000,
      rclone: { args: [] },
      ssh: { knownHosts: [], maxConnections: 4 },
    });
  });

  test("takes all that it can be told, as flags and as inputs", async () => {
    const wanted = {
      stores: [{ text: "r2:b" }, { text: "./c" }],
      from: { text: "ssh://h/a" },
      sets: [{ id: "v1" }, { mode: "archive", id: "2" }],
      onlyModes: ["archive", "snapshot"],
      since: { ago: 30 * 86_400_000 },
      prove: "read",
      onConflict: "keep",
      project: "acme/app",
      dryRun: true,
    };
    const argv =
      "replicate r2:b --store ./c --from ssh://h/a --set v1 --set archive/2 --only-mode archive --only-mode snapshot --since 30d --prove read --on-conflict keep --project acme/app -n";
    expect(await settingsOf({ argv })).toMatchObject(wanted);
    const inputs = {
      mode: "replicate",
      store: "r2:b\n./c",
      from: "ssh://h/a",
      set: "v1\narchive/2",
      "only-mode": "archive\nsnapshot",
      since: "30d",
      prove: "read",
      "on-conflict": "keep",
      project: "acme/app",
      "dry-run": "true",
    };
    expect((await stepOf({ inputs, env: actions })).settings).toMatchObject(wanted);
  });

  test("isn't narrowed to the run's project, and is a dry run on a pull request", async () => {
    expect(await settingsOf({ argv: "replicate ./c --from r2:x", env: actions })).not.toHaveProperty("project");
    const env = pullRequest;
    expect(await settingsOf({ argv: "replicate ./c --from r2:x", env, files: event })).toMatchObject({ dryRun: true });
  });

  test.each<[string, string]>([
    ["replicate ./cold", "from is missing: say which store is read, as in coldstore replicate ./cold --from release."],
    [
      "replicate --from ./cold",
      "store is missing: say in which folder, release or remote sets are to be kept, as in coldstore replicate ./cold --from release.",
    ],
    ["replicate ./cold --from cold", "./cold is read and written, in from and in store; copy to another store."],
    ["replicate r2:a/ --from r2:a", "r2:a/ is read and written, in from and in store; copy to another store."],
    [
      "replicate release --from release:v1 --set v1",
      "release:v1 and release can be the same release; give one of them.",
    ],
    [
      "replicate release:v1 --from ./cold",
      "release:v1 holds one set; name it with set, or give store: release for one release a set.",
    ],
    [
      "replicate ./a ./b --from ./c",
      'replicate takes one store, and "./b" is too much; more stores are given as --store "./b".',
    ],
    ["replicate ./a --from ./b --from ./c", 'from is given twice: "./b" and "./c"; give it once.'],
    ["replicate ./a --from ./b --freeze", "--freeze belongs to snapshot and archive, not to replicate; leave it out."],
    ["list ./a --from ./b", "--from belongs to replicate, not to list; leave it out."],
    [
      "replicate ./a --from ./b --draft",
      "draft is for a release, and no store is one; add store: release, or leave it out.",
    ],
  ])("coldstore %s is refused", async (argv, problem) => {
    expect(await problemsOf({ argv })).toEqual([problem]);
  });

  test("as a step has no store by itself on a tag, and says what it lacks in a workflow's words", async () => {
    const env = { ...actions, GITHUB_REF_TYPE: "tag", GITHUB_REF: "refs/tags/v1" };
    expect(await problemsOfStep({ inputs: { mode: "replicate" }, env })).toEqual([
      "store is missing: say in which folder, release or remote sets are to be kept, as in store: ./cold.",
      "from is missing: say which store is read, as in from: release.",
    ]);
  });

  test("copies one set into a release of another tag, and any into releases of their own", async () => {
    expect(await problemsOf({ argv: "replicate release:v1 --from ./cold --set a/b/snapshot/v1 --draft" })).toEqual([]);
    expect(await problemsOf({ argv: "replicate release --from ./cold" })).toEqual([]);
  });
});

describe("secrets of remotes", () => {
  const key =
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----\n";
  const inBase64 = (text: string) => Buffer.from(text).toString("base64");
  // What `rclone obscure hunter2-hunter2` gave.
  const config = "[dav]\ntype = webdav\nuser = me\npass = OBSCURED\n[r2]\nsecret_access_key = s3cr3tValue42\n";

  test.each([
    ["INPUT_RCLONE-CONFIG", config, "s3cr3tValue42"],
    ["INPUT_RCLONE-CONFIG", inBase64(config), "s3cr3tValue42"],
    ["INPUT_SSH-KEY", key, key],
    ["INPUT_SSH-KEY", inBase64(key), key],
    ["INPUT_SSH-KEY", key.replaceAll("\n", "\\n"), key],
    ["COLDSTORE_SSH_KEY", key, key],
    ["RCLONE_CONFIG_R2_SECRET_ACCESS_KEY", "s3cr3tValue42", "s3cr3tValue42"],
    ["RCLONE_CONFIG_MY_BOX_TOKEN", '{"access_token":"ya29.s3cr3t"}', "ya29.s3cr3t"],
    ["RCLONE_S3_SSE_CUSTOMER_KEY", "s3cr3tValue42", "s3cr3tValue42"],
  ])("are found in %s (%#)", (name, value, secret) => {
    const found = findSecrets({ [name]: value });
    expect(found).toContain(value);
    expect(found).toContain(secret);
  });

  test.each(["INPUT_RCLONE-ARGS", "RCLONE_CONFIG_R2_ENDPOINT", "RCLONE_CONFIG_SSH_HOST_KEYS", "INPUT_SSH-KNOWN-HOSTS"])(
    "aren't seen in %s",
    (name) => expect(findSecrets({ [name]: "some-thing" })).toEqual([]),
  );

  testWith(["rclone"], "that rclone obscured are found as they were, in a configuration and in a variable", () => {
    const obscured = execFileSync("rclone", ["obscure", "hunter2-hunter2"], { encoding: "utf8" }).trim();
    expect(findSecrets({ "INPUT_RCLONE-CONFIG": config.replace("OBSCURED", obscured) })).toEqual(
      expect.arrayContaining([obscured, "hunter2-hunter2"]),
    );
    expect(findSecrets({ RCLONE_CONFIG_DAV_PASS: obscured })).toEqual([obscured, "hunter2-hunter2"]);
  });

  testWith(["rclone"], "every option that rclone itself hides is known for one, and programs for what they are", () => {
    const json = execFileSync("rclone", ["config", "providers"], { encoding: "utf8", maxBuffer: 2 ** 27 });
    const providers = JSON.parse(json) as { Options: { Name: string; IsPassword: boolean; Sensitive: boolean }[] }[];
    const options = providers.flatMap(({ Options }) => Options);
    expect(options.filter((each) => each.IsPassword && !isSecretOption(each.Name))).toEqual([]);
    // What else it marks is a name, an address or an id.
    const others = options.filter((each) => each.Sensitive && !isSecretOption(each.Name)).map(({ Name }) => Name);
    expect(others.filter((name) => /token|secret|pass|cred|private/.test(name) && !/_id$|_name$/.test(name))).toEqual(
      [],
    );
    expect([...new Set(options.map(({ Name }) => Name).filter(runsProgram))]).toEqual(
      expect.arrayContaining(["ssh", "bearer_token_command", "server_command"]),
    );
  });
});
