import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseSecret } from "../../src/settings/parse-secret.ts";
import { problemsOf, problemsOfStep, settingsOf, stepOf } from "../support/config-disk.ts";
import { testWith } from "../support/programs.ts";

const config = "[r2]\ntype = s3\nsecret_access_key = s3cr3tValue42\n\n[box]\ntype = webdav\n";
const key = [
  "-----BEGIN OPENSSH PRIVATE KEY-----",
  Buffer.concat([Buffer.from("openssh-key-v1\0\0\0\0\u0004none"), Buffer.alloc(40, 7)]).toString("base64"),
  "-----END OPENSSH PRIVATE KEY-----",
  "",
].join("\n");
const inBase64 = (text: string) => Buffer.from(text).toString("base64");
const broken = (text: string) => text.replaceAll(/.{20}/g, "$&\n");

test.each([
  ["as it is", config],
  ["with line ends of Windows", config.replaceAll("\n", "\r\n")],
  ["without its last line end", config.trimEnd()],
  ["in base64", inBase64(config)],
  ["in base64 that is broken into lines", broken(inBase64(config))],
  ["in base64, with line ends of Windows", inBase64(config.replaceAll("\n", "\r\n"))],
])("rclone's configuration arrives whole %s", async (_, text) => {
  const { settings } = await stepOf({ inputs: { mode: "list", store: "r2:cold", "rclone-config": text } });
  expect(settings.rclone).toEqual({ config, args: [] });
});

test("one that rclone encrypted is handed on", () => {
  const text = "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nabcDEF==\n";
  expect(parseSecret(text, "rclone-config")).toEqual({ ok: true, value: text });
});

test.each([
  ["as it is", key],
  ["with line ends of Windows", key.replaceAll("\n", "\r\n")],
  ["without its last line end", key.trimEnd()],
  ["in base64", inBase64(key)],
  ["in one line", key.trimEnd().replaceAll("\n", "\\n")],
])("an SSH key arrives whole %s", async (_, text) => {
  const { settings } = await stepOf({ inputs: { mode: "list", store: "ssh://h/cold", "ssh-key": text } });
  expect(settings.ssh).toEqual({ key, knownHosts: [], maxConnections: 4 });
});

test("on the command line a variable holds it", async () => {
  expect(await settingsOf({ argv: "list ssh://h/x", env: { COLDSTORE_SSH_KEY: key } })).toMatchObject({ ssh: { key } });
  expect(await problemsOf({ argv: ["list", "ssh://h/x", "--ssh-key", key] })).toEqual([
    "--ssh-key isn't a flag, as others can read a command line; set the variable COLDSTORE_SSH_KEY instead, or leave it to the SSH agent.",
  ]);
  const typo = await problemsOf({ argv: ["list", "ssh://h/x", "--sshkey", key] });
  expect(typo.join("\n")).toContain("there is no flag");
  expect(typo.join("\n")).not.toContain(key.slice(40, 60));
  expect(await problemsOf({ argv: ["list", "r2:x", `--rclone-config=${config}`] })).toEqual([
    "--rclone-config isn't a flag, as others can read a command line; rclone's own configuration is read instead, or the file that the variable RCLONE_CONFIG names.",
  ]);
});

const secret = "s3cr3tValue42";

test.each([
  ["rclone-config", secret, "isn't a configuration of rclone's; give the text of an rclone.conf, or that in base64."],
  ["rclone-config", `secret_access_key = ${secret}`, "isn't a configuration of rclone's"],
  ["rclone-config", `/home/me/${secret}.conf`, "isn't a configuration of rclone's"],
  ["rclone-config", `[r2]\npass = ${secret}\u0000`, "has control characters, which no rclone.conf has"],
  ["ssh-key", secret, "isn't a private key; give all of its lines, from -----BEGIN to -----END"],
  ["ssh-key", `/home/me/.ssh/${secret}`, "isn't a private key"],
  ["ssh-key", key.replaceAll("\n", " "), "isn't a private key; give all of its lines"],
  ["ssh-key", key.split("\n").slice(0, 2).join("\n"), "isn't a private key; give all of its lines"],
  ["ssh-key", `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ${secret}`, "is a public key; give the private one."],
  [
    "ssh-key",
    `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${secret}\n-----END ENCRYPTED PRIVATE KEY-----`,
    "has a passphrase; give a key without one",
  ],
  [
    "ssh-key",
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${secret}\n-----END RSA PRIVATE KEY-----`,
    "has a passphrase",
  ],
])("%s: a mistake is told without a word of the secret (%#)", async (name, text, sentence) => {
  const store = name === "ssh-key" ? "ssh://h/x" : "r2:x";
  const problems = await problemsOfStep({ inputs: { mode: "list", store, [name]: text } });
  expect(problems).toEqual([expect.stringContaining(`${name} ${sentence}`)]);
  expect(problems[0]).not.toContain(secret);
});

test.each(["rclone-config", "ssh-key"])("%s stands in no config file, found or named", async (name) => {
  const files = { "/repo/coldstore.yml": `${name}: ${secret}` };
  for (const argv of ["list r2:x", "list r2:x --config coldstore.yml"]) {
    const problems = await problemsOf({ argv, files });
    expect(problems).toEqual([
      expect.stringMatching(/\(coldstore\.yml, line 1\) can't be set in a config file; give it as an input; on the/),
    ]);
    expect(problems[0]).not.toContain(secret);
  }
});

testWith(
  ["ssh-keygen"],
  "keys of every kind that ssh-keygen makes are taken, and those with a passphrase aren't",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "coldstore-keys-"));
    const keyOf = (name: string, ...options: readonly string[]) => {
      execFileSync("ssh-keygen", ["-q", "-f", join(folder, name), ...options]);
      return readFileSync(join(folder, name), "utf8");
    };
    try {
      for (const [name, options] of [
        ["ed25519", ["-t", "ed25519", "-N", ""]],
        ["ecdsa", ["-t", "ecdsa", "-m", "PEM", "-N", ""]],
        ["pkcs8", ["-t", "ecdsa", "-m", "PKCS8", "-N", ""]],
      ] as const) {
        const text = keyOf(name, ...options);
        expect(parseSecret(text, "ssh-key")).toEqual({ ok: true, value: text });
      }
      for (const format of ["RFC4716", "PEM", "PKCS8"]) {
        const text = keyOf(`locked-${format}`, "-t", "ecdsa", "-m", format, "-N", "a passphrase");
        expect(parseSecret(text, "ssh-key")).toEqual({ ok: false, wrong: expect.stringContaining("has a passphrase") });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
