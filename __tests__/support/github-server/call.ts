import type { IncomingMessage } from "node:http";
import { notFound, problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Fault } from "./faults.ts";
import type { Behaviour } from "./behaviour.ts";
import { findRepository } from "./state.ts";
import type { GitHubState, Repository, Token } from "./state.ts";

export type Origin = "api" | "uploads" | "storage";

/** Where the server is, without a slash at the end; `web` is what people open. */
export interface Places {
  readonly api: string;
  readonly uploads: string;
  readonly storage: string;
  readonly web: string;
}

/** A request on its way through a handler. */
export interface Call {
  readonly state: GitHubState;
  readonly places: Places;
  readonly behaviour: Behaviour;
  readonly url: URL;
  readonly parameters: Readonly<Record<string, string>>;
  readonly request: IncomingMessage;
  /** Undefined: nobody has said who they are. */
  readonly token: Token | undefined;
  /** The body, parsed; an empty object when there is none. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly fault: Fault | undefined;
  /** Adds to what the log says of the request. */
  count(bytes: number): void;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** Breaks the connection instead of answering. */
export class Dropped extends Error {}

/** The repository of the path, if the caller may know of it. */
export function repositoryOf(call: Call): Repository {
  const repository = findRepository(call.state, `${call.parameters["owner"]}/${call.parameters["repo"]}`);
  if (repository === undefined || (repository.private && !reaches(call.token, repository))) throw notFound();
  return repository;
}

/** Whether a token has been given the repository at all. */
export function reaches(token: Token | undefined, repository: Repository): boolean {
  if (token === undefined) return false;
  if (token.kind === "classic" && repository.private && !token.scopes.includes("repo")) return false;
  return token.repositories === undefined || token.repositories.includes(repository.fullName.toLowerCase());
}

export function numberOf(call: Call, parameter: string): number {
  const value = Number(call.parameters[parameter]);
  if (!Number.isSafeInteger(value)) throw notFound();
  return value;
}

/** A text of the body; refused when it's something else. */
export function textOf(call: Call, name: string): string | undefined {
  return valueOf(call, name, "string");
}

export function flagOf(call: Call, name: string): boolean | undefined {
  return valueOf(call, name, "boolean");
}

function valueOf<T>(call: Call, name: string, type: T extends string ? "string" : "boolean"): T | undefined {
  const value = call.json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === type) return value as T;
  throw new Refusal(
    problem(422, `Invalid request.\n\nFor 'properties/${name}', ${JSON.stringify(value)} is not a ${type}.`),
  );
}
