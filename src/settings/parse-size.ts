import { fine, type Parsed, wrong } from "./parsed.ts";

const least = 1024 ** 2;
const most = 1000 * 1024 ** 4;

/**
 * `1900MiB`, `2GB`, `500M` or plain bytes as a number of bytes. A single letter is binary, as for rclone, restic and
 * `split -b` of GNU; capitals don't count. Smaller parts than 1 MiB would be more than a store has use for.
 */
export function parseSize(text: string): Parsed<number> {
  const [, digits, letter = "", ending = ""] = /^(\d{1,15})([kmgt]?)(ib|i|b)?$/i.exec(text) ?? [];
  const power = "kmgt".indexOf(letter.toLowerCase()) + 1;
  const unitless = letter === "" && /^i/i.test(ending);
  const unit = letter !== "" && /^b$/i.test(ending) ? 1000 : 1024;
  const bytes = digits === undefined || unitless ? Number.NaN : Number(digits) * (letter === "" ? 1 : unit ** power);
  return bytes >= least && bytes <= most
    ? fine(bytes)
    : wrong("; give a size such as 1900MiB, 2GB or 500M, a whole number from 1MiB to 1000TiB");
}
