import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import { quote } from "./wording.ts";

/** A config file as YAML, with what is needed to say where something stands in it. */
export interface YamlFile {
  /** How messages name it. */
  readonly shown: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A key of a block: `texts` is undefined when the value isn't a text or a list of texts. */
export interface YamlItem {
  readonly key: string;
  readonly line: number;
  readonly texts: readonly { readonly text: string; readonly line: number }[] | undefined;
  readonly block: YAMLMap | undefined;
}

// Each one is looked for in the whole document.
const maxAliases = 100;

/** Reads YAML in which every scalar is the text that was written (`1.10` stays `1.10`); each problem is a sentence. */
export function readYaml(text: string, shown: string, problems: string[]): YamlFile | undefined {
  const lines = new LineCounter();
  try {
    // Keys that are there twice are looked for in readBlock: the parser's own way is quadratic.
    const options = { schema: "failsafe", uniqueKeys: false, lineCounter: lines } as const;
    const document: Document = parseDocument(text, options);
    const errors = [...document.errors, ...document.warnings];
    for (const error of errors.slice(0, 5))
      problems.push(`${shown}, line ${error.linePos?.[0].line ?? 1}: ${firstLine(error.message)}${hint(error)}`);
    const aliases = countAliases(document);
    if (aliases > maxAliases) problems.push(`${shown} has ${aliases} aliases; ${maxAliases} are allowed.`);
    return errors.length === 0 && aliases <= maxAliases ? { shown, document, lines } : undefined;
  } catch (error) {
    problems.push(`${shown} can't be read as YAML: ${firstLine(String(error))}`);
    return undefined;
  }
}

/** The items of a block of names and values; keys that are there twice are problems. */
export function readBlock(file: YamlFile, block: YAMLMap, problems: string[]): readonly YamlItem[] {
  const seen = new Map<string, number>();
  return block.items.flatMap(({ key, value }) => {
    const line = lineOf(file, key);
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name === undefined) {
      problems.push(`${file.shown}, line ${line}: a name is expected here.`);
      return [];
    }
    const before = seen.get(name);
    if (before !== undefined)
      problems.push(`${quote(name)} stands twice in ${file.shown}, lines ${before} and ${line}; give it once.`);
    seen.set(name, line);
    return [readItem(file, name, line, value)];
  });
}

/** The outermost block; undefined when the file is empty. */
export function rootBlock(file: YamlFile, problems: string[]): YAMLMap | undefined {
  const { contents } = file.document;
  if (contents === null || (isScalar(contents) && contents.value === "")) return undefined;
  if (isMap(contents)) return contents;
  problems.push(`${file.shown} is no list of settings; write one a line, such as store: ./cold.`);
  return undefined;
}

function readItem(file: YamlFile, key: string, line: number, value: unknown): YamlItem {
  const node = target(file, value);
  const texts = textsOf(file, node, line);
  return { key, line, texts, block: isMap(node) ? node : undefined };
}

/** A list is a sequence, or one text a line in a block (`|`), as inputs of actions are written. */
function textsOf(file: YamlFile, node: unknown, line: number): YamlItem["texts"] {
  // `store:` with nothing behind it: not a value.
  if (isScalar(node) && node.value === "" && node.type === "PLAIN") return undefined;
  if (isScalar(node)) return [{ text: String(node.value), line }];
  if (!isSeq(node)) return undefined;
  const items = node.items.map((item) => target(file, item));
  if (!items.every((item) => isScalar(item))) return undefined;
  return items.map((item) => ({ text: String(item.value), line: lineOf(file, item) }));
}

/** What an alias stands for. Lists hold texts only, so no alias can multiply. */
function target(file: YamlFile, node: unknown): unknown {
  return isAlias(node) ? node.resolve(file.document) : node;
}

function countAliases(document: Document): number {
  let aliases = 0;
  visit(document, { Alias: () => void aliases++ });
  return aliases;
}

function lineOf(file: YamlFile, node: unknown): number {
  const offset = (node as Node | null)?.range?.[0] ?? 0;
  return file.lines.linePos(offset).line;
}

function hint({ code }: { readonly code: string }): string {
  return code === "TAG_RESOLVE_FAILED" ? " A text that starts with ! stands in quotes." : "";
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "").replace(/[.:]*$/, ".");
}
