import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

const never = new AbortController().signal;

test("tens of thousands of blobs are read without git and us waiting for each other", async () => {
  using repository = makeRepository({ bare: true, files: { a: "a".repeat(3000), b: "b\n\n" } });
  await using opened = await openFolder(repository.path);
  const oids = [repository.git("rev-parse", "HEAD:a"), repository.git("rev-parse", "HEAD:b")];
  const asked = Array.from({ length: 20_000 }, (_, n) => oids[n % 2] ?? "");
  const sizes = new Map<number, number>();
  for await (const { data } of opened.repository.blobs(asked, never))
    sizes.set(data.length, (sizes.get(data.length) ?? 0) + 1);
  expect([...sizes]).toEqual([
    [3000, 10_000],
    [3, 10_000],
  ]);
});

test("a slow reader, and one that leaves early, do no harm", async () => {
  using repository = makeRepository({ bare: true, files: { a: Buffer.alloc(1 << 20, 7) } });
  await using opened = await openFolder(repository.path);
  const oid = repository.git("rev-parse", "HEAD:a");
  let read = 0;
  for await (const { data } of opened.repository.blobs(
    Array.from({ length: 100 }, () => oid),
    never,
  )) {
    await wait(10);
    expect(data.every((byte) => byte === 7)).toBe(true);
    if (++read === 5) break;
  }
  expect(read).toBe(5);
});

test("a tree isn't taken for a file's content", async () => {
  using repository = makeRepository({ bare: true, files: { "a/b": "1" } });
  await using opened = await openFolder(repository.path);
  const tree = repository.git("rev-parse", "HEAD:a");
  await expect(Array.fromAsync(opened.repository.blobs([tree], never))).rejects.toMatchObject({ failure: "source" });
  await expect(Array.fromAsync(opened.repository.blobPieces([tree], never))).rejects.toMatchObject({
    failure: "source",
  });
});

test("an abort while blobs are read rejects with its reason", async () => {
  using repository = makeRepository({ bare: true, files: { a: Buffer.alloc(1 << 20, 7) } });
  await using opened = await openFolder(repository.path);
  const oid = repository.git("rev-parse", "HEAD:a");
  const stop = new AbortController();
  const reason = new Error("stopped");
  const reading = (async () => {
    for await (const _ of opened.repository.blobs(
      Array.from({ length: 200 }, () => oid),
      stop.signal,
    ))
      stop.abort(reason);
  })();
  await expect(reading).rejects.toBe(reason);
});
