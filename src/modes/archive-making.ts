import { ColdstoreError } from "../model/errors.ts";
import type { Details } from "../model/details.ts";
import type { SetFile } from "../model/set-file.ts";
import type { Ports } from "../ports/ports.ts";
import { describeRun, digestFolderLocks, recordEnvironment } from "../steps/describe-run.ts";
import { findArchiveStanding } from "../steps/find-archive-standing.ts";
import type { CompleteSet } from "../steps/find-standing.ts";
import type { Selection } from "../steps/folder-entry.ts";
import { GrowingList } from "../steps/growing-list.ts";
import type { SetInTheMaking } from "../steps/make-set.ts";
import { canonicalSha256 } from "../steps/seal-manifest.ts";
import { archiveSet } from "./archive-order.ts";
import { type ArchiveProspect, wantedByPlan } from "./archive-prospect.ts";
import type { MakingOrder } from "./making-order.ts";
import type { Packed } from "./pack-folder.ts";

/** What tells whether a store has the archive: the commit and the settings, or its content, which has been read. */
export type Knowledge = { readonly by: "plan" } | { readonly by: "content"; readonly packed: Packed };

/** The archive as a set to be brought into stores. */
export function makingArchive(prospect: ArchiveProspect, knowledge: Knowledge, ports: Ports): MakingOrder {
  const { taken, settings, files, tarBytes, warnings, errors, estimate, selection } = prospect;
  const { examined, started } = taken;
  const packed = knowledge.by === "content" ? knowledge.packed : undefined;
  const wanted = packed === undefined ? wantedByPlan(taken) : { ...wantedByPlan(taken), equals: equalTo(packed) };
  const set = archiveSet(taken, packed && canonicalSha256(packed.content));
  return {
    settings,
    started,
    set,
    revision: examined.revision,
    name: examined.name,
    files,
    tarBytes,
    warnings,
    ...(selection && { details: detailsOf(selection) }),
    errors,
    stage: packed === undefined || packed.isMade ? "storing" : "packing and storing",
    standingIsCertain: true,
    standing: async (store, io) => findArchiveStanding(store, wanted, io),
    isMeasured: true,
    make: (recipe, into) => (packed === undefined ? unmade() : packed.make(recipe, into)),
    describe: async () => {
      const { folder } = examined;
      const locks = settings.recordEnvironment
        ? await digestFolderLocks(selection?.entries ?? [], ports.signal)
        : undefined;
      const environment = locks && recordEnvironment(ports.run, locks);
      return describeRun({
        ...settings,
        ...examined,
        run: ports.run,
        set,
        started,
        gitVersion: folder.gitVersion,
        repository: folder.repository?.facts,
        remote: folder.remote,
        selection: packed?.selected,
        environment,
      });
    },
    estimate,
  };
}

/** For a store that no longer has what it had when the run looked first; nothing was read of the folder. */
function unmade(): SetInTheMaking {
  const error = new ColdstoreError(
    "store",
    "something else changed the archive here after this run had found it whole; run again",
    { transient: true },
  );
  const files = new GrowingList<SetFile>();
  files.fail(error);
  const content = Promise.reject(error);
  content.catch(() => undefined);
  return { files, content };
}

function detailsOf({ untracked, credentials, outwardLinks }: Selection): Details {
  return { kind: "selection", selection: { untracked, credentials, outwardLinks } };
}

function equalTo(packed: Packed): (set: CompleteSet) => boolean {
  return ({ manifest }) => {
    const content = packed.contentUnder(manifest.content.prefix);
    return content !== undefined && canonicalSha256(content) === manifest.content_sha256;
  };
}
