import type { ColdstoreError } from "../model/errors.ts";
import type { ManifestContent } from "../model/manifest.ts";
import type { SetFile } from "../model/set-file.ts";
import type { PlannedContent } from "./build-manifest.ts";
import type { FreeNames } from "./decide-job.ts";
import { GrowingList } from "./growing-list.ts";
import { inSetOrder } from "./in-set-order.ts";
import { assertUnsplit, copyJoiningFile, type JoiningFile } from "./join-files.ts";
import type { PartRoom } from "./part-room.ts";
import { packArchive, type PackOptions, type PackSummary } from "./pack-archive.ts";
import { writeChecksums } from "./write-checksums.ts";
import { writeRestoreNotes } from "./write-restore-notes.ts";

/** What a set is to be made of. */
export interface SetOrder extends Pick<PackOptions, "formats" | "level" | "splitSize" | "tried" | "scratch" | "io"> {
  /** Opens the tar of the plan's content, to be read once; it's closed whatever happens. */
  openTar(): Promise<AsyncIterable<Uint8Array>>;
  readonly plan: PlannedContent;
  readonly names: FreeNames;
  readonly files: readonly JoiningFile[];
  /** Keeps parts of archives in scratch no longer than they are needed; absent: all of them stay. */
  readonly room?: PartRoom | undefined;
  /** Why no set is made of content with Git LFS pointers in it; asked for when the first one goes by. Absent: pointers are fine. */
  readonly explainPointers?: (() => Promise<ColdstoreError>) | undefined;
}

/** A set while it's being made. When making fails, readers of `files` and `content` get the error. */
export interface SetInTheMaking {
  /** Everything but the manifest, in the order in which it's finished. */
  readonly files: AsyncIterable<SetFile>;
  readonly content: Promise<ManifestContent>;
}

/** Starts making a set; nothing waits for it to end but its readers. */
export function makeSet(order: SetOrder): SetInTheMaking {
  const files = new GrowingList<SetFile>();
  const content = fill(order, files);
  content.catch((error) => files.fail(error));
  return { files, content };
}

async function fill(order: SetOrder, files: GrowingList<SetFile>): Promise<ManifestContent> {
  const made: SetFile[] = [];
  const add = (file: SetFile) => {
    order.room?.hold(file);
    made.push(file);
    files.push(file);
  };
  const { base, nameOf } = order.names;
  // Before anything is offered to a store: a file that has changed since leaves nothing behind there.
  const joining: SetFile[] = [];
  assertUnsplit(order.files, order.splitSize);
  for (const file of order.files) joining.push(await copyJoiningFile(file, order.scratch, order.io.signal));
  const summary = await pack(order, add);
  for (const file of joining) add({ ...file, artifact: { ...file.artifact, name: nameOf(file.artifact.name) } });
  const content = contentOf(order.plan, summary);
  const archives = inSetOrder(made, order.formats).filter(({ role }) => role === "archive");
  add(writeRestoreNotes(base, content, archives));
  const artifacts = inSetOrder(made, order.formats).map(({ artifact }) => artifact);
  add(writeChecksums(base, artifacts));
  files.end();
  return content;
}

async function pack(order: SetOrder, add: (file: SetFile) => void): Promise<PackSummary> {
  const { plan, names, room, explainPointers } = order;
  const tar = await order.openTar();
  const seen = new Error("a Git LFS pointer went by");
  const onPointer = () => {
    throw seen;
  };
  const handOver = async (part: SetFile) => {
    add(part);
    await room?.roomFor(part.part?.of ?? "", order.io.signal);
  };
  const wanted = { ...order, tar, prefix: plan.prefix, name: names.base, handOver: room && handOver };
  const packing = packArchive({ ...wanted, onPointer: explainPointers && onPointer });
  try {
    for (let next = await packing.next(); ; next = await packing.next()) {
      if (next.done === true) return next.value;
      add(next.value);
    }
  } catch (error) {
    throw error === seen && explainPointers !== undefined ? await explainPointers() : error;
  }
}

function contentOf(plan: PlannedContent, { counts, tar, fileList }: PackSummary): ManifestContent {
  return { ...plan, tree: counts, tar, file_list: fileList };
}
