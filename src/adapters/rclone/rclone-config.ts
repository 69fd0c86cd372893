import { randomBytes } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ColdstoreError } from "../../model/errors.ts";
import { isTuning } from "../../model/rclone-arguments.ts";
import {
  type RcloneConfigText,
  type RcloneSection,
  readRcloneConfig,
  secretsOfOption,
} from "../../model/rclone-config-text.ts";
import type { Remote } from "./rclone-process.ts";

/** A remote's configuration where rclone finds it. */
export interface PlacedConfig extends AsyncDisposable {
  /** For `--config`. */
  readonly path: string;
  /** Values in it that must never be shown. */
  readonly secrets: readonly string[];
}

/**
 * Puts a remote's configuration where rclone finds it: text in a private file of the folder, which goes when it's disposed of.
 * Rejects with `settings` for what is no configuration, or has options that change how all of rclone works.
 */
export async function placeConfig(
  { name, root, config }: Remote,
  folder: string,
  warn: (sentence: string) => void,
): Promise<PlacedConfig> {
  switch (config.kind) {
    case "none":
      return placed(process.platform === "win32" ? "NUL" : "/dev/null", []);
    case "file": {
      const text = await readFile(config.path, "utf8").catch(() => "");
      return placed(config.path, fitSecrets(readRcloneConfig(text), { name, root }));
    }
    case "text": {
      const read = readRcloneConfig(config.text);
      if (read === undefined) throw noConfig();
      return placeText(read.text, fitSecrets(read, { name, root }), { folder, name, warn });
    }
  }
}

function placed(path: string, secrets: readonly string[]): PlacedConfig {
  return { path, secrets, async [Symbol.asyncDispose]() {} };
}

interface TextPlace {
  readonly folder: string;
  readonly name: string;
  readonly warn: (sentence: string) => void;
}

async function placeText(text: string, secrets: readonly string[], place: TextPlace): Promise<PlacedConfig> {
  const path = join(place.folder, `rclone-${randomBytes(6).toString("hex")}.conf`);
  await writeFile(path, text, { mode: 0o600, flag: "wx" });
  return {
    path,
    secrets,
    async [Symbol.asyncDispose]() {
      const now = await readFile(path, "utf8").catch(() => text);
      await rm(path, { force: true });
      if (isRenewed(text, now)) place.warn(rewritten(place.name));
    },
  };
}

/** Whether something that was there is another now, or a token came. What rclone found out of a host (`shell_type`) is nothing to keep. */
function isRenewed(before: string, now: string): boolean {
  const known = new Map(optionsOf(before));
  return optionsOf(now).some(([name, value]) =>
    known.has(name) ? known.get(name) !== value : name.endsWith("\ntoken"),
  );
}

function optionsOf(text: string): readonly (readonly [name: string, value: string])[] {
  const sections = readRcloneConfig(text)?.sections ?? [];
  return sections.flatMap(({ name, options }) => options.map((option) => [`${name}\n${option.name}`, option.value]));
}

function fitSecrets(
  config: RcloneConfigText | undefined,
  { name, root }: Pick<Remote, "name" | "root">,
): readonly string[] {
  const sections = config?.sections ?? [];
  for (const section of reachable(sections, root)) {
    const outer = section.options.find(
      (option) => /^(?:global|override)\./i.test(option.name) && !isTuning(option.name.replace(/^\w+\./, "")),
    );
    if (outer !== undefined) throw changesAll(name, section.name, outer.name);
  }
  return sections.flatMap(({ options }) => options.flatMap(secretsOfOption));
}

/** The section that a remote is of, and those that it rests on. */
function reachable(sections: readonly RcloneSection[], root: string): readonly RcloneSection[] {
  const texts = [root];
  const found = new Set<RcloneSection>();
  for (const text of texts)
    for (const section of sections)
      if (!found.has(section) && text.includes(`${section.name}:`)) {
        found.add(section);
        texts.push(...section.options.map(({ value }) => value));
      }
  return [...found];
}

function noConfig(): ColdstoreError {
  return new ColdstoreError(
    "settings",
    "rclone-config is no configuration of rclone's; give the text of an rclone.conf (sections in brackets, each with lines of name = value), as it is or in base64",
  );
}

function changesAll(name: string, section: string, option: string): ColdstoreError {
  return new ColdstoreError(
    "settings",
    `${name}: ${option} in section [${section}] of rclone's configuration would change how all of rclone works; take it out`,
  );
}

function rewritten(name: string): string {
  return `rclone renewed a token of ${name} in its copy of rclone-config, which is gone now; if the old one was for a single use, the next run can't sign in: renew it with \`rclone config reconnect\`, and use a remote that keeps its token (a service account, an application key) where there is one`;
}
