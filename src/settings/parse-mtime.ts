import { fine, type Parsed, wrong } from "./parsed.ts";

// What a tar header holds; the year 2242.
const latest = 0o77777777777;

/** Where files' times come from: `commit`, `keep`, or one time for all as whole seconds since 1970. */
export function parseMtime(text: string): Parsed<"commit" | "keep" | number> {
  if (text === "commit" || text === "keep") return fine(text);
  const epoch = parseEpoch(text);
  return epoch.ok ? epoch : wrong(`; give commit, keep or ${seconds}`);
}

/** Whole seconds since 1970, as `date +%s` prints them. */
export function parseEpoch(text: string): Parsed<number> {
  const epoch = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return epoch <= latest ? fine(epoch) : wrong(`; give ${seconds}, or unset it`);
}

const seconds = `whole seconds since 1970, up to ${latest}`;
