import { createHash } from "node:crypto";
import { noise } from "./rich-tree.ts";
import { buildTar, type TarSpec } from "./tar-builder.ts";

export const filesInLargeTree = 5000;

/**
 * A tree whose file list has several blocks and is too large to be read whole for a path: numbered folders of numbered files,
 * neighbours that sort oddly, links, empty folders, empty files and some larger than blocks.
 */
function largeTree(files = filesInLargeTree): readonly TarSpec[] {
  const specs: TarSpec[] = [{ name: "p/" }];
  for (let i = 0; i < files; i++) {
    if (i % 100 === 0) specs.push({ name: `p/${folderOf(i)}/` });
    specs.push({ name: `p/${pathOf(i)}`, data: contentOf(i), mode: i % 7 === 0 ? 0o775 : 0o664 });
  }
  return [...specs, ...oddNeighbours];
}

/** The path of a file, without the prefix. */
export function pathOf(i: number): string {
  return `${folderOf(i)}/f${String(i).padStart(6, "0")}.txt`;
}

export function folderOf(i: number): string {
  return `d${String(Math.floor(i / 100)).padStart(4, "0")}`;
}

/** Small, and unlike any other; every hundredth is empty. */
function contentOf(i: number): string {
  return i % 100 === 50 ? "" : `${i} ${createHash("sha256").update(String(i)).digest("base64")}\n`;
}

export const longName = "long".repeat(30);

/** In git's order, in which a folder's name has a slash behind it. */
const oddNeighbours: readonly TarSpec[] = [
  { name: "p/x", data: "a file\n" },
  { name: "p/x!", data: "before a slash\n" },
  { name: "p/x.b", data: "a dot is, too\n" },
  { name: "p/x0", data: "behind a slash\n" },
  { name: "p/y!/" },
  { name: "p/y!/in", data: "in another\n" },
  { name: "p/y.b", data: "beside\n" },
  { name: "p/y/" },
  { name: "p/y/*", data: "a star\n" },
  { name: "p/y/[a]", data: "brackets\n" },
  { name: "p/y/b", data: "in y\n" },
  { name: "p/y/empty/" },
  { name: "p/y/link", flag: "2", link: "b", mode: 0o777 },
  { name: "p/y0", data: "behind\n" },
  { name: "p/z/" },
  { name: "p/z/1", flag: "2", link: "large", mode: 0o777 },
  { name: "p/z/2/" },
  { name: "p/z/empty", data: "" },
  { name: "p/z/large", data: noise(3_500_000) },
  { name: `p/z/${longName}/` },
  { name: `p/z/${longName}/name`, data: "pax\n" },
  { name: "p/z/ünï", data: "utf-8\n" },
  { name: "p/zz/" },
  { name: "p/zz/last", flag: "2", link: "../y", mode: 0o777 },
  { name: "p/zz/very last/" },
];

export function largeTar(): Buffer {
  return buildTar(largeTree());
}
