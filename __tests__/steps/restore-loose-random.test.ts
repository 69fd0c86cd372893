import * as fc from "fast-check";
import { spawn } from "node:child_process";
import { expect } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { MemoryTarget } from "../support/memory-target.ts";
import { sweep } from "../support/packed-archive.ts";
import { testWith } from "../support/programs.ts";
import { restoreBytes } from "../support/restore-bytes.ts";

/** Packs trees, one a line of JSON, by Python's own modules; one process for all of them. */
const script = `
import sys, json, io, tarfile, zipfile, stat
for line in sys.stdin:
    job = json.loads(line)
    out = io.BytesIO()
    if job["format"] == "zip":
        with zipfile.ZipFile(out, "w", job["method"]) as z:
            for e in job["entries"]:
                i = zipfile.ZipInfo(e["path"] + ("/" if e["type"] == "dir" else ""), (2020, 2, 3, 4, 5, 6))
                kind = {"dir": stat.S_IFDIR, "file": stat.S_IFREG, "symlink": stat.S_IFLNK}[e["type"]]
                i.external_attr = (kind | e["mode"]) << 16
                i.create_system = 3
                i.compress_type = job["method"]
                with z.open(i, "w", force_zip64=job["large"]) as f:
                    f.write({"dir": "", "file": e["data"], "symlink": e["link"]}[e["type"]].encode())
    else:
        with tarfile.open(fileobj=out, mode="w:" + job["compression"], format=job["tar"]) as t:
            for e in job["entries"]:
                i = tarfile.TarInfo(e["path"])
                i.mode, i.mtime = e["mode"], 1580702706
                data = e["data"].encode() if e["type"] == "file" else b""
                i.type = {"dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "symlink": tarfile.SYMTYPE}[e["type"]]
                i.linkname = e["link"] if e["type"] == "symlink" else ""
                i.size = len(data)
                t.addfile(i, io.BytesIO(data))
    data = out.getvalue()
    sys.stdout.buffer.write(len(data).to_bytes(8, "big") + data)
    sys.stdout.flush()
`;

interface Spec {
  readonly path: string;
  readonly type: "file" | "dir" | "symlink";
  readonly mode: number;
  readonly data: string;
  readonly link: string;
}

// Half of a surrogate pair is no name; what is unsafe has its own tests.
const name = fc
  .string({ minLength: 1, maxLength: 40, unit: "grapheme" })
  .filter((text) => text.isWellFormed() && !/[/\\\0]/.test(text) && Buffer.byteLength(text) < 200)
  .map((text) => `n${text.toLowerCase()}`);
const spec: fc.Arbitrary<Spec> = fc.record({
  path: fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/")),
  type: fc.constantFrom("file", "file", "dir", "symlink"),
  mode: fc.constantFrom(0o644, 0o755, 0o600, 0o444, 0o777),
  data: fc.string({ maxLength: 2000 }).filter((text) => text.isWellFormed()),
  link: name,
});

/** Each path once, and none in what is no folder. */
function tidy(specs: readonly Spec[]): readonly Spec[] {
  const taken = new Map<string, Spec["type"]>();
  return specs.filter(({ path, type }) => {
    const above = path
      .split("/")
      .map((_, i, parts) => parts.slice(0, i).join("/"))
      .slice(1);
    if (taken.has(path) || above.some((folder) => (taken.get(folder) ?? "dir") !== "dir")) return false;
    for (const folder of above) taken.set(folder, "dir");
    taken.set(path, type);
    return true;
  });
}

testWith(
  ["python3"],
  "whatever tree Python packs comes back the same, and a changed byte is at worst refused",
  async () => {
    const python = spawn("python3", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
    const chunks = python.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    let buffer = Buffer.alloc(0);
    const take = async (bytes: number): Promise<Buffer> => {
      while (buffer.length < bytes) buffer = Buffer.concat([buffer, (await chunks.next()).value as Buffer]);
      const taken = buffer.subarray(0, bytes);
      buffer = buffer.subarray(bytes);
      return taken;
    };
    const job = fc.record({
      format: fc.constantFrom("zip", "tar"),
      method: fc.constantFrom(0, 8),
      large: fc.boolean(),
      compression: fc.constantFrom("", "gz"),
      tar: fc.constantFrom(1, 2),
      entries: fc.array(spec, { maxLength: 12 }).map(tidy),
      at: fc.nat(),
    });
    try {
      await fc.assert(
        fc.asyncProperty(job, async ({ at, ...packing }) => {
          python.stdin.write(`${JSON.stringify(packing)}\n`);
          const archive = Buffer.from(await take(Number((await take(8)).readBigUInt64BE())));
          const { tree } = await restoreBytes(archive, { outwardLinks: "keep", chunk: 700 });
          const found = [...tree].filter(([, entry]) => entry.type !== "dir" || entry.mtime !== undefined);
          const made = found.map(([path, entry]) => [
            path,
            entry.type,
            ...(entry.type === "symlink" ? [Buffer.from(entry.link, "latin1").toString()] : [entry.mode, entry.mtime]),
            ...(entry.type === "file" ? [Buffer.from(entry.data).toString()] : []),
          ]);
          const wanted = packing.entries.map(({ path, type, mode, data, link }) => [
            path,
            type,
            ...(type === "symlink" ? [link] : [mode, 1580702706]),
            ...(type === "file" ? [data] : []),
          ]);
          const order = (rows: unknown[][]): unknown[][] =>
            rows.sort((a, b) => Buffer.compare(Buffer.from(String(a[0])), Buffer.from(String(b[0]))));
          expect(order(made)).toEqual(order(wanted));
          const damaged = Buffer.from(archive);
          damaged[at % archive.length] = damaged[at % archive.length]! ^ 0x10;
          await restoreBytes(damaged, { target: new MemoryTarget(), outwardLinks: "keep" }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(ColdstoreError);
            expect((error as ColdstoreError).failure).toMatch(/^(integrity|unsafe|not-found)$/);
          });
        }),
        sweep(60),
      );
    } finally {
      python.kill();
    }
  },
);
