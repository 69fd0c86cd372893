import { describe, expect, test } from "vitest";
import { findSecrets } from "../../src/adapters/process/find-secrets.ts";
import { type Call, problemsOf, problemsOfStep, runOf, settingsOf, stepOf } from "../support/config-disk.ts";

const actions = { GITHUB_ACTIONS: "true", GITHUB_REPOSITORY: "acme/app", GITHUB_SHA: "1".repeat(40) };
const onTag = { ...actions, GITHUB_REF_TYPE: "tag", GITHUB_REF: "refs/tags/v1.4.0" };
const onBranch = { ...actions, GITHUB_REF_TYPE: "branch", GITHUB_REF: "refs/heads/main" };
const config = (text: string) => ({ "/repo/coldstore.yml": text });
const release = { kind: "release", text: "release" };

describe("where a set of a tag goes", () => {
  test.each(["snapshot", "archive"])("in GitHub Actions %s puts it into the tag's release", async (mode) => {
    expect((await stepOf({ inputs: { mode }, env: onTag })).settings).toMatchObject({ stores: [release] });
    expect(await settingsOf({ argv: mode, env: onTag })).toMatchObject({ stores: [release] });
    const dry = await stepOf({ inputs: { mode, "dry-run": "true" }, env: onTag });
    expect(dry.settings).toMatchObject({ stores: [release], dryRun: true, splitSize: 1900 * 1024 ** 2 });
  });

  test.each([
    ["on a branch", { env: onBranch }],
    ["outside of GitHub Actions", { env: { ...onTag, GITHUB_ACTIONS: "false" } }],
    ["of verify", { env: onTag, inputs: { mode: "verify" } }],
    ["of list", { env: onTag, inputs: { mode: "list" } }],
    ["of restore", { env: onTag, inputs: { mode: "restore", into: "./r" } }],
  ])("a store is missing all the same %s", async (_, step) => {
    expect(await problemsOfStep(step)).toEqual([expect.stringContaining("store is missing")]);
  });

  test("whatever anybody says of the store goes before it", async () => {
    const cold = [{ path: "/repo/cold" }];
    const files = config("store: ./cold\nprofiles: {p: {store: [./p, 'release:v1']}}");
    expect(await settingsOf({ argv: "snapshot", env: onTag, files })).toMatchObject({ stores: cold });
    expect(await settingsOf({ argv: "snapshot . ./cold", env: onTag })).toMatchObject({ stores: cold });
    expect((await stepOf({ inputs: { store: "./cold" }, env: onTag })).settings).toMatchObject({ stores: cold });
    expect(await settingsOf({ argv: "snapshot --profile p", env: onTag, files })).toMatchObject({
      stores: [{ path: "/repo/p" }, { kind: "release", tag: "v1" }],
    });
  });

  test("a file that was found may name releases, but not on a pull request", async () => {
    const repository = { repo: { full_name: "acme/app" } };
    const files = {
      ...config("store: release:evil/app@v1\nprofiles: {p: {store: release}}"),
      "/event.json": JSON.stringify({ pull_request: { head: repository, base: repository } }),
    };
    expect(await settingsOf({ argv: "snapshot", files })).toMatchObject({
      stores: [{ kind: "release", repository: "evil/app", tag: "v1" }],
    });
    const env = { ...onBranch, GITHUB_EVENT_NAME: "pull_request", GITHUB_EVENT_PATH: "/event.json" };
    for (const profile of ["", "p"]) {
      const { settings, warnings } = await stepOf({ env, files, inputs: { profile } });
      expect(settings.stores).toEqual([]);
      expect(warnings).toEqual([expect.stringMatching(/^store in coldstore.yml isn't used/)]);
    }
  });

  test("modes that read take releases as well as folders, also where a file or folder is called so", async () => {
    const files = { "/repo/release": "", "/repo/release:v1": "" };
    for (const argv of ["list release", "verify release", "restore release --into ./r"])
      expect(await settingsOf({ argv, files })).toMatchObject({ stores: [release] });
    expect(await settingsOf({ argv: "list release:v1", files })).not.toHaveProperty("file");
    expect(await settingsOf({ argv: "list ./release", files })).toMatchObject({ file: "/repo/release" });
  });
});

describe("the token", () => {
  const token = "ghs_0123456789abcdef";

  test.each([
    ["GH_TOKEN", { GH_TOKEN: token }],
    ["GITHUB_TOKEN", { GITHUB_TOKEN: token }],
    ["GH_TOKEN first", { GH_TOKEN: token, GITHUB_TOKEN: "other" }],
    ["GITHUB_TOKEN if the first is blank", { GH_TOKEN: " ", GITHUB_TOKEN: `${token}\n` }],
  ])("comes from %s, in every mode", async (_, env) => {
    for (const argv of ["snapshot . ./c", "archive . ./c", "list ./c", "verify ./c", "restore ./c -n"])
      expect(await settingsOf({ argv, env })).toMatchObject({ token });
  });

  test("is the step's before a variable's, and there may be none", async () => {
    const store = { store: "./cold" };
    const env = { GH_TOKEN: "other" };
    expect((await stepOf({ inputs: { ...store, token }, env })).settings).toMatchObject({ token });
    expect((await stepOf({ inputs: store, env })).settings).toMatchObject({ token: "other" });
    expect((await stepOf({ inputs: store })).settings).not.toHaveProperty("token");
    expect(await settingsOf({ argv: "snapshot . ./c", env: { GH_TOKEN: "" } })).not.toHaveProperty("token");
  });

  test.each([`--token=${token}`, `--token ${token}`])("is no flag, and %s tells nobody", async (flag) => {
    expect(await problemsOf({ argv: `snapshot . ./cold ${flag}` })).toEqual([
      "--token isn't a flag, as others can read a command line; set the variable GH_TOKEN or GITHUB_TOKEN instead.",
    ]);
  });

  test("stands in no config file, found or named, and nobody is told what it is", async () => {
    const files = config(`token: ${token}\nprofiles: {p: {token: ${token}}}`);
    for (const argv of ["snapshot . ./c", "snapshot . ./c --config coldstore.yml"])
      expect(await problemsOf({ argv, files })).toEqual(
        ["coldstore.yml, line 1", "profile p, coldstore.yml, line 2"].map(
          (where) =>
            `token (${where}) can't be set in a config file; give it as an input; on the command line set the variable GH_TOKEN or GITHUB_TOKEN instead.`,
        ),
      );
  });

  test.each([`${token} x`, `${token}\nx`, `Bearer\t${token}`, `${token}\u0000`, `${token}é`])(
    "that no header can carry is refused without a word of it: %j",
    async (text) => {
      const wrong = "has spaces or characters that no token has; give the token alone.";
      const step = await problemsOfStep({ inputs: { store: "./cold", token: text } });
      expect(step).toEqual([`token ${wrong}`]);
      const call = await problemsOf({ argv: "snapshot . ./c", env: { GITHUB_TOKEN: text } });
      expect(call).toEqual([`token (from GITHUB_TOKEN) ${wrong}`]);
    },
  );

  test("is a secret wherever it comes from", () => {
    for (const name of ["INPUT_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"])
      expect(findSecrets({ [name]: token })).toEqual([token]);
  });
});

describe("how a release looks", () => {
  test("is as documented by default, and as a flag, an input or a file says", async () => {
    const usual = { draft: false, prerelease: "auto", latest: "auto" };
    expect(await settingsOf({ argv: "snapshot . release" })).toMatchObject({ release: usual });
    const told = { notes: "./n.md", prerelease: "true", latest: "False", draft: "true" };
    const wanted = { notes: { file: "/repo/n.md" }, prerelease: true, latest: false, draft: true };
    const step = await stepOf({ inputs: { store: "release", ...told } });
    expect(step.settings).toMatchObject({ release: wanted });
    const argv = "snapshot . release --notes n.md --prerelease true --latest=false --draft";
    expect(await settingsOf({ argv })).toMatchObject({ release: wanted });
    const files = config("notes: n.md\nprerelease: true\nlatest: FALSE\ndraft: true");
    expect(await settingsOf({ argv: "archive . release", files })).toMatchObject({ release: wanted });
    expect(await settingsOf({ argv: "archive . release --notes none", files })).not.toHaveProperty("release.notes");
  });

  test.each<[string, unknown]>([
    ["generate", "generate"],
    ["./generate", { file: "/repo/generate" }],
    ["~/n.md", { file: "/home/me/n.md" }],
    ["CHANGES", { file: "/repo/CHANGES" }],
  ])("notes: %s", async (text, notes) => {
    expect(await settingsOf({ argv: ["snapshot", ".", "release", "--notes", text] })).toMatchObject({
      release: { notes },
    });
  });

  test.each([
    ["--notes=", "--notes is empty; give none, generate or the path of a file that has the notes."],
    ["--notes=a\nb", '--notes is "a\\nb"; give none, generate or the path of a file that has the notes.'],
    ["--prerelease=rc", '--prerelease is "rc"; give auto, true or false.'],
    ["--latest=legacy", '--latest is "legacy"; give auto, true or false.'],
    ["--stall-timeout=0s", '--stall-timeout is "0s"; give a duration such as 4h, 90m or 30s, up to 24d.'],
    ["--comment=never", "--comment is for the action only; leave it out."],
  ])("%j is refused", async (flag, problem) => {
    expect(await problemsOf({ argv: ["snapshot", ".", "release", flag] })).toEqual([problem]);
  });

  test("a comment is the action's alone, and a file that was found may switch it off", async () => {
    const files = config("comment: never\nstore: ./cold");
    expect((await stepOf({ files })).settings).toMatchObject({ comment: "never" });
    expect((await stepOf({ files, inputs: { comment: "auto" } })).settings).toMatchObject({ comment: "auto" });
    expect(await settingsOf({ argv: "snapshot . ./c", env: actions })).toMatchObject({ comment: "never" });
  });
});

describe("parts", () => {
  const splitOf = async (call: Call) => (await runOf(call)).settings;

  test("fit into a release if one is among the stores, and only then there are any unasked", async () => {
    expect(await splitOf({ argv: "snapshot . ./cold" })).not.toHaveProperty("splitSize");
    expect(await splitOf({ argv: "snapshot -n" })).not.toHaveProperty("splitSize");
    expect(await splitOf({ argv: "snapshot . ./cold --store release:v1" })).toMatchObject({
      splitSize: 1_992_294_400,
    });
    expect(await splitOf({ argv: "snapshot . release --split-size 2147483647" })).toMatchObject({
      splitSize: 2_147_483_647,
    });
  });

  test.each(["2GiB", "2147483648", "1TiB"])("of %s are too large for a release alone", async (size) => {
    expect(await problemsOf({ argv: `snapshot . release --split-size ${size}` })).toEqual([
      expect.stringMatching(
        /^split-size is [\d.]+ [GT]B, and a release takes files below 2 GiB; give 1900MiB, or leave it out\.$/,
      ),
    ]);
    expect(await problemsOf({ argv: `snapshot . ./cold --split-size ${size}` })).toEqual([]);
  });
});

describe("what can't be had together", () => {
  const noRelease = (names: string, them = "it") =>
    `${names} for a release, and no store is one; add store: release, or leave ${them} out.`;

  test.each<[string, string]>([
    ["snapshot . ./cold --draft", noRelease("draft is")],
    ["archive . ./cold --notes generate --latest true -n", noRelease("notes and latest are", "them")],
    [
      "snapshot . release --freeze",
      "freeze is true, and a release holds no freeze markers; add a folder or a remote to store, or leave it out: a release that GitHub keeps immutable counts as frozen.",
    ],
    ["snapshot . release --store release:v1", "release:v1 and release can be the same release; give one of them."],
    [
      "verify release:v1 --store release:Acme/App@v1",
      "release:v1 and release:Acme/App@v1 can be the same release; give one of them.",
    ],
    ["verify ./cold --draft", "--draft belongs to snapshot, archive and replicate, not to verify; leave it out."],
  ])("%s", async (argv, problem) => {
    expect(await problemsOf({ argv, env: actions })).toEqual([problem]);
  });

  test.each([
    "snapshot . ./cold --no-draft --notes none --latest auto",
    "snapshot -n --draft --notes generate",
    "snapshot . ./cold --store release --freeze --draft",
    "snapshot . release --store release:other/app@v1",
    "snapshot . release:v1 --store release:v2",
    "list release:acme/app@v1 --store release:other/app@v1",
  ])("%s is fine", async (argv) => {
    expect(await problemsOf({ argv, env: actions })).toEqual([]);
  });

  test("a file that serves many runs may say of releases what this one has no use for", async () => {
    const files = config("draft: true\nnotes: generate\nstore: [release, 'release:v1']");
    expect(await problemsOf({ argv: "snapshot . ./cold", files })).toEqual([]);
    expect(await problemsOf({ argv: "snapshot", files })).toHaveLength(1);
    expect(await problemsOf({ argv: "list a.zip", files: { ...files, "/repo/a.zip": "" } })).toEqual([]);
  });

  test("outside of GitHub Actions a project tells the run's own repository", async () => {
    const argv = "snapshot . release --store release:acme/app@v1";
    expect(await problemsOf({ argv: `${argv} --project acme/app` })).toHaveLength(1);
    expect(await problemsOf({ argv })).toEqual([]);
  });
});
