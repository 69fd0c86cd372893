import { rcloneNames, sshNames } from "./renamed-remotes.ts";

/** Names that people bring from other tools, and what to do instead. Underscores are written as dashes here. */
const renamed: Readonly<Record<string, readonly [tool: string, advice: string]>> = {
  ...from("softprops/action-gh-release", {
    "tag-name": "use ref for what is archived, and store: release:TAG for a release of another tag",
    body: "use notes with a file that has the text",
    "body-path": "use notes",
    "append-body": "leave it out: the notes of a release that is there are never changed",
    "generate-release-notes": "use notes: generate",
    "discussion-category-name": "leave it out: no discussion is started",
    "previous-tag": "leave it out: GitHub chooses the tag that notes: generate counts from",
    "fail-on-unmatched-files": "leave it out: a glob in files without a match always fails",
    "working-directory": "use source",
    "preserve-order": "leave it out: files keep the order of their names",
    "target-commitish": "use ref with a tag that is there: none is made",
    "overwrite-files": "use on-conflict: replace",
    "make-latest": "use latest",
    repository: "use store: release:owner/name@TAG",
  }),
  ...from("restic", {
    repo: "use store",
    r: "use store",
    "repository-file": "use store",
    "password-file": "leave it out: sets are not encrypted",
    "password-command": "leave it out: sets are not encrypted",
    tag: "use milestone or note",
    host: "use project for what sets belong to, store: ssh://user@host/path for where they are kept",
    "from-repo": "use from",
    repo2: "use from",
    time: "leave it out: a snapshot bears its commit's time",
    "read-data": "use level: read",
    "read-data-subset": "use level: read, which reads all",
    target: "use into",
    t: "use into",
    delete: "leave it out: a restore fills an empty folder",
    sparse: "leave it out: files are written as they are",
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
    directory: "use into",
    extract: "use the mode restore",
    "strip-components": "leave it out: a restore takes the archive's own folder away by itself",
    strip: "leave it out: a restore takes the archive's own folder away by itself",
    "absolute-names": "leave it out: an archive with absolute names is refused",
    "same-owner": "leave it out: owners are never recorded",
    "preserve-permissions": "leave it out: permissions come back as they were recorded",
  }),
  ...from("git archive", {
    "add-file": "use files, which join the set beside the archive",
    "add-virtual-file": "use files, which join the set beside the archive",
    "worktree-attributes": "use the mode archive for what isn't committed",
    "recurse-submodules": "use submodules: include",
  }),
  ...from("unzip", { d: "use into" }),
  ...from("zip", {
    s: "use split-size",
    "recurse-paths": "leave it out: folders go in with all that is in them",
  }),
  ...from("7z", { mx: "use compression-level", "volume-size": "use split-size" }),
  ...from("actions for SSH", sshNames),
  ...from("rclone", {
    ...rcloneNames,
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
    dest: "use store for where sets are kept, into for where one is restored to",
    "restore-path": "use into",
    "restore-to": "use into",
    "extract-to": "use into",
    "output-folder": "use into",
    paths: "use path",
    timestamp: "use mtime",
    "github-token": "use token, on the command line the variable GH_TOKEN",
    "gh-token": "use token, on the command line the variable GH_TOKEN",
    "repo-token": "use token, on the command line the variable GH_TOKEN",
    title: "leave it out: a release is called as its tag",
    "release-name": "leave it out: a release is called as its tag",
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
    unpack: "use the mode restore",
    "file-listing": "use the mode list with set",
    deep: "use level: read",
  }),
};

/** Modes of other tools by their nearest of ours. */
const renamedModes: Readonly<Record<string, readonly [tool: string, mode: string]>> = {
  ...from("coldstore 1.x", { freeze: "snapshot", inspect: "list", unpack: "restore", extract: "restore" }),
  ...from("other tools", {
    create: "archive",
    tar: "archive",
    zip: "archive",
    export: "snapshot",
    untar: "restore",
    unzip: "restore",
    recover: "restore",
  }),
  ...from("restic", {
    backup: "snapshot",
    snapshots: "list",
    ls: "list",
    diff: "list",
    stats: "list",
    check: "verify",
    dump: "restore",
  }),
  ...from("restic and rclone", { copy: "replicate" }),
  ...from("rclone", { sync: "replicate", lsf: "list", hashsum: "verify" }),
};

/** What to do instead of a setting that another tool has; undefined for a name that none of them has. */
export function insteadOf(name: string): string | undefined {
  const key = name.toLowerCase().replaceAll("_", "-");
  if (/^rclone-config-./.test(key)) return "a variable of rclone's; here, set it in env, under its whole name";
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
