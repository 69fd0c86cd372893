import type { Readable } from "node:stream";

/** What goes back; a `body` that isn't a stream is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly stream?: Readable;
}

/** Thrown by whatever finds that a request can't be served. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`HTTP ${answer.status}`);
    this.answer = answer;
  }
}

/** One entry of `errors` in a 422. */
export interface FieldError {
  readonly resource: string;
  readonly code: string;
  readonly field?: string;
  readonly message?: string;
}

export function problem(
  status: number,
  message: string,
  more: Partial<Answer> & { errors?: readonly FieldError[] } = {},
): Answer {
  const { errors, headers = {} } = more;
  return {
    status,
    headers,
    body: {
      message,
      ...(errors && { errors }),
      documentation_url: "https://docs.github.com/rest",
      status: `${status}`,
    },
  };
}

export function invalid(...errors: readonly FieldError[]): Refusal {
  return new Refusal(problem(422, "Validation Failed", { errors }));
}

export function notFound(): Refusal {
  return new Refusal(problem(404, "Not Found"));
}
