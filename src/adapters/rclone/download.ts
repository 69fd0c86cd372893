import { setTimeout as delay } from "node:timers/promises";
import { asColdstoreError, ColdstoreError } from "../../model/errors.ts";
import { formatDuration } from "../../model/units.ts";
import { BareReason } from "../github/failed-call.ts";
import { shownProxy } from "../github/proxies.ts";
import { translateError } from "../github/translate-error.ts";
import { openTransport } from "../github/transport.ts";
import type { DownloadHost } from "./download-hosts.ts";
import { addressOf, fetchFile, type WantedFile } from "./fetch-file.ts";

/** How long and how often a download is tried. */
export interface DownloadLimits {
  /** Over all hosts. */
  readonly tries: number;
  /** The longest wait before the second try; before the third it is twice that. */
  readonly pauseMs: number;
  /** How long nothing may move, connecting included. */
  readonly stallMs: number;
  /** For all tries together. */
  readonly totalMs: number;
}

export const downloadLimits: DownloadLimits = { tries: 3, pauseMs: 2000, stallMs: 60_000, totalMs: 600_000 };

export interface DownloadSetting {
  /** Tried in this order, by turns. */
  readonly hosts: readonly DownloadHost[];
  readonly limits: DownloadLimits;
  /** Proxies are taken from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** What came: nothing of it is proven. */
export interface Downloaded {
  readonly sha256: string;
  /** Where from, fit to be shown. */
  readonly url: string;
}

/**
 * Fetches a file from the first host that has it. Rejects with `store` and each host's reason, with what the disk refuses, or with
 * the signal's reason.
 */
export async function download(wanted: WantedFile, setting: DownloadSetting): Promise<Downloaded> {
  const { hosts, limits, env, say } = setting;
  await using transport = openTransport(env, { stallMs: limits.stallMs, answerMs: limits.stallMs });
  using clock = limited(setting.signal, wanted, limits.totalMs);
  const { signal } = clock;
  const reasons = new Map<DownloadHost, ColdstoreError>();
  for (let tried = 0; tried < limits.tries; tried += 1) {
    const left = hosts.filter((host) => reasons.get(host)?.transient !== false);
    const host = nextOf(left, reasons);
    if (host === undefined) break;
    if (tried > 0) await pause(limits.pauseMs * tried, signal);
    const url = addressOf(host, wanted);
    say(`fetching ${url}`);
    try {
      return { sha256: await fetchFile(transport, { host, wanted, signal }), url };
    } catch (thrown) {
      const reason = reasonOf(thrown, url, { env, signal });
      reasons.delete(host);
      reasons.set(host, reason);
    }
  }
  throw unreached(wanted, [...reasons.values()]);
}

/** By turns: one that wasn't tried yet, else the one that was tried the longest ago. */
function nextOf(hosts: readonly DownloadHost[], reasons: ReadonlyMap<DownloadHost, unknown>): DownloadHost | undefined {
  return hosts.find((host) => !reasons.has(host)) ?? [...reasons.keys()].find((host) => hosts.includes(host));
}

/** Why a host didn't give it. Throws what another host wouldn't change: an abort, a full disk, a wrong setting. */
function reasonOf(
  thrown: unknown,
  url: string,
  { env, signal }: Pick<DownloadSetting, "env" | "signal">,
): ColdstoreError {
  if (signal.aborted) throw asColdstoreError(signal.reason);
  if (thrown instanceof ColdstoreError && !(thrown instanceof BareReason)) throw thrown;
  return translateError(thrown, {
    what: `fetch ${url}`,
    host: new URL(url).host,
    apiUrl: url,
    proxyFor: (target) => shownProxy(target, env),
    writes: false,
    permission: "contents",
    token: undefined,
    within: "shell",
    signal,
  });
}

/** The signal, with an end when all of it takes too long. */
function limited(signal: AbortSignal, { name }: WantedFile, totalMs: number): { signal: AbortSignal } & Disposable {
  const controller = new AbortController();
  const tooLong = new ColdstoreError(
    "store",
    `fetching ${name} took longer than ${formatDuration(totalMs / 1000)}; look at the network, or set rclone-path to an rclone that is here`,
    { transient: true },
  );
  const timer = setTimeout(() => controller.abort(tooLong), totalMs);
  return {
    signal: AbortSignal.any([signal, controller.signal]),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

/** So that many jobs that fail at once don't come again at once. */
async function pause(mostMs: number, signal: AbortSignal): Promise<void> {
  await delay(mostMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => signal.throwIfAborted());
}

function unreached({ version, name }: WantedFile, reasons: readonly ColdstoreError[]): ColdstoreError {
  const all = reasons.map(({ message }) => message).join("; ");
  const advice = `check that there is a version ${version}, that the network lets this machine there (or set rclone-mirror), or set rclone-path to an rclone that is here`;
  return new ColdstoreError("store", `${name} can't be had: ${all}. Please ${advice}.`, { cause: reasons.at(-1) });
}
