import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import { Refusal } from "./answer.ts";
import { signature } from "./assets.ts";
import { Dropped } from "./call.ts";
import type { Call } from "./call.ts";
import type { FaultKind } from "./faults.ts";
import type { Asset, GitHubState } from "./state.ts";
import { hasContent, keepTo, read } from "./stored-bytes.ts";
import type { StoredBytes } from "./stored-bytes.ts";

/** A blob store: it knows signed addresses and nobody's tokens. */
export function download(call: Call): Answer {
  const query = call.url.searchParams;
  const id = Number(call.parameters["asset_id"]);
  const expires = Number(query.get("se"));
  if (call.request.headers.authorization !== undefined)
    throw refused(400, "InvalidArgument", "Only one auth mechanism allowed");
  if (query.get("sig") !== signature(id, expires))
    throw refused(403, "AuthenticationFailed", "Signature did not match");
  if (expires < Date.now())
    throw refused(403, "AuthenticationFailed", "Signature not valid in the specified time frame");
  const asset = findAsset(call.state, id);
  if (asset?.bytes === undefined || !hasContent(asset.bytes))
    throw refused(404, "BlobNotFound", "The specified blob does not exist.");
  return send(call, asset, asset.bytes);
}

function refused(status: number, code: string, message: string): Refusal {
  const text = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Refusal({ status, headers: { "content-type": "application/xml" }, stream: Readable.from([text]) });
}

function findAsset(state: GitHubState, id: number): Asset | undefined {
  for (const { releases } of state.repositories.values())
    for (const { assets } of releases.values()) if (assets.has(id)) return assets.get(id);
  return undefined;
}

function send(call: Call, asset: Asset, bytes: StoredBytes): Answer {
  const kind = call.fault?.kind;
  const damage = kind !== undefined && "download" in kind ? kind.download : undefined;
  const given = damage === "whole" ? undefined : call.request.headers.range;
  const range = given === undefined ? undefined : rangeOf(given, bytes.size);
  if (range === "unsatisfiable")
    return { status: 416, headers: { "content-range": `bytes */${bytes.size}`, "content-length": "0" } };
  const { from, end } = range ?? { from: 0, end: bytes.size };
  const headers = {
    "content-type": call.url.searchParams.get("rsct") ?? "application/octet-stream",
    "content-disposition": `attachment; filename=${asset.name}`,
    "accept-ranges": "bytes",
    etag: `"${bytes.sha256.slice(0, 16)}"`,
    "content-length": String(end - from),
    ...(range && { "content-range": `bytes ${from}-${end - 1}/${bytes.size}` }),
  };
  if (call.request.method === "HEAD") return { status: 200, headers };
  const stream = Readable.from(damaged(read(bytes, from, end), { damage, kind, length: end - from, call }));
  return { status: range ? 206 : 200, headers, stream };
}

/** One range, as `bytes=a-b`, `bytes=a-` or `bytes=-n`; anything else is as if it weren't there. */
function rangeOf(header: string, size: number): { from: number; end: number } | "unsatisfiable" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/u.exec(header) ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return Number(last) === 0 ? "unsatisfiable" : { from: Math.max(0, size - Number(last)), end: size };
  const from = Number(first);
  if (from >= size) return "unsatisfiable";
  const end = last === "" ? size : Math.min(size, Number(last) + 1);
  return end <= from ? undefined : { from, end };
}

interface Damage {
  readonly damage: "cut" | "flipped" | "whole" | undefined;
  readonly kind: FaultKind | undefined;
  readonly length: number;
  readonly call: Call;
}

async function* damaged(source: Readable, { damage, kind, length, call }: Damage): AsyncGenerator<Buffer> {
  const cut = damage === "cut" || (kind !== undefined && "drop" in kind && kind.drop === "in-answer");
  const started = performance.now();
  let sent = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    const left = Math.floor(length / 2) - sent;
    if (cut && chunk.length >= left) {
      yield chunk.subarray(0, Math.max(0, left));
      // What was given is on its way before the connection ends.
      await sleep(10);
      throw new Dropped();
    }
    yield damage === "flipped" && sent === 0 ? flipFirst(chunk) : chunk;
    sent += chunk.length;
    const rate = call.behaviour.downloadRate;
    if (rate !== undefined) await keepTo(rate, sent, started);
  }
}

function flipFirst(chunk: Buffer): Buffer {
  const flipped = Buffer.from(chunk);
  flipped[0] = (flipped[0] ?? 0) ^ 1;
  return flipped;
}
