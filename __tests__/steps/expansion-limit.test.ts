import { expect, test } from "vitest";
import { ExpansionLimit } from "../../src/steps/expansion-limit.ts";

const MiB = 1024 * 1024;

test("an archive with a manifest may hold as much as that says, to the byte", () => {
  const limit = new ExpansionLimit({ saidBytes: 100 });
  limit.bytes(60);
  limit.bytes(40);
  limit.bytes(0);
  expect(() => limit.bytes(1)).toThrow(
    expect.objectContaining({
      failure: "unsafe",
      message: expect.stringContaining("more than the 100 bytes") as string,
    }),
  );
});

test("one without may hold a thousand times its size", () => {
  const limit = new ExpansionLimit({ archiveBytes: MiB });
  for (let i = 0; i < 1000; i += 1) limit.bytes(MiB);
  expect(() => limit.bytes(1)).toThrow(expect.objectContaining({ failure: "unsafe" }));
});

test("a small archive may hold 64 MiB, however well it was packed", () => {
  const limit = new ExpansionLimit({ archiveBytes: 100 });
  limit.bytes(64 * MiB);
  expect(() => limit.bytes(1)).toThrow("over 1000 times its size");
});

test("ten million entries are the most", () => {
  const limit = new ExpansionLimit({ archiveBytes: 1e12 });
  for (let i = 0; i < 10_000_000; i += 1) limit.entry();
  expect(() => limit.entry()).toThrow(expect.objectContaining({ failure: "unsafe" }));
});
