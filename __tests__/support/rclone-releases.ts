import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DownloadHost } from "../../src/adapters/rclone/download-hosts.ts";
import type { RcloneOrigin } from "../../src/adapters/rclone/find-rclone.ts";
import { buildZip } from "./zip-builder.ts";

type Answer = Buffer | ((request: IncomingMessage, response: ServerResponse) => void);

/** A web server with files of rclone's releases, by path; it keeps what it was asked for. */
export interface ReleaseHost extends AsyncDisposable {
  readonly host: DownloadHost;
  readonly asked: readonly { readonly path: string; readonly authorization: string | undefined }[];
  put(path: string, answer: Answer): void;
}

export async function openReleaseHost(): Promise<ReleaseHost> {
  const answers = new Map<string, Answer>();
  const asked: { path: string; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push({ path, authorization: request.headers.authorization });
    const answer = answers.get(path.split("?")[0] ?? "");
    if (typeof answer === "function") return answer(request, response);
    response.statusCode = answer === undefined ? 404 : 200;
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: { base: `http://127.0.0.1:${port}/`, query: "" },
    asked,
    put: (path, answer) => void answers.set(path, answer),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A program that only says that it is an rclone of this version. */
function fakeRclone(version: string): string {
  return `#!/bin/sh\n[ "$1" = version ] && echo "rclone v${version}"\n`;
}

export async function putFakeRclone(path: string, version: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, fakeRclone(version));
  await chmod(path, 0o755);
  return path;
}

/** A zip as rclone's are, for linux-amd64. */
export async function rcloneZip(version: string, says = version): Promise<Buffer> {
  const folder = `rclone-v${version}-linux-amd64`;
  return buildZip(
    [
      { name: `${folder}/`, mode: 0o755 },
      { name: `${folder}/README.txt`, data: "Not the real one.\n" },
      { name: `${folder}/rclone`, data: fakeRclone(says), mode: 0o755 },
    ],
    "",
  );
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A world in which one zip of one version is known by heart. */
export function originWith(hosts: readonly DownloadHost[], digest: string, version = "1.75.1"): RcloneOrigin {
  return {
    version,
    digests: { [version]: { "linux-amd64": digest } },
    keys: { fingerprints: [], armored: "" },
    hosts,
    limits: { tries: 3, pauseMs: 1, stallMs: 20_000, totalMs: 60_000 },
    machine: { platform: "linux", arch: "x64" },
  };
}

export const zipPath = (version: string): string => `/v${version}/rclone-v${version}-linux-amd64.zip`;

/** Where a fetched rclone of a version goes, with `HOME` as given. */
export function cachedIn(home: string, version: string, digest: string): string {
  return join(home, ".cache/coldstore/rclone", version, `linux-amd64-${digest.slice(0, 16)}`);
}
