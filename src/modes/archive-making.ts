import { ColdstoreError } from "../model/errors.ts";
import type { Ports } from "../ports/ports.ts";
import { describeRun, digestFolderLocks, recordEnvironment } from "../steps/describe-run.ts";
import { findArchiveStanding } from "../steps/find-archive-standing.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import { canonicalSha256 } from "../steps/seal-manifest.ts";
import { archiveSet } from "./archive-order.ts";
import { type ArchiveProspect, wantedByPlan } from "./archive-prospect.ts";
import type { MakingOrder } from "./making-order.ts";
import type { Packed } from "./pack-folder.ts";

/** What tells whether a store has the archive: the commit and the settings, or its content, which has been read. */
export type Knowledge = { readonly by: "plan" } | { readonly by: "content"; readonly packed: Packed };

/** The archive as a set to be brought into stores. */
export function makingArchive(prospect: ArchiveProspect, knowledge: Knowledge, ports: Ports): MakingOrder {
  const { taken, settings, files, tarBytes, warnings, errors, estimate } = prospect;
  const { examined, started } = taken;
  const packed = knowledge.by === "content" ? knowledge.packed : undefined;
  const wanted = packed === undefined ? wantedByPlan(taken) : { ...wantedByPlan(taken), equals: equalTo(packed) };
  const set = archiveSet(taken, packed && canonicalSha256(packed.content));
  return {
    settings,
    started,
    set,
    name: examined.name,
    files,
    tarBytes,
    warnings,
    errors,
    stage: "storing",
    standingIsCertain: true,
    standing: async (store, io) => findArchiveStanding(store, wanted, io),
    make: (recipe, into) => {
      if (packed === undefined) throw new ColdstoreError("bug", "an archive was to be made that every store has");
      return packed.make(recipe, into);
    },
    describe: async () => {
      const { folder, revision } = examined;
      const locks = settings.recordEnvironment ? digestFolderLocks(prospect.selection?.entries ?? []) : undefined;
      const environment = locks && recordEnvironment(ports.run, locks);
      return describeRun({
        ...settings,
        ...examined,
        run: ports.run,
        set,
        started,
        gitVersion: folder.gitVersion,
        repository: folder.repository?.facts,
        ref: revision?.ref,
        selection: packed?.selected,
        environment,
      });
    },
    estimate,
  };
}

function equalTo(packed: Packed): (set: CompleteSet) => boolean {
  return ({ manifest }) => {
    const content = packed.contentUnder(manifest.content.prefix);
    return content !== undefined && canonicalSha256(content) === manifest.content_sha256;
  };
}
