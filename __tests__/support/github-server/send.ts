import { randomBytes } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./answer.ts";
import { Dropped } from "./call.ts";
import type { Exchange } from "./exchange.ts";
import { rateHeaders } from "./rate-limits.ts";
import type { Token } from "./state.ts";

interface How {
  readonly token: Token | undefined;
  /** Half of it, and then the connection ends. */
  readonly cut: boolean;
}

export async function send(exchange: Exchange, answer: Answer, { token, cut }: How): Promise<void> {
  const { response, record, origin } = exchange;
  const id = randomBytes(9)
    .toString("hex")
    .toUpperCase()
    .replace(/(.{4})(?=.)/gu, "$1:");
  record.status = answer.status;
  const common = origin === "storage" ? {} : { ...commonHeaders(id), ...(token && tokenHeaders(token)) };
  const headers = { ...common, ...answer.headers };
  if (answer.stream !== undefined) {
    response.writeHead(answer.status, headers);
    await pipeline(answer.stream, response);
    return;
  }
  const text = answer.body === undefined ? "" : JSON.stringify(bodyFor(exchange, answer, id));
  const type = answer.body === undefined ? {} : { "content-type": "application/json; charset=utf-8" };
  // 204 has no length, and an answer to HEAD says its own.
  const length = answer.status === 204 ? {} : { "content-length": Buffer.byteLength(text) };
  response.writeHead(answer.status, { ...type, ...length, ...headers });
  if (cut) {
    response.write(text.slice(0, Math.floor(text.length / 2)));
    // What was given is on its way before the connection ends.
    await sleep(10);
    throw new Dropped();
  }
  response.end(text);
}

/** The uploads origin names the request within the body, and has no status there. */
function bodyFor({ origin }: Exchange, { status, body }: Answer, id: string): unknown {
  if (origin !== "uploads" || status < 400) return body;
  const { status: _, ...rest } = body as Record<string, unknown>;
  return { ...rest, request_id: id };
}

function commonHeaders(id: string): Readonly<Record<string, string>> {
  return {
    server: "github.com",
    "cache-control": "private, max-age=0",
    "x-github-media-type": "github.v3; format=json",
    "x-github-request-id": id,
  };
}

function tokenHeaders(token: Token): Readonly<Record<string, string>> {
  const scopes = { "x-oauth-scopes": token.scopes.join(", "), "x-accepted-oauth-scopes": "repo" };
  return { ...rateHeaders(token), ...(token.kind === "classic" && scopes) };
}
