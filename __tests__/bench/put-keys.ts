// A process of its own that stores small objects on a remote that is a folder: node put-keys.ts FOLDER COUNT
import { createHash } from "node:crypto";
import type { Put } from "../../src/ports/store.ts";
import { openRemote } from "../support/rclone-stores.ts";

const [folder = "", count = ""] = process.argv.slice(2);
const io = { signal: new AbortController().signal, progress() {} };
await using remote = await openRemote(`:local:${folder}`);
let created = 0;
for await (const { outcome } of remote.store.put(items(Number(count)), io)) if (outcome === "created") created += 1;
await remote.store.settle(io);
if (created !== Number(count)) throw new Error(`${created} were stored, not ${count}`);

function* items(count: number): Generator<Put> {
  for (let i = 0; i < count; i += 1) {
    const data = Buffer.from(`{"object":${i}}\n`);
    const sha256 = createHash("sha256").update(data).digest("hex");
    const name = `proof-${String(i).padStart(6, "0")}.json`;
    const artifact = { name, bytes: data.length, sha256, body: { data } };
    yield { key: `acme/app/records/snapshot/v${i % 100}/${name}`, artifact };
  }
}
