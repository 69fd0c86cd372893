import { expect, test } from "vitest";
import { parseKnownHost } from "../../src/settings/parse-remote.ts";
import { problemsOf, settingsOf, stepOf } from "../support/config-disk.ts";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAILyzUQQFnqTuYxKvTTXFkeHHDRVOBaHpiEVFEsuFMnSd";

test.each([
  `example.org ssh-ed25519 ${key}`,
  `example.org,192.0.2.1\tssh-ed25519 ${key}`,
  `[example.org]:2222 ecdsa-sha2-nistp256 ${key}=`,
  `|1|AbC+/=|dEf= ssh-rsa ${key} a comment of theirs`,
  `@cert-authority *.example.org ssh-ed25519 ${key}`,
  `@revoked * sk-ssh-ed25519@openssh.com ${key}`,
  "# example.org:22 SSH-2.0-OpenSSH_9.6",
])("%s is a line of known_hosts", (line) => {
  expect(parseKnownHost(line)).toEqual({ ok: true, value: line });
});

test.each([
  ["SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDi0UQ9eWvW8kK6Vd4", ", a fingerprint; give the whole key, in one line as"],
  [`ssh-ed25519 ${key}`, "; give host, type and key, in one line as ssh-keyscan HOST prints it"],
  ["example.org", "; give host, type and key"],
  [`@other example.org ssh-ed25519 ${key}`, "; give host, type and key"],
  [`example.org ssh-ed25519 ${key}\u0007`, "; a line of known_hosts has no control characters"],
])("%j is none", (line, sentence) => {
  expect(parseKnownHost(line)).toEqual({ ok: false, wrong: expect.stringContaining(sentence) });
});

test("what ssh-keyscan prints can be an input whole, comments and all", async () => {
  const lines = `# h:22 SSH-2.0-OpenSSH\r\nh ssh-ed25519 ${key}\n\n# h:22\nh ssh-rsa ${key}\n`;
  const { settings } = await stepOf({ inputs: { mode: "list", store: "ssh://h/x", "ssh-known-hosts": lines } });
  expect(settings.ssh.knownHosts).toEqual([`h ssh-ed25519 ${key}`, `h ssh-rsa ${key}`]);
});

test("what rclone is told arrives, each flag with its value, as often as it's given", async () => {
  const argv = [
    ..."snapshot . r2:cold --rclone-version v1.75.1 --storage-class GLACIER --rclone-mirror https://m/".split(" "),
    "--rclone-args=--s3-acl",
    "--rclone-args",
    "private",
    "--rclone-args=--header-upload=X-A: 1",
    "--rclone-args=--header-upload=X-A: 1",
    `--rclone-sha256=${"0".repeat(64)}`,
  ];
  expect((await settingsOf({ argv })).rclone).toEqual({
    version: "1.75.1",
    sha256: "0".repeat(64),
    mirror: "https://m",
    storageClass: "GLACIER",
    args: ["--s3-acl=private", "--header-upload=X-A: 1", "--header-upload=X-A: 1"],
  });
});

test.each([
  ["--size-only", "--size-only isn't among the flags"],
  ["--dump=headers", "--dump may print secrets or open a port."],
  ["--config=/x", "--config is said by coldstore itself."],
  ["--s3-secret-access-key=s3cr3t", "--s3-secret-access-key holds a secret"],
  ["--sftp-ssh=evil", "--sftp-ssh would run a program."],
  ["-vv", "-v is a short flag; write its long form."],
])("rclone-args: %s is refused", async (arg, sentence) => {
  const [problem, ...others] = await problemsOf({ argv: ["list", "r2:x", `--rclone-args=${arg}`] });
  expect(problem).toContain(`rclone-args: ${sentence}`);
  expect(problem).not.toContain("s3cr3t");
  expect(others).toEqual([]);
});
