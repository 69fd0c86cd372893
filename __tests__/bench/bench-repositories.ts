import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

const packages = [
  "next@15.0.3",
  "@mui/icons-material@6.1.0",
  "@mui/material@6.1.0",
  "date-fns@4.1.0",
  "lodash@4.17.21",
  "rxjs@7.8.1",
  "typescript@5.6.2",
  "three@0.169.0",
  "core-js@3.38.1",
  "antd@5.21.0",
  "aws-sdk@2.1691.0",
];

/** A repository of one commit with about 78,000 files of pinned npm packages (a tar of 625 MB), made once in the cache. */
export function packageTree(cache: string): string {
  return made(join(cache, "package-tree"), (folder) => {
    writeFileSync(join(folder, "package.json"), '{"name":"tree","private":true}\n');
    const flags = ["--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error"];
    execFileSync("npm", ["install", ...flags, ...packages], { cwd: folder, stdio: "inherit" });
    commitAll(folder, []);
  });
}

/** A repository of ten small files. */
export function tenFiles(cache: string): string {
  return made(join(cache, "ten-files"), (folder) => {
    for (let i = 0; i < 10; i += 1) writeFileSync(join(folder, `file-${i}.txt`), `line ${i}\n`.repeat(100));
    commitAll(folder, []);
  });
}

/** A repository of one small file, whose commit has the tag v1.0.0. */
export function tagged(cache: string): string {
  return made(join(cache, "tagged"), (folder) => {
    writeFileSync(join(folder, "file.txt"), "one\n");
    commitAll(folder, []);
    execFileSync("git", ["tag", "v1.0.0"], { cwd: folder });
  });
}

/** A file of its own, every other MiB of it beyond compression. */
export function looseFile(cache: string, mebibytes: number): string {
  const folder = made(join(cache, `loose-${mebibytes}`), (into) => writeLarge(join(into, "large.bin"), mebibytes));
  return join(folder, "large.bin");
}

/** A folder of very small files, in no repository. */
export function manyTinyFiles(cache: string, count: number): string {
  return made(join(cache, `tiny-files-${count}`), (folder) => {
    for (let i = 0; i < count; i += 1) {
      const inner = join(folder, String(i % 200), String(i % 7));
      if (i < 1400) mkdirSync(inner, { recursive: true });
      writeFileSync(join(inner, `${i}.txt`), `file ${i}\n`);
    }
  });
}

/** A repository of one large file, every other MiB of it beyond compression; the work tree is left without it. */
export function oneLargeFile(cache: string, mebibytes: number): string {
  return made(join(cache, `one-file-${mebibytes}`), (folder) => {
    const file = join(folder, "large.bin");
    writeLarge(file, mebibytes);
    commitAll(folder, ["-c", "core.compression=0", "-c", "pack.compression=0"]);
    rmSync(file);
  });
}

// The mark is written last: a folder without it is what a broken run left behind.
function made(folder: string, make: (folder: string) => void): string {
  const mark = `${folder}.ready`;
  if (existsSync(mark)) return folder;
  process.stderr.write(`making ${folder}\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(mark, "");
  return folder;
}

function commitAll(folder: string, flags: readonly string[]): void {
  const git = (...args: readonly string[]) =>
    execFileSync("git", [...flags, ...args], { cwd: folder, stdio: "inherit" });
  git("init", "--quiet", ".");
  git("add", "--all", "--force", ".");
  git("-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "--quiet", "--message=tree");
  git("repack", "-adq");
}

function writeLarge(file: string, mebibytes: number): void {
  const stream = createCipheriv("aes-128-ctr", Buffer.alloc(16), Buffer.alloc(16));
  const zeros = Buffer.alloc(1024 * 1024);
  const handle = openSync(file, "w");
  for (let i = 0; i < mebibytes; i += 1) writeSync(handle, i % 2 === 0 ? stream.update(zeros) : zeros);
  closeSync(handle);
}

/** Files of HEAD, and the bytes of its tar. */
export function sizeOf(repository: string): { readonly files: number; readonly tarBytes: number } {
  const list = execFileSync("git", ["ls-tree", "-rz", "--name-only", "HEAD"], { cwd: repository, maxBuffer: 1 << 28 });
  const count = execFileSync("bash", ["-c", "git archive --format=tar HEAD | wc -c"], { cwd: repository });
  return { files: list.toString("latin1").split("\0").length - 1, tarBytes: Number(count) };
}

/** The model name of the processor, where Linux tells it. */
export function processorName(): string {
  if (!existsSync("/proc/cpuinfo")) return process.arch;
  return /^model name\s*: (.+)$/mu.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? process.arch;
}
