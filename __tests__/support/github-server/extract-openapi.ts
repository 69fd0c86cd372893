/**
 * Writes openapi.json, what GitHub's description says of the operations in operations.ts, as plain JSON Schema with
 * nothing to look up. The description is 385 MB unpacked, so it is no dependency; run this when operations are added:
 *
 *     mkdir /tmp/openapi && npm --prefix /tmp/openapi i --no-save @octokit/openapi@23.0.2
 *     node __tests__/support/github-server/extract-openapi.ts /tmp/openapi/node_modules/@octokit/openapi
 *     npx oxfmt __tests__/support/github-server/openapi.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { operations } from "./operations.ts";

type Node = Readonly<Record<string, unknown>>;

const [description] = process.argv.slice(2);
if (description === undefined) throw new Error("give the folder of @octokit/openapi");
const root = JSON.parse(readFileSync(`${description}/generated/api.github.com.json`, "utf8")) as Node;
const extracted = Object.fromEntries(Object.values(operations).map((operation) => [operation, extract(operation)]));
writeFileSync(new URL("openapi.json", import.meta.url), JSON.stringify(extracted) + "\n");

function extract(operation: string): Node {
  const [method = "", path = ""] = operation.split(" ");
  const described = at(at(at(root, "paths"), path), method.toLowerCase());
  const parameters = (described["parameters"] as readonly Node[]).map(resolve);
  const body = described["requestBody"];
  return {
    query: parameters.filter(({ in: place }) => place === "query").map(({ name }) => name),
    ...(body !== undefined && { request: jsonOf(resolve(body as Node)) }),
    answers: Object.fromEntries(
      Object.entries(at(described, "responses")).map(([status, answer]) => [status, jsonOf(resolve(answer as Node))]),
    ),
  };
}

/** The schema of a body; null: there is none. */
function jsonOf(body: Node): Node | null {
  const content = body["content"] as Node | undefined;
  const json = content?.["application/json"] ?? content?.["application/scim+json"];
  return json === undefined ? null : plain(at(json as Node, "schema"));
}

/** OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, references what they refer to, annotations go. */
function plain(given: Node): Node {
  const schema = resolve(given);
  const kept: Record<string, unknown> = {};
  for (const [keyword, rule] of Object.entries(schema))
    if (keyword === "properties")
      kept[keyword] = Object.fromEntries(Object.entries(rule as Node).map(([name, s]) => [name, plain(s as Node)]));
    else if (["oneOf", "anyOf", "allOf"].includes(keyword)) kept[keyword] = (rule as readonly Node[]).map(plain);
    else if (keyword === "items" || (keyword === "additionalProperties" && typeof rule === "object"))
      kept[keyword] = plain(rule as Node);
    else if (!leftOut(keyword)) kept[keyword] = rule;
  if (schema["nullable"] !== true) return kept;
  if (kept["type"] === undefined) return { anyOf: [{ type: "null" }, kept] };
  return {
    ...kept,
    type: [kept["type"], "null"],
    ...(Array.isArray(kept["enum"]) && { enum: [...(kept["enum"] as readonly unknown[]), null] }),
  };
}

function leftOut(keyword: string): boolean {
  const annotations = ["description", "example", "examples", "externalDocs", "title", "default", "nullable"];
  return [...annotations, "deprecated", "discriminator"].includes(keyword) || keyword.startsWith("x-");
}

function resolve(node: Node): Node {
  const reference = node["$ref"];
  if (typeof reference !== "string") return node;
  return resolve(reference.slice(2).split("/").reduce(at, root));
}

function at(node: Node, key: string): Node {
  const child = node[key];
  if (typeof child !== "object" || child === null) throw new Error(`the description has no ${key}`);
  return child as Node;
}
