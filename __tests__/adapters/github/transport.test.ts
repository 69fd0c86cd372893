import { createHash, randomBytes } from "node:crypto";
import { openAsBlob } from "node:fs";
import { appendFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitHubClient, openGitHub } from "../../../src/adapters/github/github-client.ts";
import { openReleaseApi } from "../../../src/adapters/github/open-release-api.ts";
import type { CallIo, Release, ReleaseApi } from "../../../src/adapters/github/release-api.ts";
import { openTransport } from "../../../src/adapters/github/transport.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { finished, startScript } from "../../support/processes.ts";

const io: CallIo = { signal: new AbortController().signal };
/** Where a stall is waited for. */
const stallMs = 150;
/** Where none is to be taken for one, however busy the machine. */
const patience = 30_000;

let closing: AsyncDisposableStack;
beforeEach(() => void (closing = new AsyncDisposableStack()));
afterEach(async () => closing.disposeAsync());

/** A server on a port of its own, and its address. */
async function serve(listener: RequestListener): Promise<{ server: Server; origin: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function open(apiUrl: string, env = {}, stallMs = patience): { client: GitHubClient; api: ReleaseApi } {
  const client = closing.use(openGitHub({ token: "ghp_token", apiUrl, userAgent: "coldstore/1.0", stallMs, env }));
  return { client, api: openReleaseApi(client, "acme/app") };
}

function releaseOf(origin: string): Release {
  const rest = { body: "", draft: true, prerelease: false, immutable: false, htmlUrl: "", created: "" };
  return { id: 7, tag: "v1", name: "v1", uploadUrl: `${origin}/up{?name,label}`, ...rest };
}

function upload(body: Blob) {
  return { name: "a.bin", contentType: "application/octet-stream", body };
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

/** Answers an upload with what came. */
async function takeUpload(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of request) {
    hash.update(chunk as Buffer);
    size += (chunk as Buffer).length;
  }
  json(response, 201, { id: 1, name: "a.bin", size, state: "uploaded", digest: `sha256:${hash.digest("hex")}` });
}

async function fileOf(bytes: Buffer): Promise<{ path: string; blob: Blob }> {
  const folder = await mkdtemp(join(tmpdir(), "coldstore-transport-"));
  closing.defer(async () => rm(folder, { recursive: true }));
  const path = join(folder, "file");
  await writeFile(path, bytes);
  return { path, blob: await openAsBlob(path) };
}

describe("an upload", () => {
  test("goes out whole and with its length, counted, as often as it's sent", async () => {
    const lengths: (string | undefined)[] = [];
    const { origin } = await serve((request, response) => {
      lengths.push(request.headers["content-length"], request.headers["transfer-encoding"]);
      void takeUpload(request, response);
    });
    const bytes = randomBytes(3_000_000);
    const { blob } = await fileOf(bytes);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const fetch = closing.use(openTransport({}, { stallMs: patience, answerMs: patience }));
    let moved = 0;
    const counted = fetch.fetchFor({ ...io, progress: (count) => void (moved += count) }, "whole");
    for (const times of [1, 2]) {
      const answer = (await (await counted(origin, { method: "POST", body: blob })).json()) as object;
      expect(answer).toMatchObject({ size: bytes.length, digest: `sha256:${sha256}` });
      expect(moved).toBe(times * bytes.length);
    }
    expect(lengths).toEqual(["3000000", undefined, "3000000", undefined]);
  });

  test("of a large file takes little memory", async () => {
    const { origin } = await serve((request, response) => {
      request.resume().once("end", () => json(response, 201, { id: 1, name: "a.bin", size: 8, state: "uploaded" }));
    });
    const { path } = await fileOf(Buffer.alloc(0));
    await truncate(path, 200_000_000);
    const { code, out, err } = await finished(startScript("upload-file.ts", [path, origin]));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(Number(out)).toBeGreaterThan(0);
    expect(Number(out)).toBeLessThan(100_000_000);
  });

  test("whose connection drops is an error that may pass", async () => {
    const { origin } = await serve((request) => {
      request.once("data", () => request.socket.destroy());
    });
    const sending = open(origin).api.upload(releaseOf(origin), upload(new Blob([randomBytes(5_000_000)])), io);
    await expect(sending).rejects.toMatchObject({
      failure: "store",
      transient: true,
      message: expect.stringMatching(
        /^couldn't upload a\.bin to the release v1: 127\.0\.0\.1:\d+ broke the connection off \(\w+\)$/u,
      ),
    });
  });

  test("that nobody reads is ended as stalled", async () => {
    const { origin } = await serve((request) => void request.pause());
    const { api } = open(origin, {}, stallMs);
    const sending = api.upload(releaseOf(origin), upload(new Blob([randomBytes(20_000_000)])), io);
    await expect(sending).rejects.toMatchObject({
      transient: true,
      message: expect.stringMatching(/nothing moved between here and/u),
    });
  });

  test("that moves on slowly isn't", async () => {
    const { origin } = await serve((request, response) => {
      request.on("data", () => {
        request.pause();
        setTimeout(() => request.resume(), 6);
      });
      request.once("end", () => json(response, 201, { id: 1, name: "a.bin", size: 8, state: "uploaded" }));
    });
    const started = performance.now();
    // The system takes and lets go in large pieces: what moves slowly moves in leaps.
    const { api } = open(origin, {}, 1500);
    const sent = await api.upload(releaseOf(origin), upload(new Blob([randomBytes(20_000_000)])), io);
    expect(performance.now() - started).toBeGreaterThan(1500);
    expect(sent.id).toBe(1);
  });

  test("is waited for when all is sent, for GitHub digests it then", async () => {
    const { origin } = await serve((request, response) => {
      request
        .resume()
        .once("end", () => setTimeout(() => json(response, 201, { id: 1, name: "a.bin", size: 8 }), 1500));
    });
    const sent = await open(origin, {}, 1000).api.upload(releaseOf(origin), upload(new Blob(["12345678"])), io);
    expect(sent.bytes).toBe(8);
  });

  test("of a file that changes meanwhile is the source's failure", async () => {
    const { path, blob } = await fileOf(randomBytes(1_000_000));
    const { origin } = await serve((request, response) => void takeUpload(request, response));
    await appendFile(path, "more");
    const sending = open(origin).api.upload(releaseOf(origin), upload(blob), io);
    await expect(sending).rejects.toMatchObject({
      failure: "source",
      message: expect.stringMatching(/was changed or removed/u),
    });
  });

  test("isn't sent on elsewhere", async () => {
    const asked: string[] = [];
    const { origin } = await serve((request, response) => {
      asked.push(request.url ?? "");
      request.resume();
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    const sending = open(origin).api.upload(releaseOf(origin), upload(new Blob(["x"])), io);
    await expect(sending).rejects.toThrow(/sent the upload elsewhere/u);
    expect(asked).toEqual(["/up?name=a.bin"]);
  });

  test("ends at once with the run, and with its reason", async () => {
    const reason = new ColdstoreError("interrupted", "stopped");
    const controller = new AbortController();
    const { origin } = await serve((request) => {
      request.pause();
      setTimeout(() => controller.abort(reason), 20);
    });
    const sending = open(origin).api.upload(releaseOf(origin), upload(new Blob([randomBytes(20_000_000)])), {
      signal: controller.signal,
    });
    await expect(sending).rejects.toBe(reason);
  });
});

describe("an answer", () => {
  test("that breaks off isn't taken for an empty one", async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100" }).write('{"id":');
      setTimeout(() => response.destroy(), 20);
    });
    await expect(open(origin).api.byId(7, io)).rejects.toMatchObject({ failure: "store", transient: true });
  });

  test("that never comes, or stops coming, is ended as stalled", async () => {
    const { origin } = await serve((request, response) => {
      if (request.url?.endsWith("/7")) return;
      response.writeHead(200, { "content-type": "application/json" }).write('{"id":');
    });
    const { api } = open(origin, {}, stallMs);
    await expect(api.byId(7, io)).rejects.toThrow(/^couldn't look at release 7 of acme\/app: nothing moved/u);
    await expect(api.byId(8, io)).rejects.toThrow(/nothing moved/u);
  });

  test("that sends a change elsewhere is no success", async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(307, { location: "/repositories/1/releases/7" }).end();
    });
    await expect(open(origin).api.update(7, { body: "x" }, io)).rejects.toThrow(/was renamed or moved/u);
  });
});

