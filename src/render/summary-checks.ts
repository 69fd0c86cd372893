import type { Made } from "../model/details.ts";
import type { ManifestArtifact, ManifestContent } from "../model/manifest.ts";
import { gitArchiveCommand, tarCommand, wholeArchive, zipTestCommands } from "../model/stock-commands.ts";
import { visibleText } from "../model/visible-text.ts";
import { codeBlock } from "./markdown-text.ts";
import { digestText } from "./summary-archives.ts";

/** The commands that check the set's files without Coldstore, with what they print. */
export function checksBlock({ manifest }: Made): string {
  const { content, artifacts } = manifest;
  const sums = artifacts.filter(({ role }) => role === "checksums").map(({ name }) => `sha256sum -c ${name}`);
  const archives = artifacts.filter(({ role }) => role === "archive").map(wholeOf);
  const zips = archives.filter(({ format }) => format === "zip").flatMap(zipTestCommands);
  const tars = archives.filter(({ format }) => format !== "zip").map((archive) => `${tarCommand(archive)} | sha256sum`);
  const git = remakingCommands(content);
  const parts = [
    ["# where the files are: OK for every one", ...sums],
    ...(zips.length === 0 ? [] : [["# compares each file in the zip with its CRC-32", ...zips]]),
    ...(tars.length === 0 ? [] : [["# the tar, as it is in the archive", ...tars]]),
    ...(git.length === 0
      ? []
      : [["# the same tar in any clone that has the commit, but for export-subst lines", ...git]]),
  ];
  const lines = parts.flatMap((part, i) => (i === 0 ? part : ["", ...part]));
  const printed = tars.length + git.length === 0 ? [] : [`The tar's digest is ${digestText(content.tar.sha256)}`];
  return ["### Check it without Coldstore", codeBlock("sh", lines), ...printed].join("\n\n");
}

function wholeOf({ name, format, parts }: ManifestArtifact) {
  return wholeArchive(name, format, parts !== undefined);
}

/** None where git alone doesn't make the tar, or a prefix can't be shown as it has to be typed. */
function remakingCommands(content: ManifestContent): readonly string[] {
  if (content.mode !== "snapshot" || content.recipe !== "git-archive/1") return [];
  const command = `${gitArchiveCommand(content)} | sha256sum`;
  return visibleText(command) === command ? [command] : [];
}
