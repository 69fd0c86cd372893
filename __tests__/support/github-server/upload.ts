import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { assetName } from "./asset-name.ts";
import { nameTaken } from "./assets.ts";
import { invalid, problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import { Dropped, repositoryOf } from "./call.ts";
import type { Call } from "./call.ts";
import { lagFrom } from "./lag.ts";
import { needWrite } from "./permissions.ts";
import { releaseOf } from "./releases.ts";
import { showAsset } from "./show-release.ts";
import { newId } from "./state.ts";
import type { Asset, Release } from "./state.ts";
import { inMemory, receive } from "./stored-bytes.ts";
import type { StoredBytes } from "./stored-bytes.ts";

/** Takes the bytes of an asset, on the uploads origin. */
export function uploadAsset(folder: string): (call: Call) => Promise<Answer> {
  return async (call) => {
    const repository = repositoryOf(call);
    needWrite(call, repository, ["contents"]);
    const release = releaseOf(call, repository);
    const size = announcedSize(call);
    const name = check(call, release, size);
    const { kind } = call.fault ?? {};
    if (kind !== undefined && "starter" in kind) {
      await takeSome(call, size, kind.starter === "dropped");
      addAsset(call, release, { name, size, state: "starter", digest: null, bytes: undefined });
      if (kind.starter === "dropped") throw new Dropped();
      return problem(502, "Server Error");
    }
    const sent = await take(call, size, folder);
    if (hasName(release, name)) throw nameTaken();
    const bytes = asStored(call, sent);
    const asset = addAsset(call, release, { name, size, state: "uploaded", digest: digestOf(call, bytes), bytes });
    return { status: 201, body: showAsset(call.places, repository, release, asset) };
  };
}

/** GitHub wants to know it before; chunked bodies are refused. */
function announcedSize(call: Call): number {
  const length = call.request.headers["content-length"];
  if (length === undefined) throw new Refusal(problem(400, "Bad Content-Length: "));
  return Number(length);
}

function check(call: Call, release: Release, size: number): string {
  const { behaviour } = call;
  if (release.immutable) throw new Refusal(problem(422, "Cannot upload assets to an immutable release."));
  const given = call.url.searchParams.get("name");
  if (given === null || given === "") throw invalid({ resource: "ReleaseAsset", code: "missing_field", field: "name" });
  if (call.request.headers["content-type"] === undefined)
    throw invalid({ resource: "ReleaseAsset", code: "missing_field", field: "content_type" });
  if (size > behaviour.assetBytes) throw custom("size", `size must be less than or equal to ${behaviour.assetBytes}`);
  if (size === 0 && behaviour.emptyAssets === "refused")
    throw custom("size", "size must be greater than or equal to 1");
  const name = assetName(given);
  if (hasName(release, name)) throw nameTaken();
  if (release.assets.size >= behaviour.assetsPerRelease)
    throw custom("file_count", `file_count limited to ${behaviour.assetsPerRelease} assets per release`);
  return name;
}

function custom(field: string, message: string): Refusal {
  return invalid({ resource: "ReleaseAsset", code: "custom", field, message });
}

function hasName(release: Release, name: string): boolean {
  return [...release.assets.values()].some((asset) => asset.name === name);
}

async function take(call: Call, size: number, folder: string): Promise<StoredBytes> {
  const { memoryLimit, keepLimit, uploadRate: rate } = call.behaviour;
  const { kind } = call.fault ?? {};
  let counted = 0;
  const onBytes = async (soFar: number): Promise<void> => {
    call.count(soFar - counted);
    counted = soFar;
    if (kind === undefined || soFar * 2 < size) return;
    if ("drop" in kind && kind.drop === "in-body") throw new Dropped();
    if ("stall" in kind && kind.stall === "body") await sleep(2 ** 30, undefined, { ref: false });
  };
  const sent = await receive(call.request as AsyncIterable<Buffer>, size, {
    folder,
    memoryLimit,
    keepLimit,
    rate,
    onBytes,
  });
  if (sent.size !== size) throw new Dropped();
  return sent;
}

/** What a broken upload has read; of one that is dropped the half. */
async function takeSome(call: Call, size: number, dropped: boolean): Promise<void> {
  let taken = 0;
  for await (const chunk of call.request as AsyncIterable<Buffer>) {
    taken += chunk.length;
    call.count(chunk.length);
    if (dropped && taken * 2 >= size) return;
  }
}

function asStored(call: Call, sent: StoredBytes): StoredBytes {
  const kind = call.fault?.kind;
  const memory = sent.memory;
  if (kind === undefined || !("stored" in kind) || memory === undefined) return sent;
  if (kind.stored === "truncated") return inMemory(memory.subarray(0, -1));
  if (kind.stored !== "flipped") return sent;
  const other = Buffer.from(memory);
  other[0] = (other[0] ?? 0) ^ 1;
  return inMemory(other);
}

function digestOf(call: Call, bytes: StoredBytes): string | null {
  const kind = call.fault?.kind;
  const damage = kind !== undefined && "stored" in kind ? kind.stored : undefined;
  if (!call.behaviour.digests || damage === "no-digest") return null;
  return `sha256:${damage === "digest" ? randomBytes(32).toString("hex") : bytes.sha256}`;
}

type Stored = Pick<Asset, "name" | "size" | "state" | "digest" | "bytes">;

function addAsset(call: Call, release: Release, stored: Stored): Asset {
  const now = call.state.now();
  const asset: Asset = {
    ...stored,
    size: stored.bytes?.size ?? stored.size,
    id: newId(call.state),
    label: call.url.searchParams.get("label") ?? "",
    contentType: call.request.headers["content-type"] ?? "",
    uploader: call.token!.account,
    downloads: 0,
    created: now,
    updated: now,
    lag: lagFrom(call.fault),
  };
  release.assets.set(asset.id, asset);
  return asset;
}