describe("a download", () => {
  test("that breaks off is an error that may pass, of what came before nothing is lost", async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "10" }).write("01234");
      setTimeout(() => response.destroy(), 20);
    });
    const stream = await open(origin).api.download(9, undefined, io);
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream) text += String(chunk);
    })();
    await expect(reading).rejects.toMatchObject({
      transient: true,
      message: expect.stringMatching(/^couldn't download file 9 of a release of acme\/app: /u),
    });
    expect(text).toBe("01234");
  });

  test("that stalls is ended, while a reader may be as slow as it likes", async () => {
    const { origin } = await serve((_, response) => {
      response.writeHead(200).write("01234");
    });
    const stream = await open(origin, {}, 1000).api.download(9, undefined, io);
    const iterator = stream[Symbol.asyncIterator]();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(String((await iterator.next()).value)).toBe("01234");
    await expect(iterator.next()).rejects.toThrow(/nothing moved/u);
  });

  test("that nobody wants any more lets the connection go", async () => {
    const { promise: left, resolve: leave } = Promise.withResolvers<void>();
    const { origin } = await serve((_, response) => {
      const timer = setInterval(() => response.write(randomBytes(100_000)), 5);
      response.on("close", () => {
        clearInterval(timer);
        leave();
      });
    });
    const stream = await open(origin).api.download(9, undefined, io);
    for await (const _ of stream) break;
    await left;
    expect(stream.destroyed).toBe(true);
  });
});

