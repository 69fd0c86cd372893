/** Runs `work` on the items of a source, at most `limit` at once, and gives the results in the items' order. */
export async function* inOrder<Item, Result>(
  source: AsyncIterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for await (const item of source) {
    const result = work(item);
    // It is met when its turn comes; a failure before that isn't "unhandled".
    result.catch(() => undefined);
    running.push(result);
    const [oldest] = running;
    if (running.length < limit || oldest === undefined) continue;
    void running.shift();
    yield await oldest;
  }
  for (const result of running) yield await result;
}
