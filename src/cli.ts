#!/usr/bin/env node
import { connect, openConfigSource, openEnding } from "./connect.ts";
import { asColdstoreError } from "./model/errors.ts";
import type { Report } from "./model/report.ts";
import { version } from "./model/version.ts";
import { renderCompletion } from "./render/completion.ts";
import { renderHelp } from "./render/help.ts";
import { renderJson } from "./render/json.ts";
import { exitOf, failedReport } from "./render/report-errors.ts";
import { renderText } from "./render/text.ts";
import { run } from "./run.ts";
import { loadSettings, modeIn, presentationOf, type Loaded } from "./settings/load-settings.ts";
import type { Presentation } from "./settings/settings.ts";
import { manual } from "./settings/spec/table.ts";
import { withWarnings } from "./settings/with-warnings.ts";
import { tuneProcess } from "./tune-process.ts";

tuneProcess(process.env);

const argv = process.argv.slice(2);
// A log that nobody reads, `2>&1 | head -1` or a full disk, doesn't end a run.
process.stderr.on("error", () => undefined);
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") notPrinted(error);
});
const ending = openEnding((sentence) => void process.stderr.write(`failed: ${sentence}\n`));
ending.over(await main());

async function main(): Promise<number> {
  if (Number.parseInt(process.versions.node, 10) < 24) {
    process.stderr.write(
      `failed: coldstore needs Node 24 or newer, and this is Node ${process.versions.node}; update it\n`,
    );
    return 2;
  }
  const presentation = presentationOf(argv, process.env);
  try {
    const { env } = process;
    const cwd = process.cwd();
    return await perform(await loadSettings({ argv, env, cwd, config: openConfigSource(env, cwd) }));
  } catch (error) {
    return print(failedReport(modeIn(argv), asColdstoreError(error)), presentation);
  }
}

async function perform(loaded: Loaded): Promise<number> {
  switch (loaded.kind) {
    case "help":
      return say(renderHelp(manual(), loaded.topic));
    case "version":
      return say(`coldstore ${version}\n`);
    case "completion":
      return say(renderCompletion(manual(), loaded.shell));
    case "run":
      return carryOut(loaded);
  }
}

async function carryOut(loaded: Extract<Loaded, { kind: "run" }>): Promise<number> {
  const { settings, presentation } = loaded;
  await using connection = await connect(settings, {
    env: process.env,
    log: { kind: "person", stream: process.stderr },
    presentation,
    lastWord: (error) => ending.told(print(failedReport(settings.mode, error), presentation)),
  });
  const report = await run(settings, connection.ports).catch((error: unknown) =>
    failedReport(settings.mode, asColdstoreError(error)),
  );
  await connection[Symbol.asyncDispose]();
  return print(withWarnings(report, loaded), presentation);
}

function print(report: Report, { json, color, debug }: Presentation): number {
  if (debug) for (const { stack } of report.errors) process.stderr.write(`${stack}\n`);
  say(json ? renderJson(report) : renderText(report, { color: color && process.stdout.isTTY }));
  return exitOf(report);
}

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** The run is over, and what it has to say is lost. */
function notPrinted(error: Error): void {
  process.stderr.write(`failed: the report can't be written to standard output: ${error.message}\n`);
  process.exitCode = 5;
}
