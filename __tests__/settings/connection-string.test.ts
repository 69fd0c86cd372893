import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseConnectionString } from "../../src/settings/connection-string.ts";
import { testWith } from "../support/programs.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);

/** A value as rclone's documentation says to write it: in quotes, with its own quotes doubled. */
const quoted = (value: string, quote: "'" | '"') => `${quote}${value.replaceAll(quote, quote + quote)}${quote}`;

test("what was put together by rclone's rules is taken apart again, whatever is in the values and the path", () => {
  const name = fc.constantFrom("r2", ":s3", "my remote", "é.x+y@z", "0", "a - b");
  const value = fc.string({ unit: fc.constantFrom("a", "'", '"', ",", ":", "=", "/", " ", "é", "\\") });
  const option = fc.oneof(
    fc.record({ name: fc.stringMatching(/^[a-z_0-9.]{1,6}$/), value, quote: fc.constantFrom("'", '"') }),
    fc.record({ name: fc.stringMatching(/^[a-z_]{1,6}$/), value: fc.stringMatching(/^([a-z/=][a-z'"/=]{0,5})?$/) }),
  );
  fc.assert(
    fc.property(name, fc.array(option, { maxLength: 4 }), value, (name, options, path) => {
      const texts = options.map((each) =>
        "quote" in each ? `${each.name}=${quoted(each.value, each.quote)}` : `${each.name}=${each.value}`,
      );
      const remote = `${[name, ...texts].join(",")}:`;
      expect(parseConnectionString(remote + path)).toEqual({
        ok: true,
        value: { name, remote, path, options: options.map(({ name, value }) => ({ name, value })) },
      });
    }),
    { seed, numRuns },
  );
});

const texts = [
  "r2:a/b",
  ":memory,a:x",
  ":memory,a.b=c:x",
  ":memory,a-b=c:x",
  ":memory,=c:x",
  ":memory,a='b:c,d':x",
  ":memory,a='b''c':",
  ":memory,a='b'c:",
  ":memory,a='b",
  ":memory,a=b'c:d",
  ":memory,a",
  ":memory,:x",
  ":memory",
  "-mem:x",
  "mem :x",
  "mem  ory:x",
  "mem/ory:x",
  ":m/e:x",
  "é:x",
];

testWith(["rclone"], "the names and options that rclone itself can't read, and no others, are refused", async () => {
  // Anything of a remote's own, such as one that isn't configured, comes after the reading.
  const unread = /config name|config param|config value|expecting|must end|invalid characters/;
  const said = async (text: string) =>
    promisify(execFile)("rclone", ["lsf", "--config=/dev/null", "--retries=1", "--", text]).then(
      ({ stderr }) => stderr,
      ({ stderr }: { stderr: string }) => stderr,
    );
  // A slash before any colon or comma makes it a path, for rclone and here.
  const remotes = texts.filter((text) => text !== "mem/ory:x");
  const answers = [];
  for (const text of remotes) answers.push([text, !unread.test(await said(text))]);
  expect(remotes.map((text) => [text, parseConnectionString(text).ok])).toEqual(answers);
});

test("whatever is given, there is an answer, and soon", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      const parsed = parseConnectionString(text);
      if (parsed.ok) expect(parsed.value.remote + parsed.value.path).toBe(text);
    }),
    { seed, numRuns },
  );
  expect(parseConnectionString(`:a,b='${"''".repeat(50_000)}`).ok).toBe(false);
});
