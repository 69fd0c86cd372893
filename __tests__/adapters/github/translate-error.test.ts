import { RequestError } from "@octokit/request-error";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AlreadyThere } from "../../../src/adapters/github/already-there.ts";
import type { FailedCall } from "../../../src/adapters/github/failed-call.ts";
import { shownProxy } from "../../../src/adapters/github/proxies.ts";
import { translateError } from "../../../src/adapters/github/translate-error.ts";
import { ColdstoreError, type Failure } from "../../../src/model/errors.ts";

const token = "ghp_0123456789abcdefABCDEF";
const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? 1);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 100);

const call: FailedCall = {
  what: "upload app.tar.gz to the release v1.4.0",
  writes: true,
  permission: "contents",
  apiUrl: "https://api.github.com",
  token,
  within: "pull-request",
  signal: new AbortController().signal,
};

const request = {
  method: "POST",
  url: "https://uploads.github.com/x",
  headers: { authorization: `token ${token}` },
} as const;

function answered(status: number, data: unknown = {}, headers: Record<string, string> = {}): RequestError {
  const response = { status, data, headers, url: request.url };
  return new RequestError("whatever", status, { request, response });
}

function invalid(message: string, ...errors: readonly unknown[]): RequestError {
  return answered(422, { message, errors });
}

/** As Octokit throws what fetch threw. */
function broken(code: string, message = "it broke"): RequestError {
  const cause = Object.assign(new Error(message), { code });
  return Object.assign(new RequestError(message, 500, { request }), {
    cause: new TypeError("fetch failed", { cause }),
  });
}

const accepted = (permissions: string) => ({ "x-accepted-github-permissions": permissions });

type Row = readonly [string, unknown, Failure, RegExp, ("transient" | "final")?];

