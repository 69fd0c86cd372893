// Runs all tests with many more cases in each sweep, from a fresh seed unless one is given. Arguments go on to vitest.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

const seed = process.env["COLDSTORE_TEST_SEED"] ?? String(randomInt(2 ** 31));
const count = process.env["COLDSTORE_TEST_COUNT"] ?? "2000";
process.stdout.write(`COLDSTORE_TEST_SEED=${seed} COLDSTORE_TEST_COUNT=${count}\n`);

const limit = String(60 * 60 * 1000);
const run = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, COLDSTORE_TEST_SEED: seed, COLDSTORE_TEST_COUNT: count, COLDSTORE_TEST_LIMIT: limit },
});
process.exitCode = run.status ?? 1;
