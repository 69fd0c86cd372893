import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseSheet } from "../../../src/adapters/github/manifest-sheets.ts";
import type { Asset } from "../../../src/adapters/github/release-api.ts";
import { filesAmong, newName, oldName } from "../../../src/adapters/github/release-files.ts";
import { ownersOf, placesIn } from "../../../src/adapters/github/set-places.ts";

const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 200);

function asset(name: string, state = "uploaded", id = 1): Asset {
  return { id, name, state, bytes: 1, contentType: "application/octet-stream", created: "", url: "" };
}

const home = { project: "acme/app", id: "v1" };

test("of a file that is being replaced a reader gets the old or the new one, whatever is left of the replace", () => {
  const states = fc.constantFrom(undefined, "uploaded", "starter");
  const property = fc.property(states, states, states, (plain, fresh, old) => {
    const named = [
      ["f", plain],
      [newName("f"), fresh],
      [oldName("f"), old],
    ] as const;
    const assets = named.flatMap(([name, state], i) => (state === undefined ? [] : asset(name, state, i)));
    const files = filesAmong(assets);
    const expected =
      plain === "uploaded" ? "f" : old !== "uploaded" ? undefined : fresh === "uploaded" ? newName("f") : oldName("f");
    expect(files.map((file) => [file.name, file.asset.name])).toEqual(expected === undefined ? [] : [["f", expected]]);
    for (const { asset, leftovers } of files) expect(leftovers).not.toContain(asset);
  });
  fc.assert(property, { numRuns });
});

test("a manifest's sheet is read from anything, and never throws", () => {
  expect(parseSheet(Buffer.from("{}"))).toBeUndefined();
  expect(parseSheet(Buffer.from("not json"))).toBeUndefined();
  const text = JSON.stringify({
    content: { mode: "snapshot" },
    run: { project: "acme/app", set: "v1", superseded: ["old.zip"] },
    artifacts: [{ name: "a.tar.gz", parts: [{ name: "a.tar.gz.part-001" }] }, { name: "b" }, null, 5, { name: 7 }],
  });
  expect(parseSheet(Buffer.from(text))?.files).toEqual(new Set(["a.tar.gz.part-001", "b", "old.zip"]));
  fc.assert(
    fc.property(fc.json(), (json) => void parseSheet(Buffer.from(json))),
    { numRuns },
  );
});

test("a damaged manifest's set is listed by its name, with what is called like it", async () => {
  const files = filesAmong(
    ["app-1-archive.coldstore.json", "app-1-archive.zip", "other.zip"].map((name) => asset(name)),
  );
  const places = await placesIn({ files, home, shared: false, sheetOf: async () => undefined });
  expect(places).toMatchObject([{ ...home, mode: "archive", stem: "app-1-archive" }]);
  expect(files.map(({ name }) => ownersOf(name, places).length)).toEqual([1, 1, 0]);
});

test("a manifest of another id doesn't make its files this release's", async () => {
  const files = filesAmong(["app.coldstore.json", "app.zip"].map((name) => asset(name)));
  const sheet = { project: "acme/app", mode: "snapshot", id: "v2", files: new Set(["app.zip"]) };
  const places = await placesIn({ files, home, shared: false, sheetOf: async () => sheet });
  expect(places).toEqual([]);
});
