import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isInstalled } from "../support/installed.ts";
import { makeRepository } from "../support/git-fixture.ts";
import { makePlace } from "../support/run-cli.ts";
import { onlySet } from "../support/stored-set.ts";

const arm64Node = process.env["COLDSTORE_ARM64_NODE"] ?? "";
const libraries = "/usr/aarch64-linux-gnu";

/** Why Node for arm64 can't be run here; undefined when it can. */
function obstacle(): string | undefined {
  if (!existsSync(arm64Node)) return "COLDSTORE_ARM64_NODE doesn't name an arm64 Node";
  if (!isInstalled("qemu-aarch64")) return "not installed: qemu-aarch64 (qemu-user)";
  return existsSync(libraries) ? undefined : "not installed: libc6-arm64-cross";
}

test("on another processor the same commit gives the same files to the byte", async (context) => {
  const why = obstacle();
  if (why !== undefined && process.env["CI"] === "true") throw new Error(why);
  context.skip(why !== undefined, why);
  const text = Array.from({ length: 40_000 }, (_, n) => `line ${n * 7919} of ${n % 13}\n`).join("");
  using repository = makeRepository({
    files: { "a.txt": text, "sub/b.bin": Buffer.from(text).map((byte, n) => byte ^ (n & 31)), ünï: { link: "a.txt" } },
    tags: { "v1.0.0": "annotated" },
  });
  using place = makePlace();
  const args = ["snapshot", repository.path, "--ref", "v1.0.0", "--record", "environment"];
  expect(await place.run([...args, place.store])).toMatchObject({ code: 0 });
  const other = join(place.path, "other");
  const end = await place.run([...args, other], { node: ["qemu-aarch64", "-L", libraries, arm64Node] });
  expect(end).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: /) });
  const [here, there] = [onlySet(place.store), onlySet(other)];
  expect(JSON.stringify(there.manifest.run.environment)).toContain('"arm64"');
  expect(there.manifest.content).toEqual(here.manifest.content);
  for (const ending of ["tar.gz", "files.jsonl.gz", "SHA256SUMS", "RESTORE.md"] as const)
    expect([ending, readFileSync(there.path(ending)).equals(readFileSync(here.path(ending)))]).toEqual([ending, true]);
  expect(await place.run(["verify", other, "--level", "read"])).toMatchObject({ code: 0 });
});
