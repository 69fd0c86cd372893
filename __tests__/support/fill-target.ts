// A process of its own that restores, and publishes when a file GO is there: node fill-target.ts INTO [MARK] [GO]
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openRestoreTarget } from "../../src/adapters/local/restore-target.ts";

const [into = "", mark = "x", go = ""] = process.argv.slice(2);
await using target = await openRestoreTarget({ into, signal: new AbortController().signal });
for (let i = 0; i < 200; i += 1) {
  const sink = target.file(`folder/${i}-\xff/${mark}`, { mode: 0o444, mtime: 1 });
  sink.write(Buffer.from(mark));
  sink.close();
  target.folder(`folder/${i}-\xff`, { mode: 0o555, mtime: 1 });
}
target.link("link", "/etc");
const half = target.file("half", { mode: 0o644 });
half.write(Buffer.from("half"));
process.stdout.write("filled ");
while (!existsSync(go)) await sleep(2);
half.close();
const end = await target.publish().then(() => "published", String);
process.stdout.write(end);
