import { appendFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const { env } = process;
const temp = env["RUNNER_TEMP"] ?? "";
const store = env["INPUT_STORE"] ?? "";

if (env["STATE_names"] === undefined) {
  appendFileSync(env["GITHUB_STATE"] ?? "", `names=${JSON.stringify(readdirSync(temp))}\n`);
} else {
  const before = new Set(JSON.parse(env["STATE_names"]) as readonly string[]);
  // A runner keeps there the scripts of `run` steps, and files and folders of its own with an underscore.
  const runners = /^_|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.\w+)?$/u;
  const left = readdirSync(temp).filter((name) => !before.has(name) && !runners.test(name));
  if (store === "") {
    writeFileSync(env["STAND_IN_LEFT"] ?? "", left.map((name) => `${name}\n`).join(""));
  } else {
    if (existsSync(join(store, ".tmp"))) left.push(join(store, ".tmp"));
    if (left.length > 0) process.stdout.write(`::error::left behind: ${left.join(", ")}\n`);
    process.exitCode = left.length > 0 ? 1 : 0;
  }
}
