import { createCipheriv } from "node:crypto";
import { chmodSync, lutimesSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file, or a link, with the permissions that it has on the disk and its time in epoch seconds. */
type Planted = { readonly time: number } & (
  | { readonly data: string | Uint8Array; readonly mode: number }
  | { readonly link: string }
);

const long = "a long name ".repeat(9).trim();

/** Everything that formats write in ways of their own: long names, links, bits, times, sizes; names are UTF-8. */
const richTree: ReadonlyMap<string, Planted> = new Map([
  ["a file", { data: "one\n", mode: 0o644, time: 1_700_000_001 }],
  ["bin/run", { data: "#!/bin/sh\n", mode: 0o755, time: 1_600_000_000 }],
  ["bin/owner-only", { data: "#!/bin/sh\n", mode: 0o700, time: 1_600_000_002 }],
  ["private", { data: "mine\n", mode: 0o600, time: 1_500_000_000 }],
  ["open", { data: "all\n", mode: 0o666, time: 1_500_000_004 }],
  ["read only", { data: "r\n", mode: 0o444, time: 315_532_800 }],
  ["empty", { data: "", mode: 0o644, time: 1_000_000_000 }],
  ["big.bin", { data: noise(1_300_000), mode: 0o644, time: 1_999_999_998 }],
  ["text.txt", { data: "the same line again\n".repeat(120_000), mode: 0o644, time: 1_700_000_002 }],
  ["link", { link: "a file", time: 1_400_000_000 }],
  ["to a folder", { link: "bin", time: 1_400_000_002 }],
  ["dangling", { link: "not there/\u00fcnd so weiter", time: 1_400_000_004 }],
  ["far", { link: `${long}/${long}/nowhere`, time: 1_400_000_006 }],
  ["\u00fcn\u00ef/\u65e5\u672c \ud83e\uddca.txt", { data: "utf-8\n", mode: 0o644, time: 1_700_000_006 }],
  [`${long}/${long}/leaf`, { data: "deep\n", mode: 0o644, time: 1_700_000_008 }],
  ["n".repeat(255), { data: "255 bytes\n", mode: 0o644, time: 1_700_000_010 }],
  [`x/${"m".repeat(98)}`, { data: "100 bytes\n", mode: 0o755, time: 1_700_000_012 }],
  [`${`${long}/`.repeat(3)}bottom`, { data: "over 255 bytes\n", mode: 0o644, time: 1_700_000_014 }],
]);

/** Bytes that don't compress, always the same. */
export function noise(bytes: number): Buffer {
  const cipher = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(bytes));
}

/** Writes the tree into a folder, in an order of its own. */
export function plantRichTree(folder: string, order: "forwards" | "backwards" = "forwards"): void {
  const all = [...richTree];
  for (const [name, planted] of order === "forwards" ? all : all.reverse()) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if ("link" in planted) symlinkSync(planted.link, path);
    else {
      writeFileSync(path, planted.data);
      chmodSync(path, planted.mode);
    }
    lutimesSync(path, planted.time, planted.time);
  }
}

/** All paths of a folder, folders with a slash behind them, sorted. Links aren't gone into, as Node's own recursion does. */
export function pathsBelow(folder: string, path = ""): string[] {
  const entries = readdirSync(join(folder, path), { withFileTypes: true });
  const paths = entries.flatMap((entry) => {
    const below = `${path}${entry.name}`;
    return entry.isDirectory() ? [`${below}/`, ...pathsBelow(folder, `${below}/`)] : [below];
  });
  return paths.sort();
}
