import { testWith } from "./programs.ts";
import { someOf } from "./some-of.ts";

/** Of the tests that are declared with what it hands over so many, as `someOf` draws them. */
export function someTests(count: number, declare: (testWith_: typeof testWith) => void): void {
  const tests: Parameters<typeof testWith>[] = [];
  declare((...each) => void tests.push(each));
  for (const each of someOf(tests, count)) testWith(...each);
}
