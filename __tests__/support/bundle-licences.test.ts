import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { expect, test } from "vitest";
import { licencesOf } from "./bundle-licences.ts";
import { bundling } from "./bundle-parts.ts";

const { resolve } = createRequire(import.meta.url);

test("each package that a bundle has modules of is there once, with the text of its licence", () => {
  const modules = ["undici/lib/dispatcher/agent.js", "undici/lib/dispatcher/pool.js", "archiver"].map((id) =>
    resolve(id),
  );
  const text = licencesOf([...modules, import.meta.filename, "\0part of undici"]);
  expect(text.match(/^undici\nMIT\nMIT License\n/gm)).toHaveLength(1);
  expect(text).toMatch(/^archiver\nMIT\n[^]*Permission is hereby granted[^]*\n\nundici\nMIT\n/);
  expect(text).not.toContain("coldstore");
});

test("a bundle has what the source uses of undici, and no more than that", async () => {
  await using bundle = await rolldown({ ...bundling, input: "src/adapters/github/transport.ts" });
  const { output } = await bundle.generate({ format: "esm" });
  const modules = output[0].moduleIds.filter((id) => id.includes("undici"));
  expect(modules.join("\n")).toMatch(/fetch\/index\.js/);
  expect(modules.join("\n")).not.toMatch(/mock|websocket|eventsource|cookies|llhttp_simd/);
});

test("looking for a cached program leaves standard output to the report", async () => {
  await using bundle = await rolldown({ ...bundling, input: "src/adapters/rclone/tool-cache.ts" });
  const { output } = await bundle.generate({ format: "esm" });
  const script = `${output[0].code}\nprocess.stdout.write(String(findTool({ cache: "/none/x", version: "1.2.3", build: "any" })));`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script]);
  expect(stdout).toBe("undefined");
});
