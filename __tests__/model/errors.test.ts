import { expect, test } from "vitest";
import {
  asColdstoreError,
  ColdstoreError,
  exitCodeOf,
  SeveralErrors,
  worstOf,
  type Failure,
} from "../../src/model/errors.ts";

const documented: readonly (readonly [Failure, number])[] = [
  ["interrupted", 130],
  ["bug", 1],
  ["settings", 2],
  ["unsafe", 9],
  ["integrity", 6],
  ["conflict", 10],
  ["source", 3],
  ["store", 5],
  ["not-found", 7],
  ["partial", 4],
  ["stale", 8],
];

test.each(documented)("%s is exit %d", (failure, exit) => expect(exitCodeOf([failure])).toBe(exit));

test("of several failures the gravest decides, in the documented order", () => {
  for (const [i, [failure, exit]] of documented.entries()) {
    const lighter = documented
      .slice(i)
      .map(([each]) => each)
      .toReversed();
    expect([worstOf(lighter), exitCodeOf(lighter)]).toEqual([failure, exit]);
  }
  expect([worstOf([]), exitCodeOf([])]).toEqual([undefined, 0]);
});

test("several errors are one, of the gravest kind, with a line for each", () => {
  const error = new SeveralErrors([new ColdstoreError("store", "one"), new ColdstoreError("integrity", "two")]);
  expect([error.failure, error.message]).toEqual(["integrity", "one\ntwo"]);
});

test("what is thrown becomes ours: ours untouched, an abort as its reason, anything else as a bug with its cause", () => {
  const ours = new ColdstoreError("interrupted", "stopped");
  expect(asColdstoreError(ours)).toBe(ours);
  const abort = new DOMException("aborted", "AbortError");
  Object.defineProperty(abort, "cause", { value: ours });
  expect(asColdstoreError(abort)).toBe(ours);
  const stray = new TypeError("x is not a function");
  expect(asColdstoreError(stray)).toMatchObject({ failure: "bug", message: "x is not a function", cause: stray });
  expect(asColdstoreError("text")).toMatchObject({ failure: "bug", message: "text" });
});