const rows: readonly Row[] = [
  [
    "a wrong token",
    answered(401, { message: "Bad credentials" }),
    "store",
    /the token: it's wrong, expired or revoked/u,
  ],
  [
    "a read-only token of a job",
    answered(403, { message: "Resource not accessible by integration" }, accepted("contents=write")),
    "store",
    /give the job the permission contents: write.*from a fork/u,
  ],
  [
    "a token of a person that lacks a permission",
    answered(403, { message: "Resource not accessible by personal access token" }),
    "store",
    /Contents: read and write/u,
  ],
  [
    "somebody without rights",
    answered(403, { message: "Must have push access to repository" }),
    "store",
    /use one that may write/u,
  ],
  [
    "a commit with other workflow files",
    answered(
      403,
      { message: "Resource not accessible by integration" },
      accepted("contents=write; contents=write,workflows=write"),
    ),
    "store",
    /push the tag first/u,
  ],
  [
    "the same said as 404",
    answered(404, { message: "Not Found" }, accepted("contents=write; contents=write,workflows=write")),
    "store",
    /push the tag first/u,
  ],
  [
    "single sign-on",
    answered(
      403,
      { message: "Resource protected by organization SAML enforcement." },
      { "x-github-sso": "required; url=https://github.com/orgs/a/sso?authorization_request=AAAA" },
    ),
    "store",
    /Configure SSO/u,
  ],
  [
    "an archived repository",
    answered(403, { message: "Repository was archived so is read-only." }),
    "store",
    /unarchive it/u,
  ],
  [
    "an IP allow list",
    answered(403, { message: "... your IP address is not permitted" }),
    "store",
    /listed addresses/u,
  ],
  ["a 403 of something else", answered(403, "<html>go away</html>"), "store", /GitHub answered 403 without a reason/u],
  ["404", answered(404, { message: "Not Found" }), "store", /isn't there or that the token may not see/u],
  [
    "an asset's name",
    invalid("Validation Failed", { resource: "ReleaseAsset", code: "already_exists", field: "name" }),
    "conflict",
    /has a file of that name/u,
  ],
  [
    "a published release's tag",
    invalid("Validation Failed", { resource: "Release", code: "already_exists", field: "tag_name" }),
    "conflict",
    /published a release of this tag/u,
    "transient",
  ],
  [
    "an immutable release",
    invalid("Cannot upload assets to an immutable release."),
    "immutable",
    /the release is immutable/u,
  ],
  [
    "a file of an immutable release",
    invalid("Cannot delete asset from an immutable release"),
    "immutable",
    /the release is immutable/u,
  ],
  [
    "a burnt tag",
    invalid("Validation Failed", {
      resource: "Release",
      code: "custom",
      field: "tag_name",
      message: "tag_name was used by an immutable release",
    }),
    "immutable",
    /never takes such a tag again/u,
  ],
  [
    "a tag ruleset",
    invalid("Validation Failed", {
      resource: "Release",
      code: "custom",
      field: "pre_receive",
      message: "pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.",
    }),
    "store",
    /tag ruleset/u,
  ],
  [
    "1000 files",
    invalid("Validation Failed", {
      resource: "ReleaseAsset",
      code: "custom",
      field: "file_count",
      message: "file_count limited to 1000 assets per release",
    }),
    "store",
    /1000 files/u,
  ],
  [
    "a file too large",
    invalid("Validation Failed", {
      resource: "ReleaseAsset",
      code: "custom",
      field: "size",
      message: "size must be less than or equal to 2147483648",
    }),
    "store",
    /split-size: 1900MiB/u,
  ],
  [
    "a tag that isn't there",
    invalid("Validation Failed", {
      resource: "Release",
      code: "custom",
      message: "Published releases must have a valid tag",
    }),
    "not-found",
    /push it first/u,
  ],
  [
    "a text too long",
    invalid("Validation Failed", {
      resource: "Release",
      code: "custom",
      field: "body",
      message: "body is too long (maximum is 125000 characters)",
    }),
    "settings",
    /125,000 characters/u,
  ],
  [
    "a 422 that is new",
    invalid("Validation Failed", { resource: "Release", code: "invalid", field: "name" }),
    "store",
    /422: Validation Failed, name invalid/u,
  ],
  [
    "errors that are texts",
    invalid("Validation Failed", "no such thing", 7, null),
    "store",
    /422: Validation Failed, no such thing\)/u,
  ],
  ["413", answered(413), "store", /split-size/u],
  ["451", answered(451), "store", /legal reasons/u],
  ...[500, 502, 503, 504, 408].map((status): Row => [
    `${status}`,
    answered(status, "<html>"),
    "store",
    new RegExp(`trouble of its own \\(${status}\\)`, "u"),
    "transient",
  ]),
  [
    "a dropped connection",
    broken("UND_ERR_SOCKET", "other side closed"),
    "store",
    /uploads\.github\.com broke the connection off \(UND_ERR_SOCKET\)/u,
    "transient",
  ],
  ...[
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "ENOTFOUND",
    "ECONNREFUSED",
    "UND_ERR_HEADERS_TIMEOUT",
    "UND_ERR_CONNECT_TIMEOUT",
    "ENETUNREACH",
    "SOMETHING_NEW",
  ].map((code): Row => [code, broken(code), "store", new RegExp(`${code}\\)$`, "u"), "transient"]),
  ...[
    "SELF_SIGNED_CERT_IN_CHAIN",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    "CERT_HAS_EXPIRED",
    "ERR_TLS_CERT_ALTNAME_INVALID",
  ].map((code): Row => [code, broken(code), "store", /NODE_EXTRA_CA_CERTS/u]),
  ["no TLS at all", broken("ERR_SSL_WRONG_VERSION_NUMBER"), "store", /doesn't speak TLS/u],
  [
    "a proxy that wants a password",
    broken("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling"),
    "store",
    /user name and password/u,
  ],
  [
    "a proxy that says no",
    broken("UND_ERR_ABORTED", "Proxy response (403) !== 200 when HTTP Tunneling"),
    "store",
    /lets nothing through/u,
  ],
  [
    "a proxy in trouble",
    broken("UND_ERR_ABORTED", "Proxy response (503) !== 200 when HTTP Tunneling"),
    "store",
    /lets nothing through/u,
    "transient",
  ],
  [
    "a failure of nothing but words",
    new RequestError("boom", 500, { request }),
    "store",
    /the connection to uploads\.github\.com failed \(boom\)/u,
    "transient",
  ],
  [
    "several addresses that refuse",
    Object.assign(new TypeError("fetch failed"), {
      cause: new AggregateError([Object.assign(new Error("x"), { code: "ECONNREFUSED" })]),
    }),
    "store",
    /ECONNREFUSED/u,
    "transient",
  ],
  ["a mistake of ours", new RangeError("no such thing"), "bug", /no such thing/u],
];

describe("what GitHub and the network do to a call", () => {
  for (const [name, thrown, failure, pattern, again] of rows)
    test(name, () => {
      const error = translateError(thrown, call);
      expect(error.message).toMatch(/^couldn't upload app\.tar\.gz to the release v1\.4\.0: [^\n]+$/u);
      expect(error.message).toMatch(pattern);
      expect([error.failure, error.transient]).toEqual([failure, again === "transient"]);
      expect(error.message).not.toMatch(/authorization_request|<html/u);
    });
});

test("a file that changed while it was sent is the source's failure", () => {
  const cause = new DOMException("The blob could not be read", "NotReadableError");
  expect(translateError(new TypeError("fetch failed", { cause }), call)).toMatchObject({
    failure: "source",
    transient: false,
  });
});

test("a name that is taken can be told from all else", () => {
  const thrown = invalid("Validation Failed", { resource: "ReleaseAsset", code: "already_exists", field: "name" });
  expect(translateError(thrown, call)).toBeInstanceOf(AlreadyThere);
});

test("a missing permission comes with what to paste", () => {
  const thrown = answered(403, { message: "Resource not accessible by integration" });
  expect(translateError(thrown, call).remedy).toEqual({ permissions: { contents: "write" } });
  const comment = { ...call, permission: "pull-requests" } as const;
  expect(translateError(thrown, comment).remedy).toEqual({ permissions: { "pull-requests": "write" } });
});

describe("where there is no such thing as a job", () => {
  const denied = answered(403, { message: "Resource not accessible by integration" });
  const sentences = [denied, answered(401), answered(404)].map((thrown) => [
    translateError(thrown, { ...call, within: "shell" }).message,
    translateError(thrown, { ...call, within: "shell", token: undefined }).message,
  ]);

  test("the ways out are those of a command line", () => {
    const said = sentences.flat().join("\n");
    expect(said).toMatch(/the token may not; give it, for this repository, the permission Contents: read and write/u);
    expect(said).toMatch(/set GH_TOKEN to a valid one/u);
    expect(said).toMatch(/GitHub wants a token for it; set GH_TOKEN$/mu);
    expect(said).toMatch(/set GH_TOKEN if it's private/u);
    expect(said).not.toMatch(/the job|set token|fork/u);
  });

  test("in a job they are those of a workflow, with forks where there is a pull request alone", () => {
    const { message } = translateError(denied, { ...call, within: "job" });
    expect(message).toMatch(/the job's token may not; give the job the permission contents: write$/u);
    expect(translateError(answered(401), { ...call, within: "job" }).message).toMatch(/set token to a valid one/u);
  });
});

test("reading what isn't there is not-found", () => {
  expect(translateError(answered(404), { ...call, writes: false }).failure).toBe("not-found");
});

test("the request's id is at the end, if it is one", () => {
  expect(translateError(answered(500, {}, { "x-github-request-id": "0A1B:2C:3D" }), call).message).toMatch(
    /\(request 0A1B:2C:3D\)$/u,
  );
  expect(translateError(answered(500, {}, { "x-github-request-id": "::error::x" }), call).message).not.toMatch(
    /request/u,
  );
});

test("an abort is its reason, whatever it looks like", () => {
  const reason = new ColdstoreError("interrupted", "stopped");
  const signal = AbortSignal.abort(reason);
  expect(translateError(broken("ECONNRESET"), { ...call, signal })).toBe(reason);
});

test("neither the token nor a line break nor a password gets into a sentence, whatever GitHub says", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom(
      token,
      Buffer.from(`x:${token}`).toString("base64"),
      "\n::error::x",
      `https://me:pass-word@h.example/?sig=s1gnature`,
      "\u202e",
      "\ud800",
    ),
  );
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 4 }), fc.constantFrom(400, 403, 409, 418, 422), (parts, status) => {
      const text = parts.join(" ");
      const { message } = translateError(
        answered(status, { message: text, errors: [{ field: text, message: text }, text] }),
        call,
      );
      expect(message).not.toContain(token);
      expect(message).not.toContain("pass-word");
      expect(message).not.toContain("s1gnature");
      expect(message).not.toMatch(/[\n\r\u202e\p{Cs}]/u);
      expect(message.length).toBeLessThan(900);
    }),
    { seed, numRuns },
  );
});

describe("where a proxy is used", () => {
  const env = { https_proxy: "http://me:canary@proxy.example:3128", NO_PROXY: "ghe.example" };
  const through = { ...call, proxyFor: (url: URL) => shownProxy(url, env) };

  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s is its own, and it is named without its password",
    (code) => {
      const { message, transient } = translateError(broken(code), through);
      expect(message).toContain(
        `: the proxy proxy.example:3128 can't be reached; check HTTPS_PROXY, or name uploads.github.com in NO_PROXY (${code})`,
      );
      expect([transient, message.includes("canary")]).toEqual([true, false]);
    },
  );

  test.each([
    ["a host that is reached without it", "ECONNREFUSED", { host: "ghe.example" }],
    ["plain http", "ECONNREFUSED", { apiUrl: "http://other.example" }],
    ["a connection that broke later", "ECONNRESET", { host: "other.example" }],
  ])("%s isn't its matter", (_, code, about) => {
    const cause = Object.assign(new Error("it broke"), { code });
    const { message } = translateError(new TypeError("fetch failed", { cause }), { ...through, ...about });
    expect(message).toMatch(/: (?:ghe|other)\.example (?:takes no connection|broke the connection off)/u);
  });
});
