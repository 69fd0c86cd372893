/** A command that a workflow's runner carries out. */
export interface RunnerCommand {
  /** As it was written; the runner takes upper for lower case. */
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** What a runner makes of a step's output. */
export interface RunnerReading {
  readonly commands: readonly RunnerCommand[];
  /** The lines that it shows as they are. */
  readonly lines: readonly string[];
}

const names = [
  "stop-commands",
  "set-env",
  "set-output",
  "save-state",
  "add-mask",
  "add-path",
  "add-matcher",
  "remove-matcher",
  "debug",
  "warning",
  "error",
  "notice",
  "group",
  "endgroup",
  "echo",
];

/**
 * Reads a step's output, standard output or error, as actions/runner does: ActionCommandManager.TryProcessCommand, and both
 * parsers of ActionCommand.cs. One thing is left to whoever asks: .NET compares by culture, so that it may look through
 * invisible characters; `withoutInvisible` makes a text what it sees then.
 */
export function readAsRunner(output: string): RunnerReading {
  const registered = new Set(names);
  const commands: RunnerCommand[] = [];
  const lines: string[] = [];
  let stop: string | undefined;
  for (const line of linesOf(output)) {
    const command = parseCommand(line, registered) ?? parseOldCommand(line, registered);
    const name = command?.name.toLowerCase();
    if (command === undefined || (stop !== undefined && name !== stop)) {
      lines.push(line);
      continue;
    }
    commands.push(command);
    const token = command.data.toLowerCase();
    if (stop !== undefined) {
      registered.delete(stop);
      stop = undefined;
    } else if (name === "stop-commands" && token !== "" && token !== "pause-logging" && !registered.has(token)) {
      stop = token;
      registered.add(token);
    }
  }
  return { commands, lines };
}

/** The text without what a comparison by culture passes over. */
export function withoutInvisible(text: string): string {
  return text.replace(/(?![\t-\r])[\p{Cc}\p{Cf}]/gu, "");
}

/** The names of all commands that nektos/act takes from the output (pkg/runner/command.go); there `stop-commands` isn't heeded. */
export function namesForAct(output: string): readonly string[] {
  const forms = [/^::([^ ]+)(?: (?:.+))?::(?:[^\r\n]*)[\r\n]+$/u, /^##\[([^ ]+)(?: (?:.+))?\](?:[^\r\n]*)[\r\n]+$/u];
  const lines = output.split(/(?<=\n)/u).map((line) => (line.endsWith("\n") ? line : `${line}\n`));
  return lines.flatMap((line) => forms.map((form) => form.exec(line)?.[1]).find((name) => name !== undefined) ?? []);
}

function linesOf(output: string): readonly string[] {
  const lines = output.split(/\r\n|\r|\n/u);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

// What char.IsWhiteSpace holds for white.
const white = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";
const trimStart = (text: string) => text.replace(new RegExp(`^${white}`, "u"), "");
const trim = (text: string) => trimStart(text).replace(new RegExp(`${white}$`, "u"), "");

/** `::name key=value,key=value::data` at the start of a line. */
function parseCommand(line: string, registered: ReadonlySet<string>): RunnerCommand | undefined {
  const message = trimStart(line);
  const end = message.indexOf("::", 2);
  if (!message.startsWith("::") || end < 0) return undefined;
  const info = message.slice(2, end);
  const space = info.indexOf(" ");
  const name = space < 0 ? info : info.slice(0, space);
  if (!registered.has(name.toLowerCase())) return undefined;
  const unescapes = [...dataEscapes.slice(0, 2), ["%3A", ":"], ["%2C", ","], ["%25", "%"]] as const;
  const properties = space > 0 ? pairsOf(trim(info.slice(space + 1)), ",", unescapes) : {};
  return { name, properties, data: unescaped(message.slice(end + 2), dataEscapes) };
}

/** `##[name key=value;key=value]data` anywhere in a line; only the first `##[` counts. */
function parseOldCommand(line: string, registered: ReadonlySet<string>): RunnerCommand | undefined {
  const start = line.indexOf("##[");
  const end = start < 0 ? -1 : line.indexOf("]", start);
  if (end < 0) return undefined;
  const info = line.slice(start + 3, end);
  const space = info.indexOf(" ");
  const name = space < 0 ? info : info.slice(0, space);
  if (!registered.has(name.toLowerCase())) return undefined;
  const properties = space > 0 ? pairsOf(info.slice(space + 1), ";", oldEscapes) : {};
  return { name, properties, data: unescaped(line.slice(end + 1), oldEscapes) };
}

type Escapes = readonly (readonly [written: string, meant: string])[];

const dataEscapes: Escapes = [
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%25", "%"],
];
const oldEscapes: Escapes = [
  ["%3B", ";"],
  ["%0D", "\r"],
  ["%0A", "\n"],
  ["%5D", "]"],
  ["%25", "%"],
];

function unescaped(text: string, escapes: Escapes): string {
  return escapes.reduce((rest, [written, meant]) => rest.replaceAll(written, meant), text);
}

// A split by `=` into two that passes over empty ones drops each `=` at either end of the key.
function pairsOf(text: string, separator: string, escapes: Escapes): Readonly<Record<string, string>> {
  const pairs = text.split(separator).flatMap((part) => {
    const [, key, value] = /^=*([^=]+)=+([^=].*)$/su.exec(part) ?? [];
    return key === undefined || value === undefined ? [] : [[key, unescaped(value, escapes)] as const];
  });
  return Object.fromEntries(pairs);
}
