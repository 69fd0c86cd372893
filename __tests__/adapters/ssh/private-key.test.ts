import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { privateKey } from "../../../src/adapters/ssh/private-key.ts";
import type { ColdstoreError } from "../../../src/model/errors.ts";
import { testWith } from "../../support/programs.ts";
import { makeKey } from "../../support/ssh-server.ts";

const folder = mkdtempSync(join(tmpdir(), "coldstore-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

let made = 0;
const newKey = (...[kind, options]: [kind: "ed25519" | "rsa" | "ecdsa", options?: Parameters<typeof makeKey>[2]]) =>
  makeKey(join(folder, `key${(made += 1)}`), kind, options);

function refusal(text: string): string {
  try {
    privateKey(text);
  } catch (error) {
    expect(error).toMatchObject({ failure: "settings" });
    return (error as ColdstoreError).message;
  }
  throw new Error("it was taken");
}

describe("a private key", () => {
  testWith(["ssh-keygen"], "is taken in the forms that OpenSSH writes", () => {
    for (const text of [
      newKey("ed25519").private,
      newKey("ecdsa").private,
      newKey("ecdsa", { form: "PEM" }).private,
      newKey("rsa", { form: "PEM" }).private,
      newKey("rsa", { form: "PKCS8" }).private,
    ])
      expect(privateKey(text)).toBe(text);
  });

  testWith(["ssh-keygen"], "gets its line ends back", () => {
    const key = newKey("ed25519").private;
    expect(privateKey(key.trim())).toBe(key);
    expect(privateKey(`\n  ${key}\n\n`)).toBe(key);
    expect(privateKey(key.replaceAll("\n", "\r\n"))).toBe(key);
    expect(privateKey(key.trim().replaceAll("\n", "\\n"))).toBe(key);
    expect(privateKey(key.replaceAll("\n", "\\r\\n"))).toBe(key);
  });

  testWith(["ssh-keygen"], "that has a passphrase is refused, with the way to an agent", () => {
    for (const options of [{}, { form: "PEM" }, { form: "PKCS8" }] as const)
      expect(refusal(newKey("ecdsa", { ...options, passphrase: "secret" }).private)).toMatch(
        /^ssh-key has a passphrase, .*ssh-add/,
      );
  });

  testWith(["ssh-keygen"], "isn't the public one, one of PuTTY's, a path or a part of one", () => {
    const key = newKey("ed25519");
    expect(refusal(key.public)).toMatch(/^ssh-key is a public key, .*without \.pub/);
    expect(refusal("PuTTY-User-Key-File-3: ssh-ed25519\n")).toContain("puttygen");
    expect(refusal("~/.ssh/id_ed25519")).toMatch(/own text, not the path/);
    expect(refusal("")).toMatch(/isn't a private key/);
    expect(refusal(key.private.slice(0, 200))).toMatch(/isn't whole/);
    expect(refusal(key.private.trim().replaceAll("\n", " "))).toMatch(/isn't whole/);
    const damaged = key.private.replace("b3BlbnNzaC1r", "b3BlbnNzaC1s");
    expect(refusal(damaged)).toMatch(/can't be read/);
    for (const text of [key.private.slice(0, 200), damaged]) expect(refusal(text)).not.toContain("NzaC1");
  });

  test("is refused with a sentence of ours for any text that is none", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        const message = refusal(`-----BEGIN OPENSSH PRIVATE KEY-----\n${text}\n-----END OPENSSH PRIVATE KEY-----`);
        expect(message).toMatch(/^ssh-key [ -~]+\.$/);
      }),
      { numRuns: 30 },
    );
  });
});
