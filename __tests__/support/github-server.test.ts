import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Octokit } from "@octokit/rest";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeRepository } from "./git-fixture.ts";
import { assetName } from "./github-server/asset-name.ts";
import { Faults } from "./github-server/faults.ts";
import type { FaultKind } from "./github-server/faults.ts";
import { startGitHubServer } from "./github-server/github-server.ts";
import type { GitHubServer } from "./github-server/github-server.ts";
import * as seed from "./github-server/seed.ts";
import type { Release, Repository } from "./github-server/state.ts";
import { finished, startScript } from "./processes.ts";
import { testWith } from "./programs.ts";

const run = promisify(execFile);
const at = { owner: "acme", repo: "app" };
const repo = "/repos/acme/app";

interface Started {
  readonly server: GitHubServer;
  readonly repository: Repository;
  readonly token: string;
}

/** A server with one repository and a token that may write to it. */
async function start(settings: Parameters<typeof seed.addRepository>[2] = {}): Promise<Started> {
  const server = await startGitHubServer();
  // What a test doesn't look at itself must be as GitHub describes it.
  onTestFinished(() => server[Symbol.asyncDispose]());
  return {
    server,
    repository: seed.addRepository(server.state, "acme/app", settings),
    token: seed.addToken(server.state),
  };
}

function client(server: GitHubServer, token?: string): Octokit {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({ baseUrl: server.apiUrl, log, ...(token !== undefined && { auth: token }) });
}

interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly json: { message?: string; errors?: { field?: string; code: string; message?: string }[] } & Record<
    string,
    unknown
  >;
}

interface Ask {
  readonly token?: string;
  readonly body?: string | Blob | ReadableStream | Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

/** One plain request; the path begins with `METHOD `, the URL is the API's unless it is a whole one. */
async function ask(server: GitHubServer, what: string, { token, body, headers = {} }: Ask = {}): Promise<Told> {
  const [method = "", path = ""] = what.split(" ");
  const plain =
    body === undefined || typeof body === "string" || body instanceof Blob || body instanceof ReadableStream;
  const answer = await fetch(path.startsWith("http") ? path : server.apiUrl + path, {
    method,
    redirect: "manual",
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: plain ? body : JSON.stringify(body), duplex: "half" }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    json: (text.startsWith("{") ? JSON.parse(text) : { text }) as Told["json"],
  };
}

function uploadTo({ server, token }: Started, release: Release, name: string, more: Ask = {}): Promise<Told> {
  const url = `${server.places.uploads}${repo}/releases/${release.id}/assets?name=${encodeURIComponent(name)}`;
  return ask(server, `POST ${url}`, { token, body: new Blob(["hello"], { type: "text/plain" }), ...more });
}

const helloDigest = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

test("a draft is filled, published and downloaded as GitHub does it", async () => {
  const { server, repository, token } = await start();
  seed.addTag(server.state, repository, "v1.0.0");
  const github = client(server, token);
  const { data: draft } = await github.repos.createRelease({ ...at, tag_name: "v1.0.0", draft: true });
  expect(draft.html_url).toContain("/releases/tag/untagged-");
  expect((await ask(server, `GET ${repo}/releases/tags/v1.0.0`, { token })).status).toBe(404);
  const { data: asset } = await github.repos.uploadReleaseAsset({
    ...at,
    release_id: draft.id,
    url: draft.upload_url,
    name: "a b.txt",
    data: new Blob(["hello"]) as unknown as string,
    headers: { "content-type": "text/plain" },
  });
  expect(asset).toMatchObject({ name: "a.b.txt", size: 5, state: "uploaded", digest: helloDigest });
  expect(asset.browser_download_url).toContain("/untagged-");
  const { data: published } = await github.repos.updateRelease({ ...at, release_id: draft.id, draft: false });
  expect(published.html_url).toMatch(/\/releases\/tag\/v1\.0\.0$/u);
  expect(published.assets[0]?.browser_download_url).toMatch(/\/download\/v1\.0\.0\/a\.b\.txt$/u);
  const accept = { accept: "application/octet-stream" };
  const { data } = await github.repos.getReleaseAsset({ ...at, asset_id: asset.id, headers: accept });
  expect(Buffer.from(data as unknown as ArrayBuffer).toString()).toBe("hello");
  expect((await github.repos.getLatestRelease(at)).data.id).toBe(draft.id);
  expect(repository.releases.get(draft.id)?.assets.size).toBe(1);
});

describe("lists", () => {
  test("come in pages of 30, newest first, and Link leads through all of them", async () => {
    const { server, repository } = await start();
    for (let i = 0; i < 65; i++) seed.addRelease(server.state, repository, `v${i}`, { created: i * 1000 });
    const first = await ask(server, `GET ${repo}/releases`);
    expect(first.headers.get("link")).toContain('page=2>; rel="next"');
    const all = await client(server).paginate("GET /repos/{owner}/{repo}/releases", { ...at, per_page: 30 });
    expect(all.map((one) => one.tag_name)).toEqual(Array.from({ length: 65 }, (_, i) => `v${64 - i}`));
    expect(server.log.filter(({ path }) => path.includes("/releases"))).toHaveLength(4);
  });

  test("show drafts to those who may write, and to nobody else", async () => {
    const { server, repository, token } = await start();
    const draft = seed.addRelease(server.state, repository, "v1", { draft: true });
    const reader = seed.addToken(server.state, { contents: "read" });
    const seen = async (who?: string): Promise<number> =>
      (await client(server, who).repos.listReleases(at)).data.length;
    expect([await seen(token), await seen(reader), await seen()]).toEqual([1, 0, 0]);
    expect((await ask(server, `GET ${repo}/releases/${draft.id}`, { token: reader })).status).toBe(404);
  });

  test("of assets have what a broken upload left, and order by lower-case name", async () => {
    const { server, repository, token } = await start();
    const release = seed.addRelease(server.state, repository, "v1", { assets: { "b.txt": "b", "A.txt": "a" } });
    seed.addAsset(server.state, release, "c.txt", "", { state: "starter", digest: null });
    const { data } = await client(server, token).repos.listReleaseAssets({ ...at, release_id: release.id });
    expect(data.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "A.txt uploaded",
      "b.txt uploaded",
      "c.txt starter",
    ]);
  });
});

