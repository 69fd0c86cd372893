import { expect, test } from "vitest";
import { settingSpecs, manual } from "../../src/settings/spec/table.ts";
import { modes } from "../../src/settings/spec/modes.ts";
import { ignoreProfiles, profileNames } from "../../src/model/ignore-profiles.ts";
import { exitCodeRows } from "../../src/render/exit-codes.ts";
import { standsIn } from "../../src/model/setting-spec.ts";
import { renderHelp } from "../../src/render/help.ts";
import { load, problemsOf, settingsOf } from "../support/config-disk.ts";

const topics = [
  undefined,
  ...modes.map(({ name }) => name),
  "config",
  "stores",
  "profiles",
  "exit-codes",
  "completion",
];

test.each(topics)("the help for %s fits 100 columns of plain characters, without trailing spaces", (topic) => {
  const text = renderHelp(manual(), topic);
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.split("\n")) expect(line).toMatch(/^(|[ -~]{0,99}[!-~])$/);
});

test("every topic has a text of its own, and the command line lets it be asked for", async () => {
  expect(new Set(topics.map((topic) => renderHelp(manual(), topic))).size).toBe(topics.length);
  for (const topic of topics.slice(1)) expect(await load({ argv: ["help", topic!] })).toEqual({ kind: "help", topic });
});

const flags = settingSpecs().filter((spec) => standsIn(spec, "flag"));

/** The flags that a help explains: at the start of a line, behind a short one or its space. */
const flagsOf = (text: string) =>
  [...text.matchAll(/^ {2}(?:-\w, | {4})--([a-z0-9-]+)/gm)].flatMap((match) => match[1] ?? []).sort();

test.each(modes.map(({ name }) => name))("the help of %s has each of its flags once, and no other mode's", (mode) => {
  const own = flags.filter((spec) => spec.modes.includes(mode) && spec.name !== "mode");
  expect(flagsOf(renderHelp(manual(), mode))).toEqual(own.map(({ name }) => name).sort());
});

test("general help has every mode and the first settings", () => {
  const text = renderHelp(manual());
  for (const { name } of modes) expect(text).toMatch(new RegExp(`^  ${name} `, "m"));
  const first = flags.filter(({ name, group }) => group === "first" && name !== "mode");
  expect(flagsOf(text)).toEqual(first.map(({ name }) => name).sort());
});

test.each(modes.flatMap(({ name, examples }) => examples.map(({ line }) => ({ name, line }))))(
  "the example works: $line",
  async ({ name, line }) => {
    const argv = line.replaceAll("'", "").split(" ").slice(1);
    const call = { argv, files: { "/repo/app-1.4.0.tar.gz": "" } };
    expect(await problemsOf(call)).toEqual([]);
    expect(await settingsOf(call)).toMatchObject({ mode: name });
  },
);

test.each(modes)("help says of $name --dry-run without a store what is so", async ({ name: mode, group }) => {
  expect(renderHelp(manual(), mode).replaceAll(/\s+/g, " ")).toContain("a dry run of snapshot or archive needs none");
  const problems = await problemsOf({ argv: [mode, "--dry-run"] });
  expect(problems.some((problem) => problem.startsWith("store "))).toBe(group !== "make");
});

test("help for profiles has each one with all its patterns, in their order", () => {
  const text = renderHelp(manual(), "profiles").replaceAll(/\s+/g, " ");
  expect(profileNames.length).toBeGreaterThan(5);
  for (const name of profileNames) expect(text).toContain(` ${name} ${ignoreProfiles[name]?.join(" ")} `);
});

test("the exit codes are those of the errors, each once, in order", () => {
  expect(exitCodeRows().map(([code]) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130]);
});

test("the config file of the help is a good one", async () => {
  const yaml = renderHelp(manual(), "config")
    .split("\n")
    .filter((line) => line.startsWith("    "))
    .map((line) => line.slice(4))
    .join("\n");
  const files = { "/repo/coldstore.yml": yaml };
  expect(await settingsOf({ argv: "snapshot --profile nightly", files })).toMatchObject({
    stores: [{ path: "/mnt/nas/cold" }],
    formats: ["tar.gz", "tar"],
    files: ["dist/*.whl"],
    prove: "read",
  });
});
