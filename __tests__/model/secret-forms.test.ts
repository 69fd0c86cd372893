import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyText } from "../support/command-text.ts";
import { secretForms } from "../../src/model/secret-forms.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 60);

/** The text as a runner shows it: whatever is part of a form is gone. */
function masked(text: string, secret: string): string {
  const hidden = new Set<number>();
  for (const form of secretForms(secret)) {
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      for (let i = at; i < at + form.length; i += 1) hidden.add(i);
  }
  return [...Array(text.length).keys()].map((i) => (hidden.has(i) ? "\0" : text.charAt(i))).join("");
}

const tokens = fc.string({
  unit: fc.constantFrom(..."ABCDWXYZabcdwxyz0189+/_-=.~".split("")),
  minLength: 13,
  maxLength: 60,
});
const anything = anyText({ minLength: 12, maxLength: 40 });
const marked = fc
  .tuple(fc.oneof(tokens, anything), fc.constantFrom("#1", "q%Z", "é<9", '"\\8', "/+&"))
  .map((parts) => parts.join(""));
const secrets = marked.filter((secret) => !/[\r\n]/u.test(secret) && secret === secret.trim());
const around = anyText({ maxLength: 20 });

function property(body: (secret: string, before: string, after: string) => void) {
  fc.assert(fc.property(secrets, around, around, body), { seed, numRuns });
}

describe("of a secret nothing is left in any text that has it", () => {
  test("as it is", () => {
    property((secret, before, after) => {
      expect(masked(before + secret.toWellFormed() + after, secret)).not.toContain(secret.toWellFormed());
    });
  });

  test("in JSON", () => {
    property((secret, before, after) => {
      const json = JSON.stringify({ text: before + secret.toWellFormed() + after });
      expect(masked(json, secret)).not.toContain(JSON.stringify(secret.toWellFormed()).slice(1, -1));
    });
  });

  test("in a URL, as a path, a query or a password", () => {
    property((secret) => {
      const well = secret.toWellFormed();
      const url = new URL("https://host/");
      url.password = well;
      url.searchParams.set("key", well);
      const texts = [url.href, `https://host/${encodeURIComponent(well)}`];
      for (const part of [encodeURIComponent(well), url.password, url.search.slice(5)])
        expect(texts.map((text) => masked(text, secret)).join("\n")).not.toContain(part);
    });
  });

  test("in base64 at any alignment, also of URLs, whatever stands around it", () => {
    property((secret, before, after) => {
      const all = Buffer.from(before + secret.toWellFormed() + after);
      for (const alphabet of ["base64", "base64url"] as const)
        expect(decodings(masked(all.toString(alphabet), secret))).not.toContain(middleOf(secret));
    });
  });

  test.each(["x-access-token:", "user:", "me:", ""])("in base64 behind %j nothing but the padding is left", (name) => {
    property((secret) => {
      const text = Buffer.from(name + secret.toWellFormed()).toString("base64");
      const shown = masked(text, secret).replaceAll("\0", "");
      expect(shown.replace(/=+$/u, "").length).toBeLessThanOrEqual(Math.ceil((name.length * 8) / 6));
    });
  });
});

/** The bytes that a secret's base64 gives away if any four characters in a row of it are left. */
function middleOf(secret: string): string {
  return Buffer.from(secret.toWellFormed()).subarray(1, -1).toString("hex");
}

/** What the runs of base64 that are left come to, read from each of the four places where a group may begin. */
function decodings(text: string): string {
  const runs = text.split("\0").filter((run) => run !== "");
  return runs.flatMap((run) => [0, 1, 2, 3].map((i) => Buffer.from(run.slice(i), "base64").toString("hex"))).join("\n");
}

test("a key of several lines is masked line by line, and whole where it is on one", () => {
  const key = "-----BEGIN KEY-----\nb3BlbnNzaC1rZXktdjEA\n  indented-line-9\n}\nshort\n-----END KEY-----\n";
  const forms = secretForms(key);
  expect(forms).toEqual(expect.arrayContaining(["b3BlbnNzaC1rZXktdjEA", "-----BEGIN KEY-----", "indented-line-9"]));
  expect(forms).toContain(JSON.stringify(key).slice(1, -1));
  expect(forms).toContain(Buffer.from(key).toString("base64"));
  expect(forms).not.toContain("}");
});

test("a secret with white space around it is found without", () => {
  expect(secretForms(" ghp_0123456789 \n")).toContain("ghp_0123456789");
});

test("a short secret is found where it has become long", () => {
  expect(secretForms("s3cr3t!")).toEqual(expect.arrayContaining(["czNjcjN0IQ=="]));
});

test("no form has fewer than 8 characters or a line break, none comes twice, and the longest is first", () => {
  fc.assert(
    fc.property(anyText({ maxLength: 60 }), (secret) => {
      const forms = secretForms(secret);
      expect(forms.filter((form) => form.length < 8 || /[\r\n]/u.test(form))).toEqual([]);
      expect(new Set(forms).size).toBe(forms.length);
      expect(forms.map(({ length }) => length)).toEqual(forms.map(({ length }) => length).sort((a, b) => b - a));
    }),
    { seed, numRuns },
  );
});

test.each(["", " ", "true", "false", "postgres", "Password", "development", "12345678", "2026-11-22", "1.234.567,89"])(
  "%j isn't masked, nor is anything made of it",
  (plain) => {
    expect(secretForms(plain)).toEqual([]);
  },
);

test.each([
  "/home/runner/work/app",
  "/tmp/key.pem",
  "./key.pem",
  "~/.ssh/id_rsa",
  "C:\\keys\\one",
  "../a/b",
  "/__w/app/app",
])("the path %s isn't masked", (path) => {
  expect(secretForms(path)).toEqual([]);
});

test.each([
  "/wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "correcthorsebatterystaple",
  "12345678a",
  "hunter22",
  "./a#BcdEfg-1",
  "./kT9vQx2LmR7pZa",
  "/home/kT9vQx2LmR7pZa",
])("%s is masked", (secret) => {
  expect(secretForms(secret)).toContain(secret);
});