describe("a proxy", () => {
  /** One that tunnels, and says to where and for whom. */
  async function tunnel(): Promise<{ origin: string; asked: string[] }> {
    const asked: string[] = [];
    const { origin, server } = await serve((_, response) => void response.writeHead(400).end());
    server.on("connect", (request, socket: Socket) => {
      asked.push(`${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
      const [host = "", port = ""] = (request.url ?? "").split(":");
      const far = connect(Number(port), host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        far.pipe(socket).pipe(far);
      });
      for (const end of [far, socket]) end.on("error", () => far.destroy());
      closing.defer(() => void [far.destroy(), socket.destroy()]);
    });
    return { origin, asked };
  }

  test("is gone through, with its password, for calls and uploads alike", async () => {
    const { origin } = await serve((request, response) => {
      if (request.method === "POST") void takeUpload(request, response);
      else json(response, 404, {});
    });
    const proxy = await tunnel();
    const env = { HTTP_PROXY: proxy.origin.replace("//", "//me:pass-word@") };
    const { api } = open(origin, env);
    expect(await api.byId(7, io)).toBeUndefined();
    expect((await api.upload(releaseOf(origin), upload(new Blob(["abc"])), io)).bytes).toBe(3);
    expect(new Set(proxy.asked)).toEqual(new Set([`${origin.slice(7)} Basic ${btoa("me:pass-word")}`]));
  });

  test("isn't, for hosts that NO_PROXY names", async () => {
    const { origin } = await serve((_, response) => json(response, 404, {}));
    const env = { HTTP_PROXY: "http://127.0.0.1:1", NO_PROXY: "127.0.0.1" };
    expect(await open(origin, env).api.byId(7, io)).toBeUndefined();
  });

  test("that refuses is named as what it is, without its password", async () => {
    const { origin, server } = await serve(() => undefined);
    server.on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"));
    const { api } = open("http://api.github.invalid", { HTTP_PROXY: origin.replace("//", "//me:pass-word@") });
    const error = (await api.byId(7, io).catch((thrown: unknown) => thrown)) as ColdstoreError;
    expect(error.message).toMatch(/the proxy wants a user name and password/u);
    expect(error.message).not.toContain("pass-word");
    expect(error.transient).toBe(false);
  });
});

test("a host that takes no connection is an error that may pass", async () => {
  const { origin, server } = await serve(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  await expect(open(origin).api.byId(7, io)).rejects.toMatchObject({
    transient: true,
    message: expect.stringMatching(/127\.0\.0\.1:\d+ takes no connection.*\(ECONNREFUSED\)$/u),
  });
});
