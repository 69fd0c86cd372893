import { expect, test } from "vitest";
import { translateRcloneError } from "../../../src/adapters/rclone/translate-rclone-error.ts";
import type { Failure } from "../../../src/model/errors.ts";

function translate(message: string, code = 1) {
  const errors = [{ level: "error" as const, message }];
  return translateRcloneError({ name: "r2:cold", command: "copy", code, errors });
}

const s3 = "operation error S3: ListObjectsV2, https response error StatusCode:";

/** As rclone 1.75.1 says it, or the service through it. */
const said: readonly (readonly [string, Failure, boolean, RegExp])[] = [
  [
    `Failed to create file system for "zzz:x": didn't find section in config file ("zzz")`,
    "settings",
    false,
    /no remote called zzz/,
  ],
  [
    `Failed to create file system for "me@nas:/srv/cold": didn't find section in config file ("me@nas")`,
    "settings",
    false,
    /no remote called me@nas; a folder of an SSH host is written ssh:\/\/me@nas\//,
  ],
  [
    `Failed to create file system for "b:": didn't find backend called "nosuch"`,
    "settings",
    false,
    /no kind of storage called nosuch/,
  ],
  [
    `Failed to load config file "/x": unable to decrypt configuration and not allowed to ask for password - set RCLONE_CONFIG_PASS to your configuration password`,
    "settings",
    false,
    /is encrypted.*RCLONE_CONFIG_PASS/,
  ],
  [
    `Failed to load config file "/x": using RCLONE_CONFIG_PASS env password, unable to decrypt configuration`,
    "settings",
    false,
    /isn't the password/,
  ],
  [
    `Failed to load config file "/x": could not parse line: (masked)`,
    "settings",
    false,
    /can't read its configuration/,
  ],
  [
    `Failed to create file system for "w:": couldn't decrypt password: base64 decode failed when revealing password - is it obscured?: illegal base64 data at input byte 11`,
    "settings",
    false,
    /rclone obscure/,
  ],
  [
    `Failed to create file system for ":sftp,host": config parameter must end with \`,\` or \`:\``,
    "settings",
    false,
    /isn't a remote/,
  ],
  [`Error: unknown flag: --s3-new-thing`, "settings", false, /--s3-new-thing/],
  [
    `Failed to create file system for "d:": drive: failed when making oauth client: failed to create oauth client: unexpected end of JSON input`,
    "settings",
    false,
    /isn't whole/,
  ],
  [
    `couldn't list files: Propfind "https://127.0.0.1:1/": http: server gave HTTP response to HTTPS client`,
    "settings",
    false,
    /http:\/\/ or https/,
  ],
  [
    `Failed to create file system for "s:": NewFs: couldn't connect SSH: ssh: handshake failed: knownhosts: key mismatch`,
    "store",
    false,
    /another key than the known one/,
  ],
  [
    `Failed to create file system for "s:": NewFs: couldn't connect SSH: ssh: handshake failed: knownhosts: key is unknown`,
    "store",
    false,
    /isn't among the known ones/,
  ],
  [
    `Failed to create file system for "s:": couldn't parse known_hosts_file: open /x: no such file or directory`,
    "settings",
    false,
    /known hosts can't be read/,
  ],
  [
    `NewFs: couldn't connect SSH: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none password], no supported methods remain`,
    "store",
    false,
    /credentials were refused/,
  ],
  [
    `error listing: couldn't list files: 401 Unauthorized: 401 Unauthorized`,
    "store",
    false,
    /credentials were refused/,
  ],
  [
    `NewFs: failed to make FTP connection to "127.0.0.1:8404": 530 "Incorrect password, not logged in"`,
    "store",
    false,
    /credentials were refused/,
  ],
  [
    `${s3} 403, RequestID: , HostID: , api error InvalidAccessKeyId: The Access Key Id you provided does not exist in our records.`,
    "store",
    false,
    /credentials were refused/,
  ],
  [
    `${s3} 403, RequestID: A, HostID: B, api error SignatureDoesNotMatch: x`,
    "store",
    false,
    /credentials were refused/,
  ],
  [
    `couldn't find root directory ID: Get "https://www.googleapis.com/x": couldn't fetch token: invalid_grant: maybe token expired? - try refreshing with "rclone config reconnect d:"`,
    "store",
    false,
    /expired or was revoked/,
  ],
  [
    `drive: failed when making oauth client: failed to create oauth client: empty token found - please run "rclone config reconnect d:"`,
    "store",
    false,
    /expired or was revoked/,
  ],
  [
    `${s3} 403, RequestID: A, HostID: B, api error RequestTimeTooSkewed: The difference between the request time and the current time is too large.`,
    "store",
    false,
    /clock/,
  ],
  [
    `${s3} 404, RequestID: A, HostID: B, api error NoSuchBucket: The specified bucket does not exist`,
    "store",
    false,
    /no such bucket/,
  ],
  [`${s3} 403, RequestID: A, HostID: B, api error AccessDenied: Access Denied`, "store", false, /may not do that/],
  [
    `operation error S3: HeadObject, https response error StatusCode: 403, RequestID: , HostID: , api error Forbidden: Forbidden`,
    "store",
    false,
    /may not do that/,
  ],
  [`Object in GLACIER, restore first: bucket="gl", key="cold"`, "store", false, /cold storage/],
  [`blob in archive tier, you need to set tier to hot, cool, cold first`, "store", false, /cold storage/],
  [
    `operation error S3: DeleteObject, https response error StatusCode: 403, RequestID: A, HostID: B, api error AccessDenied: Access Denied because object protected by object lock.`,
    "immutable",
    false,
    /locked against changes/,
  ],
  [`Failed to copy: preallocate: file too big for remaining disk space`, "store", false, /no room/],
  [`Failed to copy: write /mnt/x: no space left on device`, "store", false, /no room/],
  [
    `googleapi: Error 403: The user's Drive storage quota has been exceeded., storageQuotaExceeded`,
    "store",
    false,
    /no room/,
  ],
  [`update: 507 Insufficient Storage: 507 Insufficient Storage`, "store", false, /no room/],
  [`Source and destination exist but do not match: immutable file modified`, "conflict", false, /other bytes/],
  [`corrupted on transfer: md5 hashes differ src(S3 bucket) "a" vs dst "b"`, "integrity", true, /isn't what was sent/],
  [
    `${s3} 503, RequestID: A, HostID: B, api error SlowDown: Please reduce your request rate.`,
    "store",
    true,
    /slow down/,
  ],
  [
    `${s3} 500, RequestID: A, HostID: B, api error InternalError: We encountered an internal error.`,
    "store",
    true,
    /fault of its own/,
  ],
  [
    `Propfind "http://no.such.host.invalid/": dial tcp: lookup no.such.host.invalid on 10.0.0.53:53: no such host`,
    "store",
    false,
    /no host of that name/,
  ],
  [
    `read metadata failed: Propfind "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused`,
    "store",
    true,
    /nobody answers/,
  ],
  [
    `Get "https://h/v1/401/507/AccessDenied": read tcp 1.2.3.4:5->6.7.8.9:443: read: connection reset by peer`,
    "store",
    true,
    /connection to the remote failed/,
  ],
  [`Put "https://h/x": net/http: TLS handshake timeout`, "store", true, /connection to the remote failed/],
  [
    `Get "https://h/": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
    "store",
    false,
    /isn't trusted/,
  ],
  [`error in ListJSON: directory not found`, "not-found", false, /no such file or folder/],
  [`moto:ol/f is a directory or doesn't exist: object not found`, "not-found", false, /no such file or folder/],
  [
    `Failed to create file system for "good:b/x": is a file not a directory`,
    "store",
    false,
    /: a file is where a folder should be.*may not look there; correct the name or/,
  ],
  [`panic: runtime error: invalid memory address or nil pointer dereference`, "store", false, /crashed/],
];

test.each(said)("%s", (message, failure, transient, sentence) => {
  const error = translate(message);
  expect([error.failure, error.transient]).toEqual([failure, transient]);
  expect(error.message).toMatch(/^r2:cold: /);
  expect(error.message).toMatch(sentence);
  // Sources are read by the same commands.
  expect(error.message).not.toContain("the store's");
});

test.each([
  [2, "bug", false],
  [3, "not-found", false],
  [4, "not-found", false],
  [5, "store", true],
  [6, "store", false],
  [7, "store", false],
  [8, "store", false],
  [9, "store", false],
  [10, "store", false],
  [77, "store", false],
  [137, "store", true],
  [143, "store", true],
] as const)("code %i with nothing said is a failure of its own kind", (code, failure, transient) => {
  const error = translateRcloneError({ name: "x:", command: "copy", code, errors: [] });
  expect([error.failure, error.transient]).toEqual([failure, transient]);
  expect(error.message).toMatch(/^x: \w/);
});

test("what isn't known is told in rclone's own words, cut, without what it says around everything", () => {
  const error = translate(
    `Failed to copy with 2 errors: last error was: odd thing, RequestID: X1, HostID: Y2, happened ${"z".repeat(2000)}`,
    6,
  );
  expect(error.message).toMatch(/^r2:cold: rclone failed for a reason that stays \(rclone: odd thing, happened zzz/);
  expect(error.message.length).toBeLessThan(700);
});

test("a reason that came earlier is found when the last error has none", () => {
  const errors = ["Failed to copy: no space left on device", "Fatal error received - not attempting retries"].map(
    (message) => ({ level: "error" as const, message, object: "a/b.tar" }),
  );
  const { message } = translateRcloneError({ name: "x:", command: "copy", code: 7, errors });
  expect(message).toMatch(/no room/);
  expect(message).toContain("a/b.tar");
});
