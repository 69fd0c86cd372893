/** What GitHub answered to a call that it refused or failed at. */
export interface Answer {
  readonly status: number;
  /** As GitHub words it; "" when it says nothing. From outside: fit for no log as it is. */
  readonly message: string;
  /** What stands against each part of the call; those that aren't objects are left out. */
  readonly details: readonly Detail[];
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
}

/** One entry of the `errors` of a 422. */
export interface Detail {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** The answer within what Octokit has thrown; undefined when none came: it calls a broken connection a status 500, too. */
export function answerWithin(thrown: unknown): Answer | undefined {
  if (!isRecord(thrown) || !isRecord(thrown["response"])) return undefined;
  const { status, headers, data } = thrown["response"];
  if (typeof status !== "number") return undefined;
  const body = isRecord(data) ? data : {};
  const errors: readonly unknown[] = Array.isArray(body["errors"]) ? body["errors"] : [];
  return {
    status,
    message: textOf(body["message"]),
    details: errors.flatMap(detailOf),
    headers: isRecord(headers) ? textsOf(headers) : {},
  };
}

function detailOf(value: unknown): readonly Detail[] {
  if (typeof value === "string") return [{ resource: "", field: "", code: "", message: value }];
  if (!isRecord(value)) return [];
  const { resource, field, code, message } = value;
  return [{ resource: textOf(resource), field: textOf(field), code: textOf(code), message: textOf(message) }];
}

function textsOf(record: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name.toLowerCase(), textOf(value)]));
}

function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Whether something from outside is an object with fields. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
