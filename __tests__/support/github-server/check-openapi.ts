import { readFileSync } from "node:fs";
import { valueProblems } from "../json-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Described {
  readonly query: readonly string[];
  readonly request?: Schema | null;
  readonly answers: Readonly<Record<string, Schema | null>>;
}

/** Holds requests and answers to GitHub's description of its API. */
export interface OpenApi {
  /** What of a request doesn't fit. */
  request(operation: string, query: URLSearchParams, body: unknown): readonly string[];
  /** What of an answer doesn't fit. */
  answer(operation: string, status: number, body: unknown): readonly string[];
}

export function readOpenApi(): OpenApi {
  const text = readFileSync(new URL("openapi.json", import.meta.url), "utf8");
  const all = JSON.parse(text, withDeviations) as Readonly<Record<string, Described>>;
  return {
    request(operation, query, body) {
      const { query: known = [], request } = all[operation] ?? {};
      const strange = [...query.keys()].filter((name) => !known.includes(name));
      return [
        ...strange.map((name) => `no query parameter ${name}`),
        ...(body === undefined || request === undefined || request === null ? [] : strictProblems(request, body)),
      ];
    },
    answer(operation, status, body) {
      const schema = all[operation]?.answers[`${status}`];
      if (schema === undefined || schema === null)
        return body === undefined || status >= 400 ? [] : [`a body with ${status}`];
      // On uploads the description has no errors, elsewhere some bodies have more than it says.
      return status < 400 ? strictProblems(schema, body) : valueProblems(schema, body);
    },
  };
}

/** A field that the description doesn't know is made up. */
function strictProblems(schema: Schema, body: unknown): readonly string[] {
  const top = (schema["items"] ?? schema) as Schema;
  const strict = top["properties"] === undefined ? top : { ...top, additionalProperties: false };
  return valueProblems(schema["items"] === undefined ? strict : { ...schema, items: strict }, body);
}

/** What GitHub answers although its description says otherwise. */
function withDeviations(key: string, value: unknown): unknown {
  // The state that a broken upload leaves; only the documentation's text knows it.
  if (key === "state" && isEnum(value, "uploaded,open")) return { ...value, enum: [...value.enum, "starter"] };
  // A draft has no archives yet, and the fork of a pull request may be gone.
  const ofHead = (key === "repo" || key === "user") && typeof value === "object" && value !== null && "type" in value;
  if (ofHead && value.type === "object") return { ...value, type: ["object", "null"] };
  return value;
}

function isEnum(value: unknown, is: string): value is { readonly enum: readonly string[] } {
  return typeof value === "object" && value !== null && "enum" in value && String(value.enum) === is;
}
