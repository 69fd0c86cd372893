import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import { fixtureTime, makeRepository } from "./git-fixture.ts";
import { goldenLines } from "./golden-lines.ts";
import { makePlace } from "./run-cli.ts";
import { makeWorld } from "./world.ts";

// Made the golden sets of manifest schema 1: `node __tests__/support/make-golden.ts FOLDER`, a folder that isn't there yet. What
// is committed under fixtures/golden is never made again; a new schema gets a folder of its own beside it.

const into = process.argv[2] ?? fileURLToPath(new URL("../fixtures/golden/manifest-1", import.meta.url));
mkdirSync(into);
const store = join(into, "store");
using place = makePlace();
using repository = makeRepository({
  name: "golden",
  commits: [
    {
      time: fixtureTime,
      files: [
        ["README.md", "# Golden\n"],
        ["src/app.txt", "one line\n".repeat(50)],
        ["src/run.sh", { executable: "#!/bin/sh\necho golden\n" }],
        ["src/link", { link: "app.txt" }],
        ["é/日本.txt", "UTF-8\n"],
        ["empty", ""],
        // It stays out, as an empty folder.
        ["hollow", { submodule: "0123456789012345678901234567890123456789" }],
      ],
      tags: { "v1.0.0": "annotated" },
    },
    // No zip can hold it.
    { files: [[Buffer.from("bytes-\xff.txt", "latin1"), "no UTF-8\n"]], tags: { "v1.1.0": "light" } },
  ],
});
mkdirSync(join(repository.path, "hollow"), { recursive: true });
const output = join(place.path, "output.bin");
writeFileSync(output, "a build output\n");
const tars = ["tar.gz", "tar.zst", "tar"] as const;
const all = [...tars, "zip"] as const;

async function make(formats: readonly string[], ...args: readonly string[]): Promise<void> {
  const wanted = formats.flatMap((format) => ["--format", format]);
  const end = await place.run([...args, ...wanted, "--project", "example/golden", "--submodules", "exclude"]);
  if (end.code !== 0) throw new Error(end.stdout + end.stderr);
}

await make(all, "snapshot", repository.path, store, "--ref", "v1.0.0", "--freeze", "--files", output);
await make(tars, "snapshot", repository.path, store, "--ref", "v1.1.0");
repository.git("checkout", "-q", "v1.0.0");
await make(all, "archive", repository.path, store, "--mtime", String(fixtureTime));
// Parts smaller than the command line makes them.
const stores = [openFolderStore({ path: store, name: "store" })];
await makeWorld().snapshot({ formats: ["tar", "tar.gz"], splitSize: 4096 }, { stores });
writeFileSync(join(into, "trees.json"), `${JSON.stringify(await goldenLines(store, place), null, 2)}\n`);
process.stdout.write(`${basename(into)} is made\n`);
