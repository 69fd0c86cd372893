import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { TreeEntry } from "../../src/ports/repository.ts";
import type { SnapshotEntry } from "../../src/steps/commit-tree.ts";
import { findContents } from "../../src/steps/find-contents.ts";
import { inspectTree } from "../../src/steps/inspect-tree.ts";
import { TarReader } from "../../src/steps/tar-reader.ts";
import { wholeTar } from "../../src/steps/whole-tar.ts";
import { type FixtureFile, type FixtureSpec, makeRepository } from "../support/git-fixture.ts";
import { memoryRepository } from "../support/memory-repository.ts";
import { openFolder } from "../support/open-fixture.ts";
import { quiet, sweep } from "../support/packed-archive.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";

/** A name of so many bytes, of letters or of two-byte characters. */
const nameOf = (bytes: number, wide: boolean, first: string) =>
  first + (wide ? "é".repeat(bytes >> 1) : letters.repeat(9).slice(0, bytes));

// The lengths at which ustar's fields of 100 and 155 bytes, and pax, take over are the ones that matter.
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 90, max: 105 }),
  fc.integer({ min: 145, max: 160 }),
  fc.integer({ min: 200, max: 230 }),
);

const folders = fc
  .array(fc.record({ length: lengths, wide: fc.boolean(), below: fc.nat({ max: 3 }) }), { minLength: 1, maxLength: 4 })
  .map((specs) => {
    const paths: string[] = [""];
    for (const [i, { length, wide, below }] of specs.entries()) {
      const parent = paths[below % paths.length] ?? "";
      paths.push(`${parent}${nameOf(length, wide, `d${i}`)}/`);
    }
    return paths;
  });

const file: fc.Arbitrary<FixtureFile> = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2000 }).map((size) => "x".repeat(size)) },
  { weight: 1, arbitrary: fc.constant({ executable: "#!/bin/sh\n" }) },
  { weight: 3, arbitrary: lengths.map((length) => ({ link: nameOf(length, false, "") })) },
  { weight: 1, arbitrary: fc.constant({ submodule: "c".repeat(40) }) },
);

const tree = fc
  .tuple(
    folders,
    fc.array(fc.record({ folder: fc.nat({ max: 4 }), length: lengths, wide: fc.boolean(), file }), {
      minLength: 1,
      maxLength: 12,
    }),
    fc.option(fc.nat({ max: 4 }), { freq: 2 }),
  )
  .map(([paths, leaves, ignored]) => {
    const files: [string | Uint8Array, FixtureFile][] = leaves.map((leaf, i) => {
      const path = `${paths[leaf.folder % paths.length]}${nameOf(leaf.length, leaf.wide, `f${i}`)}`;
      // Every seventh name isn't valid UTF-8.
      return [i % 7 === 6 ? Buffer.from(`${path}\xff`, "latin1") : path, leaf.file];
    });
    const folder = ignored === null ? "" : (paths[ignored % paths.length] ?? "");
    if (folder !== "") files.push([".gitattributes", `/${folder.slice(0, -1)} export-ignore\n`]);
    return files;
  });

const prefixes = fc.oneof(
  fc.constantFrom("", "p/", "a/b/c/", "no-slash"),
  lengths.map((length) => `${nameOf(length, false, "")}/`),
  fc.tuple(lengths, lengths).map(([a, b]) => `${nameOf(a, false, "")}/${nameOf(b, true, "")}/`),
);

