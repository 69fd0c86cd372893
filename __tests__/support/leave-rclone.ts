import { openRcloneProcess } from "../../src/adapters/rclone/open-rclone-process.ts";

// Starts rclone in a process of its own, tells its process id, and then ends as it is told, without disposing of anything:
// node leave-rclone.ts PROGRAM FOLDER exit|wait ARGUMENT...
const [, , path = "", folder = "", how = "", ...args] = process.argv;
const rclone = await openRcloneProcess({
  program: { path, version: "1.75.1", trust: "own" },
  remote: { name: ":memory:", root: ":memory:", config: { kind: "none" }, args: [] },
  env: process.env,
  args: [],
  folder,
  stallTimeout: 600_000,
});
const started = rclone.run(
  { args, onEvent: () => process.stdout.write("works\n") },
  { signal: new AbortController().signal },
);
started.catch(() => {});
if (how === "exit") process.stdin.once("data", () => process.exit(0));
