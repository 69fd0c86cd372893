import { manifestSuffix } from "../../model/manifest.ts";

const archiveEnding = String.raw`(?:tar\.gz|tar\.zst|tar|zip)`;
const kept = String.raw`replaced-[0-9a-f]{16}(?:-\d+)?\.json`;

/** What the names of a set's own files have behind what they begin with. */
const ownEnding = new RegExp(
  String.raw`^\.(?:files\.jsonl\.gz|SHA256SUMS|RESTORE\.md|coldstore\.json|${kept}|${archiveEnding}(?:\.part-\d{3,})?)$`,
);

const anArchive = new RegExp(String.raw`\.${archiveEnding}$`);

/** Those that nobody else gives files. */
const tellingEnding = new RegExp(
  String.raw`^(.+?)\.(?:files\.jsonl\.gz|RESTORE\.md|${kept}|${archiveEnding}\.part-\d{3,})$`,
);

/** What the files of a set begin with, if this one says so by its name alone; manifests aside. */
export function tellingStem(name: string): string | undefined {
  return tellingEnding.exec(name)?.[1];
}

/** What a manifest's set begins its files with; undefined for other files. */
export function manifestStem(name: string): string | undefined {
  return name.endsWith(manifestSuffix) && name !== manifestSuffix ? name.slice(0, -manifestSuffix.length) : undefined;
}

/** Whether a file is called as a set's own files are that begin with `stem`. */
export function hasStem(name: string, stem: string): boolean {
  return name.startsWith(`${stem}.`) && ownEnding.test(name.slice(stem.length));
}

/** What is the same for all parts of one archive; undefined for what isn't called as an archive of this stem. */
export function archiveCalled(name: string, stem: string): string | undefined {
  const [whole = "", part] = name.split(/\.part-\d{3,}$/);
  return hasStem(whole, stem) && anArchive.test(whole) ? `${whole}${part === undefined ? "" : " in parts"}` : undefined;
}

/** What the files begin with that a replace puts new ones beside: NAME of NAME-r2. */
export function replacedStem(stem: string): string | undefined {
  return /^(.+)-r\d+$/.exec(stem)?.[1];
}

const modeEnding = /-(archive|backup|raw|working)$/;

/** The mode of a set that left no word about it, by the names that sets get unless told otherwise. */
export function modeByStem(stem: string): string {
  return modeEnding.exec(stem)?.[1] ?? "snapshot";
}

const types: readonly (readonly [ending: string, type: string])[] = [
  [".tar.gz", "application/gzip"],
  [".tgz", "application/gzip"],
  [".gz", "application/gzip"],
  [".tar.zst", "application/zstd"],
  [".zst", "application/zstd"],
  [".tar", "application/x-tar"],
  [".zip", "application/zip"],
  [".json", "application/json"],
  [".md", "text/markdown"],
  [".SHA256SUMS", "text/plain"],
  [".txt", "text/plain"],
  [".sha256", "text/plain"],
];

/**
 * The media type of a file by its name. A manifest and a file list say their set's mode by it, so that a listing needn't read
 * them; without a mode they say nothing.
 */
export function contentTypeOf(name: string, mode: string | undefined): string {
  if (mode !== undefined && manifestStem(name) !== undefined) return `application/vnd.coldstore.${mode}+json`;
  if (mode !== undefined && name.endsWith(".files.jsonl.gz")) return `application/vnd.coldstore.${mode}.files+gzip`;
  return types.find(([ending]) => name.endsWith(ending))?.[1] ?? "application/octet-stream";
}

/** The mode that a media type of `contentTypeOf` says. */
export function modeByType(contentType: string): string | undefined {
  return /^application\/vnd\.coldstore\.([a-z]+)(?:\.files\+gzip|\+json)\b/.exec(contentType)?.[1];
}
