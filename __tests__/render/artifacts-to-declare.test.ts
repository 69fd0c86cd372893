import { expect, test } from "vitest";
import { artifactsToDeclare } from "../../src/render/artifacts-to-declare.ts";
import { aReport } from "../support/reports.ts";

const sha256 = "1".repeat(64);
const file = (name: string) => ({ name, path: `/cold/v1/${name}`, size: 1, sha256 });

test("what the SHA256SUMS file lists is declared, neither itself nor the manifest", () => {
  const names = ["app-1.tar.gz", "app-1.files.jsonl.gz", "app-1.RESTORE.md", "other.SHA256SUMS"];
  const artifacts = [...names, "app-1.SHA256SUMS", "app-1.coldstore.json"].map(file);
  expect(artifactsToDeclare(aReport({ outputs: { name: "app-1", artifacts } }))).toEqual(
    names.map((name) => ({ path: `/cold/v1/${name}`, sha256 })),
  );
});

test("files that have no path here aren't declared", () => {
  const artifacts = [{ name: "app-1.tar.gz", size: 1, sha256, path: undefined }];
  expect(artifactsToDeclare(aReport({ outputs: { name: "app-1", artifacts } }))).toEqual([]);
});

test("a run that made no set declares nothing", () => {
  expect(artifactsToDeclare(aReport())).toEqual([]);
});
