/** What kind of end a run came to; each kind is one exit code, for the command line and the action alike. */
export type Failure =
  | "bug"
  | "settings"
  | "source"
  | "partial"
  | "store"
  | "integrity"
  | "not-found"
  | "stale"
  | "unsafe"
  | "conflict"
  | "immutable"
  | "interrupted";

const exitCodes: Readonly<Record<Failure, number>> = {
  bug: 1,
  settings: 2,
  source: 3,
  partial: 4,
  store: 5,
  integrity: 6,
  "not-found": 7,
  stale: 8,
  unsafe: 9,
  conflict: 10,
  immutable: 10,
  interrupted: 130,
};

const worstFirst: readonly Failure[] = [
  "interrupted",
  "bug",
  "settings",
  "unsafe",
  "integrity",
  "conflict",
  "immutable",
  "source",
  "store",
  "not-found",
  "partial",
  "stale",
];

/** What would have to be said elsewhere for a run in a workflow to succeed: inputs of its steps, by their names. */
export interface Remedy {
  /** Inputs of actions/checkout before the run; none: that there is such a step at all. */
  readonly checkout?: Readonly<Record<string, string>>;
  /** Permissions of the job's token: `contents: write`. */
  readonly permissions?: Readonly<Record<string, string>>;
  /** Settings of the run itself. */
  readonly settings?: Readonly<Record<string, string>>;
}

interface ErrorOptions {
  readonly cause?: unknown;
  readonly transient?: boolean;
  readonly remedy?: Remedy;
}

/** A run that can't go on, or one thing that went wrong in it: a kind, and one sentence that says what to do. */
export class ColdstoreError extends Error {
  override readonly name = "ColdstoreError";
  readonly failure: Failure;
  /** The same call may well succeed a little later: worth another try. */
  readonly transient: boolean;
  /** The way out as a workflow has it, beside the sentence; absent where there is none to paste. */
  readonly remedy?: Remedy;

  constructor(failure: Failure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
    this.transient = options?.transient ?? false;
    if (options?.remedy !== undefined) this.remedy = options.remedy;
  }
}

/** Several things wrong at once, each with its own sentence; the message joins them by lines. */
export class SeveralErrors extends ColdstoreError {
  readonly errors: readonly ColdstoreError[];

  constructor(errors: readonly ColdstoreError[]) {
    super(worstOf(errors.map((error) => error.failure)) ?? "bug", errors.map((error) => error.message).join("\n"));
    this.errors = errors;
  }
}

/** The exit code of a run in which these things went wrong: 0 for none, else the code of the gravest. */
export function exitCodeOf(failures: Iterable<Failure>): number {
  const worst = worstOf(failures);
  return worst === undefined ? 0 : exitCodes[worst];
}

/** The gravest of several failures, by the order that the exit codes are documented in. */
export function worstOf(failures: Iterable<Failure>): Failure | undefined {
  const seen = new Set(failures);
  return worstFirst.find((failure) => seen.has(failure));
}

/** Any thrown value as a ColdstoreError: ours untouched, an abort as its reason, everything else as a bug. */
export function asColdstoreError(thrown: unknown): ColdstoreError {
  if (thrown instanceof ColdstoreError) return thrown;
  if (thrown instanceof Error && thrown.name === "AbortError" && thrown.cause !== undefined)
    return asColdstoreError(thrown.cause);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ColdstoreError("bug", message, { cause: thrown });
}
