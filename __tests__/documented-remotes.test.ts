import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRcloneConfig } from "../src/model/rclone-config-text.ts";
import { testWith } from "./support/programs.ts";

const page = readFileSync(join(import.meta.dirname, "..", "docs", "stores.md"), "utf8");

interface Provider {
  readonly Name: string;
  readonly Options: readonly { readonly Name: string }[];
}

testWith(["rclone"], "docs/stores.md has remotes of kinds and with options that rclone knows", () => {
  const providers = JSON.parse(
    execFileSync("rclone", ["config", "providers"], { encoding: "utf8", maxBuffer: 1 << 26 }),
  ) as readonly Provider[];
  const blocks = [...page.matchAll(/^```ini\n(.*?)^```$/gmsu)].map(([, text = ""]) => text);
  // What object lock adds stands alone.
  const sections = blocks.flatMap(
    (text) => readRcloneConfig(text.startsWith("[") ? text : `[s3]\ntype = s3\n${text}`)?.sections ?? [],
  );
  expect(sections.length).toBe(blocks.length);
  expect(sections.length).toBeGreaterThan(9);
  for (const { name, options } of sections) {
    const type = options.find((option) => option.name === "type")?.value;
    const provider = providers.find((each) => each.Name === type);
    expect(provider, `${name} is of type ${type}`).toBeDefined();
    const known = ["type", ...(provider?.Options ?? []).map((option) => option.Name)];
    for (const option of options) expect(known, name).toContain(option.name);
  }
});

test("docs/stores.md has a policy that is JSON", () => {
  const [, policy = ""] = /^```json\n(.*?)^```$/msu.exec(page) ?? [];
  expect(JSON.parse(policy)).toMatchObject({ Statement: [{ Action: "s3:ListBucket" }, { Effect: "Allow" }] });
});
