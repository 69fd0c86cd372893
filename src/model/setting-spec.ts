/** What a setting's text may be, and what it becomes. */
export type SettingKind =
  | { readonly type: "text" }
  | { readonly type: "glob" }
  | { readonly type: "ref" }
  | { readonly type: "project" }
  | { readonly type: "boolean" }
  /** `auto`, `true` or `false`. */
  | { readonly type: "auto" }
  /** `word` stands for the values where they would be too many to show. */
  | { readonly type: "choice"; readonly values: readonly string[]; readonly word?: string }
  | { readonly type: "number"; readonly min: number; readonly max: number }
  /** Milliseconds, from `1s` to `24d`. */
  | { readonly type: "duration" }
  /** Bytes, from 1 MiB to 1000 TiB: `1900MiB`, `2GB`; a single letter, `500M`, is binary, as for rclone, restic and GNU's split. */
  | { readonly type: "size" }
  /** `commit`, `keep`, or seconds since 1970. */
  | { readonly type: "mtime" }
  /** One line of a .gitignore. */
  | { readonly type: "pattern" }
  | { readonly type: "path" }
  /** A path, or a folder of a remote. */
  | { readonly type: "source" }
  /** `none`, `generate`, or a file's path. */
  | { readonly type: "notes" }
  /** Shown nowhere, not even when something is wrong with it. `word` is what has no spaces. */
  | { readonly type: "secret"; readonly form: "word" | "rclone-config" | "ssh-key" }
  /** A file or folder in an archive, by its path from the root, `/` between its parts. */
  | { readonly type: "entry-path" }
  | { readonly type: "store" }
  | { readonly type: "set" }
  /** The names of archives: placeholders and [A-Za-z0-9._-]. */
  | { readonly type: "name" }
  /** A folder inside an archive: placeholders and a relative path. */
  | { readonly type: "prefix" }
  /** `30d`, a date or a time with its zone: milliseconds before now, or since 1970. */
  | { readonly type: "since" }
  /** `1.75.1`. */
  | { readonly type: "version" }
  /** Of SHA-256, in hex. */
  | { readonly type: "digest" }
  /** Of a web server, without a password. */
  | { readonly type: "url" }
  /** Letters, digits, dashes and underscores. */
  | { readonly type: "class" }
  /** One argument of a program, as it is. */
  | { readonly type: "argument" }
  /** One line of a known_hosts file. */
  | { readonly type: "known-host" };

/** One setting, all that is said of it anywhere. Texts are phrases in the terminal's plain characters. */
export interface SettingSpec {
  readonly name: string;
  readonly kind: SettingKind;
  /** Given several times: repeated flags, a list in YAML. */
  readonly list?: true;
  /** As a person would write it; absent: nothing is set. */
  readonly default?: string;
  /** How the default reads where it isn't a plain value. */
  readonly defaultText?: string;
  readonly modes: readonly string[];
  readonly group: SettingGroupName;
  readonly help: string;
  /** A value that is fine for it. */
  readonly example: string;
  /** `call`: a flag or an input. `workflow`: an input, or in a config file. `input`: an input alone. */
  readonly where: "everywhere" | "call" | "workflow" | "input" | "command line";
  /** Who may set it: `explicit` ones never come from a config file that was merely found in the repository. */
  readonly trust: "found" | "explicit";
  readonly short?: string;
  /** What a command line has in place of a secret, as a sentence's second half: `set the variable GH_TOKEN`. */
  readonly insteadOfFlag?: string;
  /** What a runner fills the input with, as action.yml says it: an expression of GitHub's. */
  readonly inputDefault?: string;
}

const placesOf: Readonly<Record<SettingSpec["where"], readonly ("flag" | "input" | "file")[]>> = {
  everywhere: ["flag", "input", "file"],
  call: ["flag", "input"],
  workflow: ["input", "file"],
  input: ["input"],
  "command line": ["flag"],
};

/** Whether a setting can be given so: as a flag, as the action's input, or in a config file. */
export function standsIn({ where }: SettingSpec, place: "flag" | "input" | "file"): boolean {
  return placesOf[where].includes(place);
}

/** The sections that settings are shown in; `first` holds those that most people need. */
export type SettingGroupName =
  | "first"
  | "source"
  | "archive"
  | "storing"
  | "release"
  | "remote"
  | "sets"
  | "restoring"
  | "notes"
  | "run"
  | "output";

export interface SettingGroup {
  readonly name: SettingGroupName;
  readonly title: string;
}

export interface Example {
  readonly line: string;
  /** What it does, in a few words. */
  readonly says: string;
}

/** One mode, all that is said of it anywhere. */
export interface ModeSpec {
  readonly name: string;
  readonly group: string;
  /** What it does, in a phrase. */
  readonly summary: string;
  /** What may stand behind its name, as a usage line has it: `[SOURCE]`. */
  readonly positionals: readonly string[];
  readonly examples: readonly Example[];
}

/** One output of the action; also the name under which `--json` has it. */
export interface OutputSpec {
  readonly name: string;
  readonly help: string;
}

/** The whole table: the order of everything is the order that it is shown in. */
export interface Manual {
  readonly modes: readonly ModeSpec[];
  readonly groups: readonly SettingGroup[];
  readonly settings: readonly SettingSpec[];
  readonly outputs: readonly OutputSpec[];
}
