import type { Patience } from "./look-again.ts";
import type { ReleaseApi } from "./release-api.ts";

/** How a release looks that a run makes. */
export interface ReleasePolicy {
  /** It stays a draft. */
  readonly draft: boolean;
  /** Absent: none. */
  readonly notes?: "generate" | { readonly text: string };
  readonly prerelease: boolean | "auto";
  readonly latest: boolean | "auto";
}

export interface ReleaseStoreOptions {
  readonly api: ReleaseApi;
  /** As the person wrote it. */
  readonly name: string;
  /** `owner/repo`, what keys begin with. */
  readonly project: string;
  /** All sets lie in the release of this tag; absent: each in the release whose tag, made safe, is its id. */
  readonly tag?: string;
  readonly policy: ReleasePolicy;
  /** Milliseconds to wait before each further look at what GitHub may not list yet; a few seconds in all unless told. */
  readonly pauses?: readonly number[];
  /** How long nothing new has come into a draft in which no run is at work any more; five minutes unless told. */
  readonly quietMs?: number;
  /** How it's waited for other runs; pauses of 1 to 15 seconds, until nothing has come for ten minutes, unless told. */
  readonly patience?: Patience;
  /** Told before a wait that a person would notice. */
  readonly wait?: (until: Date, why: string) => void;
}
