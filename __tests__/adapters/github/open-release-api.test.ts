import nock from "nock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { AlreadyThere } from "../../../src/adapters/github/already-there.ts";
import { openGitHub } from "../../../src/adapters/github/github-client.ts";
import { openReleaseApi } from "../../../src/adapters/github/open-release-api.ts";
import type { CallIo, Release } from "../../../src/adapters/github/release-api.ts";
import type { Pace } from "../../../src/adapters/github/pace.ts";

const apiUrl = "https://api.github.com";
const repository = "/repos/acme/app";
const digest = "ab".repeat(32);
const io: CallIo = { signal: new AbortController().signal };

const rawRelease = {
  id: 7,
  tag_name: "v1.4.0",
  name: "1.4.0",
  body: null,
  draft: true,
  prerelease: false,
  immutable: false,
  html_url: "https://github.com/acme/app/releases/tag/untagged-1",
  upload_url: "https://uploads.github.com/repos/acme/app/releases/7/assets{?name,label}",
  created_at: "2026-11-22T02:15:00Z",
};
const release: Release = {
  id: 7,
  tag: "v1.4.0",
  name: "1.4.0",
  body: "",
  draft: true,
  prerelease: false,
  immutable: false,
  htmlUrl: rawRelease.html_url,
  uploadUrl: rawRelease.upload_url,
  created: rawRelease.created_at,
};
const rawAsset = {
  id: 9,
  name: "app.tar.gz",
  state: "uploaded",
  content_type: "application/gzip",
  size: 10,
  digest: `sha256:${digest}`,
  created_at: "2026-11-22T02:16:00Z",
  browser_download_url: "https://github.com/acme/app/releases/download/untagged-1/app.tar.gz",
};
const asset = {
  id: 9,
  name: "app.tar.gz",
  state: "uploaded",
  contentType: "application/gzip",
  bytes: 10,
  sha256: digest,
  created: rawAsset.created_at,
  url: rawAsset.browser_download_url,
};

/** A clock that goes on only in pauses, which take no time and are kept. */
function quickPace(): Pace & { readonly pauses: number[] } {
  let now = Date.parse("2026-11-22T02:00:00Z");
  const pauses: number[] = [];
  const sleep = async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted();
    pauses.push(ms);
    now += ms;
  };
  return { writeGapMs: 1000, now: () => now, random: () => 0, sleep, pauses };
}

const waits: string[] = [];
const wait = (until: Date, why: string) => waits.push(`${until.toISOString()} ${why}`);

function open(token: string | undefined = "ghp_token", pace = quickPace()) {
  const client = openGitHub({
    ...(token && { token }),
    apiUrl,
    userAgent: "coldstore/1.0",
    stallMs: 5000,
    pace,
    wait,
    env: {},
  });
  return { api: openReleaseApi(client, "acme/app"), pace };
}

beforeAll(() => nock.disableNetConnect());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});
beforeEach(() => void waits.splice(0));
afterEach(() => {
  const pending = nock.pendingMocks();
  nock.cleanAll();
  expect(pending).toEqual([]);
});

/** GitHub, called with what every call bears. */
function github() {
  return nock(apiUrl, {
    reqheaders: {
      authorization: "token ghp_token",
      "x-github-api-version": "2022-11-28",
      "user-agent": /^coldstore\/1\.0 /u,
    },
  });
}

