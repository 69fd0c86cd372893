import { ignoreProfiles, profileNames } from "../model/ignore-profiles.ts";
import { columns } from "./columns.ts";
import { exitCodeRows } from "./exit-codes.ts";

/** The lines of a topic's help; undefined when there is no such topic. */
export function topicHelp(topic: string | undefined): readonly string[] | undefined {
  if (topic === "exit-codes") return exitCodesHelp();
  if (topic === "config") return configHelp();
  if (topic === "stores") return storesHelp();
  if (topic === "profiles") return profilesHelp();
  return topic === "completion" ? completionHelp() : undefined;
}

function exitCodesHelp(): readonly string[] {
  return [
    "Exit codes",
    ...columns(
      exitCodeRows().map(([code, meaning]) => [String(code).padStart(3), meaning] as const),
      3,
    ),
    "",
    "If several things go wrong, it is the code that comes first in 130, 1, 2, 9, 6, 10, 3, 5, 7, 4, 8.",
  ];
}

function configHelp(): readonly string[] {
  return [
    "Settings in a file",
    "  .github/coldstore.yml, or coldstore.yml or .coldstore.yml at the top of the repository; just one",
    "  of them. Another one is named by --config. It has the settings' names without dashes before them:",
    "",
    "    store: /mnt/nas/cold",
    "    format: [tar.gz, tar]",
    "    files:",
    "      - dist/*.whl",
    "    profiles:",
    "      nightly:",
    "        prove: read",
    "",
    "  --profile nightly uses what stands in that block before the rest of the file.",
    "",
    "What wins",
    "  A flag; then what GitHub Actions says of the run; then the profile; then the rest of the file;",
    "  then the default. Before all of them, for mtime, goes the variable SOURCE_DATE_EPOCH.",
    "",
    "Paths and trust",
    "  Relative paths are counted from the top of the repository; in a file named by --config, from that",
    "  file's folder. A file found in the repository may set no store on a pull request, and for a fork's",
    "  pull request the base's file is used. Where a restore goes, into, it may never set, nor a plugin,",
    "  nor which rclone runs, and how: rclone-path, rclone-mirror, rclone-args. No file has a secret.",
  ];
}

function storesHelp(): readonly string[] {
  return [
    "Stores",
    "  A folder: ./cold, /mnt/nas/cold, ~/cold. One that isn't there is made. A set lies in",
    "  OWNER/REPO/MODE/ID/. Nothing in it is ever overwritten, and its manifest is written last: a folder",
    "  without one is a run that didn't end.",
    "",
    "  Releases on GitHub: a set is among the files of a release, and its manifest joins them last.",
    ...columns(
      [
        ["release", "the release of the set's tag; modes that read take all of them"],
        ["release:TAG", "the release of this tag, whatever the set is of"],
        ["release:OWNER/NAME@TAG", "one in another repository"],
      ],
      22,
    ),
    "",
    "  They are read and written with a token: of the variable GH_TOKEN, else GITHUB_TOKEN; in a workflow",
    "  of the input token, which is the job's own. To write, it needs the permission contents: write.",
    "  A release that isn't there is made as a draft, filled, proven, and published last. To one that is",
    "  there only files are added; notes, prerelease, latest and draft don't touch it.",
    "",
    ...remotesHelp(),
    "",
    "  A plugin, plugin:./store.mjs: a module of yours that opens a store. Only a flag, an input or a",
    "  config file that somebody named can say so.",
    "",
    "  A folder that is called as one of these, such as release or a:b, is written ./NAME. A source, and",
    "  the store that replicate copies from, are named in the same way.",
  ];
}

function remotesHelp(): readonly string[] {
  return [
    "  Whatever rclone reaches: a folder of a remote, by the name that rclone's configuration has for it.",
    ...columns(
      [
        ["NAME:PATH", "r2:backups/acme; in a workflow rclone-config has the configuration"],
        [":BACKEND,OPTION=VALUE:PATH", "one without a configuration, which holds no secrets"],
      ],
      26,
    ),
    "",
    "  rclone is fetched when a store needs it, and checked by its digest; rclone-path names one instead.",
    "  Variables of rclone's for remotes, RCLONE_CONFIG_NAME_OPTION, and credentials of clouds in the",
    "  environment reach it. storage-class is for archives; manifests stay readable at once.",
    "",
    "  A folder of an SSH host, whose key has to be known: in known_hosts, or by ssh-known-hosts.",
    ...columns(
      [
        ["ssh://USER@HOST:PORT/PATH", "an absolute path; the user and the port can be left out"],
        ["ssh://USER@HOST/~/PATH", "one from the login's home"],
      ],
      26,
    ),
    "",
    "  The agent's keys are used, or the one in the variable COLDSTORE_SSH_KEY; in a workflow the input",
    "  ssh-key. It has no passphrase.",
  ];
}

function profilesHelp(): readonly string[] {
  const rows = profileNames.map((name) => [name, (ignoreProfiles[name] ?? []).join(" ")] as const);
  return [
    "Profiles of what stays out of an archive",
    "  --ignore-profile NAME leaves out what these patterns match, in the form of .gitignore, tracked or",
    "  not. Several can be given; the manifest records their patterns.",
    "",
    ...columns(rows, Math.max(...profileNames.map((name) => name.length))),
  ];
}

function completionHelp(): readonly string[] {
  return [
    "Names completed by the Tab key",
    ...columns(
      [
        ["bash", "coldstore completion bash > ~/.local/share/bash-completion/completions/coldstore"],
        ["zsh", 'coldstore completion zsh > "${fpath[1]}/_coldstore"'],
        ["fish", "coldstore completion fish > ~/.config/fish/completions/coldstore.fish"],
      ],
      4,
    ),
  ];
}
