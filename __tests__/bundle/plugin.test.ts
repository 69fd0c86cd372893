import { execFile } from "node:child_process";
import { mkdtemp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { buildContract } from "../support/build-contract.ts";
import { writeDocumented } from "../support/documented-plugin.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { makePlace } from "../support/run-cli.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const bin = (name: string) => join(root, "node_modules", name);

let folder = "";
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Makes a folder where the package is installed as its author's projects have it, with vitest beside it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "coldstore-author-"));
  const own = join(folder, "node_modules", "coldstore");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "package.json"), readFileSync(join(root, "package.json")));
  await buildContract(join(own, "dist", "contract"));
  for (const name of ["vitest", "@types"]) await symlink(bin(name), join(folder, "node_modules", name));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const name of ["folder-store.mjs", "folder-store.test.mjs"]) await writeDocumented(folder, name);
});

test("the documented plugin and its test do what they say with the package that is published", async () => {
  const whole = process.env["COLDSTORE_TEST_COUNT"] !== undefined;
  const args = [bin("vitest/vitest.mjs"), "run", "--root", folder, "--reporter", "json", "--outputFile", "told.json"];
  const env = { PATH: process.env["PATH"], HOME: folder, CI: "1" };
  await run(process.execPath, whole ? args : [...args, "-t", "empty|undefined for|absent"], { env });
  const told = JSON.parse(await readFile(join(folder, "told.json"), "utf8")) as Record<string, number>;
  expect(told).toMatchObject({ numFailedTests: 0, numFailedTestSuites: 0 });
  expect(told["numPassedTests"]).toBeGreaterThan(whole ? 45 : 3);
});

test("the types of the package fit the documented plugin, and not one that lacks something", async () => {
  const options = {
    checkJs: true,
    noEmit: true,
    strict: true,
    noImplicitAny: false,
    useUnknownInCatchVariables: false,
  };
  const compilerOptions = { ...options, target: "es2024", module: "nodenext", skipLibCheck: false, types: ["node"] };
  await writeFile(
    join(folder, "bad.mjs"),
    '/** @type {import("coldstore/store").OpenStore} */\nexport const openStore = () => ({});\n',
  );
  const config = { compilerOptions, files: ["bad.mjs", "folder-store.mjs"] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  const told = await run(process.execPath, [bin("typescript/bin/tsc"), "-p", folder]).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(told.split("\n").filter((line) => /^\S/.test(line))).toEqual([
    expect.stringMatching(/^\S*bad\.mjs.*PluginStore/),
  ]);
});

test("a set goes into the documented plugin, is proven there, and comes back", async () => {
  const repository = makeRepository({ files: { "a.txt": "one\n" } });
  const place = makePlace();
  onTestFinished(() => {
    repository.remove();
    place[Symbol.dispose]();
  });
  await writeDocumented(place.path, "folder-store.mjs");
  const store = "plugin:../folder-store.mjs";
  const call = { env: { COLDSTORE_FOLDER: join(place.path, "cold") } };
  const stored = await place.run(["snapshot", repository.path, store], call);
  expect(stored).toMatchObject({ code: 0, stdout: expect.stringContaining("read back") });
  expect(stored.stderr).toContain(`keeping objects in ${join(place.path, "cold")}`);
  expect(await place.run(["snapshot", repository.path, store], call)).toMatchObject({ code: 0 });
  expect(await place.run(["verify", store, "--level", "drill"], call)).toMatchObject({ code: 0 });
  expect(await place.run(["restore", store, "--into", join(place.path, "back")], call)).toMatchObject({ code: 0 });
  expect(await readdir(join(place.path, "back"))).toEqual(["a.txt"]);
  const without = await place.run(["list", store]);
  expect(without).toMatchObject({ code: 5, stdout: expect.stringContaining("set COLDSTORE_FOLDER to the folder") });
});
