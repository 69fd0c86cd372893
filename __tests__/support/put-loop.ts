// A process of its own that stores the same objects over and over: node put-loop.ts FOLDER [nolinks] [VARIANT]
import { setTimeout as sleep } from "node:timers/promises";
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import { loopArtifact, loopKeys } from "./put-loop-objects.ts";

const [folder = "", links = "links", variant = "", rounds = "1000000"] = process.argv.slice(2);
const io = { signal: new AbortController().signal, progress() {} };
const store = openFolderStore({
  path: folder,
  name: folder,
  ...(links === "nolinks" && {
    async link() {
      throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM" });
    },
  }),
});

process.stdout.write("ready\n");
for (let round = 0; round < Number(rounds); round += 1) {
  const items = loopKeys.map((key) => ({ key, artifact: loopArtifact(key, variant) }));
  for await (const outcome of store.put(items, io))
    process.stdout.write(`${outcome.key} ${outcome.outcome} ${"error" in outcome ? outcome.error.message : ""}\n`);
  await store.settle(io);
  if (Number(rounds) > 1) {
    for await (const outcome of store.delete(loopKeys.slice(round % 3), io)) void outcome;
    await sleep(0);
  }
}
