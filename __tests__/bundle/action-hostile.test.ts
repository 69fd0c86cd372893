import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { gunzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { commandText } from "../support/command-text.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { annotations, makeRunnerPlace, type RunnerPlace, type StepEnd } from "../support/run-action.ts";
import { onLinux, onWindows } from "../support/run-cli.ts";
import { namesForAct, readAsRunner, withoutInvisible } from "../support/runner-commands.ts";
import { filesBelow, setsIn } from "../support/stored-set.ts";
import { branchPush, tagPush } from "../support/workflow-events.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const count = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 30);

const declared = Object.keys(
  (parse(readFileSync(join(import.meta.dirname, "../../action.yml"), "utf8")) as { readonly outputs: object }).outputs,
);

/** All that Coldstore says to a runner, by the words of the commands. */
const ours = ["group", "endgroup", "add-mask", "debug", "warning", "error", "notice"];

/** What stands at the start of whatever a hostile text would have the runner do. */
const mark = "PWNED";

/** What a runner would carry out, if it stood alone in a line. */
const commands = [
  `::error::${mark}`,
  `::warning file=a,line=1::${mark}`,
  `::add-mask::${mark}`,
  `::set-output name=status::${mark}`,
  `::stop-commands::${mark}`,
  `##[error]${mark}`,
  `##[add-mask]${mark}`,
  `\u200b::error::${mark}`,
  `%0A::error::${mark}`,
];

function expectOnlyOurs(end: StepEnd): void {
  for (const output of [end.stdout, end.stderr, withoutInvisible(end.stdout), withoutInvisible(end.stderr)]) {
    const carriedOut = readAsRunner(output).commands;
    expect(carriedOut.map(({ name }) => name).filter((name) => !ours.includes(name))).toEqual([]);
    // What we say may have the mark in it, quoted; what a hostile text says begins with it.
    expect(carriedOut.filter(({ data }) => data.trimStart().startsWith(mark))).toEqual([]);
    expect(carriedOut.filter(({ name, data }) => name === "add-mask" && data.includes(mark))).toEqual([]);
    expect(namesForAct(output).filter((name) => !ours.includes(name))).toEqual([]);
  }
  expect(Object.keys(end.outputs).filter((name) => !declared.includes(name))).toEqual([]);
  for (const { properties } of annotations(end)) expect(properties["title"] ?? "coldstore").toMatch(/^coldstore/);
  // In code it is text.
  expect(end.summary.replaceAll(/(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/gsu, "")).not.toMatch(/<img|<script/i);
  expect(end.stdout + end.stderr).not.toMatch(/^ {4}at /m);
}

describe.concurrent("text that would command a runner", () => {
  const html = `<img src=x onerror=alert(1)>|\`@octocat`;
  // `%` and `]` may be in the name of a tag, `:` and `[` may not.
  const tag = `v1-%0A%3A%3Aerror%3A%3A${mark}]<img>|\`id\`;$(id)@octocat`;
  const names = onLinux ? commands.flatMap((text) => [text, `a\n${text}`, `a\r${text}`]) : ["%0A##error]x"];
  const repository = makeRepository({
    commits: [
      { files: names.map((name) => [name.replaceAll("/", "-"), `${name}\n`] as const), tags: { [tag]: "annotated" } },
      { files: { [html]: "html\n", "\u001b[31mred\u202e": "bidi\n" } },
    ],
  });
  const head = repository.git("rev-parse", "HEAD");
  const tagged = repository.git("rev-parse", `refs/tags/${tag}^{commit}`);
  repository.write({ [`untracked\n::error::${mark}`]: "u\n", [`id_rsa\n##[error]${mark}`]: "k\n", ".env": "S=1\n" });
  afterAll(() => repository.remove());
  const workspace = repository.path;

  test("in a tag's name, files' names, notes, milestone and contacts stays text", async () => {
    using place = makeRunnerPlace();
    const inputs = {
      store: place.store,
      note: commands.join("\n"),
      milestone: `a\r::error::${mark}`,
      contact: `${html}\nEOF\nstatus=${mark}`,
      record: "environment",
    };
    const end = await place.run({ event: tagPush(tag, tagged), workspace, inputs });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expectOnlyOurs(end);
    expect(end.outputs["status"]).toBe("ok");
    expect(setsIn(place.store)).toHaveLength(1);
  });

  test("drawn at random, in files' names and everything that is recorded, stays text", async () => {
    const drawn = fc.sample(commandText(), { seed, numRuns: count * 4 }).map((text) => text.toWellFormed());
    const files = drawn
      .slice(0, count * 3)
      .map((text) => text.replaceAll(/[/\0]/gu, "-").slice(0, 60))
      .filter((name) => onLinux && !["", ".", ".."].includes(name))
      .map((name) => [`${name}~`, "x\n"] as const);
    using place = makeRunnerPlace();
    using random = makeRepository({ files: [...new Map([...files, ["a.txt", "a\n"]])] });
    random.write(Object.fromEntries(files.map(([name]) => [`untracked/${name}`, "u\n"])));
    const raw = drawn.slice(count * 3, count * 3 + 500).map((text) => text.replaceAll("\0", "-"));
    // Control characters are refused, in a sentence that quotes them.
    for (const [code, recorded] of [
      [0, raw.map((text) => text.replaceAll(/\p{Cc}/gu, ""))],
      [2, ["\v", ...raw]],
    ] as const) {
      const inputs = { store: place.store, mode: "archive", note: recorded.join("\n"), contact: recorded.join("\n") };
      const end = await place.run({ event: branchPush("main", "0".repeat(40)), workspace: random.path, inputs });
      expect(end.code, end.stdout + end.stderr).toBe(code);
      expectOnlyOurs(end);
      const groups = end.commands.filter(({ name }) => name === "group" || name === "endgroup");
      expect(groups.length % 2).toBe(0);
      expect(annotations(end).filter(({ properties }) => properties["title"] === undefined)).toEqual([]);
    }
  });

  test("in a dry run of a folder that lists what goes in, stays out, and looks like a credential, stays text", async () => {
    using place = makeRunnerPlace();
    const inputs = { mode: "archive", "dry-run": "true", exclude: "*.iso", include: `\n::error::${mark}` };
    const env = { RUNNER_DEBUG: "1", GITHUB_HEAD_REF: `a::error::${mark}`, GITHUB_ACTOR: `::error::${mark}` };
    const end = await place.run({ event: branchPush(`x-%0A${mark}]`, head), workspace, inputs, env });
    expect(end.code, end.stdout + end.stderr).toBe(0);
    expectOnlyOurs(end);
  });

  const wrong = commands.map((text) => `\n${text}`);
  test.each([
    ["a ref", { ref: wrong[0] ?? "" }],
    ["a store", { store: `./x${wrong[1] ?? ""}` }],
    ["formats", { format: wrong.join("\n") }],
    ["an input's name", { [`dry\n::error::${mark}`]: "true" }],
    ["a name", { name: `{repo}${wrong[5] ?? ""}` }],
    ["a source", { source: `nowhere${wrong[0] ?? ""}` }],
    ["sets to verify", { mode: "verify", set: wrong.join("\n") }],
  ])("in the words of an error about %s stays text", async (_, inputs) => {
    using place = makeRunnerPlace();
    // A clone of its own: a store may come to lie in it.
    repository.git("clone", "-q", "--shared", repository.path, place.workspace);
    const event = branchPush("main", head);
    const end = await place.run({ event, inputs: { store: place.store, ...inputs } });
    expect(end.code).not.toBe(1);
    expectOnlyOurs(end);
  });

  test("in a set that somebody else has put into the store stays text", async () => {
    using place = makeRunnerPlace();
    await place.run({ event: branchPush("main", head), workspace, inputs: { store: place.store, note: "::error::x" } });
    const [set] = setsIn(place.store);
    const folder = join(place.store, "acme", "app", "snapshot", `v1%0A##[error]${mark}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `::error::${mark}.coldstore.json`), readFileSync(set!.path("coldstore.json")));
    writeFileSync(set!.path("files.jsonl.gz"), `::error::${mark}`);
    const end = await place.run({
      event: branchPush("main", head),
      workspace,
      inputs: { mode: "verify", store: place.store },
    });
    expect(end.code).toBe(6);
    expectOnlyOurs(end);
  });
});

describe.skipIf(onWindows).concurrent("a credential", () => {
  /** No two alike, of the kinds that there are; `+/=&` look different in a URL and in base64. */
  const secret = (begin: string) => `${begin}${randomBytes(24).toString("base64")}+/=&`;
  const inEnvironment: Readonly<Record<string, string>> = {
    GITHUB_TOKEN: secret("ghs_"),
    ACTIONS_RUNTIME_TOKEN: secret("eyJ0eXAiOiJKV1Qi."),
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret("eyJ."),
    AWS_SECRET_ACCESS_KEY: secret(""),
    NPM_TOKEN: secret("npm_"),
    RCLONE_CONFIG_PASS: secret(""),
    DEPLOY_KEY: `-----BEGIN KEY-----\n${secret("")}\n${secret("")}\n-----END KEY-----`,
    HTTPS_PROXY: `http://me:${encodeURIComponent(secret("proxy"))}@127.0.0.1:9`,
  };
  const inClone = { url: secret("ghp_"), header: secret("ghs_"), submodule: secret("glpat-") };

  const canaries = [...Object.values(inEnvironment), ...Object.values(inClone)]
    .flatMap((value) => value.split("\n"))
    .map((value) => /^http:.*:(.*)@/u.exec(value)?.[1] ?? value)
    .filter((value) => value !== "" && !value.startsWith("-----"))
    .flatMap((value) => [value, ...(value === decodeURIComponent(value) ? [] : [decodeURIComponent(value)])]);

  /** A canary in all forms in which it might turn up. */
  const forms = canaries.flatMap((canary) => [
    canary,
    encodeURIComponent(canary),
    JSON.stringify(canary).slice(1, -1),
    Buffer.from(canary).toString("hex"),
    ...[0, 1, 2].map((shift) => {
      const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(canary)]).toString("base64");
      return encoded.slice(4, -4);
    }),
  ]);

  function leaksIn(what: string, text: string): readonly string[] {
    return forms.filter((form) => text.includes(form)).map((form) => `${form} in ${what}`);
  }

  /** A clone as checkouts before v6 left it: with the token in its configuration. */
  function makeClone(): GitFixture {
    const submodule = { submodule: "1".repeat(40), url: "https://example.com/s.git" };
    const clone = makeRepository({ files: { "a.txt": "a\n", s: submodule }, tags: { "v1.4.0": "annotated" } });
    clone.git("config", "submodule.s.url", `https://me:${inClone.submodule}@example.com/s.git`);
    const basic = Buffer.from(`x-access-token:${inClone.header}`).toString("base64");
    clone.git("remote", "add", "origin", `https://me:${inClone.url}@github.com/acme/app.git`);
    clone.git("config", "http.https://github.com/.extraheader", `AUTHORIZATION: basic ${basic}`);
    clone.write({ ".env": `TOKEN=${inClone.url}\n`, ".npmrc": `//registry/:_authToken=${inClone.url}\n` });
    return clone;
  }

  /** All that a step tells or stores, archives of a store unpacked. */
  function tracesOf(place: RunnerPlace, end: StepEnd): readonly (readonly [string, string])[] {
    const unmasked = (output: string) => readAsRunner(output).lines.join("\n");
    const told = end.commands.filter(({ name }) => name !== "add-mask");
    const files = [...filesBelow(place.store), ...filesBelow(place.temp)].map((path): readonly [string, string] => {
      const bytes = readFileSync(path);
      return [path, (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1")];
    });
    return [
      ["stdout", unmasked(end.stdout)],
      ["stderr", unmasked(end.stderr)],
      ["the commands", JSON.stringify(told)],
      ["the summary", end.summary],
      ["the outputs", Object.entries(end.outputs).join("\n")],
      ["the state", Object.entries(end.state).join("\n")],
      ["the artifacts", JSON.stringify(end.artifacts)],
      ...files,
    ];
  }

  /** A git before the real one that writes down what it is told. */
  function spyOnGit(place: RunnerPlace): { readonly path: string; readonly told: () => string } {
    const bin = join(place.path, "bin");
    const log = join(place.path, "git.log");
    const git = execFileSync("bash", ["-c", "command -v git"]).toString().trim();
    mkdirSync(bin);
    writeFileSync(log, "");
    writeFileSync(join(bin, "git"), `#!/bin/sh\nprintf '%s\\n' "$@" >>'${log}'\nexec '${git}' "$@"\n`);
    chmodSync(join(bin, "git"), 0o755);
    return { path: [bin, process.env["PATH"] ?? ""].join(delimiter), told: () => readFileSync(log, "utf8") };
  }

  test.each([
    ["a snapshot", { submodules: "exclude" }, 0],
    ["a folder's archive", { mode: "archive", record: "environment", submodules: "exclude" }, 0],
    ["a run that fails for its ref", { ref: "v9.9.9" }, 3],
    ["a run that fails for its submodules", { submodules: "include" }, 3],
  ])("is masked first and is nowhere else after %s", async (_, inputs, code) => {
    using place = makeRunnerPlace();
    using clone = makeClone();
    const git = spyOnGit(place);
    const event = tagPush("v1.4.0", clone.git("rev-parse", "HEAD"));
    const env = { ...inEnvironment, RUNNER_DEBUG: "1", PATH: git.path };
    const step = { event, workspace: clone.path, env, inputs: { store: place.store, ...inputs } };
    const end = await place.run(step);
    expect(end.code, end.stdout + end.stderr).toBe(code);
    expect(git.told()).not.toBe("");
    expect(tracesOf(place, end).flatMap(([what, text]) => leaksIn(what, text))).toEqual([]);
    expect(leaksIn("the arguments of git", git.told())).toEqual([]);
    const masked = end.commands.filter(({ name }) => name === "add-mask").map(({ data }) => data);
    for (const value of ["GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "NPM_TOKEN"])
      expect(masked).toContain(inEnvironment[value]);
    expect(end.commands.findIndex(({ name }) => name === "add-mask")).toBe(0);
    const post = await place.run({ ...step, state: end.state });
    expect(post.code).toBe(0);
    expect(tracesOf(place, post).flatMap(([what, text]) => leaksIn(what, text))).toEqual([]);
  });
});
