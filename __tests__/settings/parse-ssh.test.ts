import { isIPv6 } from "node:net";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSsh } from "../../src/settings/parse-ssh.ts";
import { problemsOf } from "../support/config-disk.ts";

test.each([
  ["ssh://host/srv/cold", { host: "host", path: "/srv/cold" }],
  ["ssh://me@host/srv//cold/", { user: "me", host: "host", path: "/srv/cold" }],
  ["ssh://me@host:2222/srv/cold", { user: "me", host: "host", port: 2222, path: "/srv/cold" }],
  ["ssh://me@host/~/cold/a", { user: "me", host: "host", path: "cold/a" }],
  ["ssh://host/~", { host: "host", path: "" }],
  ["ssh://host/~/", { host: "host", path: "" }],
  ["ssh://host/", { host: "host", path: "/" }],
  ["ssh://host/%7Eother/x", { host: "host", path: "/~other/x" }],
  ["ssh://host/a%20b/%25/%3F%23", { host: "host", path: "/a b/%/?#" }],
  ["ssh://host/caf%C3%A9/café", { host: "host", path: "/café/café" }],
  ["ssh://[2001:db8::1]/x", { host: "2001:db8::1", path: "/x" }],
  ["ssh://me@[fe80::1%25eth0]:22/x", { user: "me", host: "fe80::1%eth0", port: 22, path: "/x" }],
  ["ssh://u%2Bx@nas_1.example.org/x", { user: "u+x", host: "nas_1.example.org", path: "/x" }],
])("%s", (text, address) => {
  expect(parseSsh(text)).toEqual({ ok: true, value: { kind: "ssh", text, ...address } });
});

test.each([
  ["ssh://me:s3cr3t@host/x", "a password in it can be read by everybody; give a key as ssh-key instead"],
  ["ssh://me:@host/x", "a password in it can be read by everybody"],
  ["ssh://host", "say in which folder, as in ssh://host/srv/cold, or from the login's home ssh://host/~/cold"],
  ["ssh:///x", "give a host's name or address"],
  ["ssh://@host/x", "before the @ stands a user's name"],
  ["ssh://-oProxyCommand=x/y", "give a host's name or address"],
  ["ssh://-l@host/y", "before the @ stands a user's name"],
  ["ssh://%2Dl@host/y", "before the @ stands a user's name"],
  ["ssh://a%40b@host/y", "before the @ stands a user's name"],
  ["ssh://a@b@host/x", "before the @ stands a user's name"],
  ["ssh://2001:db8::1/x", "a port is a number from 1 to 65535"],
  ["ssh://[2001:db8::1/x", "give a host's name or address"],
  ["ssh://[host]/x", "give a host's name or address"],
  ["ssh://ho st/x", "give a host's name or address"],
  ["ssh://host:0/x", "a port is a number from 1 to 65535"],
  ["ssh://host:65536/x", "a port is a number from 1 to 65535"],
  ["ssh://host:/x", "a port is a number from 1 to 65535"],
  ["ssh://host:ssh/x", "a port is a number from 1 to 65535"],
  ["ssh://host/~other/x", "only /~/ is known, the home of the login itself"],
  ["ssh://host/a/../b", "write the path without . and .."],
  ["ssh://host/%2E%2E/b", "write the path without . and .."],
  ["ssh://host/a%2F..%2Fb", "write the path without . and .."],
  ["ssh://host/a?b", "? is written %3F"],
  ["ssh://host/a%zz", "% is followed by two hex digits"],
  ["ssh://host/%FF", "% is followed by two hex digits"],
  ["ssh://host/%00", "no control characters"],
  ["ssh://host/%0A", "no control characters"],
  ["ssh://host/a\nb", "no control characters"],
])("%j is refused: %s", (text, sentence) => {
  expect(parseSsh(text)).toEqual({ ok: false, wrong: expect.stringContaining(sentence) });
});

test("a password is repeated nowhere", async () => {
  const problems = await problemsOf({ argv: "list ssh://me:s3cr3t@host/x" });
  expect(problems).toEqual([expect.stringMatching(/^store is "ssh:\/\/\*\*\*@host\/x", and a password in it/)]);
});

test("every address arrives as it was meant, whatever its parts have in them", () => {
  const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
  const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 300);
  const part = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/^(?:\.{1,2}$|~)|[/\p{Cc}]/u.test(text));
  const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6().filter(isIPv6));
  const address = fc.record({ host, home: fc.boolean(), parts: fc.array(part, { minLength: 1, maxLength: 4 }) });
  fc.assert(
    fc.property(address, fc.option(fc.integer({ min: 1, max: 65_535 })), ({ host, home, parts }, port) => {
      const place = `${host.includes(":") ? `[${host}]` : host}${port === null ? "" : `:${port}`}`;
      const text = `ssh://me@${place}/${home ? "~/" : ""}${parts.map(encodeURIComponent).join("/")}`;
      const path = `${home ? "" : "/"}${parts.join("/")}`;
      const wanted = { kind: "ssh", text, user: "me", host, path, ...(port !== null && { port }) };
      expect(parseSsh(text)).toEqual({ ok: true, value: wanted });
    }),
    { seed, numRuns },
  );
});
