import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TarEditor, type TarEdit, type TarVerdict } from "../../src/steps/tar-editor.ts";
import { TarReader, type TarMember } from "../../src/steps/tar-reader.ts";
import { chunksOf, sweep } from "../support/packed-archive.ts";
import { buildTar, member, pax, type TarSpec } from "../support/tar-builder.ts";

const verdicts = ["keep", "drop", "extend", "replace"] as const;

const specs: fc.Arbitrary<readonly { spec: TarSpec; verdict: TarVerdict }[]> = fc.array(
  fc.record({
    verdict: fc.constantFrom(...verdicts),
    spec: fc.oneof(
      fc.record({ name: fc.constantFrom("a", "b/", "x".repeat(300)), data: fc.constant("") }),
      fc.record({
        name: fc.constantFrom("f", "g".repeat(150)),
        data: fc.string({ maxLength: 3000, unit: "grapheme" }),
      }),
      fc.record({
        name: fc.constant("link"),
        flag: fc.constant("2"),
        link: fc.constantFrom("to", "t".repeat(200)),
      }),
    ),
  }),
  { maxLength: 12 },
);

/** The edited bytes, with a mark where the editor told of a member. */
function edited(tar: Buffer, edit: TarEdit, chunkBytes: number): Buffer {
  const editor = new TarEditor(edit);
  const parts: Uint8Array[] = [];
  for (const chunk of chunksOf(tar, chunkBytes))
    for (const piece of editor.push(chunk))
      parts.push(piece.kind === "bytes" ? Buffer.from(piece.bytes) : markOf(piece.member));
  editor.end();
  return Buffer.concat(parts);
}

const markOf = ({ path, size }: Pick<TarMember, "path" | "size">) =>
  Buffer.from(`<${Buffer.from(path).toString()} ${size}>`);

const inTurn = (all: readonly TarVerdict[]) => {
  let i = 0;
  return () => all[i++] ?? "keep";
};

test("each member is kept, dropped, extended or replaced as it is told, whatever the chunks", () => {
  fc.assert(
    fc.property(
      specs,
      fc.constantFrom("keep", "drop"),
      fc.integer({ min: 1, max: 3000 }),
      (all, globalHeader, bytes) => {
        const tar = buildTar(
          all.map(({ spec }) => spec),
          { commit: "c".repeat(40) },
        );
        const expected = all.flatMap(({ spec, verdict }) => {
          const whole = member(spec);
          const data = Buffer.from(spec.data ?? "");
          const content = Math.ceil(data.length / 512) * 512;
          const mark = markOf({ path: Buffer.from(spec.name), size: data.length });
          if (verdict === "keep") return [whole];
          if (verdict === "replace") return [mark];
          if (verdict === "drop") return [];
          return [whole.subarray(0, whole.length - content), mark, whole.subarray(whole.length - content)];
        });
        const head = globalHeader === "keep" ? [pax("g", [["comment", "c".repeat(40)]])] : [];
        const choose = inTurn(all.map(({ verdict }) => verdict));
        expect(edited(tar, { choose, globalHeader }, bytes).equals(Buffer.concat([...head, ...expected]))).toBe(true);
      },
    ),
    sweep(60),
  );
});

test("times are set in every header, and their checksums fit", () => {
  fc.assert(
    fc.property(specs, fc.integer({ min: 1, max: 3000 }), fc.nat({ max: 0o77777777777 }), (all, bytes, mtime) => {
      const tar = buildTar(all.map(({ spec }) => spec));
      const before = Buffer.from(tar);
      const body = edited(tar, { choose: () => "keep", globalHeader: "keep", mtime }, bytes);
      expect(tar.equals(before)).toBe(true);
      const timed = Buffer.concat([body, Buffer.alloc(1024)]);
      const reader = new TarReader();
      const members = [...reader.push(timed)].flatMap((event) => (event.kind === "member" ? event.member : []));
      reader.end();
      expect(members.map(({ path }) => Buffer.from(path).toString())).toEqual(all.map(({ spec }) => spec.name));
      for (const { offset } of members)
        expect(Number.parseInt(timed.toString("latin1", offset - 512 + 136, offset - 512 + 147), 8)).toBe(mtime);
      const times = timed.toString("latin1").split(mtime.toString(8).padStart(11, "0")).length - 1;
      const longOnes = all.filter(({ spec }) => spec.name.length > 100 || (spec.link?.length ?? 0) > 100);
      expect(times).toBeGreaterThanOrEqual(members.length + longOnes.length);
    }),
    sweep(40),
  );
});

test("a tar that is cut off isn't taken for a whole one", () => {
  const tar = buildTar([{ name: "a", data: "1" }]);
  for (const end of [100, 512, 600, 1024])
    expect(() => edited(tar.subarray(0, end), { choose: () => "keep", globalHeader: "keep" }, 512)).toThrow(/damaged/);
});
