import { error, getState, saveState, setOutput, setSecret, warning } from "@actions/core";
import { context } from "@actions/github";
import { commentOnPullRequest } from "./connect-comment.ts";
import { connect, openConfigSource, openEnding, openJob, scratchRoots } from "./connect.ts";
import { asColdstoreError } from "./model/errors.ts";
import type { Report } from "./model/report.ts";
import { renderActionText } from "./render/action-text.ts";
import { annotationsOf } from "./render/annotations.ts";
import { artifactsToDeclare } from "./render/artifacts-to-declare.ts";
import { commentMarker, renderComment } from "./render/comment.ts";
import { renderJson } from "./render/json.ts";
import { renderOutputs } from "./render/outputs.ts";
import { exitOf, failedReport } from "./render/report-errors.ts";
import { renderSummary } from "./render/summary.ts";
import { run } from "./run.ts";
import { loadInputs, modeOfInputs } from "./settings/load-inputs.ts";
import { presentationOf } from "./settings/load-settings.ts";
import { withWarnings } from "./settings/with-warnings.ts";
import { tuneProcess } from "./tune-process.ts";

type Ending = ReturnType<typeof openEnding>;

/** How many sets back the summary tells of. */
const setsBack = 20;

const { env } = process;
tuneProcess(env);
const toolkit = { error, getState, saveState, setOutput, setSecret, warning };
const job = openJob({ env, toolkit, stream: process.stdout });
// One bundle serves both ends of a step; post.ts starts it when the job ends.
if (env["COLDSTORE_STAGE"] === "post") await job.cleanUp();
else await start();

async function start(): Promise<void> {
  const ending = openEnding((sentence) => toolkit.error(sentence, { title: "coldstore" }));
  ending.over(await main(ending));
}

async function main(ending: Ending): Promise<number> {
  const report = await perform(ending).catch((error: unknown) =>
    failedReport(modeOfInputs(env), asColdstoreError(error)),
  );
  const told = job.tell(newsOf(report));
  await job.declare(() => artifactsToDeclare(report));
  return exitOf(report) || told;
}

/** How each of the places that a job looks at is told of a run. */
function newsOf(report: Report) {
  const { color } = presentationOf([], env);
  return {
    text: () => renderActionText(report, { color }),
    outputs: (path: string | undefined) => renderOutputs(report, path),
    report: () => renderJson(report),
    summary: () => renderSummary(report),
    annotations: () => annotationsOf(report),
  };
}

async function perform(ending: Ending): Promise<Report> {
  await job.begin();
  const cwd = process.cwd();
  const loaded = await loadInputs({ env, cwd, config: openConfigSource(env, cwd), setsBack });
  const { settings, presentation } = loaded;
  job.willCleanUp(scratchRoots(settings, env));
  await using connection = await connect(settings, {
    env,
    log: { kind: "runner", stream: process.stdout },
    presentation,
    jobFolder: job.folder,
    lastWord: (error) => {
      const report = failedReport(settings.mode, error);
      job.tell(newsOf(report));
      ending.told(exitOf(report));
    },
  });
  const report = await run(settings, connection.ports).catch((error: unknown) =>
    failedReport(settings.mode, asColdstoreError(error)),
  );
  const { log, signal } = connection.ports;
  const write = (step: string | undefined) => commentOf(report, step);
  const { payload } = context;
  const lacking = signal.aborted
    ? undefined
    : await commentOnPullRequest({ settings, env, payload, write, log, signal });
  const warnings = [...loaded.warnings, ...(lacking === undefined ? [] : [lacking])];
  return withWarnings(report, { ...loaded, warnings });
}

function commentOf(report: Report, step: string | undefined) {
  const body = renderComment(report, step);
  return body === undefined ? undefined : { body, marker: commentMarker(report, step) };
}
