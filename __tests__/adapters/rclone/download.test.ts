import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type DownloadHost, mirrorHost } from "../../../src/adapters/rclone/download-hosts.ts";
import { download, type DownloadLimits } from "../../../src/adapters/rclone/download.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { openReleaseHost, type ReleaseHost, sha256Of } from "../../support/rclone-releases.ts";

const name = "file.zip";
const path = `/v1.80.0/${name}`;
const bytes = Buffer.from("what was asked for".repeat(1000));

async function newHost(): Promise<ReleaseHost> {
  const host = await openReleaseHost();
  onTestFinished(() => host[Symbol.asyncDispose]());
  return host;
}

async function fetching(hosts: readonly DownloadHost[], more: Partial<DownloadLimits> & { env?: object } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-download-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const said: string[] = [];
  const { env = {}, ...other } = more;
  const limits = { tries: 3, pauseMs: 1, stallMs: 20_000, totalMs: 60_000, ...other };
  const setting = {
    hosts,
    limits,
    env: env as Record<string, string>,
    signal: new AbortController().signal,
    say: (line: string) => void said.push(line),
  };
  const to = join(folder, name);
  const run = async () => {
    const { sha256 } = await download({ version: "1.80.0", name, to, mostBytes: 1_000_000 }, setting);
    expect(sha256Of(await readFile(to))).toBe(sha256);
    return readFile(to);
  };
  return { run, said, to };
}

async function messageOf(running: Promise<unknown>): Promise<string> {
  const thrown = await running.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof ColdstoreError)) throw new Error("it didn't fail as it should", { cause: thrown });
  expect(thrown.failure).toBe("store");
  return thrown.message;
}

/** A host that nothing answers at. */
async function deadHost(): Promise<DownloadHost> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { base: `http://127.0.0.1:${port}/`, query: "" };
}

describe("a file", () => {
  test.each([404, 403, 500, 503])("comes from the second host when the first answers %i", async (status) => {
    const [first, second] = [await newHost(), await newHost()];
    first.put(path, (_, response) => response.writeHead(status).end("no"));
    second.put(path, bytes);
    const { run, said } = await fetching([first.host, second.host]);
    expect((await run()).equals(bytes)).toBe(true);
    expect(said).toEqual([`fetching ${first.host.base}v1.80.0/${name}`, `fetching ${second.host.base}v1.80.0/${name}`]);
  });

  test("comes from the second host when nothing answers at the first", async () => {
    const second = await newHost();
    second.put(path, bytes);
    const { run } = await fetching([await deadHost(), second.host]);
    expect((await run()).equals(bytes)).toBe(true);
  });

  test("that breaks off is fetched again from its beginning", async () => {
    const host = await newHost();
    host.put(path, (_, response) => {
      response.writeHead(200, { "content-length": bytes.length });
      if (host.asked.length > 2) response.end(bytes);
      else response.write(bytes.subarray(0, 7000), () => response.destroy());
    });
    const { run } = await fetching([host.host]);
    expect((await run()).equals(bytes)).toBe(true);
    expect(host.asked).toHaveLength(3);
  });

  test("is tried three times in all, by turns, and then each host's last reason is told", async () => {
    const [first, second] = [await newHost(), await newHost()];
    first.put(path, (_, response) => response.writeHead(503).end());
    second.put(path, (_, response) => response.writeHead(502).end());
    const { run } = await fetching([first.host, second.host]);
    const message = await messageOf(run());
    expect([first.asked.length, second.asked.length]).toEqual([2, 1]);
    expect(message).toContain(`${new URL(first.host.base).host} answered 503`);
    expect(message).toContain(`${new URL(second.host.base).host} answered 502`);
    expect(message).toContain("set rclone-path");
  });

  test("that nobody has isn't asked for again", async () => {
    const [first, second] = [await newHost(), await newHost()];
    expect(await messageOf((await fetching([first.host, second.host])).run())).toContain("answered 404");
    expect([first.asked.length, second.asked.length]).toEqual([1, 1]);
  });

  test("that doesn't end isn't taken beyond what it can have", async () => {
    const host = await newHost();
    host.put(path, Buffer.alloc(1_000_001));
    expect(await messageOf((await fetching([host.host])).run())).toContain("more comes than such a file can have");
  });

  test("that stops coming is given up on, in a try and in all", async () => {
    const host = await newHost();
    host.put(path, (_, response) => void response.write("PK"));
    const { run } = await fetching([host.host], { tries: 1, stallMs: 150 });
    expect(await messageOf(run())).toContain("nothing moved");
    const slow = await fetching([host.host], { totalMs: 150 });
    expect(await messageOf(slow.run())).toContain(`fetching ${name} took longer than`);
  });
});

