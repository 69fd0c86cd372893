import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { notFound, problem, Refusal } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Behaviour } from "./behaviour.ts";
import { Dropped } from "./call.ts";
import type { Call, Origin, Places } from "./call.ts";
import type { OpenApi } from "./check-openapi.ts";
import type { Fault, Faults } from "./faults.ts";
import { whoAsks } from "./permissions.ts";
import { countRequest, countWrite, limitedBy } from "./rate-limits.ts";
import type { RequestRecord } from "./request-log.ts";
import type { Route } from "./routes.ts";
import { send } from "./send.ts";
import type { GitHubState, Token } from "./state.ts";

/** What all requests share. */
export interface Serving {
  readonly state: GitHubState;
  readonly places: Places;
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  readonly openApi: OpenApi;
  readonly routes: readonly Route[];
  readonly violations: string[];
  readonly writes: number[];
}

export interface Exchange {
  readonly serving: Serving;
  readonly origin: Origin;
  readonly record: RequestRecord;
  /** Without what comes before the first path of the API. */
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Answers a request, or doesn't, as the faults have it. */
export async function answerRequest(exchange: Exchange): Promise<void> {
  const { serving, origin, record, url, request } = exchange;
  // A request whose body was left half-way forgets it.
  const { socket } = request;
  const fault = serving.faults.take({ origin, method: record.method, path: url.pathname });
  try {
    if (isDrop(fault, "at-once")) throw new Dropped();
    let token: Token | undefined;
    let answer: Answer;
    const route = serving.routes.find((one) => matches(one, exchange));
    try {
      token = origin === "storage" ? undefined : admit(exchange);
      answer = await work(exchange, { route, token, fault });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer = error.answer;
      await drain(exchange);
    }
    if (isDrop(fault, "after-work")) throw new Dropped();
    if (fault !== undefined && "slow" in fault.kind) await sleep(fault.kind.slow);
    if (fault !== undefined && "stall" in fault.kind) return;
    checkAnswer(exchange, route, answer);
    record.milliseconds = Date.now() - record.at;
    await send(exchange, answer, { token, cut: isDrop(fault, "in-answer") });
  } catch (error) {
    // A client that went away needs no answer; anything else here is a mistake of the server.
    if (!(error instanceof Dropped) && !socket.destroyed) serving.violations.push(`${record.path}: ${String(error)}`);
    socket.destroy();
  }
}

function isDrop(fault: Fault | undefined, when: string): boolean {
  return fault !== undefined && "drop" in fault.kind && fault.kind.drop === when;
}

function matches(route: Route, { origin, record, url }: Exchange): boolean {
  return route.origin === origin && route.method === record.method && route.path.test(url.pathname);
}

/** Who it is, if they may ask at all. */
function admit({ serving: { state }, request }: Exchange): Token | undefined {
  if (request.headers["user-agent"] === undefined)
    throw new Refusal(problem(403, "Request forbidden by administrative rules. Please send a User-Agent header."));
  const version = request.headers["x-github-api-version"] ?? "2022-11-28";
  if (version !== "2022-11-28") throw new Refusal(problem(400, `${String(version)} is not a supported version.`));
  const token = whoAsks(state, request.headers.authorization);
  if (token !== undefined) countRequest(state, token);
  return token;
}

interface Asked {
  readonly route: Route | undefined;
  readonly token: Token | undefined;
  readonly fault: Fault | undefined;
}

async function work(exchange: Exchange, { route, token, fault }: Asked): Promise<Answer> {
  const { serving, origin, record, url, request } = exchange;
  const { state, places, behaviour } = serving;
  const kind = fault?.kind;
  if (kind !== undefined && "limited" in kind) throw limitedBy(kind, state.now());
  if (kind !== undefined && "status" in kind && kind.work !== true)
    throw new Refusal(problem(kind.status, "Server Error"));
  if (route === undefined) {
    serving.violations.push(`${record.method} ${url.pathname} isn't known on the ${origin} origin`);
    throw notFound();
  }
  if (origin === "storage" && record.token)
    serving.violations.push("an Authorization header came to the storage origin");
  if (record.method !== "GET" && origin !== "storage")
    countWrite(serving.writes, behaviour.writesPerMinute, state.now());
  const json = origin === "api" ? await readJson(exchange) : undefined;
  if (isDrop(fault, "in-body") && origin !== "uploads") throw new Dropped();
  if (route.operation !== undefined) {
    const misfits = serving.openApi.request(route.operation, url.searchParams, json);
    serving.violations.push(...misfits.map((misfit) => `the request ${route.operation}: ${misfit}`));
  }
  if (isDrop(fault, "after-body")) {
    await drain(exchange);
    throw new Dropped();
  }
  const parameters = parametersOf(route, url.pathname);
  const count = (bytes: number): void => void (record.bytes += bytes);
  const call: Call = { state, places, behaviour, url, parameters, request, token, json: json ?? {}, fault, count };
  const answer = await route.handle(call);
  return kind !== undefined && "status" in kind ? problem(kind.status, "Server Error") : answer;
}

function parametersOf(route: Route, path: string): Readonly<Record<string, string>> {
  const groups = Object.entries(route.path.exec(path)?.groups ?? {});
  return Object.fromEntries(groups.map(([name, value]) => [name, decodeURIComponent(value)]));
}

/** Undefined: there was no body. */
async function readJson({ record, request }: Exchange): Promise<Readonly<Record<string, unknown>> | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  record.bytes += text.length;
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    throw new Refusal(problem(400, "Problems parsing JSON"));
  }
}

/** What is left of the body, so that a client that sends before it reads gets its answer. */
async function drain({ record, request }: Exchange): Promise<void> {
  if (request.readableEnded) return;
  for await (const chunk of request as AsyncIterable<Buffer>) record.bytes += chunk.length;
}

function checkAnswer({ serving }: Exchange, route: Route | undefined, { status, body }: Answer): void {
  if (route?.operation === undefined) return;
  const misfits = serving.openApi.answer(route.operation, status, body);
  serving.violations.push(...misfits.map((misfit) => `the answer ${status} to ${route.operation}: ${misfit}`));
}
