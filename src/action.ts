import { error, getState, saveState, setOutput, setSecret, warning } from "@actions/core";
import { connect, openConfigSource, openJob, scratchRoots } from "./connect.ts";
import { asColdstoreError } from "./model/errors.ts";
import type { Report } from "./model/report.ts";
import { renderActionText } from "./render/action-text.ts";
import { annotationsOf } from "./render/annotations.ts";
import { artifactsToDeclare } from "./render/artifacts-to-declare.ts";
import { renderJson } from "./render/json.ts";
import { renderOutputs } from "./render/outputs.ts";
import { exitOf, failedReport } from "./render/report-errors.ts";
import { renderSummary } from "./render/summary.ts";
import { run } from "./run.ts";
import { loadInputs, modeOfInputs } from "./settings/load-inputs.ts";
import { presentationOf } from "./settings/load-settings.ts";
import { tuneProcess } from "./tune-process.ts";

/** How many sets back the summary tells of. */
const setsBack = 20;

const { env } = process;
tuneProcess(env);
const toolkit = { error, getState, saveState, setOutput, setSecret, warning };
const job = openJob({ env, toolkit, stream: process.stdout });
// One bundle serves both ends of a step: the runner starts it anew when the job ends.
process.exitCode = job.isOver ? await cleanUp() : await main();

async function main(): Promise<number> {
  const report = await perform().catch((error: unknown) => failedReport(modeOfInputs(env), asColdstoreError(error)));
  const { color } = presentationOf([], env);
  await job.tell({
    text: () => renderActionText(report, { color }),
    outputs: (path) => renderOutputs(report, path),
    report: () => renderJson(report),
    summary: () => renderSummary(report),
    annotations: () => annotationsOf(report),
    artifacts: () => artifactsToDeclare(report),
  });
  return exitOf(report);
}

async function perform(): Promise<Report> {
  await job.begin();
  const cwd = process.cwd();
  const loaded = await loadInputs({ env, cwd, config: openConfigSource(env, cwd), setsBack });
  const { settings, presentation, warnings } = loaded;
  job.willCleanUp(scratchRoots(settings, env));
  await using connection = await connect(settings, {
    env,
    log: { kind: "runner", stream: process.stdout },
    presentation,
  });
  const report = await run(settings, connection.ports).catch((error: unknown) =>
    failedReport(settings.mode, asColdstoreError(error)),
  );
  return { ...report, warnings: [...warnings, ...report.warnings] };
}

async function cleanUp(): Promise<number> {
  await job.cleanUp();
  return 0;
}
