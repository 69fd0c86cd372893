import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { standsIn } from "../../src/model/setting-spec.ts";
import { everyMode } from "../../src/settings/spec/modes.ts";
import { renderCompletion } from "../../src/render/completion.ts";
import { modes } from "../../src/settings/spec/modes.ts";
import { manual, settingSpecs } from "../../src/settings/spec/table.ts";
import { testWith } from "../support/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "coldstore-completion-"));
mkdirSync(join(folder, "cold store"));
writeFileSync(join(folder, "coldstore.yml"), "");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What bash offers for the last of these words. */
function bash(...words: readonly string[]): readonly string[] {
  const script = `${renderCompletion(manual(), "bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _coldstore; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync("bash", ["-c", script, "bash", ...words], { cwd: folder, encoding: "utf8" });
  return output.split("\n").filter((line) => line !== "");
}

testWith(["bash"], "bash completes modes, flags of the mode, and values", () => {
  expect(bash("coldstore", "")).toEqual([
    "snapshot",
    "archive",
    "list",
    "verify",
    "restore",
    "replicate",
    "help",
    "version",
    "completion",
  ]);
  expect(bash("coldstore", "sn")).toEqual(["snapshot"]);
  expect(bash("coldstore", "snapshot", "--pro")).toEqual(["--prove", "--project", "--profile"]);
  expect(bash("coldstore", "list", "--le")).toEqual([]);
  expect(bash("coldstore", "verify", "--le")).toEqual(["--level"]);
  expect(bash("coldstore", "verify", "--level", "")).toEqual(["list", "digest", "read", "drill"]);
  expect(bash("coldstore", "verify", "--level", "=", "re")).toEqual(["read"]);
  expect(bash("coldstore", "verify", "--level", "=")).toEqual(["list", "digest", "read", "drill"]);
  expect(bash("coldstore", "snapshot", "--milestone", "")).toEqual([]);
  expect(bash("coldstore", "help", "ver")).toEqual(["verify"]);
  expect(bash("coldstore", "completion", "")).toEqual(["bash", "zsh", "fish"]);
  expect(bash("coldstore", "--mode", "")).toEqual([...everyMode]);
  expect(bash("coldstore", "archive", "--ignore-profile", "py")).toEqual(["python"]);
  expect(bash("coldstore", "archive", "--mtime", "")).toEqual(["commit", "keep"]);
  expect(bash("coldstore", "archive", "--format", "tar.z")).toEqual(["tar.zst"]);
  expect(bash("coldstore", "snapshot", "--excl")).toEqual([]);
  expect(bash("coldstore", "snapshot", "--latest", "")).toEqual(["auto", "true", "false"]);
  expect(bash("coldstore", "help", "pro")).toEqual(["profiles"]);
});

testWith(["bash"], "bash completes paths, also with spaces", () => {
  expect(bash("coldstore", "snapshot", ".", "cold").toSorted()).toEqual(["cold store", "coldstore.yml"]);
  expect(bash("coldstore", "list", "--store", "cold ")).toEqual(["cold store"]);
});

test.each(["bash", "zsh", "fish"] as const)("%s has each flag of each mode", (shell) => {
  const script = renderCompletion(manual(), shell);
  for (const { name } of modes) expect(script).toContain(name);
  for (const spec of settingSpecs()) {
    const flag = new RegExp(shell === "fish" ? ` -l ${spec.name} ` : `--${spec.name}\\b`);
    expect(flag.test(script)).toBe(standsIn(spec, "flag"));
  }
});

for (const shell of ["zsh", "fish"] as const)
  testWith([shell], `${shell} finds no mistake in its script`, () => {
    const script = join(folder, `coldstore.${shell}`);
    writeFileSync(script, renderCompletion(manual(), shell));
    const run = spawnSync(shell, ["-n", script], { encoding: "utf8" });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: "" });
  });
