import { type ColdstoreError, type Remedy, SeveralErrors } from "../model/errors.ts";

type Inputs = Readonly<Record<string, string>>;

/**
 * The parts of a workflow, as YAML lines, that all remedies of these errors come to: its permissions, then its steps; undefined
 * when none has one. Where two give one input different values, the first error's stands.
 */
export function workflowFix(errors: readonly ColdstoreError[]): string | undefined {
  return fixOf(errors.flatMap(remediesOf));
}

/** The step of a workflow that checks out with these inputs, as YAML lines. */
export function checkoutFix(checkout: Inputs): string {
  return fixOf([{ checkout }]) ?? "";
}

function fixOf(remedies: readonly Remedy[]): string | undefined {
  const permissions = blockOf("permissions", inputsOf(remedies, "permissions"), "");
  const steps = [
    ...stepOf("actions/checkout@v7", inputsOf(remedies, "checkout")),
    ...stepOf("coldstore/action@v1", inputsOf(remedies, "settings")),
  ];
  const both = permissions.length > 0 && steps.length > 0;
  const lines = [...permissions, ...(both ? ["steps:"] : []), ...steps];
  return lines.length === 0 ? undefined : lines.join("\n");
}

function remediesOf(error: ColdstoreError): readonly Remedy[] {
  if (error instanceof SeveralErrors) return error.errors.flatMap(remediesOf);
  return error.remedy === undefined ? [] : [error.remedy];
}

function inputsOf(remedies: readonly Remedy[], step: keyof Remedy): Inputs | undefined {
  const inputs = remedies.map((remedy) => remedy[step]).filter((found) => found !== undefined);
  if (inputs.length === 0) return undefined;
  return Object.assign({}, ...inputs.toReversed()) as Inputs;
}

function stepOf(action: string, inputs: Inputs | undefined): readonly string[] {
  return inputs === undefined ? [] : [`- uses: ${action}`, ...blockOf("with", inputs, "  ")];
}

/** A mapping under a key; nothing for one without entries. */
function blockOf(key: string, entries: Inputs | undefined, indent: string): readonly string[] {
  const names = Object.keys(entries ?? {}).sort();
  const lines = names.map((name) => `${indent}  ${name}: ${scalarOf(entries?.[name] ?? "")}`);
  return lines.length === 0 ? [] : [`${indent}${key}:`, ...lines];
}

// Words and numbers that come back as they were written, whatever YAML's version; `yes` and `1e3` wouldn't.
const plain = /^(?:true|false|0|[1-9][0-9]{0,8}|(?!(?:y|n|yes|no|on|off|null|true|false)$)[a-z][a-z0-9._/-]*)$/i;

function scalarOf(value: string): string {
  if (plain.test(value)) return value;
  // What the runner would take for an expression is given as the expression of a text.
  const literal = value.replaceAll("${{", "${{ '${{' }}");
  return JSON.stringify(literal).replace(/[^ -~]/gu, escapeOf);
}

function escapeOf(char: string): string {
  return `\\U${(char.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}
