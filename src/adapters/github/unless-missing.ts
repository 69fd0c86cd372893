import { answerWithin } from "./github-answer.ts";

/** What the call comes to; undefined when GitHub has no such thing, or nothing in the repository at all. */
export async function unlessMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (thrown) {
    const answer = answerWithin(thrown);
    if (answer?.status === 404 || (answer?.status === 409 && /empty/iu.test(answer.message))) return undefined;
    throw thrown;
  }
}
