import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { declareArtifacts, type DeclaredFile } from "../../../src/adapters/actions/declare-artifacts.ts";
import { commandText } from "../../support/command-text.ts";
import { artifactsList, takeArtifacts, type RunnerJob } from "../../support/runner-artifacts.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 30);

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldstore-artifacts-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const digestOf = (content: string) => createHash("sha256").update(content).digest("hex");

function aFile(name: string, content = name): DeclaredFile {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return { path, sha256: digestOf(content) };
}

/** One step of a job that declares files: what it was told, what stands in its file, and what the runner takes of it. */
async function step(files: readonly DeclaredFile[], { job = aJob(), before = "" } = {}) {
  const artifacts = join(folder, "artifacts_1");
  const list = join(folder, "artifacts_list_1");
  writeFileSync(artifacts, before);
  writeFileSync(list, artifactsList(job));
  const said = await declareArtifacts(files, { artifacts, list });
  const added = readFileSync(artifacts, "utf8").slice(before.length);
  return { said, added, taken: takeArtifacts(artifacts, job), job };
}

function aJob(subjects: readonly (readonly [string, string])[] = []): RunnerJob {
  return { subjects: new Map(subjects), workspace: folder };
}

test("each file is a line with its path as it is, and the runner takes it under its name with its digest", async () => {
  const files = [aFile("app 1.tar.gz"), aFile("a%20é#b/app.files.jsonl.gz")];
  const { said, added, taken, job } = await step(files);
  expect(said).toBeUndefined();
  expect(added).toBe(`file://${folder}/app 1.tar.gz\nfile://${folder}/a%20é#b/app.files.jsonl.gz\n`);
  expect(taken).toBe(2);
  expect([...job.subjects]).toEqual([
    ["app 1.tar.gz", `sha256:${digestOf("app 1.tar.gz")}`],
    ["app.files.jsonl.gz", `sha256:${digestOf("a%20é#b/app.files.jsonl.gz")}`],
  ]);
});

test("a relative path is that of the process, not of the workspace", async () => {
  const { path, sha256 } = aFile("a.tar");
  const { added } = await step([{ path: relative(process.cwd(), path), sha256 }]);
  expect(added).toBe(`file://${path}\n`);
});

test("what others have written stays, also without a newline at its end", async () => {
  const other = aFile("other.txt");
  const { added, taken } = await step([aFile("a.tar")], { before: `# mine\n\n${other.path}` });
  expect(added).toBe(`\nfile://${folder}/a.tar\n`);
  expect(taken).toBe(2);
});

test("a second call in the same step adds nothing", async () => {
  const file = aFile("a.tar");
  const { said, added } = await step([file, file], { before: `file://${file.path}\n` });
  expect([said, added]).toEqual([undefined, ""]);
});

test("a file that an earlier step has declared may be declared again", async () => {
  const file = aFile("a.tar");
  const { said, taken } = await step([file], { job: aJob([["a.tar", `sha256:${file.sha256}`]]) });
  expect([said, taken]).toEqual([undefined, 0]);
});

