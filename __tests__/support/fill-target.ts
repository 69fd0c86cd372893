// A process of its own that restores: node fill-target.ts INTO [MARK] [publish]
import { openRestoreTarget } from "../../src/adapters/local/restore-target.ts";

const [into = "", mark = "x", publish = ""] = process.argv.slice(2);
const target = await openRestoreTarget({ into, signal: new AbortController().signal });
for (let i = 0; i < 200; i += 1) {
  const sink = target.file(`folder/${i}-\xff/${mark}`, { mode: 0o444, mtime: 1 });
  sink.write(Buffer.from(mark));
  sink.close();
  target.folder(`folder/${i}-\xff`, { mode: 0o555, mtime: 1 });
}
target.link("link", "/etc");
if (publish === "publish") {
  const failure = await target.publish().then(
    () => "published",
    (error: unknown) => String(error),
  );
  await target[Symbol.asyncDispose]();
  process.stdout.write(failure);
} else {
  target.file("half", { mode: 0o644 }).write(Buffer.from("half"));
  process.stdout.write("filled");
  setInterval(() => {}, 1000);
}
