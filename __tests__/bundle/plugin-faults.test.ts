import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeRepository } from "../support/git-fixture.ts";
import { annotations, makeRunnerPlace } from "../support/run-action.ts";
import { makePlace, type CliEnd } from "../support/run-cli.ts";
import { branchPush } from "../support/workflow-events.ts";

/** A store in memory whose module, opening and methods do this beside. */
const faulty = ({ atLoad = "", atOpen = "", methods = "" }): string => `
  ${atLoad}
  export function openStore() {
    ${atOpen}
    const objects = new Map();
    const tell = (key) => objects.has(key) ? { key, bytes: objects.get(key).length } : undefined;
    return {
      *list(prefix) { for (const key of objects.keys()) if (key.startsWith(prefix)) yield tell(key); },
      async open(key) { const data = objects.get(key); return data && { bytes: data.length, body: [data] }; },
      async create(key, content) {
        if (objects.has(key)) return "exists";
        objects.set(key, Buffer.concat(await content.stream().toArray()));
        return "created";
      },
      ${methods}
    };
  }`;

/** The end of a snapshot into such a store, which must leave nothing lying about. */
async function snapshotInto(plugin: Parameters<typeof faulty>[0], ...flags: string[]): Promise<CliEnd> {
  const repository = makeRepository({ files: { "a.txt": "one\n" } });
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  await writeFile(join(place.path, "faulty.mjs"), faulty(plugin));
  const end = await place.run(["snapshot", repository.path, "plugin:../faulty.mjs", ...flags]);
  expect(place.litter()).toEqual([]);
  return end;
}

test("a plugin that ends the process doesn't make a run green", async () => {
  const end = await snapshotInto({ methods: "async stat() { process.exit(0); }," });
  expect(end).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("calls process.exit") });
});

test("a plugin that keeps the process doesn't keep the run from ending, well or not", async () => {
  const alive = { atLoad: "setInterval(() => {}, 1000);" };
  expect(await snapshotInto(alive, "--json")).toMatchObject({ code: 0, stdout: expect.stringMatching(/\}\n$/) });
  const failing = await snapshotInto({ ...alive, methods: "async preflight() { return ['it is full']; }," });
  expect(failing).toMatchObject({ code: 5, stdout: expect.stringContaining("it is full") });
});

test.each([
  ["a timer", "setTimeout(() => { throw new Error('lost\\u001b[31m' + 'x'.repeat(600)); }, 10);"],
  ["a promise that nobody has", "void Promise.reject(new Error('lost\\u001b[31m' + 'x'.repeat(600)));"],
])("what a plugin throws in %s ends the run with a sentence", async (_where, code) => {
  const methods = `async preflight() { ${code} await new Promise((done) => setTimeout(done, 60_000).unref()); },`;
  const end = await snapshotInto({ methods });
  expect(end).toMatchObject({ code: 5, stderr: expect.not.stringContaining("    at ") });
  expect(end.stdout).toMatch(
    /plugin:\.\.\/faulty\.mjs failed outside of any call, .*: lost\\x1b\[31mx{490,500}\.\.\.\n/,
  );
});

test("a plugin that can't be closed loses no report", async () => {
  const end = await snapshotInto({ methods: "close() { throw new Error('the line is dead'); }," });
  expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining("stored") });
  expect(end.stderr).toMatch(/warning: plugin:\.\.\/faulty\.mjs can't be closed: the line is dead/);
});

test("what a plugin prints is no part of the report, and a line of the log that does nothing", async () => {
  const print = "process.stdout.write(':'); process.stdout.write(':error::from\\u001b[31m outside'); console.log();";
  const end = await snapshotInto({ atLoad: print, methods: `close() { ${print} },` }, "--json");
  expect(end.code).toBe(0);
  expect(JSON.parse(end.stdout)).toMatchObject({ mode: "snapshot" });
  expect(end.stderr.split("\n").filter((line) => line === "  ::error::from\\x1b[31m outside")).toHaveLength(2);
});

test("a workflow's runner is told what ended the process, and given no command of a plugin's", async () => {
  const repository = makeRepository({ files: { "a.txt": "one\n" } });
  const place = makeRunnerPlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  const methods = "preflight() { console.log('::error::one'); console.error('::error::two'); process.exit(0); },";
  await writeFile(join(place.path, "faulty.mjs"), faulty({ methods }));
  const event = branchPush("main", repository.git("rev-parse", "HEAD"));
  const inputs = { store: `plugin:${join(place.path, "faulty.mjs")}` };
  const end = await place.run({ event, workspace: repository.path, inputs });
  expect(end.code).toBe(1);
  expect(annotations(end)).toMatchObject([{ name: "error", data: expect.stringContaining("calls process.exit") }]);
  expect(end.shown).toMatch(/:error::one[^]*:error::two/);
});