describe("what would fail the step isn't written, and the sentence says why", () => {
  test.each([
    ["a=b/a.tar", "its path has a ="],
    ["a\nb.tar", "its path has a line break"],
    ["a\rb.tar", "its path has a line break"],
    ["a.tar ", "its path ends in white space"],
    ["a.tar\u00a0", "its path ends in white space"],
  ])("a file called %j", async (name, why) => {
    const { said, added, taken } = await step([aFile(name), aFile("good.tar")]);
    expect(said).toContain(`(${why}); to attest the set`);
    expect(added).toBe(`file://${folder}/good.tar\n`);
    expect(taken).toBe(1);
  });

  test("a file that isn't there, and a folder", async () => {
    mkdirSync(join(folder, "dir"));
    const files = ["gone.tar", "dir"].map((name) => ({ path: join(folder, name), sha256: "0".repeat(64) }));
    const { said, added } = await step(files);
    expect(said).toMatch(
      /^not added to \$GITHUB_ARTIFACTS: gone\.tar \(it is no file any more\), dir \(it is no file any more\);/u,
    );
    expect(added).toBe("");
  });

  test("another file of a name that the job has declared, in an earlier step, in this one or among ours", async () => {
    const why = "a.tar (the job has declared another file of that name)";
    expect((await step([aFile("a.tar")], { job: aJob([["a.tar", `sha256:${"0".repeat(64)}`]]) })).said).toContain(why);
    const before = `FILE://${aFile("x/a.tar", "other").path}\n`;
    expect((await step([aFile("a.tar")], { before })).said).toContain(why);
    const image = `a.tar@sha256:${"0".repeat(64)}\n`;
    expect((await step([aFile("a.tar")], { before: image })).said).toContain(why);
    const { said, taken } = await step([aFile("a.tar"), aFile("x/a.tar", "other")]);
    expect([said?.includes(why), taken]).toEqual([true, 1]);
  });

  test("more than 500 in a job: none of them", async () => {
    const files = [aFile("a.tar"), aFile("b.tar")];
    const others = (count: number) => Array.from({ length: count }, (_, i) => [`f${i}`, "sha256:0"] as const);
    expect(await step(files, { job: aJob(others(498)) })).toMatchObject({ said: undefined, taken: 2 });
    expect(await step(files, { job: aJob(others(499)) })).toMatchObject({
      said: expect.stringContaining("a job can declare 500 artifacts, and this would make 501;") as string,
      taken: 0,
    });
  });

  test("more than 1 MiB in a step: none of them, and to the byte as much", async () => {
    const file = aFile("a.tar");
    const line = Buffer.byteLength(`file://${file.path}\n`);
    const comment = (bytes: number) => `#${"x".repeat(bytes - 2)}\n`;
    expect(await step([file], { before: comment(1024 * 1024 - line) })).toMatchObject({ said: undefined, taken: 1 });
    const { said, added } = await step([file], { before: comment(1024 * 1024 - line + 1) });
    expect(said).toContain("a step can write 1 MiB there, and this would make 1048577 bytes");
    expect(added).toBe("");
  });

  test("with a list of another version, or none that can be read, nothing is added", async () => {
    const artifacts = join(folder, "artifacts_1");
    const list = join(folder, "list");
    writeFileSync(artifacts, "");
    for (const text of ['{"version":2,"subjects":[]}', "{", "[]"]) {
      writeFileSync(list, text);
      expect(await declareArtifacts([aFile("a.tar")], { artifacts, list })).toMatch(/^nothing was added to /u);
    }
    expect(await declareArtifacts([aFile("a.tar")], { artifacts, list: join(folder, "gone") })).toContain("ENOENT");
    expect(await declareArtifacts([aFile("a.tar")], { artifacts: join(folder, "gone"), list })).toContain(
      "nothing was",
    );
    expect(readFileSync(artifacts, "utf8")).toBe("");
  });

  test("of many files ten are named", async () => {
    const files = Array.from({ length: 25 }, (_, i) => ({ path: `/gone/f${i}`, sha256: "" }));
    expect((await step(files)).said).toContain("f9 (it is no file any more), and 15 more; to attest");
  });
});

test("a name in the sentence can't act on a terminal", async () => {
  expect((await step([aFile("a\u001b[2J\n\u202e=")])).said).toContain(": a\\x1b[2J\\n\\u202e= (its path has a =);");
});

test("a runner without artifacts, or without a list of them, is fine", async () => {
  const files = [aFile("a.tar")];
  expect(await declareArtifacts(files, { artifacts: undefined, list: undefined })).toBeUndefined();
  expect(await declareArtifacts(files, { artifacts: "", list: "" })).toBeUndefined();
  const artifacts = join(folder, "artifacts_1");
  writeFileSync(artifacts, "");
  writeFileSync(join(folder, "empty"), "");
  for (const list of [undefined, "", join(folder, "empty")]) {
    expect(await declareArtifacts(files, { artifacts, list })).toBeUndefined();
    expect(takeArtifacts(artifacts, aJob())).toBe(1);
  }
});

test("whatever files are called, the runner takes what was declared, and what wasn't is named", async () => {
  const name = commandText()
    .map((text) => text.replaceAll(/[\0/]/gu, "").toWellFormed())
    .filter((text) => !["", ".", ".."].includes(text) && Buffer.byteLength(text) < 200);
  const path = fc.array(name, { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(path, { maxLength: 6, selector: (parts) => parts[0] ?? "" }), async (paths) => {
      const files = paths.map((parts, i) => aFile(join("set", ...parts), `${i}`));
      const { said, job, taken } = await step(files);
      const took = files.filter(({ sha256 }) => [...job.subjects.values()].includes(`sha256:${sha256}`));
      expect(took).toHaveLength(taken);
      expect(said === undefined).toBe(taken === files.length);
      rmSync(join(folder, "set"), { recursive: true, force: true });
    }),
    { seed, numRuns },
  );
});
