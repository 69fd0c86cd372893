import { ColdstoreError } from "../../model/errors.ts";
import { type FailedCall, quoted } from "./failed-call.ts";
import { isRecord } from "./github-answer.ts";
import type { ShownProxy } from "./proxies.ts";

/** Codes of Node and undici, and what they mean for whoever runs this; `broken`: worth another try. */
const meanings: readonly (readonly [RegExp, (host: string) => string, "broken" | "wrong"])[] = [
  [/^(?:ENOTFOUND|EAI_\w+)$/u, (host) => `the name ${host} can't be resolved; check the network`, "broken"],
  [
    /^ECONNREFUSED$/u,
    (host) => `${host} takes no connection; check that it is up and not kept off by a firewall`,
    "broken",
  ],
  [/^(?:ETIMEDOUT|UND_ERR_\w+_TIMEOUT)$/u, (host) => `${host} didn't answer in time`, "broken"],
  [/^(?:ENET|EHOST)\w+$/u, (host) => `${host} can't be reached; check the network`, "broken"],
  [
    /^(?:\w*CERT\w*|UNABLE_TO_\w+|ERR_TLS_\w+)$/u,
    (host) =>
      `the certificate of ${host} isn't trusted here; if a proxy or a server of your own stands there, set NODE_EXTRA_CA_CERTS to the file of its authority's certificate`,
    "wrong",
  ],
  [/^(?:EPROTO|ERR_SSL_\w+)$/u, (host) => `${host} doesn't speak TLS as it should; check the address`, "wrong"],
  [
    /^UND_ERR_PRX_TLS$/u,
    () => "the proxy is addressed by https but doesn't speak it as it should; check HTTPS_PROXY",
    "wrong",
  ],
  [/^(?:ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_SOCKET)$/u, (host) => `${host} broke the connection off`, "broken"],
];

// Nothing was sent yet: what a proxy itself can't reach, it answers.
const isUnreached = /^(?:ENOTFOUND|EAI_\w+|ECONNREFUSED|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT|(?:ENET|EHOST)\w+)$/u;

/** A call that no answer came to: what broke, and whether another try may help. Anything else is a bug. */
export function connectionError(thrown: unknown, call: FailedCall): ColdstoreError {
  const chain = causesOf(thrown);
  const host = hostOf(thrown, call);
  const fail = (reason: string, how: "broken" | "wrong") =>
    new ColdstoreError("store", `couldn't ${call.what}: ${reason}`, {
      cause: chain.at(-1),
      transient: how === "broken",
    });

  if (chain.some(isChangedBody))
    return new ColdstoreError("source", `couldn't ${call.what}: the file was changed or removed while it was sent`, {
      cause: chain.at(-1),
    });
  const proxy = chain.map(proxyStatus).find((status) => status !== undefined);
  if (proxy !== undefined) return fail(proxyReason(proxy, host), proxy >= 500 ? "broken" : "wrong");
  if (chain.some((error) => error.message === "unexpected redirect"))
    return fail(
      `${host} sent the upload elsewhere, where it isn't sent; check that project is the repository's present name`,
      "wrong",
    );

  if (chain.some((error) => error.message === "bad port"))
    return fail(
      `nothing is fetched from the port of ${host}, which is kept for another service; choose another port`,
      "wrong",
    );

  const codes = chain.flatMap((error) => codeOf(error) ?? []);
  for (const code of codes) {
    const unreached = isUnreached.test(code) ? proxyReached(thrown, call) : undefined;
    if (unreached !== undefined)
      return fail(
        `the proxy ${unreached.host} can't be reached; check ${unreached.variable}, or name ${host} in NO_PROXY (${code})`,
        "broken",
      );
    const row = meanings.find(([pattern]) => pattern.test(code));
    if (row !== undefined) return fail(`${row[1](host)} (${code})`, row[2]);
  }
  if (codes.length === 0 && !isFetchFailure(thrown)) return bug(thrown, call);
  const detail = quoted(codes[0] ?? chain.at(-1)?.message ?? "", call.token);
  return fail(`the connection to ${host} failed (${detail})`, "broken");
}

function bug(thrown: unknown, { what, token }: FailedCall): ColdstoreError {
  const said = quoted(thrown instanceof Error ? thrown.message : String(thrown), token);
  return new ColdstoreError("bug", `couldn't ${what}: ${said}`, { cause: thrown });
}

/** The error, what caused it, what caused that, and the first of several at once. */
function causesOf(thrown: unknown): readonly Error[] {
  const chain: Error[] = [];
  let error: unknown = thrown;
  while (error instanceof Error && chain.length < 8) {
    chain.push(error);
    error = error.cause ?? (error instanceof AggregateError ? (error.errors[0] as unknown) : undefined);
  }
  return chain;
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Blobs of files say so; undici finds a body that isn't as long as was announced. */
function isChangedBody(error: Error): boolean {
  return error.name === "NotReadableError" || codeOf(error) === "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH";
}

/** undici says it in words alone (lib/dispatcher/proxy-agent.js). */
function proxyStatus({ message }: Error): number | undefined {
  const status = /^Proxy response \((\d+)\)/u.exec(message)?.[1];
  return status === undefined ? undefined : Number(status);
}

function proxyReason(status: number, host: string): string {
  if (status === 407)
    return "the proxy wants a user name and password; set them in HTTPS_PROXY (http://USER:PASSWORD@HOST:PORT)";
  return `the proxy lets nothing through to ${host} (${status}); have it allow that host, or name it in NO_PROXY`;
}

/** Octokit says status 500 of what never had an answer; fetch says TypeError. */
function isFetchFailure(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  return thrown.name === "HttpError" || /^(?:fetch failed|terminated)$/u.test(thrown.message);
}

/** The host that was spoken to: uploads go to another one than the API's. */
function hostOf(thrown: unknown, call: FailedCall): string {
  return call.host ?? urlOf(thrown, call)?.host ?? "GitHub";
}

function proxyReached(thrown: unknown, call: FailedCall): ShownProxy | undefined {
  const url = urlOf(thrown, call);
  return url === null ? undefined : call.proxyFor?.(url);
}

function urlOf(thrown: unknown, { apiUrl, host }: FailedCall): URL | null {
  const request = isRecord(thrown) ? thrown["request"] : undefined;
  if (isRecord(request) && typeof request["url"] === "string") return URL.parse(request["url"]);
  const api = URL.parse(apiUrl);
  return host === undefined || host === api?.host ? api : URL.parse(`https://${host}`);
}
