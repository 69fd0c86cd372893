import { describe, expect, test } from "vitest";
import { manual, settingSpecs } from "../../../src/settings/spec/table.ts";
import {
  choosingModes,
  everyMode,
  makingModes,
  modes,
  readingModes,
  writingModes,
} from "../../../src/settings/spec/modes.ts";
import { parseSetting } from "../../../src/settings/values.ts";

const place = { base: "/repo", home: "/home/me" };

describe.each(settingSpecs())("$name", (spec) => {
  test("its example and its default are fine values", () => {
    const problems: string[] = [];
    for (const text of [spec.example, spec.default].filter((each) => each !== undefined))
      parseSetting(spec, [{ text, label: spec.name }], place, problems);
    expect(problems).toEqual([]);
  });

  test("it belongs to a group and to modes that exist, and its help is a phrase", () => {
    expect(manual().groups.map(({ name }) => name)).toContain(spec.group);
    expect(everyMode).toEqual(expect.arrayContaining([...spec.modes]));
    expect(spec.modes.length).toBeGreaterThan(0);
    expect(spec.help).toMatch(/^\S[ -~]+[^.\s]$/);
    expect(spec.name).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  });
});

test("the modes of the setting mode, of the modes table and of the lists by group are the same", () => {
  const names: readonly string[] = modes.map(({ name }) => name);
  const choice = settingSpecs().find(({ name }) => name === "mode")?.kind;
  expect(choice).toEqual({ type: "choice", values: names });
  expect(everyMode).toEqual(names);
  expect(makingModes).toEqual(modes.filter(({ group }) => group === "make").map(({ name }) => name));
  const ofGroups = (...groups: readonly string[]) =>
    modes.filter(({ group }) => groups.includes(group)).map(({ name }) => name);
  expect(readingModes).toEqual(ofGroups("look", "get back"));
  expect(choosingModes).toEqual(ofGroups("look", "get back", "keep house"));
  expect(writingModes).toEqual(ofGroups("make", "keep house"));
});

test("short flags are one letter, each of one setting, and switches", () => {
  const short = settingSpecs().filter((spec) => spec.short !== undefined);
  expect(new Set(short.map((spec) => spec.short)).size).toBe(short.length);
  for (const spec of short) expect(`${spec.short} ${spec.kind.type}`).toMatch(/^[A-Za-z] boolean$/);
});
