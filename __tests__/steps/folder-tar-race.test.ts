import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, expect } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import type { FolderDisk } from "../../src/ports/folder.ts";
import { folderTar } from "../../src/steps/folder-tar.ts";
import { entriesOf } from "../support/entries-of.ts";
import { type LocalFolder, localFolder } from "../support/local-folder.ts";
import { testWith } from "../support/programs.ts";
import { sweep } from "../support/packed-archive.ts";

let folder: LocalFolder;
beforeEach(() => {
  folder = localFolder();
});
afterEach(() => folder[Symbol.dispose]());

const { signal } = new AbortController();
const { seed, numRuns } = sweep(12);

// Writes without an end, with pauses of up to 60 ms. At every moment a file has one character only, many times, or lines.
const writer = `
const fs = require("node:fs");
const [root, seed] = process.argv.slice(1);
let state = Number(seed);
const random = (below) => (state = (state * 48271) % 2147483647) % below;
const sizes = { small: 3000, middle: 3_000_000, large: 6_000_000 };
const content = (name) => Buffer.alloc(sizes[name] + random(2) * 1000, "abcdefgh"[random(8)]);
const replace = (name) => {
  fs.writeFileSync(root + "/../" + name + ".new", content(name));
  fs.renameSync(root + "/../" + name + ".new", root + "/" + name);
};
const overwrite = () => {
  const fd = fs.openSync(root + "/same", "w+");
  fs.writeSync(fd, Buffer.alloc(1_000_000, "abcdefgh"[random(8)]), 0, 1_000_000, 0);
  fs.closeSync(fd);
};
const inPlace = () => {
  const fd = fs.openSync(root + "/same", "r+");
  fs.writeSync(fd, Buffer.alloc(1_000_000, "abcdefgh"[random(8)]), 0, 1_000_000, 0);
  fs.closeSync(fd);
};
const append = () => fs.appendFileSync(root + "/log", "0123456789\\n");
const cut = () => fs.truncateSync(root + "/log", 0);
const acts = [() => replace("small"), () => replace("middle"), () => replace("large"), inPlace, inPlace, append, append, append, cut];
overwrite();
append();
for (const name of Object.keys(sizes)) replace(name);
process.stdout.write("ready");
const turn = () => {
  acts[random(acts.length)]();
  setTimeout(turn, random(60));
};
turn();
`;

async function packOnce(disk: FolderDisk): Promise<Buffer | ColdstoreError> {
  try {
    const making = folderTar({ entries: entriesOf(disk), prefix: "", lfs: "fail", mtimeOfPrefix: 0, signal });
    return Buffer.concat(await Array.fromAsync(making));
  } catch (error) {
    if (error instanceof ColdstoreError) return error;
    throw error;
  }
}

function contentsOf(tar: Buffer): ReadonlyMap<string, Buffer> {
  const read = (name: string): Buffer =>
    execFileSync("tar", ["-xOf", "-", name], { input: tar, maxBuffer: 1 << 28, stdio: "pipe" });
  return new Map(["small", "middle", "large", "same", "log"].map((name) => [name, read(name)]));
}

testWith(
  ["tar"],
  "files that another process writes are in a tar as they were at one moment, or there is no tar",
  async () => {
    folder.folder("root");
    const disk = folder.disk.at(`${folder.root}/root`);
    const child = spawn(process.execPath, ["-e", writer, `${folder.path}/root`, String(seed)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      await once(child.stdout, "data");
      let tars = 0;
      for (let i = 0; i < numRuns; i++) {
        const made = await packOnce(disk);
        if (made instanceof ColdstoreError) {
          expect(made).toMatchObject({ failure: "source", message: expect.stringMatching(/chang|vanished/) });
          continue;
        }
        tars += 1;
        for (const [name, content] of contentsOf(made)) {
          if (name === "log") expect(content.toString()).toMatch(/^(0123456789\n)*$/);
          else expect(content.equals(Buffer.alloc(content.length, content[0]))).toBe(true);
        }
      }
      expect(tars).toBeGreaterThan(0);
    } finally {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  },
);
