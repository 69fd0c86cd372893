/**
 * The server as a process of its own, for workflows and for trying things out:
 *
 *     node __tests__/support/github-server/serve.ts --repository acme/app=../some/clone --token secret
 *     GITHUB_API_URL=http://127.0.0.1:PORT GITHUB_TOKEN=secret coldstore snapshot . release
 *
 * It prints the URL of its API, and once more as JSON with the other origins into `--port-file`. `GET /__state` there
 * gives what it holds, which is also written to `--state` when it ends by SIGTERM or SIGINT. May be given several times:
 * `--repository NAME[=FOLDER]` (tags and branches of a git repository), `--token TOKEN[=JSON]` (what it may, as in
 * seed.ts), `--read-token`, and `--fault` (JSON as in faults.ts, `path` as text). `--immutable` and `--private` hold for all repositories, `--pull N` opens one in each,
 * `--random SEED,RATE` lets requests fail, and `--behaviour JSON` is as in behaviour.ts.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Behaviour } from "./behaviour.ts";
import { describeState } from "./describe-state.ts";
import type { Faults, PlannedFault } from "./faults.ts";
import { startGitHubServer } from "./github-server.ts";
import { seedFromGit } from "./seed-from-git.ts";
import { addPull, addRepository, addToken } from "./seed.ts";

const { values } = parseArgs({
  options: {
    "port-file": { type: "string" },
    state: { type: "string" },
    host: { type: "string", default: "127.0.0.1" },
    enterprise: { type: "boolean", default: false },
    repository: { type: "string", multiple: true, default: [] },
    token: { type: "string", multiple: true, default: [] },
    "read-token": { type: "string", multiple: true, default: [] },
    pull: { type: "string", multiple: true, default: [] },
    fault: { type: "string", multiple: true, default: [] },
    random: { type: "string" },
    behaviour: { type: "string", default: "{}" },
    immutable: { type: "boolean", default: false },
    private: { type: "boolean", default: false },
  },
});

const server = await startGitHubServer({
  host: values.host,
  enterprise: values.enterprise,
  behaviour: JSON.parse(values.behaviour) as Partial<Behaviour>,
});
const { state, faults, places } = server;
for (const given of values.repository) {
  const [name = "", folder] = given.split("=");
  const repository = addRepository(state, name, { private: values.private, immutableReleases: values.immutable });
  if (folder !== undefined) seedFromGit(state, repository, folder);
  for (const number of values.pull) addPull(state, repository, Number(number));
}
for (const given of values.token) {
  const [, value = "", fields = "{}"] = /^([^=]*)=?(.*)$/su.exec(given) ?? [];
  addToken(state, { value, ...(JSON.parse(fields || "{}") as Parameters<typeof addToken>[1]) });
}
for (const value of values["read-token"]) addToken(state, { value, contents: "read", issues: "read", pulls: "read" });
planFaults(faults, values.fault, values.random);
if (values["port-file"] !== undefined) writeFileSync(values["port-file"], JSON.stringify(places) + "\n");
process.stdout.write(`${places.api}\n`);
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void end());

function planFaults(into: Faults, planned: readonly string[], random: string | undefined): void {
  for (const text of planned) {
    const fault = JSON.parse(text, (key, value: unknown) => (key === "path" ? new RegExp(String(value), "u") : value));
    into.next(fault as PlannedFault);
  }
  const [seed, rate] = random?.split(",") ?? [];
  if (seed !== undefined) into.random(Number(seed), Number(rate));
}

async function end(): Promise<void> {
  await server.close();
  if (values.state !== undefined)
    writeFileSync(values.state, JSON.stringify(describeState(server), undefined, 2) + "\n");
}
