import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { Outcome } from "../../src/model/report.ts";
import { renderJson } from "../../src/render/json.ts";
import { outcomeLines } from "../../src/render/outcome-lines.ts";
import { renderText } from "../../src/render/text.ts";
import { makeWorld, storedWorld } from "../support/world.ts";

const set = "a/b/snapshot/v1";
const row = (file: string, more: Partial<Outcome> = {}): Outcome => ({
  outcome: "corrupt",
  store: "./cold",
  set,
  file,
  detail: "changed: x",
  ...more,
});
const entries = (file: string, count: number) => Array.from({ length: count }, (_, i) => row(`${file}: e${i}`));

test("of many entries of one file the first ten are named, and the rest counted, file by file", () => {
  const lines = outcomeLines([
    row("a.tar"),
    ...entries("a.tar", 315),
    ...entries("b.zip", 10),
    ...entries("c.zip", 11),
  ]);
  expect(lines).toHaveLength(1 + 10 + 1 + 10 + 10 + 1);
  expect(lines[0]).toBe(`corrupt a.tar of ${set} in ./cold: changed: x`);
  expect(lines[10]).toBe(`corrupt a.tar: e9 of ${set} in ./cold: changed: x`);
  expect(lines[11]).toBe(`corrupt 305 more entries of a.tar of ${set} in ./cold; --json names them all`);
  expect(lines.at(-1)).toBe(`corrupt 1 more entry of c.zip of ${set} in ./cold; --json names them all`);
});

test("many damaged places of one file are counted as such", () => {
  const lines = outcomeLines(Array.from({ length: 25 }, (_, i) => row("a.zip", { detail: `byte ${i}` })));
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe(`corrupt 15 more places of a.zip of ${set} in ./cold; --json names them all`);
});

test("files themselves, and what isn't as bad, are never folded together", () => {
  const files = Array.from({ length: 30 }, (_, i) => row(`stray-${i}`));
  expect(outcomeLines(files)).toHaveLength(30);
  const sets = Array.from({ length: 30 }, (_, i): Outcome => ({ outcome: "ok", store: "./cold", set: `a/b/c/${i}` }));
  expect(outcomeLines(sets)).toHaveLength(30);
});

test.each(["tar.gz", "tar.zst", "zip"] as const)(
  "verify of a damaged %s prints a screen of lines, and all entries in --json",
  async (format) => {
    const files = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`dir/${i}.txt`, `content ${i}\n`]));
    const stored = await storedWorld({ formats: [format] }, { repository: { files, tags: { "v1.4.0": "annotated" } } });
    const key = stored.place.keys().find((each) => each.endsWith(`.${format}`))!;
    const bytes = stored.place.objects.get(key)!.data.length;
    for (let at = 40; at < bytes; at += 97) stored.place.flipByte(key, at);
    const report = await makeWorld({ place: stored.place }).verify();
    const named = report.outcomes.filter(({ file }) => file?.includes(": ")).length;
    const text = renderText(report, { color: false });
    expect(text.split("\n").length).toBeLessThan(30);
    if (named > 10) expect(text).toContain(`${named - 10} more entries`);
    const json: { outcomes: unknown[] } = JSON.parse(renderJson(report));
    expect(json.outcomes).toHaveLength(report.outcomes.length);
    expect(report.errors.every((error) => error instanceof ColdstoreError)).toBe(true);
  },
);
