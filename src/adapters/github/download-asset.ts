import { Readable } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import type { ByteRange } from "../../ports/store.ts";
import { type Answered, cutBody } from "./cut-body.ts";
import { renamed } from "./failed-call.ts";
import { answerWithin } from "./github-answer.ts";
import { type Place, pathOf, reading } from "./place.ts";
import type { CallIo } from "./release-api.ts";

export interface AssetRequest {
  readonly place: Place;
  readonly asset: number;
  readonly range: ByteRange | undefined;
  readonly io: CallIo;
}

/** The bytes of an asset: from the API itself, or from where it sends us, without the token then. */
export async function openAsset(request: AssetRequest): Promise<Readable> {
  const { range } = request;
  if (range !== undefined && range.end <= range.start) return Readable.from([], { objectMode: false });
  const what = `download file ${request.asset} of a release of ${request.place.owner}/${request.place.repo}`;
  const first = await askApi(request, what);
  const response = first.location === undefined ? first : await askStorage(request, first.location, what);
  const failed = (thrown: unknown) => request.place.client.explain(thrown, request.io, reading(what));
  return cutBody(response, { range, what, failed, moved: (bytes) => request.io.progress?.(bytes) });
}

/** Sent to every host: bytes as they're stored, from where they are wanted. With a range fetch itself asks for identity. */
function wantedBytes(range: ByteRange | undefined): Record<string, string> {
  return range ? { range: `bytes=${range.start}-${range.end - 1}` } : { "accept-encoding": "identity" };
}

async function askApi({ place, asset, range, io }: AssetRequest, what: string): Promise<Sent> {
  const url = `${place.client.apiUrl}${pathOf(place)}/releases/assets/${asset}`;
  const headers = { accept: "application/octet-stream", ...wantedBytes(range) };
  return place.client.call(
    async (octokit, options) => {
      const request = { ...options.request, parseSuccessResponseBody: false };
      const answer = await octokit.request({ method: "GET", url, headers, request }).catch(pastTheEnd);
      return sent({ ...answer, headers: answer.headers as Answered["headers"], body: bodyOf(answer.data) }, url);
    },
    io,
    { ...reading(what), answer: "stream" },
  );
}

/** An answer, and where it leads, if it does. */
type Sent = Answered & { readonly location?: string };

/** Octokit throws what is but an empty answer: a range that begins behind the end. */
function pastTheEnd(thrown: unknown) {
  if (answerWithin(thrown)?.status !== 416) throw thrown;
  return { status: 416, headers: {}, data: null };
}

function bodyOf(data: unknown): ReadableStream<Uint8Array> | null {
  return data instanceof ReadableStream ? (data as ReadableStream<Uint8Array>) : null;
}

async function sent(answer: Answered, url: string): Promise<Sent> {
  const { location } = answer.headers;
  if (answer.status < 300 || answer.status >= 400 || location === undefined) return answer;
  await answer.body?.cancel();
  if (answer.status === 301 || answer.status === 308) throw renamed();
  return { ...answer, location: new URL(location, url).href };
}

const mostRedirects = 5;

/** No credential goes along; an address in the clear is refused when the API itself is spoken to by https. */
async function askStorage(
  { place: { client }, range, io }: AssetRequest,
  first: string,
  what: string,
): Promise<Answered> {
  let url = first;
  for (let times = 0; times < mostRedirects; times += 1) {
    const { protocol, host } = new URL(url);
    if (protocol !== "https:" && protocol !== new URL(client.apiUrl).protocol)
      throw new ColdstoreError(
        "store",
        `couldn't ${what}: GitHub leads to ${host} without encryption; check what proxies do`,
      );
    const { status, headers, body } = await client.follow(url, wantedBytes(range), io, what);
    const location = headers.get("location");
    if (status < 300 || status >= 400 || location === null)
      return checked({ status, headers: Object.fromEntries(headers), body }, host, what);
    await body?.cancel();
    url = new URL(location, url).href;
  }
  throw new ColdstoreError("store", `couldn't ${what}: GitHub leads from host to host; check what proxies do`);
}

/** Addresses of the storage are good for minutes: one that isn't taken any more is had anew by asking again. */
async function checked(answer: Answered, host: string, what: string): Promise<Answered> {
  const { status } = answer;
  if (status === 200 || status === 206 || status === 416) return answer;
  await answer.body?.cancel();
  const transient = status >= 500 || [401, 403, 404, 408, 429].includes(status);
  throw new ColdstoreError("store", `couldn't ${what}: ${host} answered ${status}`, { transient });
}
