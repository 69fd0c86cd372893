import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backendOption, readRcloneArguments, unsafeOption } from "../../src/model/rclone-arguments.ts";

test.each([
  [["--transfers=8"], ["--transfers=8"]],
  [
    ["--transfers", "8", "--fast-list"],
    ["--transfers=8", "--fast-list"],
  ],
  [
    ["--s3-upload-cutoff", "5M", "--bwlimit=08:00,512k 12:00,off"],
    ["--s3-upload-cutoff=5M", "--bwlimit=08:00,512k 12:00,off"],
  ],
  [["--ca-cert=/etc/own.pem"], ["--ca-cert=/etc/own.pem"]],
  [["--header-upload", "Cache-Control: no-store"], ["--header-upload=Cache-Control: no-store"]],
  [["--s3_no_check_bucket"], ["--s3_no_check_bucket"]],
  [[], []],
])("%j is handed to rclone", (args, flags) => {
  expect(readRcloneArguments(args)).toEqual({ flags, problems: [] });
});

const refused: readonly (readonly [string, RegExp])[] = [
  ...["--ignore-checksum", "--ignore-size", "--size-only", "--inplace", "--update", "--ignore-existing"].map(
    (flag) => [flag, /isn't among/] as const,
  ),
  ...[
    "--max-age=1d",
    "--exclude=*",
    "--dry-run",
    "--no-check-dest",
    "--backup-dir=x:",
    "--http-proxy=http://h",
    "--cache-dir=/x",
  ].map((flag) => [flag, /isn't among/] as const),
  ...["--s3-no-head", "--s3_no_head", "--S3-NO-HEAD", "--b2-disable-checksum=true", "--crypt-pass-bad-blocks"].map(
    (flag) => [flag, /check that copies rest on/] as const,
  ),
  ...["--dump=headers", "--dump-bodies", "--rc", "--rc-addr=:1", "--metrics-addr=:1", "--s3-sdk-log-mode=Request"].map(
    (flag) => [flag, /may print secrets/] as const,
  ),
  ...[
    "--log-file=x",
    "--log-level=DEBUG",
    "--config=/x",
    "--retries=9",
    "--verbose",
    "--stats=0",
    "--files-from=x",
  ].map((flag) => [flag, /coldstore itself/] as const),
  ...[
    "--password-command=x",
    "--metadata-mapper=x",
    "--sftp-ssh=x",
    "--webdav-bearer-token-command=x",
    "--sftp-server-command=x",
  ].map((flag) => [flag, /run a program/] as const),
  ...["--no-check-certificate", "--ftp-no-check-certificate", "--sftp-known-hosts-file=none", "--sftp-host-keys="].map(
    (flag) => [flag, /hosts are trusted/] as const,
  ),
  ...["--s3-secret-access-key=abc", "--sftp-pass=abc", "--drive-token={}", "--azureblob-sas-url=https://x"].map(
    (flag) => [flag, /holds a secret/] as const,
  ),
  ["--header-upload=Authorization: x", /holds a secret/],
  ["--webdav-url=https://me:pass@host", /password in it/],
  ["--crypt-remote=:s3,override.ignore_checksum=true:b", /global\. or override\./],
  ["--crypt-remote=:sftp,ssh='x':b", /names ssh/],
  ["--union-upstreams=:s3,secret_access_key=abc:b c:", /names secret_access_key/],
  ["--local-no-check-updated", /isn't among|check that copies/],
  ["-v", /short flag/],
  ["-vv", /short flag/],
  ["-P=1", /short flag/],
  ["--", /unnamed/],
  ["-", /unnamed/],
  ["---x", /unnamed/],
  ["", /belongs to no flag/],
  ["lsd", /belongs to no flag/],
  ["remote:path", /belongs to no flag/],
  ["--transfers=4\n--dump=headers", /control character/],
];

test.each(refused)("%s is refused", (arg, reason) => {
  const { flags, problems } = readRcloneArguments([arg]);
  expect(flags).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(reason)]);
});

test("a secret never comes back in the reason why it's refused", () => {
  const { problems } = readRcloneArguments(["--s3-secret-access-key", "s3cr3t-v4lue", "--sftp-pass=s3cr3t-v4lue"]);
  expect(problems).toHaveLength(2);
  expect(problems.join()).not.toContain("s3cr3t");
});

test("a word behind a flag that has its value already is refused, for rclone would take it for a command", () => {
  expect(readRcloneArguments(["--transfers=4", "delete", "--fast-list", "true", "purge"])).toEqual({
    flags: ["--transfers=4", "--fast-list=true"],
    problems: [expect.stringMatching(/belongs to no flag/), expect.stringMatching(/belongs to no flag/)],
  });
});

const words = fc.constantFrom(
  "--transfers",
  "--s3-no-head",
  "--dump",
  "-v",
  "--",
  "x:y",
  "--size-only",
  "8",
  "--config",
  "=",
);

test("whatever is given, only whole flags that pass by themselves come out, and each other argument is told of", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          words,
          fc.string(),
          fc.string().map((text) => `--${text}`),
        ),
      ),
      (args) => {
        const { flags, problems } = readRcloneArguments(args);
        for (const flag of flags) {
          expect(flag).toMatch(/^--[A-Za-z0-9]/);
          expect(readRcloneArguments([flag])).toEqual({ flags: [flag], problems: [] });
        }
        expect(flags.length + problems.length).toBeLessThanOrEqual(args.length);
        if (args.length > 0) expect(flags.length + problems.length).toBeGreaterThan(0);
      },
    ),
  );
});

test.each([
  "size-only",
  "ignore-checksum",
  "dump",
  "config",
  "log-file",
  "rc",
  "password-command",
  "s3-no-head",
  "sftp-ssh",
])("--%s is refused in every way to write it", (name) => {
  const cased = fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) =>
      Array.from(name, (char, at) => (upper[at] ? char.toUpperCase() : char).replace("-", upper[at] ? "_" : "-")).join(
        "",
      ),
    );
  fc.assert(
    fc.property(cased, fc.constantFrom([], ["true"]), fc.constantFrom("", "=", "=1"), (written, behind, value) => {
      expect(readRcloneArguments([`--${written}${value}`, ...behind]).flags).toEqual([]);
    }),
  );
});

test.each([
  ["RCLONE_S3_SECRET_ACCESS_KEY".slice(7), "secret_access_key"],
  ["S3_NO_HEAD", "no_head"],
  ["azureblob-sas-url", "sas_url"],
  ["HTTP_PROXY", undefined],
  ["cache-dir", undefined],
  ["LOCAL_LINKS", undefined],
  ["IGNORE_CHECKSUM", undefined],
])("%s is the option %s of a backend", (name, option) => {
  expect(backendOption(name)).toBe(option);
});

test("options that only say where something is are safe", () => {
  expect(["endpoint", "region", "chunk_size", "no_check_bucket", "storage_class"].map(unsafeOption)).toEqual(
    Array.from({ length: 5 }, () => undefined),
  );
});
