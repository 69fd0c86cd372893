import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usualBehaviour } from "./behaviour.ts";
import type { Behaviour } from "./behaviour.ts";
import type { Origin, Places } from "./call.ts";
import { readOpenApi } from "./check-openapi.ts";
import { describeState } from "./describe-state.ts";
import { answerRequest } from "./exchange.ts";
import type { Serving } from "./exchange.ts";
import { Faults } from "./faults.ts";
import { recordOf } from "./request-log.ts";
import type { RequestRecord } from "./request-log.ts";
import { makeRoutes } from "./routes.ts";
import { emptyState } from "./state.ts";
import type { GitHubState } from "./state.ts";

export interface GitHubServerOptions {
  readonly behaviour?: Partial<Behaviour>;
  /** As on a GitHub Enterprise Server: paths begin with `/api/v3` and `/api/uploads`. */
  readonly enterprise?: boolean;
  /** What it listens on; 127.0.0.1. */
  readonly host?: string;
}

/** A GitHub of its own: nothing is in it but what a test puts there, with seed.ts or by requests. */
export interface GitHubServer extends AsyncDisposable {
  /** For GITHUB_API_URL. */
  readonly apiUrl: string;
  readonly places: Places;
  readonly state: GitHubState;
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  /** All requests, in the order they came. */
  readonly log: readonly RequestRecord[];
  /** What didn't fit GitHub's description, in requests or answers; if any is left, the server's end fails. */
  readonly violations: string[];
  /** Ends it and fails for no violation. */
  close(): Promise<void>;
}

/** Listens on three ports: of the API, of uploads, and of the storage that downloads are sent to. */
export async function startGitHubServer(options: GitHubServerOptions = {}): Promise<GitHubServer> {
  const { host = "127.0.0.1", enterprise = false, behaviour } = options;
  const folder = await mkdtemp(join(tmpdir(), "github-server-"));
  const servers = { api: await listen(host), uploads: await listen(host), storage: await listen(host) };
  const prefixes = { api: enterprise ? "/api/v3" : "", uploads: enterprise ? "/api/uploads" : "", storage: "" };
  const serving: Serving = {
    state: emptyState(),
    places: placesOf(servers, prefixes, host),
    behaviour: { ...usualBehaviour(), ...behaviour },
    faults: new Faults(),
    openApi: readOpenApi(),
    routes: makeRoutes(folder),
    violations: [],
    writes: [],
  };
  const log: RequestRecord[] = [];
  for (const [origin, server] of Object.entries(servers))
    answer(server, { serving, log, origin: origin as Origin, prefix: prefixes[origin as Origin] });
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(servers).map(shut));
    await rm(folder, { recursive: true, force: true });
  };
  return {
    apiUrl: serving.places.api,
    ...serving,
    log,
    close,
    [Symbol.asyncDispose]: async () => {
      await close();
      if (serving.violations.length > 0) throw new Error(`not as GitHub has it:\n${serving.violations.join("\n")}`);
    },
  };
}

function placesOf(servers: Record<Origin, Server>, prefixes: Record<Origin, string>, host: string): Places {
  const at = (origin: Origin): string => `http://${host}:${(servers[origin].address() as AddressInfo).port}`;
  return {
    api: at("api") + prefixes.api,
    uploads: at("uploads") + prefixes.uploads,
    storage: at("storage"),
    web: at("api"),
  };
}

async function listen(host: string): Promise<Server> {
  // Uploads may take as long as they take.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 });
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  return server;
}

interface Listening {
  readonly serving: Serving;
  readonly log: RequestRecord[];
  readonly origin: Origin;
  readonly prefix: string;
}

function answer(server: Server, { serving, log, origin, prefix }: Listening): void {
  server.on("request", (request, response) => {
    if (origin === "api" && request.url === "/__state") {
      response.end(JSON.stringify(describeState({ ...serving, log }), undefined, 2) + "\n");
      return;
    }
    const record = recordOf(origin, request);
    log.push(record);
    const url = new URL(record.path, "http://server.test");
    if (prefix !== "" && url.pathname.startsWith(`${prefix}/`)) url.pathname = url.pathname.slice(prefix.length);
    void answerRequest({ serving, origin, record, url, request, response });
  });
}

async function shut(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
