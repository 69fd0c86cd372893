import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readRcloneConfig, reveal, secretsOfConfig } from "../../src/model/rclone-config-text.ts";
import { testWith } from "../support/programs.ts";

const plain = `# mine
[r2]
type = s3
provider = Cloudflare
access_key_id = AKIAEXAMPLE
secret_access_key = s3cr3t=with:odd
endpoint = https://x.example

[box two]
type=webdav
url = https://me:url-pass@host/dav
pass = "quoted pass"
`;

test("a plain configuration is read with its sections", () => {
  const config = readRcloneConfig(plain);
  expect(config?.encrypted).toBe(false);
  expect(config?.sections.map(({ name }) => name)).toEqual(["r2", "box two"]);
  expect(config?.sections[0]?.options).toContainEqual({ name: "secret_access_key", value: "s3cr3t=with:odd" });
  expect(config?.sections[1]?.options).toContainEqual({ name: "pass", value: "quoted pass" });
});

test.each([
  ["in base64", Buffer.from(plain).toString("base64")],
  ["in base64 without padding", Buffer.from(plain).toString("base64").replace(/=+$/, "")],
  ["in base64 of lines", `${Buffer.from(plain).toString("base64").replace(/.{76}/g, "$&\n")}\n`],
  ["with a byte order mark", `\ufeff${plain}`],
  ["with Windows' line ends", plain.replaceAll("\n", "\r\n")],
])("a configuration %s is the same", (_, given) => {
  expect(readRcloneConfig(given)?.sections).toEqual(readRcloneConfig(plain)?.sections);
});

test.each(["", "hello", "not = a section", "[x\ntype = s3", "aGVsbG8=", "{}", "[x]\ntype = s3\ngarbage"])(
  "%j is no configuration",
  (given) => {
    expect(readRcloneConfig(given)).toBeUndefined();
  },
);

test("an encrypted configuration passes, and all of its payload is secret", () => {
  const text = "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nabcdEFGH0123\n";
  expect(readRcloneConfig(text)).toEqual({ text, encrypted: true, sections: [] });
  expect(secretsOfConfig(text)).toContain("abcdEFGH0123");
});

test("secret values, passwords in URLs and the whole are secrets; the rest isn't", () => {
  const secrets = secretsOfConfig(plain);
  expect(secrets).toEqual(expect.arrayContaining([plain, "s3cr3t=with:odd", "url-pass", "quoted pass"]));
  expect(secrets).not.toContain("AKIAEXAMPLE");
  expect(secrets).not.toContain("s3");
});

test("the parts of a token are secrets, but not its kind", () => {
  const token = '{"access_token":"ya29.abc","token_type":"Bearer","refresh_token":"1//ref","expiry":"2026-01-01"}';
  const secrets = secretsOfConfig(`[d]\ntype = drive\ntoken = ${token}\n`);
  expect(secrets).toEqual(expect.arrayContaining([token, "ya29.abc", "1//ref"]));
  expect(secrets).not.toContain("Bearer");
});

test("a text that is no configuration is secret as a whole and line by line", () => {
  expect(secretsOfConfig("pass-one\npass-two")).toEqual(["pass-one\npass-two", "pass-one", "pass-two"]);
});

testWith(["rclone"], "what rclone obscured is a secret in both forms", () => {
  for (const secret of ["correct horse", "pässwörd-✓", "x"]) {
    const obscured = execFileSync("rclone", ["obscure", secret], { encoding: "utf8" }).trim();
    expect(reveal(obscured)).toBe(secret);
    expect(secretsOfConfig(`[b]\ntype = sftp\npass = ${obscured}\n`)).toEqual(
      expect.arrayContaining([obscured, secret]),
    );
  }
});

test("nothing that is given throws, and each secret value is found", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: "grapheme-ascii", minLength: 1 }), (noise, raw) => {
      readRcloneConfig(noise);
      secretsOfConfig(noise);
      const value = raw.trim();
      fc.pre(value !== "" && !/^["'`]/.test(value));
      expect(secretsOfConfig(`[a]\ntype = sftp\npass = ${value}\n`)).toContain(value);
    }),
  );
});
