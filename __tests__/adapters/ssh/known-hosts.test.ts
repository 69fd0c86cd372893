import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linesOf, readKnownHost, writeKnownHost, type KnownHost } from "../../../src/adapters/ssh/known-hosts.ts";
import { testWith } from "../../support/programs.ts";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIL6WYIbFKkOcq7YAzBWoluVCmqN7Zqm1moOIbVus/cwj";

function read(hosts: string, marker = ""): KnownHost {
  const line = readKnownHost(`${marker} ${hosts} ssh-ed25519 ${key} a comment`);
  if (line === undefined || line === "unreadable") throw new Error("unreadable");
  return line;
}

function speaks(hosts: string, host: string, port = 22): boolean {
  return linesOf({ host, port }, [read(hosts)]).length === 1;
}

describe("a line of known_hosts", () => {
  test.each([
    ["host", "host", 22, true],
    ["host", "other", 22, false],
    ["HOST.example", "host.Example", 22, true],
    ["a,host,b", "host", 22, true],
    ["[host]:2222", "host", 2222, true],
    ["[host]:2222", "host", 22, false],
    ["[host]:22", "host", 22, true],
    ["host", "host", 2222, true],
    ["*.example.org", "cold.example.org", 22, true],
    ["*.example.org", "example.org", 22, false],
    ["*.example.org,!cold.example.org", "cold.example.org", 22, false],
    ["*.example.org,!cold.example.org", "warm.example.org", 22, true],
    ["!cold.example.org", "warm.example.org", 22, false],
    ["192.0.2.?", "192.0.2.7", 22, true],
    ["192.0.2.?", "192.0.2.77", 22, false],
    ["a.b", "axb", 22, false],
    ["::1", "::1", 22, true],
    ["[::1]:2222", "::1", 2222, true],
    ["*", "anything", 2222, true],
  ])("%s speaks of %s at port %i: %s", (hosts, host, port, expected) => {
    expect(speaks(hosts, host, port)).toBe(expected);
  });

  test("with a port comes before one without", () => {
    const lines = [read("host"), read("[host]:2222")];
    expect(linesOf({ host: "host", port: 2222 }, lines)).toEqual([lines[1]]);
  });

  test("that revokes a key doesn't keep those without a port from being found", () => {
    const lines = [read("host"), read("*", "@revoked")];
    expect(linesOf({ host: "host", port: 2222 }, lines)).toEqual([lines[1], lines[0]]);
  });

  test.each(["", "   ", "# host ssh-ed25519 AAAA", "\r"])("may say nothing: %j", (line) => {
    expect(readKnownHost(line)).toBeUndefined();
  });

  test.each([
    "host",
    "host ssh-ed25519",
    `ssh-ed25519 ${key}`,
    "host ssh-ed25519 AAAA",
    `host ssh-rsa ${key}`,
    `host ssh-ed25519 ${key.slice(0, 10)}?`,
    `@trusted host ssh-ed25519 ${key}`,
    "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDXGQr5ydjHpt9dY1o",
    `host ssh-ed25519 ${Buffer.from([255, 255, 255, 255, 1]).toString("base64")}`,
  ])("that can't be one is told apart: %s", (line) => {
    expect(readKnownHost(line)).toBe("unreadable");
  });

  test("is read or refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ maxLength: 30 }), (line, host) => {
        const found = readKnownHost(line);
        if (found !== undefined && found !== "unreadable") linesOf({ host, port: 22 }, [found]);
      }),
      { numRuns: 30 },
    );
  });

  test("is written for one host and port, with its marker", () => {
    expect(writeKnownHost({ host: "Host", port: 22 }, read("*", "@cert-authority"))).toBe(
      `@cert-authority [host]:22 ssh-ed25519 ${key}\n`,
    );
  });
});

testWith(["ssh-keygen"], "names that ssh-keygen has hashed are found as it finds them", async () => {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-known-"));
  const file = join(folder, "known_hosts");
  const names = ["host.example", "[host.example]:2222", "::1", "[2001:db8::1]:22022"];
  await writeFile(file, names.map((name) => `${name} ssh-ed25519 ${key}\n`).join(""));
  execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
  const lines = (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => readKnownHost(line) as KnownHost);
  expect(lines.map(({ hosts }) => hosts.slice(0, 3))).toEqual(["|1|", "|1|", "|1|", "|1|"]);
  expect(linesOf({ host: "host.example", port: 22 }, lines)).toEqual([lines[0]]);
  expect(linesOf({ host: "HOST.example", port: 2222 }, lines)).toEqual([lines[1]]);
  expect(linesOf({ host: "::1", port: 22 }, lines)).toEqual([lines[2]]);
  expect(linesOf({ host: "2001:db8::1", port: 22022 }, lines)).toEqual([lines[3]]);
  expect(linesOf({ host: "2001:db8::1", port: 22 }, lines)).toEqual([]);
  await rm(folder, { recursive: true });
});
