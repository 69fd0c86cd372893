import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { BareReason } from "../github/failed-call.ts";
import type { Transport } from "../github/transport.ts";
import { diskError } from "../local/disk-error.ts";
import type { DownloadHost } from "./download-hosts.ts";

/** A file of a release of rclone, and where it's to go. */
export interface WantedFile {
  readonly version: string;
  readonly name: string;
  /** Absolute path; what is there is written over. */
  readonly to: string;
  readonly mostBytes: number;
}

/** One try. */
export interface FileFetch {
  readonly host: DownloadHost;
  readonly wanted: WantedFile;
  readonly signal: AbortSignal;
}

/** Where a file lies on a host, fit to be shown. */
export function addressOf({ base }: DownloadHost, { version, name }: Pick<WantedFile, "version" | "name">): string {
  return `${base}v${version}/${name}`;
}

/** Fetches a file once. Resolves to the SHA-256 of what came; rejects with a BareReason, fetch's own error, or what the disk refuses. */
export async function fetchFile(transport: Transport, fetched: FileFetch): Promise<string> {
  const { to, mostBytes } = fetched.wanted;
  const response = await askFollowing(transport, fetched);
  const digest = createHash("sha256");
  await using file = await open(to, "w", 0o600).catch(refusedBy(to));
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new BareReason("store", "more comes than such a file can have");
    digest.update(chunk);
    await writeAll(file, chunk).catch(refusedBy(to));
  }
  return digest.digest("hex");
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let written = 0; written < chunk.length;)
    written += (await file.write(chunk, written, chunk.length - written)).bytesWritten;
}

function refusedBy(path: string): (thrown: unknown) => never {
  return (thrown) => {
    throw diskError(thrown, "write", path, "folder");
  };
}

const mostRedirects = 5;

/** The answer at the end of redirects. A host's credentials stay with it, and nothing leads from https to http. */
async function askFollowing(transport: Transport, { host, wanted, signal }: FileFetch): Promise<Response> {
  const ask = transport.fetchFor({ signal }, "stream");
  const first = new URL(`${addressOf(host, wanted)}${host.query}`);
  let url = first;
  for (let times = 0; times <= mostRedirects; times += 1) {
    const isOwn = url.origin === first.origin && host.authorization !== undefined;
    const headers = { "accept-encoding": "identity", ...(isOwn && { authorization: host.authorization }) };
    const response = await ask(url.href, { headers });
    if (response.status === 200) return response;
    await response.body?.cancel();
    url = leadsTo(response, url);
  }
  throw new BareReason("store", "it leads from address to address");
}

function leadsTo({ status, headers }: Response, from: URL): URL {
  const location = headers.get("location");
  if (status < 300 || status >= 400 || location === null) {
    const transient = status >= 500 || status === 408 || status === 429;
    throw new BareReason("store", `${from.host} answered ${status}`, { transient });
  }
  const next = URL.parse(location, from.href);
  if (next === null || (next.protocol !== "https:" && next.protocol !== from.protocol))
    throw new BareReason("store", `${from.host} leads to an address without encryption`);
  return next;
}
