import type { Io, Store } from "../ports/store.ts";
import { textOf } from "../steps/byte-text.ts";
import { estimateFolder } from "../steps/estimate-folder.ts";
import type { ArchiveSettings } from "../settings/settings.ts";
import type { WantedArchive } from "../steps/find-archive-standing.ts";
import { findArchiveStanding } from "../steps/find-archive-standing.ts";
import { hasPlan } from "../steps/find-standing.ts";
import type { Selection } from "../steps/folder-entry.ts";
import { tarBytesOf } from "../steps/folder-tar.ts";
import { nameSome } from "../steps/name-some.ts";
import { prefixInRun } from "../steps/examine-folder.ts";
import { isBeyondZip, zipTimeWarnings } from "../steps/zip-times.ts";
import type { ArchiveOrder } from "./archive-order.ts";
import { archiveSet, taggedSet } from "./archive-order.ts";
import type { Prospect } from "./make-ready.ts";

/** An archive whose files were looked at; or weren't, because every store has it as the commit and the settings tell. */
export interface ArchiveProspect extends Prospect {
  readonly taken: ArchiveOrder;
  readonly selection?: Selection;
  readonly warnings: readonly string[];
}

/** Looks at the folder's files, unless that can be spared. */
export async function prospectOf(taken: ArchiveOrder, stores: readonly Store[], io: Io): Promise<ArchiveProspect> {
  const { settings, files, examined } = taken;
  const { name, revision } = examined;
  const common = { taken, settings, files, set: archiveSet(taken), name, revision };
  if (await isUnchanged(taken, stores, io))
    return { ...common, tarBytes: 0, errors: [], warnings: examined.warnings, estimate: async () => [] };
  const selection = await taken.select();
  const { entries } = selection;
  const oddTimes = entries.filter(({ mtime }) => isBeyondZip(mtime)).map(({ path }) => textOf(path));
  const tarBytes = tarBytesOf(entries, examined.prefix);
  return {
    ...common,
    selection,
    tarBytes,
    errors: selection.errors,
    warnings: [
      ...examined.warnings,
      ...selection.warnings,
      ...zipTimeWarnings(settings.formats, oddTimes),
      ...(settings.dryRun ? [] : leftOutOrAtRisk(selection, settings)),
    ],
    estimate: async (signal) =>
      estimateFolder(
        {
          entries,
          prefix: examined.prefix,
          formats: settings.formats,
          level: settings.compressionLevel,
        },
        signal,
      ),
  };
}

/** What the report of a dry run has in lists of its own. */
function leftOutOrAtRisk({ credentials, outwardLinks }: Selection, { symlinks }: ArchiveSettings): readonly string[] {
  const one = credentials.length === 1;
  const stay = `${one ? "file that looks like credentials was" : "files that look like credentials were"} left out`;
  const lead = outwardLinks.length === 1 ? "link leads" : "links lead";
  const followed = outwardLinks.length === 1 ? " and was followed" : " and were followed";
  const out = symlinks === "follow" ? followed : ", to what isn't in the archive";
  return [
    ...(credentials.length === 0
      ? []
      : [
          `${credentials.length} ${stay} (name ${one ? "it" : "them"} under include to take ${one ? "it" : "them"}): ${nameSome(credentials)}`,
        ]),
    ...(outwardLinks.length === 0
      ? []
      : [`${outwardLinks.length} ${lead} out of the folder${out}: ${nameSome(outwardLinks)}`]),
  ];
}

/** Whether every store has the whole archive already: in a clean work tree nothing need be read to tell. */
async function isUnchanged(taken: ArchiveOrder, stores: readonly Store[], io: Io): Promise<boolean> {
  if (!taken.examined.clean || stores.length === 0) return false;
  const wanted = wantedByPlan(taken);
  const standings = await Promise.all(
    stores.map(async (store) => findArchiveStanding(store, wanted, io).catch(() => undefined)),
  );
  io.signal.throwIfAborted();
  return standings.every((standing) => standing?.kind === "equal" && standing.missing.length === 0);
}

/** What the stores may have of a folder, told by commit and settings alone. */
export function wantedByPlan(taken: ArchiveOrder): WantedArchive {
  const { settings, examined, request, plan } = taken;
  const tagged = taggedSet(taken);
  return {
    project: examined.project,
    ...(tagged && { tagged }),
    formats: settings.formats,
    onConflict: settings.onConflict,
    equals: ({ manifest }) => {
      const prefix = prefixInRun(examined, request, manifest.run);
      const wasClean = manifest.run.selection?.clean === true;
      return examined.clean && wasClean && prefix !== undefined && hasPlan(manifest, { ...plan, prefix });
    },
  };
}
