import { type Manual, type OutputSpec, type SettingSpec, standsIn } from "../model/setting-spec.ts";
import { defaultWord } from "./setting-words.ts";

/**
 * action.yml, whole, in the form of docs.github.com/actions/reference/metadata-syntax-for-github-actions. An input
 * has no default there, but for one that no config file has: a runner hands it over as if it had been given, and it would win.
 */
export function renderActionMetadata(manual: Manual): string {
  const inputs = manual.settings.filter((spec) => standsIn(spec, "input"));
  const groups = manual.groups.filter(({ name }) => inputs.some(({ group }) => group === name));
  return [
    "# Made from the table in src/settings/spec/ by `npm run docs`; change it there.",
    ...heading,
    "inputs:",
    ...groups.flatMap(({ name, title }) => [
      `  # ${title}`,
      ...inputs
        .filter(({ group }) => group === name)
        .flatMap((spec) => [...described(spec.name, inputText(spec, manual.modes.length)), ...filled(spec)]),
    ]),
    "",
    "outputs:",
    ...manual.outputs.flatMap(({ name, help }: OutputSpec) => described(name, help)),
    "",
    ...runs,
    "",
  ].join("\n");
}

// The Marketplace takes 125 characters of a description, Feather's icons and eight colours.
const heading = [
  'name: "Coldstore"',
  'description: "Freezes a repository into files that describe themselves, stores them, and proves they are there and intact"',
  'author: "The Coldstore authors"',
  "branding:",
  '  icon: "archive"',
  '  color: "blue"',
  "",
];

const runs = ["runs:", '  using: "node24"', '  main: "dist/index.js"', '  post: "dist/post.js"'];

/** A string of JSON is one of YAML too, whatever is in it. */
function described(name: string, text: string): readonly string[] {
  return [`  ${name}:`, `    description: ${JSON.stringify(text)}`];
}

function filled({ inputDefault }: SettingSpec): readonly string[] {
  return inputDefault === undefined ? [] : [`    default: ${JSON.stringify(inputDefault)}`];
}

function inputText(spec: SettingSpec, allModes: number): string {
  const standard = spec.kind.type === "boolean" ? spec.defaultText : defaultWord(spec);
  const notes = [
    ...(spec.modes.length < allModes ? [`for ${spec.modes.join(" and ")}`] : []),
    valueText(spec),
    ...(spec.list ? ["one a line"] : []),
    ...(standard === undefined ? [] : [`default: ${standard}`]),
  ];
  return `${spec.help} (${notes.join("; ")})`;
}

function valueText({ kind, example }: SettingSpec): string {
  if (kind.type === "boolean") return "true or false";
  if (kind.type === "secret") return "a secret";
  if (kind.type === "auto") return "auto, true, false";
  return kind.type === "choice" ? kind.values.join(", ") : `such as ${example}`;
}
