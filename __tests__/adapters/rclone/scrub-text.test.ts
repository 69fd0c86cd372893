import * as fc from "fast-check";
import { expect, test } from "vitest";
import { textScrubber } from "../../../src/adapters/rclone/scrub-text.ts";
import { secretForms } from "../../../src/model/secret-forms.ts";

test.each([
  ["https://h/x?sig=abc&x=1", "https://h/x?sig=(masked)&x=1"],
  ["https://me:pw@h/x", "https://(masked)@h/x"],
  ["X-Amz-Credential=AKIA%2Fx&X-Amz-Signature=abc&y=1", "X-Amz-Credential=(masked)&X-Amz-Signature=(masked)&y=1"],
  ["Authorization: Bearer abc.def rest", "Authorization: (masked) rest"],
  [
    "Authorization: AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=h, Signature=abc rest",
    "Authorization: (masked) rest",
  ],
  ['{"access_token":"ya29","expiry":"x"}', '{"access_token":"(masked)","expiry":"x"}'],
  ['{\\"refresh_token\\":\\"abc\\"}', '{\\"refresh_token\\":\\"(masked)\\"}'],
  [`for ":webdav,url='http://h',pass='a b':x": bad`, `for ":webdav,url='http://h',pass=(masked):x": bad`],
  ["a -----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY----- b", "a (masked) b"],
  ["two\n  lines \u001b[31m\u202e", "two lines \\x1b[31m\\u202e"],
  ["acme/app/keys/monkey=3: token ring", "acme/app/keys/monkey=3: token ring"],
])("%j becomes %j", (text, shown) => {
  expect(textScrubber([]).text(text)).toBe(shown);
});

test("no form of a known secret is left, wherever it stands", () => {
  const secrets = ["s3cr3t/v4lue+1", "Zm9v^(.*)$[x]", "two\nlines-of-it"];
  const scrub = textScrubber(secrets);
  fc.assert(
    fc.property(fc.constantFrom(...secrets.flatMap(secretForms)), fc.string(), fc.string(), (form, before, after) => {
      expect(scrub.text(before + form + after)).not.toContain(form);
      expect(scrub.name(before + form + after)).not.toContain(form);
    }),
  );
});

test("a file's name stays as it is but for what can't be shown", () => {
  const { name } = textScrubber(["s3cr3t/v4lue+1"]);
  expect(name(" a  b.txt ")).toBe(" a  b.txt ");
  expect(name("a\nb/s3cr3t/v4lue+1")).toBe("a\\nb/(masked)");
});
