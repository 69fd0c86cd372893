import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asColdstoreError } from "../../src/model/errors.ts";
import { findCompanions } from "../../src/steps/find-companions.ts";
import { MemoryStore } from "../support/memory-store.ts";
import { testWith } from "../support/programs.ts";
import { testIo } from "../support/store-fixtures.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);
const digest = createHash("sha256").update("archive").digest("hex");

/** What vouches for app.tar.gz in a folder with these other files. */
async function beside(files: Readonly<Record<string, string | Uint8Array>>) {
  const store = new MemoryStore();
  for (const [name, data] of Object.entries({ "app.tar.gz": "archive", ...files }))
    store.place.objects.set(name, { data: Buffer.from(data), modified: new Date(0) });
  return findCompanions(store, "app.tar.gz", testIo());
}

describe("what lies beside a file", () => {
  test("is never more than its bytes say, whatever they are", async () => {
    const name = fc.constantFrom(
      "SHA256SUMS",
      "app.SHA256SUMS",
      "app.tar.gz.sha256",
      "app.coldstore.json",
      "app.tar.gz.MANIFEST.json",
    );
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .array(
          fc.constantFrom(digest, digest.slice(1), " ", "  ", " *", "app.tar.gz", "./", "\n", "\r\n", "\\", "\0", "#"),
        )
        .map((parts) => Buffer.from(parts.join(""))),
    );
    await fc.assert(
      fc.asyncProperty(name, content, async (file, data) => {
        const found = await beside({ [file]: data }).catch((error: unknown) => asColdstoreError(error));
        if ("failure" in found) return expect(found.failure).not.toBe("bug");
        expect(["none", "checksum", "damaged"]).toContain(found.kind);
        if (found.kind === "checksum") expect(data.toString()).toContain(found.sha256);
      }),
      { seed, numRuns },
    );
  });

  testWith(["sha256sum"], "is taken for a digest where sha256sum takes it for one", () => {
    const folder = mkdtempSync(join(tmpdir(), "coldstore-sums-"));
    try {
      writeFileSync(join(folder, "app.tar.gz"), "archive");
      const lines = [
        `${digest}  app.tar.gz`,
        `${digest} *app.tar.gz`,
        `${digest}  ./app.tar.gz`,
        `${digest.toUpperCase()}  app.tar.gz`,
      ];
      for (const line of lines) {
        writeFileSync(join(folder, "SHA256SUMS"), `${"0".repeat(64)}  other\n${line}\n`);
        const run = spawnSync("sha256sum", ["-c", "--ignore-missing", "SHA256SUMS"], { cwd: folder, encoding: "utf8" });
        expect([line, run.stdout]).toEqual([line, expect.stringMatching(/^(\.\/)?app\.tar\.gz: OK/)]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    `${digest}  app.tar.gz`,
    `${digest} *app.tar.gz`,
    `${digest}  ./app.tar.gz`,
    `${digest.toUpperCase()}  app.tar.gz`,
  ])("is the digest of the line %s", async (line) => {
    const sums = `${"0".repeat(64)}  other\n${line}\r\n`;
    expect(await beside({ SHA256SUMS: sums })).toEqual({ kind: "checksum", file: "SHA256SUMS", sha256: digest });
  });

  test.each([
    `${digest}  other.tar.gz`,
    `${digest.slice(1)}  app.tar.gz`,
    `${digest}\tapp.tar.gz`,
    `x${digest}  app.tar.gz`,
  ])("is nothing by the line %s", async (line) => {
    expect(await beside({ SHA256SUMS: `${line}\n` })).toEqual({ kind: "none" });
  });
});
