import type { IncomingMessage } from "node:http";
import type { Origin } from "./call.ts";

/** One request, as it came and what became of it. */
export interface RequestRecord {
  readonly origin: Origin;
  readonly method: string;
  /** With its query, as it was sent. */
  readonly path: string;
  /** Lower-case names; without `authorization`, which is never kept. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether an Authorization header came along. */
  readonly token: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the body that were read. */
  bytes: number;
  /** Undefined: no answer was given. */
  status: number | undefined;
  /** From its first byte to its answer's. */
  milliseconds: number | undefined;
}

export function recordOf(origin: Origin, request: IncomingMessage): RequestRecord {
  const headers = Object.entries(request.headers).filter(([name]) => name !== "authorization");
  return {
    origin,
    method: request.method ?? "",
    path: request.url ?? "",
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    token: request.headers.authorization !== undefined,
    at: Date.now(),
    bytes: 0,
    status: undefined,
    milliseconds: undefined,
  };
}