describe("a redirect", () => {
  const leading = (host: ReleaseHost, to: string) =>
    host.put(path, (_, response) => response.writeHead(302, { location: to }).end());

  test("is followed, without the login that is for the first host", async () => {
    const [first, second] = [await newHost(), await newHost()];
    second.put("/storage", bytes);
    leading(first, `${second.host.base}storage?sig=1`);
    const { run } = await fetching([{ ...first.host, authorization: "Basic c2VjcmV0" }]);
    expect((await run()).equals(bytes)).toBe(true);
    expect(first.asked[0]?.authorization).toBe("Basic c2VjcmV0");
    expect(second.asked).toEqual([{ path: "/storage?sig=1", authorization: undefined }]);
  });

  test.each(["file:///etc/passwd", "ftp://127.0.0.1/x", "https://["])("to %s is refused", async (to) => {
    const host = await newHost();
    leading(host, to);
    expect(await messageOf((await fetching([host.host])).run())).toContain("an address without encryption");
  });

  test("that goes round in circles is given up on", async () => {
    const host = await newHost();
    leading(host, path);
    expect(await messageOf((await fetching([host.host])).run())).toContain("leads from address to address");
    expect(host.asked).toHaveLength(6);
  });
});

test("the proxy of the environment is used", async () => {
  const proxy = createServer((request, response) => {
    response.end(request.url === "http://rclone.example/v1.80.0/file.zip" ? bytes : "something else");
  });
  // Plain http goes through a tunnel as well.
  proxy.on("connect", (_, socket) => socket.end("HTTP/1.1 407 no\r\n\r\n"));
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo;
  const host = { base: "http://rclone.example/", query: "" };
  const { run } = await fetching([host], { tries: 1, env: { HTTP_PROXY: `http://127.0.0.1:${port}` } });
  expect(await messageOf(run())).toContain("the proxy wants a user name and password");
});

test("a proxy that nothing answers at is named, without its password, instead of the host behind it", async () => {
  const { port } = new URL((await deadHost()).base);
  const host = { base: "https://rclone.example/", query: "" };
  const { run } = await fetching([host], { tries: 1, env: { HTTPS_PROXY: `http://me:canary@127.0.0.1:${port}` } });
  const message = await messageOf(run());
  expect(message).toContain(
    `the proxy 127.0.0.1:${port} can't be reached; check HTTPS_PROXY, or name rclone.example in`,
  );
  expect(message).not.toMatch(/canary|takes no connection/);
});

test("a port that nothing is fetched from isn't tried again", async () => {
  const { run, said } = await fetching([mirrorHost("http://127.0.0.1:6667/")]);
  expect(await messageOf(run())).toMatch(/from the port of 127\.0\.0\.1:6667, .*; choose another port/);
  expect(said).toHaveLength(1);
});

describe("rclone-mirror", () => {
  test.each<[string, DownloadHost]>([
    ["https://mirror.example/rclone", { base: "https://mirror.example/rclone/", query: "" }],
    ["http://mirror.example:8081//", { base: "http://mirror.example:8081/", query: "" }],
    ["https://m.example/a/?x=1", { base: "https://m.example/a/", query: "?x=1" }],
    ["https://a:b@m.example", { base: "https://m.example/", query: "", authorization: "Basic YTpi" }],
    ["http://a:%zz@127.0.0.1/", { base: "http://127.0.0.1/", query: "", authorization: "Basic YTolenp6".slice(0, 6) }],
  ])("%s is a host", (text, host) => {
    const found = mirrorHost(text);
    expect({ ...found, authorization: found.authorization?.slice(0, host.authorization?.length) }).toEqual({
      authorization: undefined,
      ...host,
    });
  });

  test.each(["mirror.example", "ftp://m.example/", "file:///srv", "", "https://m.example/#x"])("%j is none", (text) => {
    expect(() => mirrorHost(text)).toThrow("rclone-mirror isn't a URL");
  });

  test.each(["http://me:canary@m.example/", "http://m.example/?sig=canary"])(
    "isn't sent what is secret in the clear, nor is it repeated: %s",
    (text) => {
      expect(() => mirrorHost(text)).toThrow(
        /^rclone-mirror would send its password or query to m\.example unenc(?!.*canary)/,
      );
    },
  );
});
