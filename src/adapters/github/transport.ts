import type { UnderlyingSource } from "node:stream/web";
import { fetch as undiciFetch } from "undici";
import { countedBlob } from "./counted-blob.ts";
import { BareReason, renamed } from "./failed-call.ts";
import { type Connections, openConnections } from "./proxies.ts";
import type { CallIo } from "./release-api.ts";
import { type Patience, type StallWatch, watchStalls } from "./stall-watch.ts";

/** A fetch for one call; what Octokit may be given as its own. */
export type CallFetch = (url: string, init?: CallInit) => Promise<Response>;

export interface CallInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Blob | string | null;
}

/** How an answer is wanted: `whole`, so that it can't break off later; or `stream`, watched while it's read. */
export type AnswerForm = "whole" | "stream";

export interface Transport extends AsyncDisposable {
  fetchFor(io: CallIo, form: AnswerForm): CallFetch;
}

/**
 * HTTP as this program needs it: bodies go out without being kept (a Blob with a Content-Length), proxies of the
 * environment are used, redirects are never followed but given back, and a call on which nothing moves is ended.
 */
export function openTransport(env: Readonly<Record<string, string | undefined>>, patience: Patience): Transport {
  const connections = openConnections(env);
  return {
    fetchFor: (io, form) => async (url, init) => {
      const target = new URL(url);
      const watch = watchStalls(patience, target.host, io.signal);
      try {
        const response = await send(connections, target, init ?? {}, { io, watch });
        if (form === "whole") return await whole(response, watch);
        return new Response(streamed(response, watch), response);
      } catch (thrown) {
        watch[Symbol.dispose]();
        throw thrown;
      }
    },
    [Symbol.asyncDispose]: async () => connections[Symbol.asyncDispose](),
  };
}

async function send(
  connections: Connections,
  url: URL,
  { method, headers, body }: CallInit,
  { io, watch }: { readonly io: CallIo; readonly watch: StallWatch },
): Promise<Response> {
  const isLarge = body instanceof Blob;
  const counted = isLarge ? countedBlob(body, bodyEvents(io, watch)) : body;
  const init = {
    method: method ?? "GET",
    headers: headers ?? {},
    ...(counted !== undefined && { body: counted }),
    // undici keeps a copy of every byte sent unless both are so (httpNetworkOrCacheFetch: it clones the request).
    ...(isLarge ? ({ window: null, redirect: "error" } as const) : ({ redirect: "manual" } as const)),
    signal: watch.signal,
    dispatcher: connections.for(url),
  };
  return (await undiciFetch(url, init)) as unknown as Response;
}

function bodyEvents(io: CallIo, watch: StallWatch) {
  return {
    moved(bytes: number) {
      watch.moved();
      io.progress?.(bytes);
    },
    sent: () => watch.sent(),
  };
}

// GitHub's own answers are far smaller; releases with notes of 125,000 characters come a hundred a page.
const mostBytes = 128 * 1024 * 1024;

/** The answer with all of its body there: Octokit would take one that breaks off for an empty one. */
async function whole(response: Response, watch: StallWatch): Promise<Response> {
  using _ = watch;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    watch.moved();
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > mostBytes) throw new BareReason("store", "the answer is too long to be GitHub's");
  }
  const { status, statusText, headers } = response;
  // Octokit would take it for a success.
  if ([301, 302, 303, 307, 308].includes(status)) throw renamed();
  const body = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks);
  return new Response(body, { status, statusText, headers: [...headers] });
}

/** The body, watched only while somebody waits for it: a slow reader is no stall. */
function streamed(response: Response, watch: StallWatch): ReadableStream<Uint8Array> | null {
  const reader = response.body?.getReader();
  watch.pause();
  if (reader === undefined) {
    watch[Symbol.dispose]();
    return null;
  }
  const source: UnderlyingSource<Uint8Array> = {
    async pull(controller) {
      watch.moved();
      try {
        const { done, value } = await reader.read();
        watch.pause();
        if (!done) return controller.enqueue(value);
        watch[Symbol.dispose]();
        controller.close();
      } catch (thrown) {
        watch[Symbol.dispose]();
        throw thrown;
      }
    },
    async cancel(reason) {
      watch[Symbol.dispose]();
      await reader.cancel(reason);
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}
