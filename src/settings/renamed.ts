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
    "exclude-file": "use exclude, once for each pattern",
    iexclude: "use exclude with both cases, as in *.[Ii][Ss][Oo]",
    "iexclude-file": "use exclude, once for each pattern",
    "exclude-caches": "use exclude with the caches' names, or ignore-profile",
    "exclude-if-present": "use exclude with the folders' names",
    "exclude-larger-than": "use exclude with the files' names",
    e: "use exclude",
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
    "skip-if-unchanged": "leave it out: an unchanged commit makes no new set",
  }),
  ...from("tar", {
    "exclude-from": "use exclude, once for each pattern",
    "exclude-vcs-ignores": "leave it out: the mode archive leaves out what .gitignore does, and keeps what is tracked",
    "exclude-ignore": "use exclude, once for each pattern",
    "exclude-tag": "use exclude with the folders' names",
    dereference: "use symlinks: follow",
    transform: "use prefix",
    xform: "use prefix",
    "clamp-mtime": "use mtime",
    sort: "leave it out: entries are always in the order of their bytes",
    owner: "leave it out: owners are never recorded",
    group: "leave it out: owners are never recorded",
    "numeric-owner": "leave it out: owners are never recorded",
    gzip: "use format: tar.gz",
    zstd: "use format: tar.zst",
    bzip2: "use format: tar.zst",
    xz: "use format: tar.zst",
    "tape-length": "use split-size",
    create: "use the mode archive",
  }),
  ...from("git archive", {
    "add-file": "use files, which join the set beside the archive",
    "add-virtual-file": "use files, which join the set beside the archive",
    "worktree-attributes": "use the mode archive for what isn't committed",
    remote: "use source: clone it, and give the folder",
    "recurse-submodules": "use submodules: include",
  }),
  ...from("zip", {
    s: "use split-size",
    "recurse-paths": "leave it out: folders go in with all that is in them",
  }),
  ...from("7z", { mx: "use compression-level", "volume-size": "use split-size" }),
  ...from("rclone", {
    filter: "use exclude and include",
    "filter-from": "use exclude and include, once for each pattern",
    "include-from": "use include, once for each pattern",
    "copy-links": "use symlinks: follow",
    l: "use symlinks: follow",
    links: "use symlinks: keep",
    "skip-links": "use symlinks: skip",
  }),
  ...from("other tools", {
    "follow-symlinks": "use symlinks: follow",
    "no-follow-symlinks": "use symlinks: keep",
    "no-dereference": "use symlinks: keep",
    "follow-links": "use symlinks: follow",
    gitignore: "leave it out: the mode archive always follows .gitignore",
    "no-gitignore": "use include for what is to go in although .gitignore names it",
    "no-ignore": "use include for what is to go in although .gitignore names it",
    "respect-gitignore": "leave it out: the mode archive always follows .gitignore",
    ignore: "use exclude",
    "ignore-file": "use exclude, once for each pattern",
    "part-size": "use split-size",
    "chunk-size": "use split-size",
    "max-size": "use split-size",
    split: "use split-size",
    epoch: "use mtime",
    timestamp: "use mtime",
    "include-hidden-files": "leave it out: the mode archive takes hidden files too",
  }),
  ...from("restic and 7z", { v: "use debug to hear more, split-size for parts" }),
  ...from("coldstore 1.x", {
    destination: "use store",
    output: "use store",
    "output-dir": "use store",
    archive: "use name",
    manifest: "leave it out: a manifest is always written",
    filelist: "leave it out: a file list is always written",
    checksum: "leave it out: checksums are always written",
    sha256: "leave it out: checksums are always taken",
    "keep-structure": "use prefix, which is . for no folder in the archive",
    "exclude-vcs": "leave it out: .git is never archived",
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
  ...from("other tools", { create: "archive", tar: "archive", zip: "archive", export: "snapshot" }),
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