test("the size of the tar and the place of every file in it are those that git archive gives", async () => {
  await fc.assert(
    fc.asyncProperty(tree, prefixes, async (files, prefix) => {
      using fixture = makeRepository({ files, bare: true });
      await using opened = await openFolder(fixture.path);
      const revision = await opened.repository.resolve("HEAD", quiet.signal);
      const tar = fixture.gitBytes("archive", `--prefix=${prefix}`, "HEAD");
      const visited: { entry: TreeEntry; offset: number }[] = [];
      const visit = (entry: TreeEntry, offset: number) => void visited.push({ entry, offset });
      const inspected = await inspectTree(
        { repository: opened.repository, revision, prefix },
        visit,
        quiet.signal,
      ).catch((error: Error) => error);
      if (inspected instanceof Error) {
        expect(inspected.message).toMatch(/has no files to archive/);
        return;
      }
      expect(inspected.tarBytes).toBe(tar.length);
      for (const { entry, offset } of visited) {
        const header = tar.subarray(offset - 512, offset);
        expect(header.toString("latin1", 257, 262)).toBe("ustar");
        const size = Number.parseInt(header.toString("latin1", 124, 135), 8);
        if (entry.type === "file") expect(size).toBe(entry.bytes);
        expect(String.fromCharCode(header[156]!)).toBe(
          { file: "0", symlink: "2", dir: "5", submodule: "5" }[entry.type],
        );
      }
    }),
    sweep(3),
  );
});

const putIn = fc.array(
  fc.record({
    lengths: fc.array(lengths, { minLength: 1, maxLength: 3 }),
    kind: fc.constantFrom("lfs", "file", "lib"),
  }),
  { minLength: 1, maxLength: 5 },
);

test("with submodules and contents put in, size and places are those of the tar that is made", async () => {
  await fc.assert(
    fc.asyncProperty(putIn, putIn, prefixes, async (outside, inside, prefix) => {
      const content = "content of a pointer\n".repeat(99);
      const library: FixtureSpec = { files: filesOf(inside, content), lfsStored: [content] };
      using fixture = makeRepository({ files: filesOf(outside, content, library), lfsStored: [content] });
      await using opened = await openFolder(fixture.path);
      const { repository } = opened;
      const revision = await repository.resolve("HEAD", quiet.signal);
      const policies = { submodules: "include", lfs: "include" } as const;
      const { tree, errors } = await findContents({ repository, revision, policies }, quiet.signal);
      expect(errors).toEqual([]);
      const places = new Map<number, SnapshotEntry>();
      const visit = (entry: SnapshotEntry, offset: number) => void places.set(offset, entry);
      const { tarBytes } = await inspectTree({ ...tree, prefix }, visit, quiet.signal);
      const recipe = { prefix, exportSubst: "stable" } as const;
      const tar = Buffer.concat(await Array.fromAsync(wholeTar({ tree, recipe, signal: quiet.signal })));
      expect(tarBytes).toBe(tar.length);
      const members = [...new TarReader().push(tar)].flatMap((event) => (event.kind === "member" ? event.member : []));
      const found = members.filter(({ path }) => path.length > Buffer.byteLength(prefix) || !prefix.endsWith("/"));
      expect(found.map(({ offset, path, size }) => [offset, Buffer.from(path).toString(), size])).toEqual(
        [...places].map(([offset, { path, type, bytes }]) => [
          offset,
          `${prefix}${path}${type === "file" ? "" : "/"}`,
          type === "file" ? bytes : 0,
        ]),
      );
    }),
    sweep(3),
  );
});

function filesOf(specs: readonly { lengths: readonly number[]; kind: string }[], lfs: string, library?: FixtureSpec) {
  const kinds: Record<string, FixtureFile> = {
    lfs: { lfs },
    file: "plain",
    lib: library ? { contains: library } : "x",
  };
  const path = (all: readonly number[], i: number) => all.map((length) => nameOf(length, false, `p${i}`)).join("/");
  return Object.fromEntries(specs.map((spec, i) => [path(spec.lengths, i), kinds[spec.kind] ?? ""]));
}

test("folders, files, links and submodules are counted, what is export-ignored isn't", async () => {
  const repository = memoryRepository({
    files: {
      "a/b/c": "123",
      "a/d": { link: "b/c" },
      lib: { submodule: "c".repeat(40) },
      "gone/x": "1",
      e: { executable: "45" },
    },
    exportIgnored: ["gone"],
  });
  const revision = await repository.resolve("HEAD", quiet.signal);
  const { counts, submodules } = await inspectTree({ repository, revision, prefix: "" }, () => {}, quiet.signal);
  expect(counts).toEqual({ files: 2, dirs: 3, symlinks: 1, bytes: 5 });
  expect(submodules).toEqual([{ path: "lib", commit: "c".repeat(40) }]);
});
