import type { PastSet } from "../model/details.ts";
import type { Manifest } from "../model/manifest.ts";

/** What a chart of a project's sets shows of one of them. */
export function pastSet({ content, run, artifacts }: Manifest): PastSet {
  const archives = artifacts.filter(({ role }) => role === "archive");
  return {
    id: run.set,
    made: run.started,
    tarBytes: content.tar.bytes,
    archiveBytes: archives.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
