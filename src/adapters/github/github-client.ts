import { Octokit } from "@octokit/rest";
import { ColdstoreError } from "../../model/errors.ts";
import { answerWithin } from "./github-answer.ts";
import { type Pace, usualPace, WriteTurns } from "./pace.ts";
import { shownProxy } from "./proxies.ts";
import { type Limit, limitOf } from "./rate-limit.ts";
import type { CallIo } from "./release-api.ts";
import { translateError } from "./translate-error.ts";
import { type AnswerForm, type CallFetch, openTransport, type Transport } from "./transport.ts";
import type { Within } from "./within.ts";

export interface GitHubOptions {
  /** Absent: anonymous. */
  readonly token?: string;
  /** What sentences about the token go by; `shell` unless given. */
  readonly within?: Within;
  /** As `apiUrlOf` gives it. */
  readonly apiUrl: string;
  readonly userAgent: string;
  /** Nothing moving for so long ends a call, which may then be tried again. Milliseconds. */
  readonly stallMs: number;
  /** Told before a wait that a person would notice. */
  readonly wait?: (until: Date, why: string) => void;
  readonly pace?: Pace;
  /** For its proxies; the process's own unless given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a call is about: what sentences and waits go by. */
export interface CallAbout {
  /** Completes "couldn't ...": `create the draft release v1.4.0`; fit for a log. */
  readonly what: string;
  readonly writes: boolean;
  /** What the job's token needs for it. */
  readonly permission: "contents" | "pull-requests";
  /** `stream`: the answer's body is wanted as it comes. */
  readonly answer?: AnswerForm;
}

/** To be spread into the parameters of each call of Octokit. */
export interface CallOptions {
  readonly request: { readonly signal: AbortSignal; readonly fetch: CallFetch };
}

/** GitHub's API, called so that GitHub bears it. */
export interface GitHubClient extends AsyncDisposable {
  readonly apiUrl: string;
  readonly hasToken: boolean;
  readonly within: Within;

  /**
   * One call of the API, which `work` makes. Writing calls go one after the other, a second between their starts; rate limits are
   * waited out as the answer says, an hour at the most; nothing else is tried again. Every failure is a ColdstoreError, with
   * `transient` when the outcome is unknown or another try may succeed.
   */
  call<T>(work: (octokit: Octokit, options: CallOptions) => Promise<T>, io: CallIo, about: CallAbout): Promise<T>;

  /** A GET of an address that GitHub has sent us to, without any credential; its answer is given back as it is, its body as a stream. */
  follow(url: string, headers: Readonly<Record<string, string>>, io: CallIo, what: string): Promise<Response>;

  /** What has broken an answer off that was given as a stream. */
  explain(thrown: unknown, io: CallIo, about: CallAbout): ColdstoreError;
}

// GitHub digests an upload after its last byte: up to 2 GiB, for which five minutes weren't enough on some servers.
const leastAnswerMs = 15 * 60_000;
const mostWaitMs = 60 * 60_000;
const noticeableMs = 5000;

/** Connects to nothing yet. */
export function openGitHub(options: GitHubOptions): GitHubClient {
  const { stallMs, env = process.env, pace = usualPace(), apiUrl, within = "shell" } = options;
  const token = checkedToken(options.token);
  const transport = openTransport(env, { stallMs, answerMs: Math.max(stallMs, leastAnswerMs) });
  const parts = {
    octokit: octokitFor(options, token),
    transport,
    pace,
    turns: new WriteTurns(pace),
    wait: options.wait,
  };
  const explain = (thrown: unknown, { signal }: CallIo, about: CallAbout, host?: string) =>
    translateError(thrown, {
      token,
      within,
      apiUrl,
      proxyFor: (url) => shownProxy(url, env),
      ...about,
      signal,
      ...(host !== undefined && { host }),
    });
  return {
    apiUrl,
    hasToken: token !== undefined,
    within,
    async call(work, io, about) {
      const once = async () => untilAllowed({ parts, io, about }, work);
      try {
        return await (about.writes ? parts.turns.take(io.signal, once) : once());
      } catch (thrown) {
        throw explain(thrown, io, about);
      }
    },
    async follow(url, headers, io, what) {
      try {
        return await transport.fetchFor(io, "stream")(url, {
          headers: { "user-agent": options.userAgent, ...headers },
        });
      } catch (thrown) {
        throw explain(thrown, io, { what, writes: false, permission: "contents" }, new URL(url).host);
      }
    },
    explain: (thrown, io, about) => explain(thrown, io, about),
    [Symbol.asyncDispose]: async () => transport[Symbol.asyncDispose](),
  };
}

/** A header takes these characters alone; GitHub's tokens have no others. */
function checkedToken(token: string | undefined): string | undefined {
  const trimmed = token?.trim();
  if (!trimmed) return undefined;
  if (/^[!-~]+$/u.test(trimmed)) return trimmed;
  throw new ColdstoreError("settings", "token has characters that no token of GitHub has; give the token alone");
}

function octokitFor({ apiUrl, userAgent }: GitHubOptions, token: string | undefined): Octokit {
  const ignore = () => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const octokit = new Octokit({
    ...(token !== undefined && { auth: token }),
    baseUrl: apiUrl,
    userAgent,
    log,
    request: { log },
  });
  octokit.hook.before("request", (request) => {
    request.headers["x-github-api-version"] = "2022-11-28";
  });
  return octokit;
}

interface Call {
  readonly parts: {
    readonly octokit: Octokit;
    readonly transport: Transport;
    readonly pace: Pace;
    readonly turns: WriteTurns;
    readonly wait: GitHubOptions["wait"];
  };
  readonly io: CallIo;
  readonly about: CallAbout;
}

/** Makes the call, again after each rate limit: an answer that speaks of one says that nothing was done. */
async function untilAllowed<T>(call: Call, work: (octokit: Octokit, options: CallOptions) => Promise<T>): Promise<T> {
  const { parts, io, about } = call;
  const { signal } = io;
  let left = mostWaitMs;
  for (let times = 0; ; times += 1) {
    signal.throwIfAborted();
    if (about.writes) await parts.turns.start(signal);
    try {
      const request = { signal, fetch: parts.transport.fetchFor(io, about.answer ?? "whole") };
      return await work(parts.octokit, { request });
    } catch (thrown) {
      const answer = answerWithin(thrown);
      const moment = { now: parts.pace.now(), random: parts.pace.random() };
      const limit = answer && limitOf(answer, times, moment);
      if (limit === undefined || signal.aborted) throw thrown;
      left -= limit.waitMs;
      if (left < 0) throw tooLong(limit, moment.now, about);
      await sit(limit, call);
    }
  }
}

async function sit({ waitMs, kind }: Limit, { parts: { pace, wait }, io }: Call): Promise<void> {
  if (waitMs >= noticeableMs) wait?.(new Date(pace.now() + waitMs), whyOf(kind));
  await pace.sleep(waitMs, io.signal);
}

function whyOf(kind: Limit["kind"]): string {
  return kind === "primary" ? "GitHub's rate limit for this token is used up" : "GitHub asks for fewer calls";
}

function tooLong({ waitMs, kind }: Limit, now: number, { what }: CallAbout): ColdstoreError {
  const until = new Date(now + waitMs).toISOString().replace(/\.\d+Z$/u, "Z");
  return new ColdstoreError(
    "store",
    `couldn't ${what}: ${whyOf(kind)}, until ${until}, longer than is waited for; run it again after that`,
  );
}
