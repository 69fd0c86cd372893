/** Names that people bring from other tools, and what to do instead. Underscores are written as dashes here. */
const renamed: Readonly<Record<string, readonly [tool: string, advice: string]>> = {
  ...from("softprops/action-gh-release", {
    "tag-name": "use ref",
    body: "use note, which goes into the manifest",
    "body-path": "use note, which goes into the manifest",
    "append-body": "use note, which goes into the manifest",
    "generate-release-notes": "leave it out: no release notes are written",
    "discussion-category-name": "leave it out: no discussion is started",
    "previous-tag": "leave it out: no release notes are written",
    "fail-on-unmatched-files": "leave it out: a glob in files without a match always fails",
    "working-directory": "use source",
    "preserve-order": "leave it out: files keep the order of their names",
    "target-commitish": "use ref",
    "overwrite-files": "use on-conflict: replace",
    "make-latest": "leave it out: sets are stored in folders",
    draft: "leave it out: sets are stored in folders",
    prerelease: "leave it out: sets are stored in folders",
    token: "leave it out: a folder needs none",
    repository: "use project",
  }),
  ...from("restic", {
    repo: "use store",
    r: "use store",
    "repository-file": "use store",
    "password-file": "leave it out: sets are not encrypted",
    "password-command": "leave it out: sets are not encrypted",
    tag: "use milestone or note",
    host: "use project",
    time: "leave it out: a snapshot bears its commit's time",
    "read-data": "use level: read",
    "read-data-subset": "use level: read, which reads all",
    target: "leave it out: unpack the archive with tar",
    "files-from": "use files",
    "exclude-file": "use export-ignore in .gitattributes",
    iexclude: "use export-ignore in .gitattributes",
    e: "use export-ignore in .gitattributes",
    compression: "use compression-level",
    "keep-last": "leave it out: nothing is ever removed",
    "keep-hourly": "leave it out: nothing is ever removed",
    "keep-daily": "leave it out: nothing is ever removed",
    "keep-weekly": "leave it out: nothing is ever removed",
    "keep-monthly": "leave it out: nothing is ever removed",
    "keep-yearly": "leave it out: nothing is ever removed",
    "keep-within": "leave it out: nothing is ever removed",
    "keep-tag": "use freeze",
    verbose: "use debug",
    v: "use debug",
    "skip-if-unchanged": "leave it out: an unchanged commit makes no new set",
  }),
  ...from("coldstore 1.x", {
    destination: "use store",
    output: "use store",
    "output-dir": "use store",
    archive: "use name",
    manifest: "leave it out: a manifest is always written",
    filelist: "leave it out: a file list is always written",
    checksum: "leave it out: checksums are always written",
    sha256: "leave it out: checksums are always taken",
    "keep-structure": "use prefix, empty for no folder in the archive",
    exclude: "use export-ignore in .gitattributes",
    "exclude-vcs": "leave it out: .git is never archived",
    include: "use files",
    "split-size": "leave it out: a folder takes archives of any size",
    verify: "use prove, or the mode verify",
    "log-level": "use debug or quiet",
    compression: "use compression-level",
    overwrite: "use on-conflict: replace",
    force: "use on-conflict: replace",
    "file-listing": "use the mode list with set",
    deep: "use level: read",
  }),
};

/** Modes of other tools by their nearest of ours. */
const renamedModes: Readonly<Record<string, readonly [tool: string, mode: string]>> = {
  ...from("coldstore 1.x", { freeze: "snapshot", inspect: "list" }),
  ...from("restic", {
    backup: "snapshot",
    snapshots: "list",
    ls: "list",
    diff: "list",
    stats: "list",
    check: "verify",
  }),
};

/** What to do instead of a setting that another tool has; undefined for a name that none of them has. */
export function insteadOf(name: string): string | undefined {
  const key = name.toLowerCase().replaceAll("_", "-");
  const known = lookUp(renamed, key) ?? lookUp(renamed, key.replace(/^no-/, ""));
  return known && `a name of ${known[0]}; here, ${known[1]}`;
}

/** What to do instead of a mode that another tool has; undefined for a name that none of them has. */
export function insteadOfMode(name: string): string | undefined {
  const known = lookUp(renamedModes, name);
  return known && `a name of ${known[0]}; here, use ${known[1]}`;
}

function from(tool: string, names: Readonly<Record<string, string>>): Record<string, readonly [string, string]> {
  return Object.fromEntries(Object.entries(names).map(([name, advice]) => [name, [tool, advice] as const]));
}

function lookUp<T>(names: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(names, name) ? names[name] : undefined;
}
