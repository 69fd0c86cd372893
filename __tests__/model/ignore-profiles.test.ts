import { describe, expect, test } from "vitest";
import { ignoreProfiles, profileNames } from "../../src/model/ignore-profiles.ts";
import { PatternList } from "../../src/steps/pattern-list.ts";

function leaves(profile: string, path: string): boolean {
  return PatternList.of(ignoreProfiles[profile] ?? []).decide(path) === "leave";
}

test("the profiles that are promised are there, each with patterns that leave something out", () => {
  expect(profileNames).toEqual(expect.arrayContaining(["data", "java", "latex", "node", "python", "rust"]));
  expect(profileNames).toEqual(Object.keys(ignoreProfiles).sort());
  for (const patterns of Object.values(ignoreProfiles)) {
    expect(new Set(patterns).size).toBe(patterns.length);
    for (const pattern of patterns) expect(pattern).toMatch(/^[^!#\s][^\s]*$/);
  }
});

describe.each([
  {
    profile: "node",
    out: ["node_modules/x/i.js", "web/.next/y"],
    kept: ["package-lock.json", "dist/x.js", "src/a.ts"],
  },
  { profile: "python", out: ["a/__pycache__/b.pyc", "c.pyo", ".venv/bin/python"], kept: ["a.py", "env/x", "data.h5"] },
  { profile: "rust", out: ["target/debug/app"], kept: ["Cargo.lock", "src/target.rs", "target/notes.txt"] },
  { profile: "java", out: ["target/classes/A.class", ".gradle/x"], kept: ["lib/a.jar", "build/readme.md"] },
  { profile: "latex", out: ["p.aux", "ch/p.synctex.gz"], kept: ["p.tex", "p.pdf", "p.bib"] },
  { profile: "data", out: [".ipynb_checkpoints/a.ipynb"], kept: ["a.ipynb", "data.csv", "model.ckpt"] },
  { profile: "os", out: [".DS_Store", "a/Thumbs.db", "desktop.ini", "$RECYCLE.BIN/x"], kept: ["store"] },
  { profile: "editors", out: ["a.txt~", ".a.swp", "#a#", ".#a"], kept: [".vscode/settings.json", "a#b"] },
])("$profile", ({ profile, out, kept }) => {
  test.each(out)("leaves out %s", (path) => expect(leaves(profile, path)).toBe(true));
  test.each(kept)("keeps %s", (path) => expect(leaves(profile, path)).toBe(false));
});
