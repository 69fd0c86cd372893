import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeRepository, type GitFixture } from "./git-fixture.ts";

/** A bare repository whose archive has so many MB that don't compress, and which takes a hundredth of that on the disk. */
export function makeLargeRepository(megabytes: number): GitFixture {
  const repository = makeRepository({ bare: true });
  const file = join(repository.around, "block");
  const copies = 100;
  writeFileSync(file, randomBytes(Math.ceil((megabytes * 1e6) / copies)));
  const blob = repository.git("-c", "core.compression=0", "hash-object", "-w", file);
  const entries = Array.from({ length: copies }, (_, n) => ["--cacheinfo", `100644,${blob},${n}.bin`]);
  repository.git("update-index", "--add", ...entries.flat());
  const commit = repository.git("commit-tree", repository.git("write-tree"), "-m", "large");
  repository.git("update-ref", "refs/heads/main", commit);
  return repository;
}