describe("releases", () => {
  test("are listed a hundred a page, as the links lead on", async () => {
    const next = `<${apiUrl}/repositories/1/releases?per_page=100&page=2>; rel="next", <${apiUrl}/x>; rel="last"`;
    github().get(`${repository}/releases?per_page=100`).reply(200, [rawRelease], { link: next });
    github()
      .get("/repositories/1/releases?per_page=100&page=2")
      .reply(200, [{ ...rawRelease, id: 8, draft: false, immutable: true, assets: [rawAsset] }]);
    expect(await Array.fromAsync(open().api.releases(io))).toEqual([
      release,
      { ...release, id: 8, draft: false, immutable: true, assets: [asset] },
    ]);
  });

  test("aren't followed to another host, where the token would go", async () => {
    github()
      .get(`${repository}/releases?per_page=100`)
      .reply(200, [], { link: '<https://evil.example.com/x>; rel="next"' });
    await expect(Array.fromAsync(open().api.releases(io))).rejects.toThrow(
      /^couldn't list the releases of acme\/app: .*another host/u,
    );
  });

  test("are found by a tag with a slash, and by id", async () => {
    github().get(`${repository}/releases/tags/app%2Fv1%231`).reply(200, rawRelease);
    github().get(`${repository}/releases/7`).reply(200, rawRelease);
    github().get(`${repository}/releases/latest`).reply(200, rawRelease);
    const { api } = open();
    expect([await api.byTag("app/v1#1", io), await api.byId(7, io), await api.latest(io)]).toEqual([
      release,
      release,
      release,
    ]);
  });

  test("that aren't there are undefined", async () => {
    for (const path of ["tags/v9", "7", "latest"])
      github().get(`${repository}/releases/${path}`).reply(404, { message: "Not Found" });
    const { api } = open();
    expect([await api.byTag("v9", io), await api.byId(7, io), await api.latest(io)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("are made as drafts, without a commit", async () => {
    const body = {
      tag_name: "v1.4.0",
      name: "1.4.0",
      body: "<!-- x -->",
      prerelease: true,
      generate_release_notes: true,
      draft: true,
    };
    github().post(`${repository}/releases`, body).reply(201, rawRelease);
    const made = await open().api.createDraft(
      { tag: "v1.4.0", name: "1.4.0", body: "<!-- x -->", generateNotes: true, prerelease: true },
      io,
    );
    expect(made).toEqual(release);
  });

  test("are published by what is to change alone", async () => {
    github()
      .patch(`${repository}/releases/7`, { draft: false, make_latest: "legacy" })
      .reply(200, { ...rawRelease, draft: false });
    expect(await open().api.update(7, { draft: false, latest: "legacy" }, io)).toEqual({ ...release, draft: false });
  });

  test("are deleted, and one that is gone counts as deleted", async () => {
    github().delete(`${repository}/releases/7`).reply(204);
    github().delete(`${repository}/releases/8`).reply(404, { message: "Not Found" });
    const { api } = open();
    await api.deleteRelease(7, io);
    await api.deleteRelease(8, io);
  });

  test("that somebody in between answers for are an error that may pass", async () => {
    github().get(`${repository}/releases/7`).reply(200, "<html>log in</html>", { "content-type": "text/html" });
    await expect(open().api.byId(7, io)).rejects.toMatchObject({
      transient: true,
      message: expect.stringMatching(/^couldn't look at release 7 of acme\/app: GitHub's answer isn't a release/u),
    });
  });
});

describe("files", () => {
  test("are listed all, broken ones and such without a digest too", async () => {
    const broken = { ...rawAsset, id: 10, state: "starter", digest: null };
    github().get(`${repository}/releases/7/assets?per_page=100`).reply(200, [rawAsset, broken]);
    const { sha256: _, ...unknown } = asset;
    expect(await open().api.assets(7, io)).toEqual([asset, { ...unknown, id: 10, state: "starter" }]);
  });

  test("go to the host that the release names, with their length", async () => {
    const passed: number[] = [];
    nock("https://uploads.acme.ghe.com", {
      reqheaders: { authorization: "token ghp_token", "content-type": "application/gzip", "content-length": "10" },
      badheaders: ["transfer-encoding"],
    })
      .post("/some/where?name=app%20%2B%231.tar.gz", "0123456789")
      .reply(201, rawAsset);
    const elsewhere = { ...release, uploadUrl: "https://uploads.acme.ghe.com/some/where{?name,label}" };
    const upload = { name: "app +#1.tar.gz", contentType: "application/gzip", body: new Blob(["0123456789"]) };
    expect(await open().api.upload(elsewhere, upload, { ...io, progress: (bytes) => passed.push(bytes) })).toEqual(
      asset,
    );
    expect(passed).toEqual([10]);
  });

  test("don't go out in the clear", async () => {
    const elsewhere = { ...release, uploadUrl: "http://uploads.github.com/x{?name,label}" };
    const upload = { name: "a", contentType: "text/plain", body: new Blob(["x"]) };
    await expect(open().api.upload(elsewhere, upload, io)).rejects.toThrow(/no address for it that is safe/u);
  });

  test("with a name that is taken are told from other failures", async () => {
    nock("https://uploads.github.com")
      .post("/repos/acme/app/releases/7/assets?name=a")
      .reply(422, {
        message: "Validation Failed",
        errors: [{ resource: "ReleaseAsset", code: "already_exists", field: "name" }],
      });
    const upload = { name: "a", contentType: "text/plain", body: new Blob(["x"]) };
    await expect(open().api.upload(release, upload, io)).rejects.toBeInstanceOf(AlreadyThere);
  });

  test("are renamed and deleted by id", async () => {
    github()
      .patch(`${repository}/releases/assets/9`, { name: "b" })
      .reply(200, { ...rawAsset, name: "b" });
    github().delete(`${repository}/releases/assets/9`).reply(204);
    github().delete(`${repository}/releases/assets/10`).reply(404);
    const { api } = open();
    expect(await api.rename(9, "b", io)).toEqual({ ...asset, name: "b" });
    await api.deleteAsset(9, io);
    await api.deleteAsset(10, io);
  });
});

describe("a download", () => {
  const octets = { accept: "application/octet-stream" };
  const path = `${repository}/releases/assets/9`;

  function leadTo(location: string) {
    github().get(path).matchHeader("accept", octets.accept).reply(302, "", { location });
  }

  /** The storage host: nothing secret may come to it. */
  function storage(origin = "https://storage.example.com") {
    return nock(origin, { badheaders: ["authorization", "cookie", "x-github-api-version"] });
  }

  async function read(range?: { start: number; end: number }): Promise<string> {
    const chunks = await Array.fromAsync(await open().api.download(9, range, io));
    return Buffer.concat(chunks as Buffer[]).toString();
  }

  test("takes its bytes where GitHub leads to, without the token", async () => {
    leadTo("https://storage.example.com/x?sig=1");
    storage()
      .get("/x?sig=1")
      .matchHeader("accept-encoding", "identity")
      .reply(200, "0123456789", { "content-length": "10" });
    expect(await read()).toBe("0123456789");
  });

  test("takes them from the API itself when that has them", async () => {
    github().get(path).reply(200, "0123456789", { "content-type": "application/octet-stream" });
    expect(await read({ start: 2, end: 4 })).toBe("23");
  });

  test("of a range asks the storage for that range", async () => {
    leadTo("https://storage.example.com/x");
    storage().get("/x").matchHeader("range", "bytes=2-4").reply(206, "234", { "content-range": "bytes 2-4/10" });
    expect(await read({ start: 2, end: 5 })).toBe("234");
  });

  test.each([
    [0, 10, "0123456789"],
    [3, 7, "3456"],
    [8, 99, "89"],
    [20, 30, ""],
  ])("of the range %i to %i cuts it out of a whole answer", async (start, end, bytes) => {
    leadTo("https://storage.example.com/x");
    storage().get("/x").reply(200, "0123456789");
    expect(await read({ start, end })).toBe(bytes);
  });

  test("of a range behind the end, or of an empty one, is empty", async () => {
    leadTo("https://storage.example.com/x");
    storage().get("/x").reply(416, "<Error/>");
    expect(await read({ start: 20, end: 30 })).toBe("");
    expect(await read({ start: 5, end: 5 })).toBe("");
  });

  test("of another part than was asked for is an error", async () => {
    leadTo("https://storage.example.com/x");
    storage().get("/x").reply(206, "012", { "content-range": "bytes 0-2/10" });
    await expect(read({ start: 2, end: 5 })).rejects.toThrow(/another part/u);
  });

  test("isn't taken in the clear, nor compressed by somebody in between", async () => {
    leadTo("http://storage.example.com/x?sig=s1gnature");
    await expect(read()).rejects.toThrow(/leads to storage\.example\.com without encryption/u);
    leadTo("https://storage.example.com/x");
    storage()
      .get("/x")
      .reply(200, Buffer.from("H4sIAAAAAAAAAwMAAAAAAAAAAAA=", "base64"), { "content-encoding": "gzip" });
    await expect(read()).rejects.toThrow(/came compressed/u);
  });

  test("may be asked for again when the storage's address is no longer good", async () => {
    leadTo("https://storage.example.com/x?sig=s1gnature");
    storage().get("/x?sig=s1gnature").reply(403, "<Error>AuthenticationFailed s1gnature</Error>");
    await expect(read()).rejects.toMatchObject({
      transient: true,
      message: "couldn't download file 9 of a release of acme/app: storage.example.com answered 403",
    });
  });

  test("doesn't go on from host to host for ever", async () => {
    leadTo("https://storage.example.com/x");
    storage().get("/x").times(5).reply(302, "", { location: "/x" });
    await expect(read()).rejects.toThrow(/from host to host/u);
  });

  test("of a file that isn't there is not-found", async () => {
    github().get(path).reply(404, { message: "Not Found" });
    await expect(read()).rejects.toMatchObject({ failure: "not-found" });
  });

  test("of a renamed repository says so", async () => {
    github()
      .get(path)
      .reply(301, { message: "Moved" }, { location: `${apiUrl}/repositories/1/releases/assets/9` });
    await expect(read()).rejects.toThrow(
      /^couldn't download file 9 of a release of acme\/app: the repository was renamed/u,
    );
  });
});

describe("tags", () => {
  const commit = "c".repeat(40);
  const [first, second] = ["1".repeat(40), "2".repeat(40)];

  test("lead through annotated tags of tags to the commit", async () => {
    github()
      .get(`${repository}/git/ref/tags/app/v1%231%C3%BC`)
      .reply(200, { object: { type: "tag", sha: first } });
    github()
      .get(`${repository}/git/tags/${first}`)
      .reply(200, { object: { type: "tag", sha: second } });
    github()
      .get(`${repository}/git/tags/${second}`)
      .reply(200, { object: { type: "commit", sha: commit } });
    expect(await open().api.tagCommit("app/v1#1ü", io)).toBe(commit);
  });

  test.each([
    [404, { message: "Not Found" }],
    [409, { message: "Git Repository is empty." }],
    [200, [{ ref: "refs/tags/v1.4" }]],
  ])("that GitHub answers %i %j for aren't there", async (status, body) => {
    github().get(`${repository}/git/ref/tags/v1`).reply(status, body);
    expect(await open().api.tagCommit("v1", io)).toBeUndefined();
  });

  test("that begin so are named, all of them", async () => {
    const link = `<${apiUrl}${repository}/git/matching-refs/tags/v1?page=2>; rel="next"`;
    const path = `${repository}/git/matching-refs/tags/v1`;
    github()
      .get(path)
      .reply(200, [{ ref: "refs/tags/v1" }], { link });
    github()
      .get(`${path}?page=2`)
      .reply(200, [{ ref: "refs/tags/v1/refs/tags/x" }]);
    expect(await open().api.tagsLike("v1", io)).toEqual(["v1", "v1/refs/tags/x"]);
  });
});

describe("a look at the repository", () => {
  test.each([
    ["a public one", {}, {}, true],
    ["a workflow's token, whose answer says nothing of it", { permissions: { push: false } }, {}, true],
    ["an archived one", { archived: true }, {}, /is archived/u],
    ["a classic token with the scope", { private: true }, { "x-oauth-scopes": "gist, repo" }, true],
    [
      "a classic token of somebody who only reads",
      { permissions: { push: false } },
      { "x-oauth-scopes": "repo" },
      /by whom the token is of/u,
    ],
    ["a classic token without any", {}, { "x-oauth-scopes": "" }, /the scope public_repo/u],
    [
      "a classic token for public ones alone",
      { private: true },
      { "x-oauth-scopes": "public_repo" },
      /the scope repo/u,
    ],
  ])("for writing, with %s", async (_, fields, headers, expected) => {
    github()
      .get(repository)
      .reply(200, { private: false, archived: false, permissions: { push: true }, ...fields }, headers);
    const looking = open().api.look({ write: true }, io);
    await (expected === true ? expect(looking).resolves.toBeUndefined() : expect(looking).rejects.toThrow(expected));
  });

  test("for reading takes an archived one", async () => {
    github().get(repository).reply(200, { archived: true }, { "x-oauth-scopes": "" });
    await open().api.look({ write: false }, io);
  });

  test("for writing without a token asks GitHub for nothing", async () => {
    await expect(open("").api.look({ write: true }, io)).rejects.toMatchObject({
      failure: "settings",
      message: "acme/app can't be written to without a token; set GH_TOKEN",
    });
  });

  test("of what isn't there is not-found", async () => {
    github().get(repository).reply(404, { message: "Not Found" });
    await expect(open().api.look({ write: false }, io)).rejects.toMatchObject({ failure: "not-found" });
  });
});

describe("rate limits and pace", () => {
  const draft = { tag: "v1.4.0", name: "", body: "", generateNotes: false, prerelease: false };

  test("are waited out as GitHub says, also when it's a draft that is made", async () => {
    github().post(`${repository}/releases`).reply(403, { message: "secondary rate limit" }, { "retry-after": "30" });
    github().post(`${repository}/releases`).reply(429, { message: "slow down" });
    github().post(`${repository}/releases`).reply(201, rawRelease);
    const { api, pace } = open();
    await api.createDraft(draft, io);
    expect(pace.pauses).toEqual([30_000, 120_000]);
    expect(waits).toEqual([
      "2026-11-22T02:00:30.000Z GitHub asks for fewer calls",
      "2026-11-22T02:02:30.000Z GitHub asks for fewer calls",
    ]);
  });

  test("of more than an hour fail at once, with the time", async () => {
    const headers = {
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": String(Date.parse("2026-11-22T04:00:00Z") / 1000),
    };
    github().get(`${repository}/releases/7`).reply(403, { message: "API rate limit exceeded" }, headers);
    const { api, pace } = open();
    await expect(api.byId(7, io)).rejects.toThrow(/used up, until 2026-11-22T04:00:01Z/u);
    expect(pace.pauses).toEqual([]);
  });

  test("that never end are given up within an hour", async () => {
    github().get(`${repository}/releases/7`).times(6).reply(429, {});
    const { api, pace } = open();
    await expect(api.byId(7, io)).rejects.toThrow(/asks for fewer calls/u);
    expect(pace.pauses).toEqual([60_000, 120_000, 240_000, 480_000, 960_000]);
  });

  test("are left at once when the run is ended", async () => {
    github().get(`${repository}/releases/7`).reply(429, {}, { "retry-after": "600" });
    const controller = new AbortController();
    const pace = {
      ...quickPace(),
      sleep: async (_: number, signal: AbortSignal) => {
        controller.abort(new Error("over"));
        signal.throwIfAborted();
      },
    };
    const { api } = open("ghp_token", pace);
    await expect(api.byId(7, { signal: controller.signal })).rejects.toThrow("over");
  });

  test("keep writing calls a second apart, one at a time, and reading ones not", async () => {
    github()
      .patch(/releases/u)
      .times(3)
      .reply(200, rawRelease);
    github()
      .get(/releases/u)
      .times(2)
      .reply(200, rawRelease);
    const { api, pace } = open();
    await Promise.all([1, 2, 3].map(async (id) => api.update(id, { body: "x" }, io)));
    await Promise.all([1, 2].map(async (id) => api.byId(id, io)));
    expect(pace.pauses).toEqual([1000, 1000]);
  });

  test("let nothing but rate limits be tried again", async () => {
    github().get(`${repository}/releases/7`).reply(502, "<html>");
    await expect(open().api.byId(7, io)).rejects.toMatchObject({ transient: true });
  });
});

test("a token that can't be one is refused without being repeated", () => {
  expect(() => open("s3cret\nword")).toThrow(/^token has characters/u);
});
