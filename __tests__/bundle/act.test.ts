import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, type TestContext } from "vitest";
import { type ActEnd, type ActPlace, type ActStep, bundlePath, makeActPlace, uploaded } from "../support/act.ts";
import { documentedWorkflows } from "../support/documented-workflows.ts";
import { gitIn, type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { makeLargeRepository } from "../support/large-repository.ts";
import { isInstalled } from "../support/installed.ts";
import { filesBelow, onlySet, sha256, shell } from "../support/stored-set.ts";
import { branchPush, pullRequest, schedule, tagPush, type WorkflowEvent } from "../support/workflow-events.ts";

// Under nektos/act, on this machine, without containers or network: the bundle in dist/ and the workflows of the documentation.
// The actions of others in them are stand-ins of ours, in ../support/stand-ins; coldstore/action is this repository's.

const root = join(import.meta.dirname, "..", "..");
const needed = ["act", "bash", "sha256sum", "make"];

/** A test of the bundle; without act or a bundle it is skipped, but not in CI. */
function testUnderAct(name: string, body: (context: TestContext) => Promise<void>): void {
  test(name, async (context) => {
    const missing = [
      ...needed.filter((program) => !isInstalled(program)),
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

/** The tar that any clone gives of a ref. */
function archiveOf(repository: string, ref: string, prefix: string): Buffer {
  return gitIn(repository, "archive", "--format=tar", `--prefix=${prefix}/`, ref);
}

/** Gives a repository the commit that is checked out here: from another's clone or a shallow one, as in CI, too. */
function pushHead(origin: GitFixture, ref: string): void {
  origin.git("config", "receive.shallowUpdate", "true");
  gitIn(root, "-c", "safe.directory=*", "push", "-q", "--no-verify", origin.path, `HEAD:${ref}`);
}

/** Checks an uploaded set with stock programs. */
function expectWhole(place: ActPlace, artifact: string): ReturnType<typeof onlySet> {
  const set = onlySet(join(place.artifacts, artifact));
  shell(`sha256sum -c -- '${set.name}.SHA256SUMS'`, set.folder);
  return set;
}

describe.concurrent("the workflows of the documentation, in a runner", () => {
  testUnderAct("README.md's, on a tag of this very project", async () => {
    using origin = makeRepository({ bare: true });
    pushHead(origin, "refs/tags/v9.8.7");
    const sha = origin.git("rev-parse", "v9.8.7^{commit}");
    using place = makeActPlace(origin.path);
    const end = await place.run({ workflow: workflowOf("workflow"), event: tagPush("v9.8.7", sha) });
    expectGreen(end);
    const set = expectWhole(place, "cold");
    expect(set.name).toBe("app-9.8.7");
    expect(sha256(set.tar())).toBe(sha256(archiveOf(origin.path, "v9.8.7", set.name)));
    expect(coldstore(end).summary).toContain("v9.8.7 is stored and proven");
    expect(coldstore(end).annotations.filter(({ level }) => level === "error")).toEqual([]);
  });

  testUnderAct("docs/action.md's for every tag hands both formats on", async () => {
    using place = makeActPlace(app.path);
    const end = await place.run({ workflow: workflowOf("tag"), event: tag() });
    expectGreen(end);
    expect(uploaded(place, "app-1.4.0").map((path) => basename(path))).toEqual(
      expect.arrayContaining(["app-1.4.0.tar.gz", "app-1.4.0.zip", "app-1.4.0.coldstore.json"]),
    );
    const set = expectWhole(place, "app-1.4.0");
    expect(sha256(set.tar())).toBe(sha256(archiveOf(app.path, "v1.4.0", "app-1.4.0")));
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

  testUnderAct("docs/action.md's for a pull request looks, from a fork too, and stores nothing", async () => {
    using place = makeActPlace(app.path);
    const workflow = workflowOf("pull-request");
    const ends = await Promise.all(Object.values(pulls).map((event) => place.run({ workflow, event })));
    for (const end of ends) {
      expectGreen(end);
      expect(coldstore(end).outputs).toMatchObject({ status: "planned" });
      expect(coldstore(end).summary).not.toBe("");
      expect(coldstore(end).annotations).toEqual([]);
    }
  });

  testUnderAct("docs/action.md's with an attestation names each file with its digest", async () => {
    using place = makeActPlace(app.path);
    const end = await place.run({ workflow: workflowOf("attest"), event: tag() });
    expectGreen(end);
    const set = expectWhole(place, "app-1.4.0");
    const attest = end.steps.find(({ name, stage }) => name === "actions/attest@v4" && stage === "Main");
    const subjects = JSON.parse(attest?.outputs["subjects"] ?? "[]") as readonly {
      name: string;
      digest: { sha256: string };
    }[];
    expect(subjects.length).toBeGreaterThan(2);
    for (const { name, digest } of subjects)
      expect([name, digest.sha256]).toEqual([name, sha256(readFileSync(join(set.folder, name)))]);
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

describe.concurrent("this repository's own workflow for the action", () => {
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
    for (const ref of ["refs/heads/main", "refs/tags/v9.8.7", "refs/pull/7/merge"])
      origin.git("update-ref", ref, commit);
    return origin;
  }

  testUnderAct("is green on Linux for a pull request, which has all of its steps", async () => {
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