describe("publishing", () => {
  test("makes the tag only then, of the target", async () => {
    const { server, repository, token } = await start();
    const commit = seed.addCommit(server.state, repository, { branch: "next" });
    const { data } = await client(server, token).repos.createRelease({
      ...at,
      tag_name: "v2",
      target_commitish: "next",
      draft: true,
    });
    expect(repository.tags.size).toBe(0);
    await client(server, token).repos.updateRelease({ ...at, release_id: data.id, draft: false });
    expect(repository.tags.get("v2")?.commit).toBe(commit.sha);
  });

  test.each([
    ["a tag that has a release", { tag_name: "taken" }, /already_exists/u],
    ["a name that no tag may have", { tag_name: "a..b" }, /not a valid tag.*must have a valid tag/u],
    ["a target that isn't there", { tag_name: "v3", target_commitish: "nowhere" }, /target_commitish/u],
    ["a tag that a ruleset forbids", { tag_name: "secret-1" }, /pre_receive.*creations being restricted/u],
    ["the tag of an immutable release that is gone", { tag_name: "burnt" }, /used by an immutable release/u],
    ["no tag", {}, /tag_name/u],
    ["a body that is too long", { tag_name: "v3", body: "x".repeat(125_001) }, /too long/u],
  ])("is refused with 422 for %s", async (_, body, says) => {
    const { server, repository, token } = await start();
    seed.addRelease(server.state, repository, "taken");
    repository.restrictedTags.push(/^secret-/u);
    repository.burntTags.add("burnt");
    const told = await ask(server, `POST ${repo}/releases`, { token, body });
    expect(told.status).toBe(422);
    expect(JSON.stringify(told.json)).toMatch(says);
    expect(repository.releases.size).toBe(1);
    server.violations.length = 0;
  });

  test("freezes the release where the repository has it so, and burns its tag", async () => {
    const started = await start({ immutableReleases: true });
    const { server, repository, token } = started;
    const draft = seed.addRelease(server.state, repository, "v1", { draft: true, assets: { "a.txt": "a" } });
    const path = `${repo}/releases/${draft.id}`;
    expect((await ask(server, `PATCH ${path}`, { token, body: { draft: false } })).json["immutable"]).toBe(true);
    const asset = `${repo}/releases/assets/${[...draft.assets.keys()].join("")}`;
    const refusals = [
      await uploadTo(started, draft, "b.txt"),
      await ask(server, `DELETE ${asset}`, { token }),
      await ask(server, `PATCH ${asset}`, { token, body: { name: "c.txt" } }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([422, 422, 422]);
    expect(refusals.map(({ json }) => json.message)).toEqual(
      refusals.map(() => expect.stringContaining("immutable release")),
    );
    expect((await ask(server, `PATCH ${path}`, { token, body: { name: "New" } })).status).toBe(200);
    expect((await ask(server, `DELETE ${path}`, { token })).status).toBe(204);
    repository.tags.delete("v1");
    const again = await ask(server, `POST ${repo}/releases`, { token, body: { tag_name: "v1" } });
    expect(again.json.errors?.map(({ field }) => field)).toEqual(["pre_receive", "tag_name", undefined]);
  });

  test("as the latest goes by what is asked for, never for a prerelease", async () => {
    const { server, token } = await start();
    const github = client(server, token);
    const make = (tag_name: string, more = {}): Promise<unknown> =>
      github.repos.createRelease({ ...at, tag_name, ...more });
    await make("v1");
    await make("v2", { make_latest: "false" });
    await make("v3-rc", { prerelease: true });
    expect((await github.repos.getLatestRelease(at)).data.tag_name).toBe("v1");
  });
});

describe("uploads", () => {
  test.each([
    ["a b~(1).tar.gz", "a.b.1.tar.gz"],
    [".hidden", "default.hidden"],
    ["größe.txt", "große.txt".replace("ß", ".").replace("ö", "o")],
    ["日本.zip", "default.zip"],
    ["v1+a_b@c-d.txt", "v1+a_b@c-d.txt"],
  ])("get a name of plain characters: %s", (given, named) => {
    expect(assetName(given)).toBe(named);
  });

  test("with a name that is taken, also when made plain, or that broke before, are refused", async () => {
    const started = await start();
    const release = seed.addRelease(started.server.state, started.repository, "v1", { assets: { "a.b": "x" } });
    seed.addAsset(started.server.state, release, "broken", "", { state: "starter" });
    for (const name of ["a.b", "a b", "broken"])
      expect((await uploadTo(started, release, name)).json.errors).toEqual([
        { resource: "ReleaseAsset", code: "already_exists", field: "name" },
      ]);
  });

  test("that are too big, too many, empty, nameless or of unknown length are refused", async () => {
    const started = await start();
    const { server, repository } = started;
    const release = seed.addRelease(server.state, repository, "v1");
    const types = { "content-type": "text/plain" };
    const chunked = new Blob(["hello"]).stream();
    server.behaviour.assetBytes = 4;
    expect((await uploadTo(started, release, "a")).json.errors?.[0]?.field).toBe("size");
    server.behaviour.assetBytes = 5;
    expect((await uploadTo(started, release, "a", { body: "", headers: types })).json.errors?.[0]?.message).toContain(
      "1",
    );
    expect(await uploadTo(started, release, "a", { body: chunked, headers: types })).toMatchObject({
      status: 400,
      json: { message: "Bad Content-Length: ", request_id: expect.any(String) as string },
    });
    expect((await uploadTo(started, release, "")).json.errors?.[0]?.field).toBe("name");
    server.behaviour.assetsPerRelease = 1;
    expect((await uploadTo(started, release, "a")).status).toBe(201);
    expect((await uploadTo(started, release, "b")).json.errors?.[0]?.field).toBe("file_count");
    server.behaviour.emptyAssets = "taken";
    server.behaviour.assetsPerRelease = 2;
    expect((await uploadTo(started, release, "b", { body: "", headers: types })).status).toBe(201);
  });

  test("to the API's own origin aren't found there", async () => {
    const { server, repository, token } = await start();
    const release = seed.addRelease(server.state, repository, "v1");
    const told = await ask(server, `POST ${repo}/releases/${release.id}/assets?name=a`, { token, body: "x" });
    expect(told.status).toBe(404);
    expect(server.violations.splice(0)).toEqual([expect.stringContaining("isn't known on the api origin")]);
  });

  test("of many bytes go through a file, as fast as they may", async () => {
    const started = await start();
    const { server, repository } = started;
    Object.assign(server.behaviour, { memoryLimit: 2 ** 20, uploadRate: 20 * 2 ** 20 });
    const release = seed.addRelease(server.state, repository, "v1");
    const bytes = randomBytes(4 * 2 ** 20);
    const before = performance.now();
    const told = await uploadTo(started, release, "big", { body: new Blob([bytes], { type: "application/zip" }) });
    expect(performance.now() - before).toBeGreaterThan(150);
    expect(told.json["digest"]).toBe(`sha256:${createHash("sha256").update(bytes).digest("hex")}`);
    const [asset] = release.assets.values();
    expect(asset?.bytes?.memory).toBeUndefined();
    expect(readFileSync(asset?.bytes?.file ?? "").equals(bytes)).toBe(true);
    expect(server.log.at(-1)).toMatchObject({ bytes: bytes.length, status: 201, token: true, origin: "uploads" });
    server.behaviour.keepLimit = 2 ** 21;
    const hashed = await uploadTo(started, release, "hashed", { body: new Blob([bytes], { type: "application/zip" }) });
    expect(hashed.json["digest"]).toBe(told.json["digest"]);
    expect([...release.assets.values()].at(-1)?.bytes).toMatchObject({ memory: undefined, file: undefined });
  });
});

describe("downloads", () => {
  async function located(): Promise<Started & { readonly url: string }> {
    const started = await start();
    const { server, repository, token } = started;
    const release = seed.addRelease(server.state, repository, "v1", { draft: true, assets: { "a.txt": "0123456789" } });
    const accept = { accept: "application/octet-stream" };
    const path = `${repo}/releases/assets/${[...release.assets.keys()].join("")}`;
    const told = await ask(server, `GET ${path}`, { token, headers: accept });
    expect(told.status).toBe(302);
    return { ...started, url: told.headers.get("location") ?? "" };
  }

  test("are sent to storage, which wants no token", async () => {
    const { server, token, url } = await located();
    expect(url.startsWith(server.places.storage)).toBe(true);
    expect((await ask(server, `GET ${url}`)).json["text"]).toBe("0123456789");
    expect((await ask(server, `GET ${url}`, { token })).status).toBe(400);
    expect(server.violations.splice(0)).toEqual(["an Authorization header came to the storage origin"]);
    expect((await ask(server, `GET ${url.replace("sig=", "sig=x")}`)).status).toBe(403);
  });

  testWith(["curl"], "can be had in ranges", async () => {
    const { url } = await located();
    const got = await Promise.all(
      ["2-4", "7-", "-2", "10-"].map(async (range) => {
        const written = " %{http_code} %header{content-range}";
        return (await run("curl", ["-s", "-H", `Range: bytes=${range}`, "-w", written, url])).stdout;
      }),
    );
    expect(got).toEqual(["234 206 bytes 2-4/10", "789 206 bytes 7-9/10", "89 206 bytes 8-9/10", " 416 bytes */10"]);
  });

  test("of published assets of a public repository go by the address that people have, too", async () => {
    const { server, repository } = await start();
    seed.addRelease(server.state, repository, "v1", { assets: { "a.txt": "hello" } });
    const { data } = await client(server).repos.getReleaseByTag({ ...at, tag: "v1" });
    const answer = await fetch(data.assets[0]?.browser_download_url ?? "");
    expect(await answer.text()).toBe("hello");
  });
});

describe("permissions", () => {
  const publish = { body: { tag_name: "v9" } };

  test.each([
    ["a workflow's token that may only read", { contents: "read" }, 403, /by integration/u, "contents=write"],
    [
      "a fine-grained token that may only read",
      { kind: "fine-grained", contents: "read" },
      403,
      /access token/u,
      "contents=write",
    ],
    ["a classic token without the scope", { kind: "classic", scopes: ["gist"] }, 404, /Not Found/u, null],
    ["an expired token", { valid: false }, 401, /Bad credentials/u, null],
    ["a token for other repositories", { repositories: ["acme/other"] }, 403, /by integration/u, "contents=write"],
  ] as const)("keep %s from making a release", async (_, given, status, says, accepted) => {
    const { server, repository } = await start();
    const told = await ask(server, `POST ${repo}/releases`, { token: seed.addToken(server.state, given), ...publish });
    expect(told.status).toBe(status);
    expect(told.json.message).toMatch(says);
    expect(told.headers.get("x-accepted-github-permissions")).toBe(accepted);
    expect(told.headers.get("x-github-request-id")).toMatch(/^[0-9A-F:]+$/u);
    expect(repository.releases.size).toBe(0);
  });

  test("hide a private repository from those who weren't given it", async () => {
    const { server, token } = await start({ private: true });
    const other = seed.addToken(server.state, { repositories: ["acme/other"] });
    const classic = seed.addToken(server.state, { kind: "classic", scopes: ["public_repo"] });
    const nothing = seed.addToken(server.state, { contents: "none" });
    const statuses = await Promise.all(
      [token, undefined, other, classic, nothing].map(
        async (who) => (await ask(server, `GET ${repo}/releases`, who === undefined ? {} : { token: who })).status,
      ),
    );
    expect(statuses).toEqual([200, 404, 404, 404, 403]);
  });

  test("of workflows are needed for a tag on other workflows", async () => {
    const { server, repository, token } = await start();
    const { sha } = seed.addCommit(server.state, repository, { workflows: "changed" });
    const body = { tag_name: "v9", target_commitish: sha };
    const told = await ask(server, `POST ${repo}/releases`, { token, body });
    expect(told.status).toBe(403);
    expect(told.headers.get("x-accepted-github-permissions")).toContain("workflows=write");
    const may = seed.addToken(server.state, { kind: "classic", scopes: ["repo", "workflow"] });
    expect((await ask(server, `POST ${repo}/releases`, { token: may, body })).status).toBe(201);
  });

  test("aren't told of a workflow's token in the repository's answer", async () => {
    const { server, token } = await start();
    const person = seed.addToken(server.state, { kind: "classic" });
    const pushes = async (who: string): Promise<boolean | undefined> =>
      (await client(server, who).repos.get(at)).data.permissions?.push;
    expect([await pushes(token), await pushes(person)]).toEqual([false, true]);
    expect((await ask(server, "GET /user", { token })).status).toBe(403);
    expect((await client(server, person).users.getAuthenticated()).data.login).toBe("someone");
  });
});

test("tags are found by name and by what they begin with, annotated ones by their own object", async () => {
  const { server, repository } = await start();
  const github = client(server);
  const tip = repository.branches.get("main") ?? "";
  seed.addTag(server.state, repository, "release/1.0");
  const { annotated } = seed.addTag(server.state, repository, "release/1.1", { message: "One point one" });
  const light = await github.git.getRef({ ...at, ref: "tags/release/1.0" });
  expect(light.data.object).toMatchObject({ type: "commit", sha: tip });
  const heavy = await github.git.getRef({ ...at, ref: "tags/release/1.1" });
  expect(heavy.data.object).toMatchObject({ type: "tag", sha: annotated?.sha });
  const object = await github.git.getTag({ ...at, tag_sha: heavy.data.object.sha });
  expect(object.data).toMatchObject({ message: "One point one", object: { sha: tip } });
  const like = await github.git.listMatchingRefs({ ...at, ref: "tags/release/" });
  expect(like.data.map(({ ref }) => ref)).toEqual(["refs/tags/release/1.0", "refs/tags/release/1.1"]);
  expect((await ask(server, `GET ${repo}/git/ref/tags/release`)).status).toBe(404);
});

test("comments are made, listed, changed and deleted, and a locked pull request takes none", async () => {
  const { server, repository, token } = await start();
  const github = client(server, token);
  const pull = seed.addPull(server.state, repository, 7, { from: null });
  for (let i = 0; i < 30; i++) seed.addComment(server.state, pull, "someone", `comment ${i}`);
  const { data: made } = await github.issues.createComment({ ...at, issue_number: 7, body: "mine" });
  await github.issues.updateComment({ ...at, comment_id: made.id, body: "mine, changed" });
  const all = await github.paginate(github.issues.listComments, { ...at, issue_number: 7 });
  expect(all).toHaveLength(31);
  expect(all.at(-1)).toMatchObject({ body: "mine, changed", user: { login: "github-actions[bot]", type: "Bot" } });
  await github.issues.deleteComment({ ...at, comment_id: made.id });
  expect(pull.comments.size).toBe(30);
  expect((await github.pulls.get({ ...at, pull_number: 7 })).data.head.repo).toBeNull();
  const create = `POST ${repo}/issues/7/comments`;
  const reader = seed.addToken(server.state, { issues: "read", pulls: "read" });
  expect((await ask(server, create, { token: reader, body: { body: "x" } })).status).toBe(403);
  expect((await ask(server, create, { token, body: { body: "x".repeat(65_537) } })).status).toBe(422);
  pull.locked = true;
  expect((await ask(server, create, { token, body: { body: "x" } })).status).toBe(403);
});

describe("limits", () => {
  test("end a token's hour and say when the next begins", async () => {
    const { server } = await start();
    const token = seed.addToken(server.state, { limit: 2 });
    await ask(server, `GET ${repo}`, { token });
    expect((await client(server, token).rateLimit.get()).data.rate).toMatchObject({ limit: 2, remaining: 0 });
    const told = await ask(server, `GET ${repo}`, { token });
    expect(told.status).toBe(403);
    expect(told.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(Number(told.headers.get("x-ratelimit-reset"))).toBeGreaterThan(Date.now() / 1000 + 3500);
  });

  test("of writes in a minute say how long to wait", async () => {
    const { server, repository, token } = await start();
    seed.addPull(server.state, repository, 1);
    server.behaviour.writesPerMinute = 1;
    const write = (): Promise<Told> => ask(server, `POST ${repo}/issues/1/comments`, { token, body: { body: "x" } });
    expect((await write()).status).toBe(201);
    const told = await write();
    expect(told).toMatchObject({ status: 403, json: { message: expect.stringContaining("secondary") as string } });
    expect(Number(told.headers.get("retry-after"))).toBeGreaterThan(55);
  });
});

describe("faults", () => {
  async function struck(
    kind: FaultKind,
  ): Promise<Started & { readonly release: Release; readonly told: Told | undefined }> {
    const started = await start();
    const release = seed.addRelease(started.server.state, started.repository, "v1");
    started.server.faults.next({ match: { origin: "uploads" }, kind });
    const told = await uploadTo(started, release, "a").catch(() => undefined);
    expect(started.server.faults.struck).toHaveLength(1);
    return { ...started, release, told };
  }

  test.each([
    [{ drop: "at-once" }, undefined, []],
    [{ drop: "in-body" }, undefined, []],
    [{ drop: "after-body" }, undefined, []],
    [{ drop: "after-work" }, undefined, ["uploaded"]],
    [{ drop: "in-answer" }, undefined, ["uploaded"]],
    [{ status: 503 }, 503, []],
    [{ status: 502, work: true }, 502, ["uploaded"]],
    [{ starter: 502 }, 502, ["starter"]],
    [{ starter: "dropped" }, undefined, ["starter"]],
    [{ limited: 429, retryAfter: 7 }, 429, []],
    [{ slow: 5 }, 201, ["uploaded"]],
  ] as const)("of an upload: %j", async (kind, status, left) => {
    const { release, told } = await struck(kind);
    expect(told?.status).toBe(status);
    expect([...release.assets.values()].map(({ state }) => state)).toEqual(left);
  });

  test.each([
    ["digest", 5, expect.not.stringContaining(helloDigest)],
    ["no-digest", 5, null],
    ["truncated", 4, expect.not.stringContaining(helloDigest)],
    ["flipped", 5, expect.not.stringContaining(helloDigest)],
  ] as const)("leave what is stored wrong: %s", async (stored, size, digest) => {
    const { told } = await struck({ stored });
    expect(told?.json).toMatchObject({ size, digest: digest as unknown });
  });

  test.each([
    [{ limited: 403 }, null, expect.not.stringMatching(/^0$/u)],
    [{ limited: 403, retryAfter: 3 }, "3", expect.not.stringMatching(/^0$/u)],
    [{ limited: 429, reset: 9 }, null, "0"],
  ] as const)("limit a request with the headers that are asked for: %j", async (kind, retryAfter, remaining) => {
    const { server, token } = await start();
    server.faults.next({ kind });
    const told = await ask(server, `GET ${repo}`, { token });
    expect(told.status).toBe(kind.limited);
    expect(told.headers.get("retry-after")).toBe(retryAfter);
    expect(told.headers.get("x-ratelimit-remaining")).toEqual(remaining);
  });

  test("keep what was just made out of lists for a while", async () => {
    const started = await start();
    const { server, token } = started;
    server.faults.next({ match: { method: "POST" }, kind: { lag: { requests: 2 } } });
    const { json } = await ask(server, `POST ${repo}/releases`, { token, body: { tag_name: "v1" } });
    const lists = [];
    for (let i = 0; i < 3; i++) lists.push((await client(server, token).repos.listReleases(at)).data.length);
    expect(lists).toEqual([0, 0, 1]);
    expect((await ask(server, `GET ${repo}/releases/${String(json["id"])}`)).status).toBe(200);
  });

  test("stall a request until the client has had enough", async () => {
    const started = await start();
    const { server, token } = started;
    server.faults.next({ kind: { stall: "answer" } });
    const asked = fetch(server.apiUrl + repo, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(50),
    });
    await expect(asked).rejects.toThrow(/timeout/u);
    const release = seed.addRelease(server.state, started.repository, "v1");
    server.faults.next({ match: { origin: "uploads" }, kind: { stall: "body" } });
    const url = `${server.places.uploads}${repo}/releases/${release.id}/assets?name=a`;
    const body = new Blob(["hello"], { type: "text/plain" });
    const headers = { authorization: `Bearer ${token}` };
    const sent = fetch(url, { method: "POST", body, headers, signal: AbortSignal.timeout(50) });
    await expect(sent).rejects.toThrow(/timeout/u);
    expect(release.assets.size).toBe(0);
  });

  test.each([
    ["cut", /terminated|aborted/u],
    ["flipped", "1ello"],
    ["whole", "hello"],
  ] as const)("of a download: %s", async (kind, result) => {
    const { server, repository } = await start();
    const text = kind === "flipped" ? "0ello" : "hello";
    seed.addRelease(server.state, repository, "v1", { assets: { "a.txt": text } });
    server.faults.next({ match: { origin: "storage" }, kind: { download: kind } });
    const url = `${server.places.web}/acme/app/releases/download/v1/a.txt`;
    const got = fetch(url, { headers: { range: "bytes=0-" } }).then((answer) => answer.text());
    if (typeof result === "string") expect(await got).toBe(result);
    else await expect(got).rejects.toThrow(result);
  });

  test("hit only what they match, so often and after so many", () => {
    const faults = new Faults();
    faults.next({ match: { method: "POST", path: /assets$/u }, after: 1, times: 2, kind: { status: 500 } });
    const asked = ["GET", "POST", "POST", "POST", "POST"].map((method) =>
      faults.take({ origin: "api", method, path: "/repos/a/b/releases/1/assets" }),
    );
    expect(asked.map((fault) => fault !== undefined)).toEqual([false, false, true, true, false]);
  });

  test("come at random, but the same ones from the same seed", () => {
    const schedule = (seed: number): readonly (FaultKind | undefined)[] => {
      const faults = new Faults();
      faults.random(seed, 0.3);
      return Array.from({ length: 200 }, () => faults.take({ origin: "uploads", method: "POST", path: "/" })?.kind);
    };
    expect(schedule(1)).toEqual(schedule(1));
    expect(schedule(1)).not.toEqual(schedule(2));
    const hit = schedule(3).filter((kind) => kind !== undefined).length;
    expect(hit).toBeGreaterThan(30);
    expect(hit).toBeLessThan(90);
  });
});

test("a client that goes away leaves nothing behind", async () => {
  const { server, repository, token } = await start();
  const release = seed.addRelease(server.state, repository, "v1", { assets: { a: Buffer.alloc(1e6) } });
  Object.assign(server.behaviour, { uploadRate: 1e6, downloadRate: 1e6 });
  const url = `${server.places.uploads}${repo}/releases/${release.id}/assets?name=b`;
  const body = new Blob([Buffer.alloc(1e6)], { type: "application/zip" });
  const headers = { authorization: `Bearer ${token}` };
  const soon = { signal: AbortSignal.timeout(100) };
  await expect(fetch(url, { method: "POST", body, headers, ...soon })).rejects.toThrow(/timeout/u);
  const later = { signal: AbortSignal.timeout(100) };
  const got = fetch(`${server.places.web}/acme/app/releases/download/v1/a`, later).then((answer) => answer.text());
  await expect(got).rejects.toThrow(/timeout/u);
  expect([...release.assets.values()].map(({ name }) => name)).toEqual(["a"]);
});

test("whoever sends what GitHub doesn't know is told at the end", async () => {
  const server = await startGitHubServer();
  seed.addRepository(server.state, "acme/app");
  const token = seed.addToken(server.state);
  const body = { tag_name: "v1", draft: "yes", immutable: true };
  expect((await ask(server, `POST ${repo}/releases?force=1`, { token, body })).status).toBe(422);
  await expect(server[Symbol.asyncDispose]()).rejects.toThrow(/query parameter force(.|\n)*draft(.|\n)*"immutable"/u);
});

test("paths begin as on an Enterprise Server when it is one", async () => {
  await using server = await startGitHubServer({ enterprise: true });
  seed.addRepository(server.state, "acme/app");
  expect(server.apiUrl).toMatch(/\/api\/v3$/u);
  const token = seed.addToken(server.state);
  const { data } = await client(server, token).repos.createRelease({ ...at, tag_name: "v1" });
  expect(data.upload_url).toContain("/api/uploads/repos/acme/app/releases/");
});

test("as a process of its own it takes a git repository's tags, and says at the end what it holds", async () => {
  using fixture = makeRepository({ files: { a: "a" }, tags: { "v1.0.0": "annotated" } });
  const folder = mkdtempSync(join(tmpdir(), "serve-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const files = { ports: join(folder, "ports"), state: join(folder, "state") };
  const args = ["--port-file", files.ports, "--state", files.state, "--token", "secret", "--pull", "3"];
  const child = startScript("github-server/serve.ts", [...args, "--repository", `acme/app=${fixture.path}`]);
  const ended = finished(child);
  const api = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (line) => resolve(String(line).trim())),
  );
  expect(JSON.parse(readFileSync(files.ports, "utf8"))).toMatchObject({ api });
  const github = new Octokit({ baseUrl: api, auth: "secret" });
  await github.repos.createRelease({ ...at, tag_name: "v1.0.0", draft: true });
  expect(await (await fetch(`${api}/__state`)).text()).not.toContain("secret");
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
  expect(JSON.parse(readFileSync(files.state, "utf8"))).toMatchObject({
    repositories: {
      "acme/app": { releases: [{ tag: "v1.0.0", draft: true }], tags: { "v1.0.0": fixture.git("rev-parse", "HEAD") } },
    },
    violations: [],
  });
});
