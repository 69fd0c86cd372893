import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { parse, stringify } from "yaml";
import { type ActEnd, type ActPlace, type ActStep, bundlePath, makeActPlace } from "../support/act.ts";
import { documentedWorkflows } from "../support/documented-workflows.ts";
import { type GitHubProcess, type Grants, type SeenRelease, startGitHub } from "../support/github-process.ts";
import { gitIn, type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { makeLargeRepository } from "../support/large-repository.ts";
import { isInstalled } from "../support/installed.ts";
import { startRcloneServer } from "../support/rclone-servers.ts";
import { startSshServer } from "../support/ssh-server.ts";
import { filesBelow, onlySet, sha256, shell } from "../support/stored-set.ts";
import { branchPush, pullRequest, schedule, tagPush, type WorkflowEvent } from "../support/workflow-events.ts";

// Under nektos/act, on this machine, without containers or network: the bundle in dist/ and the workflows of the documentation.
// The actions of others in them are stand-ins of ours, in ../support/stand-ins; coldstore/action is this repository's.

const root = join(import.meta.dirname, "..", "..");
const needed = ["act", "bash", "sha256sum", "make"];

/** A test of the bundle; without act or a bundle it is skipped, but not in CI. */
function testUnderAct(
  name: string,
  body: (context: TestContext) => Promise<void>,
  programs: readonly string[] = [],
): void {
  test(name, async (context) => {
    const missing = [
      ...[...needed, ...programs].filter((program) => !isInstalled(program)),
      ...(existsSync(bundlePath) ? [] : ["dist/index.js, which npm run build makes"]),
    ];
    if (missing.length > 0 && process.env["CI"] === "true")
      throw new Error(`${missing.join(", ")} must be there in CI`);
    context.skip(missing.length > 0, `not there: ${missing.join(", ")}`);
    await body(context);
  });
}

const documented = documentedWorkflows(root);

/** The workflow of that name in the documentation. */
function workflowOf(name: string): string {
  const found = documented.find((workflow) => workflow.name === name);
  if (found === undefined) throw new Error(`no workflow ${name} in the documentation`);
  tried.add(name);
  return found.text;
}

const tried = new Set<string>();

let app: GitFixture;
let head: string;
let pulls: { readonly own: WorkflowEvent; readonly fork: WorkflowEvent };

beforeAll(() => {
  app = makeRepository({
    commits: [
      { files: { "README.md": "# app\n", "src/run.sh": { executable: "#!/bin/sh\n" }, ".gitignore": "dist/\n" } },
      { files: { Makefile: "dist:\n\tmkdir dist && echo built >dist/app.txt\n" }, tags: { "v1.4.0": "annotated" } },
    ],
  });
  head = app.git("rev-parse", "HEAD");
  const change = app.commit({ files: { "new.txt": "new\n" } });
  const merged = app.git("commit-tree", `${change}^{tree}`, "-p", head, "-p", change, "-m", "Merge");
  app.git("update-ref", "refs/pull/7/merge", merged);
  app.git("reset", "-q", "--hard", head);
  const pull = { number: 7, sha: merged, head: change, branch: "feature" };
  pulls = { own: pullRequest({ ...pull, from: "acme/app" }), fork: pullRequest({ ...pull, from: "mallory/app" }) };
});

afterAll(() => app.remove());

const tag = (): WorkflowEvent => tagPush("v1.4.0", head);

function expectGreen(end: ActEnd): void {
  expect(end.code, end.output).toBe(0);
  expect(end.steps.filter(({ result }) => result === "failure")).toEqual([]);
  expect(end.left).toEqual([]);
}

/** The main step of coldstore/action, of a job that has one. */
function coldstore(end: ActEnd, nth = 0): ActStep {
  const step = end.steps.filter(({ name, stage }) => name === "coldstore/action@v1" && stage === "Main")[nth];
  if (step === undefined) throw new Error(`no such step in\n${end.output}`);
  return step;
}

/** What a reader of a job can see: act itself prints the commands that mask, too. */
function shownBy({ steps }: ActEnd): string {
  return steps
    .map(({ lines, annotations, outputs, summary }) => JSON.stringify([lines, annotations, outputs, summary]))
    .join("\n");
}

/** The tar that any clone gives of a ref. */
function archiveOf(repository: string, ref: string, prefix: string): Buffer {
  return gitIn(repository, "archive", "--format=tar", `--prefix=${prefix}/`, ref);
}

/** Gives a repository the commit that is checked out here: from another's clone or a shallow one, as in CI, too. */
function pushHead(origin: GitFixture, ref: string): void {
  origin.git("config", "receive.shallowUpdate", "true");
  gitIn(root, "-c", "safe.directory=*", "push", "-q", "--no-verify", origin.path, `HEAD:${ref}`);
}

interface Releasing extends GitHubProcess {
  /** For a job that may make releases and nothing else. */
  readonly releasing: { readonly apiUrl: string; readonly token: string };
}

/** A GitHub that has a repository's tags and no release. */
async function startReleasing(folder: string, { immutable = false } = {}): Promise<Releasing> {
  const tokens: Record<string, Grants> = { "may-release": { contents: "write" } };
  const github = await startGitHub({ repository: "acme/app", folder, tokens, immutable });
  return { ...github, releasing: { apiUrl: github.apiUrl, token: "may-release" } };
}

/** The one release that there is: published, and downloaded by nobody in particular its files fit the checksums. */
async function expectReleased(
  github: GitHubProcess,
  tag: string,
): Promise<{ readonly release: SeenRelease; readonly folder: string; readonly set: ReturnType<typeof onlySet> }> {
  const { releases, violations } = await github.see();
  expect(violations).toEqual([]);
  expect(releases).toEqual([expect.objectContaining({ tag, draft: false, prerelease: tag.includes("-") })]);
  const [release] = releases;
  if (release === undefined) throw new Error("no release");
  expect(release.body).not.toContain("coldstore:");
  const folder = await github.download(release);
  const set = onlySet(folder);
  shell(`sha256sum -c -- '${set.name}.SHA256SUMS'`, folder);
  for (const { name, digest, state } of release.assets)
    expect([name, state, digest]).toEqual([name, "uploaded", `sha256:${sha256(readFileSync(join(folder, name)))}`]);
  return { release, folder, set };
}

async function expectNothingWritten(github: GitHubProcess, work: () => Promise<void>): Promise<void> {
  const before = (await github.see()).requests.length;
  await work();
  const { requests } = await github.see();
  expect(requests.length).toBeGreaterThan(before);
  expect(requests.slice(before).filter(({ method }) => method !== "GET")).toEqual([]);
}

/** Checks an uploaded set with stock programs. */
function expectWhole(place: ActPlace, artifact: string): ReturnType<typeof onlySet> {
  const set = onlySet(join(place.artifacts, artifact));
  shell(`sha256sum -c -- '${set.name}.SHA256SUMS'`, set.folder);
  return set;
}

describe.concurrent("the workflows of the documentation, in a runner", () => {
  testUnderAct("README.md's releases a tag of this very project, and a second run writes nothing", async () => {
    using origin = makeRepository({ bare: true });
    pushHead(origin, "refs/tags/v9.8.7");
    const sha = origin.git("rev-parse", "v9.8.7^{commit}");
    await using github = await startReleasing(origin.path);
    using place = makeActPlace(origin.path);
    const call = { workflow: workflowOf("workflow"), event: tagPush("v9.8.7", sha), github: github.releasing };
    const end = await place.run(call);
    expectGreen(end);
    const { release, set } = await expectReleased(github, "v9.8.7");
    expect(set.name).toBe("app-9.8.7");
    expect(release.assets).toHaveLength(5);
    expect(sha256(set.tar())).toBe(sha256(archiveOf(origin.path, "v9.8.7", set.name)));
    expect(coldstore(end).summary).toContain("v9.8.7 is stored and proven");
    expect(coldstore(end).annotations).toEqual([]);
    expect(coldstore(end).outputs).toMatchObject({ status: "ok", "release-id": String(release.id) });
    await expectNothingWritten(github, async () => {
      const again = await place.run(call);
      expectGreen(again);
      expect(coldstore(again).outputs).toMatchObject({ status: "unchanged", "release-id": String(release.id) });
    });
  });

  testUnderAct(
    "docs/action.md's for every tag releases both formats, and tells the next step where; docs/replicate.md's copies that",
    async () => {
      await using github = await startReleasing(app.path);
      using place = makeActPlace(app.path);
      const end = await place.run({ workflow: workflowOf("tag"), event: tag(), github: github.releasing });
      expectGreen(end);
      const { release, set } = await expectReleased(github, "v1.4.0");
      expect(release.assets.map(({ name }) => name)).toEqual(
        expect.arrayContaining(["app-1.4.0.tar.gz", "app-1.4.0.zip", "app-1.4.0.coldstore.json"]),
      );
      expect(release.body).not.toBe("");
      expect(sha256(set.tar())).toBe(sha256(archiveOf(app.path, "v1.4.0", "app-1.4.0")));
      expect(coldstore(end).outputs["release-url"]).toMatch(/\/acme\/app\/releases\/tag\/v1\.4\.0$/u);
      expect(end.step("3").lines.join()).toContain("/acme/app/releases/tag/v1.4.0");
      const copied = await place.run({
        workflow: workflowOf("replicate"),
        event: schedule(head),
        github: github.releasing,
        secrets: { RCLONE_CONFIG: `[r2]\ntype = alias\nremote = ${place.path}\n` },
      });
      expectGreen(copied);
      expect(coldstore(copied).outputs["status"]).toBe("ok");
      const copy = onlySet(join(place.path, "backups"));
      expect(sha256(copy.tar())).toBe(sha256(set.tar()));
      shell(`sha256sum -c -- '${copy.name}.SHA256SUMS'`, copy.folder);
    },
    ["rclone"],
  );

  testUnderAct(
    "docs/action.md's into a bucket and docs/stores.md's with a role of AWS store by S3, and no key shows",
    async () => {
      await using far = await startRcloneServer("s3");
      using place = makeActPlace(app.path);
      const config = far.config.replace("[far]", "[r2]");
      const nightly = await place.run({
        workflow: workflowOf("remote").replace("r2:backups", "r2:bucket/nightly"),
        event: schedule(head),
        secrets: { RCLONE_CONFIG: config },
      });
      const byRole = await place.run({
        workflow: workflowOf("oidc")
          .replace("s3:my-bucket/cold", "s3:bucket/cold")
          .replace("provider = AWS", `provider = Other\n            endpoint = http://127.0.0.1:${far.port}`),
        event: tag(),
        env: { STAND_IN_AWS_KEY: "accesskey,secretkey1" },
      });
      for (const [end, folder] of [
        [nightly, "nightly"],
        [byRole, "cold"],
      ] as const) {
        expectGreen(end);
        expect(shownBy(end)).not.toContain("secretkey1");
        expect(JSON.parse(coldstore(end).outputs["stores"] ?? "[]")).toMatchObject([{ outcome: "stored" }]);
        const set = onlySet(join(far.folder, "bucket", folder));
        shell(`sha256sum -c -- '${set.name}.SHA256SUMS'`, set.folder);
        expect(sha256(set.tar())).toBe(sha256(archiveOf(app.path, "v1.4.0", set.name)));
      }
    },
    ["rclone"],
  );

  testUnderAct(
    "docs/action.md's onto an SSH host stores there, and neither the key nor a file of it is left",
    async () => {
      await using host = await startSshServer();
      using place = makeActPlace(app.path);
      const end = await place.run({
        workflow: workflowOf("ssh").replace(
          "ssh://backup@nas.example/srv/cold",
          `ssh://${host.user}@${host.host}:${host.port}${host.folder}`,
        ),
        event: schedule(head),
        secrets: { SSH_KEY: host.key },
        vars: { SSH_KNOWN_HOSTS: host.knownHost },
      });
      expectGreen(end);
      for (const line of host.key.trim().split("\n").slice(1, -1)) expect(shownBy(end)).not.toContain(line);
      const set = onlySet(host.folder);
      shell(`sha256sum -c -- '${set.name}.SHA256SUMS'`, set.folder);
    },
    ["rclone", "sshd", "ssh-keygen"],
  );

  testUnderAct("README.md's for those who come from another action releases what the build made, too", async () => {
    await using github = await startReleasing(app.path, { immutable: true });
    using place = makeActPlace(app.path);
    const call = { workflow: workflowOf("files"), event: tag(), github: github.releasing };
    expectGreen(await place.run(call));
    const { release, folder } = await expectReleased(github, "v1.4.0");
    expect(release).toMatchObject({ immutable: true });
    expect(release.assets).toHaveLength(6);
    expect(readFileSync(join(folder, "app.txt"), "utf8")).toBe("built\n");
    await expectNothingWritten(github, async () => {
      const again = await place.run(call);
      expectGreen(again);
      expect(coldstore(again).outputs["status"]).toBe("unchanged");
    });
  });

  testUnderAct(
    "docs/action.md's for every night stores once, says unchanged the next night, and docs/restore.md's drills it",
    async () => {
      using place = makeActPlace(app.path);
      const workflow = workflowOf("nightly").replaceAll("/srv/cold", place.store);
      const first = await place.run({ workflow, event: schedule(head) });
      const second = await place.run({ workflow, event: schedule(head) });
      expectGreen(first);
      expectGreen(second);
      expect([coldstore(first).outputs["status"], coldstore(first, 1).outputs["status"]]).toEqual(["ok", "ok"]);
      expect([coldstore(second).outputs["status"], coldstore(second, 1).outputs["status"]]).toEqual([
        "unchanged",
        "ok",
      ]);
      expect(onlySet(place.store).manifest.content).toMatchObject({ source: { commit: head } });
      const drill = workflowOf("drill").replaceAll("/srv/cold", place.store);
      const drilled = await place.run({ workflow: drill, event: schedule(head) });
      expectGreen(drilled);
      expect(coldstore(drilled).outputs["status"]).toBe("ok");
      expect(JSON.parse(coldstore(drilled).outputs["stores"] ?? "[]")).toMatchObject([
        { outcome: "ok", proof: "drill" },
      ]);
    },
  );

  testUnderAct(
    "docs/action.md's for a pull request comments once, and from a fork tells the summary alone",
    async () => {
      const tokens: Record<string, Grants> = {
        own: { contents: "read", pulls: "write" },
        fork: { contents: "read", pulls: "read", issues: "read" },
      };
      await using github = await startGitHub({ repository: "acme/app", folder: app.path, pull: 7, tokens });
      using place = makeActPlace(app.path);
      const look = async (who: keyof typeof pulls): Promise<ActStep> => {
        const { apiUrl } = github;
        const call = { workflow: workflowOf("pull-request"), event: pulls[who], github: { apiUrl, token: who } };
        const end = await place.run(call);
        expectGreen(end);
        expect(coldstore(end).outputs).toMatchObject({ status: "planned" });
        expect(coldstore(end).annotations).toEqual([]);
        return coldstore(end);
      };
      expect((await look("fork")).summary).toContain("would be made");
      expect((await github.see()).comments).toEqual([]);
      await look("own");
      await expectNothingWritten(github, async () => void (await look("own")));
      const { comments, releases, violations } = await github.see();
      expect(comments).toEqual([expect.objectContaining({ issue: 7, author: "github-actions[bot]" })]);
      expect(comments[0]?.body).toMatch(/Compared with `[0-9a-f]{10}`, of the entries 1 enters/u);
      expect(comments[0]?.body).toContain("| added | `new.txt` |");
      expect(releases).toEqual([]);
      expect(violations).toEqual([]);
    },
  );

  testUnderAct("docs/action.md's with an attestation names each file of the release with its digest", async () => {
    await using github = await startReleasing(app.path);
    using place = makeActPlace(app.path);
    const end = await place.run({ workflow: workflowOf("attest"), event: tag(), github: github.releasing });
    expectGreen(end);
    const { release } = await expectReleased(github, "v1.4.0");
    const attest = end.steps.find(({ name, stage }) => name === "actions/attest@v4" && stage === "Main");
    const subjects = JSON.parse(attest?.outputs["subjects"] ?? "[]") as readonly {
      name: string;
      digest: { sha256: string };
    }[];
    expect(subjects.length).toBeGreaterThan(2);
    for (const { name, digest } of subjects)
      expect(release.assets).toContainEqual(expect.objectContaining({ name, digest: `sha256:${digest.sha256}` }));
  });

  testUnderAct("docs/action.md's with what the build made takes it in", async () => {
    using place = makeActPlace(app.path);
    const end = await place.run({
      workflow: workflowOf("build"),
      event: branchPush("main", head),
    });
    expectGreen(end);
    const set = expectWhole(place, "cold");
    expect(set.entries().map(({ path }) => path)).toContain("dist/app.txt");
  });
});

describe.concurrent("this repository's own workflows", () => {
  /** This commit, with the action as it is now. */
  function makeOrigin(): GitFixture {
    const origin = makeRepository({ bare: true });
    pushHead(origin, "refs/heads/main");
    origin.git("read-tree", "main");
    for (const [path, file] of [
      ["action.yml", join(root, "action.yml")],
      ["dist/index.js", bundlePath],
      ["__tests__/support/stand-ins/witness/main.ts", join(root, "__tests__/support/stand-ins/witness/main.ts")],
    ] as const) {
      const blob = origin.git("hash-object", "-w", "--no-filters", file);
      origin.git("update-index", "--add", "--cacheinfo", `100644,${blob},${path}`);
    }
    const commit = origin.git("commit-tree", origin.git("write-tree"), "-m", "now");
    for (const ref of ["refs/heads/main", "refs/tags/v9.8.7-rc.1", "refs/pull/7/merge"])
      origin.git("update-ref", ref, commit);
    return origin;
  }

  testUnderAct("try the action on Linux for a pull request, in all of their steps", async () => {
    using origin = makeOrigin();
    using place = makeActPlace(origin.path);
    const sha = origin.git("rev-parse", "main");
    const end = await place.run({
      workflow: readFileSync(join(root, ".github", "workflows", "action.yml"), "utf8"),
      event: pullRequest({ number: 7, sha, head: sha, branch: "feature", from: "acme/app" }),
      job: { id: "run", matrix: "os:ubuntu-24.04" },
    });
    expect(end.code, end.output).toBe(0);
    expect(end.step("plan").outputs["status"]).toBe("planned");
    expect(end.step("verify").outputs["status"]).toBe("ok");
    expect(end.step("2", "Post")).toMatchObject({ name: expect.stringMatching(/witness$/), result: "success" });
    expect(end.left).toEqual([]);
  });

  testUnderAct("release a version by the action itself", async () => {
    using origin = makeOrigin();
    await using github = await startReleasing(origin.path);
    using place = makeActPlace(origin.path);
    const text = readFileSync(join(root, ".github", "workflows", "release.yml"), "utf8");
    const { jobs, ...workflow } = parse(text) as { readonly jobs: { readonly github: { readonly needs: unknown } } };
    const { needs: _, ...job } = jobs.github;
    const event = tagPush("v9.8.7-rc.1", origin.git("rev-parse", "main"));
    const only = stringify({ ...workflow, jobs: { github: job } });
    const end = await place.run({ workflow: only, event, github: github.releasing });
    // The job's own file of notes.
    expect(end.left).toEqual(["notes.md"]);
    expectGreen({ ...end, left: [] });
    const { release, set } = await expectReleased(github, event.ref.slice("refs/tags/".length));
    expect(release).toMatchObject({ prerelease: true });
    expect(set.name).toBe("app-9.8.7-rc.1");
  });
});

test("each workflow of the documentation is run", (context) => {
  context.skip(tried.size === 0, "none was run");
  expect([...tried].sort()).toEqual(documented.map(({ name }) => name).sort());
});

describe.concurrent("a job with Coldstore's step", () => {
  const job = (...steps: readonly string[]) => `on: push
jobs:
  archive:
    runs-on: ubuntu-latest
    steps:
${steps.map((step) => step.replaceAll(/^/gmu, "      ")).join("\n")}
`;
  const checkout = "- uses: actions/checkout@v7";

  testUnderAct("gives later steps paths, digests and the report, as expressions and as files", async () => {
    using place = makeActPlace(app.path);
    const use = `- env:
    ARCHIVE: \${{ steps.cold.outputs.archive }}
    SHA256: \${{ steps.cold.outputs.sha256 }}
    CHECKSUMS: \${{ steps.cold.outputs.checksums }}
    REPORT: \${{ steps.cold.outputs.report }}
    FIRST: \${{ fromJSON(steps.cold.outputs.artifacts)[0].path }}
    OUTCOME: \${{ fromJSON(steps.cold.outputs.stores)[0].outcome }}
  run: |
    echo "$SHA256  $ARCHIVE" | sha256sum -c
    cd "$(dirname "$CHECKSUMS")" && sha256sum -c "$CHECKSUMS"
    test "$FIRST" = "$ARCHIVE"
    test "$OUTCOME" = stored
    grep -q coldstore/report/1 "$REPORT"`;
    const cold = "- { uses: coldstore/action@v1, id: cold, with: { store: ./cold } }";
    expectGreen(await place.run({ workflow: job(checkout, cold, use), event: tag() }));
  });

  testUnderAct("tells later steps of a failure, is red, and leaves nothing in the runner's folder", async () => {
    using place = makeActPlace(app.path);
    const cold = "- { uses: coldstore/action@v1, id: cold, with: { store: ./cold, ref: v9.9.9 } }";
    const told = "- { if: failure(), id: told, run: 'echo status ${{ steps.cold.outputs.status }}' }";
    const end = await place.run({ workflow: job(checkout, cold, told), event: tag() });
    expect(end.code).toBe(1);
    expect(end.step("cold")).toMatchObject({ result: "failure", outputs: { status: "failed" } });
    expect(end.step("cold").annotations.filter(({ level }) => level === "error")).toEqual([
      { level: "error", title: "coldstore: source", message: expect.stringContaining("v9.9.9") },
    ]);
    expect(end.step("told").lines.join()).toContain("status failed");
    expect(end.step("cold", "Post").result).toBe("success");
    expect(end.left).toEqual([]);
  });

  testUnderAct("ends there without a checkout, and the summary has the step that was forgotten", async () => {
    using place = makeActPlace(app.path);
    const cold = "- { uses: coldstore/action@v1, id: cold, with: { store: ./cold } }";
    const end = await place.run({ workflow: job(cold, "- run: exit 7"), event: tag() });
    expect(end.code).toBe(1);
    expect(end.step("cold").result).toBe("failure");
    expect(end.step("cold").summary).toContain("uses: actions/checkout@v");
    expect(end.steps.filter(({ id, stage }) => id === "1" && stage === "Main")).toEqual([]);
    expect(end.left).toEqual([]);
  });

  testUnderAct("that is cancelled removes in its post step what the run left", async () => {
    using large = makeLargeRepository(150);
    using place = makeActPlace(large.path);
    const cold = `- { uses: coldstore/action@v1, id: cold, with: { store: ${place.store} } }`;
    let cancelled = false;
    const cancelWhen = () => {
      const now = !cancelled && filesBelow(join(place.store, ".tmp")).some((path) => path.endsWith(".tar.gz"));
      cancelled ||= now;
      return now;
    };
    const event = branchPush("main", large.git("rev-parse", "main"));
    const end = await place.run({ workflow: job(checkout, cold), event, cancelWhen });
    expect(cancelled).toBe(true);
    expect(end.code).toBe(1);
    expect(end.step("cold").result).toBe("failure");
    expect(end.step("cold", "Post").result).toBe("success");
    expect(filesBelow(place.store)).toEqual([]);
    expect(end.left).toEqual([]);
  });
});
