import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readBackMany } from "../../../src/adapters/rclone/read-back-many.ts";
import { remoteObject } from "../../../src/adapters/rclone/remote-object.ts";
import { Unsettled } from "../../../src/adapters/rclone/unsettled.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";
import { folderRclone } from "../../support/folder-rclone.ts";
import { sha256Of, testIo } from "../../support/store-fixtures.ts";

const contents = { good: "as it was", other: "another", torn: "can't be read", gone: undefined };
const wanted = { good: "as it was", other: "as it was", torn: "can't be read", gone: "as it was" };

/** A remote without digests, of which one file can't be read as long as `broken.now`. */
function remote(broken: { now: boolean }) {
  const around = mkdtempSync(join(tmpdir(), "coldstore-back-"));
  onTestFinished(() => rmSync(around, { recursive: true, force: true }));
  const root = join(around, "far");
  mkdirSync(root);
  for (const [key, text] of Object.entries(contents)) if (text !== undefined) writeFileSync(join(root, key), text);
  const cut = new ColdstoreError("store", "the connection was cut", { transient: true });
  const rclone = folderRclone(root, { hashes: [], fails: (path) => (broken.now && path === "torn" ? cut : undefined) });
  return { rclone, folder: join(around, "back"), cut };
}

const object = (key: keyof typeof wanted) => ({
  key,
  bytes: Buffer.byteLength(wanted[key]),
  sha256: sha256Of(wanted[key]),
});

test("what can't be read back is told from what has other bytes", async () => {
  const { rclone, folder, cut } = remote({ now: true });
  const objects = (["good", "other", "torn", "gone"] as const).map(object);
  const { same, faults } = await readBackMany(rclone, { objects, folder }, testIo());
  expect([...same]).toEqual(["good"]);
  expect([...faults]).toEqual([["torn", cut]]);
});

test("an object that can't be read when all is looked at again hasn't changed, and is looked at the next time", async () => {
  const broken = { now: true };
  const { rclone, folder, cut } = remote(broken);
  const unsettled = new Unsettled();
  for (const key of ["good", "torn"] as const) {
    const file = await rclone.stat(key, [], testIo());
    if (file === undefined) throw new Error(`${key} isn't there`);
    unsettled.note({ ...object(key), hash: undefined, digest: undefined }, remoteObject(file));
  }
  await expect(unsettled.settle(rclone, async () => folder, testIo())).rejects.toBe(cut);
  broken.now = false;
  await unsettled.settle(rclone, async () => folder, testIo());
  expect(unsettled.folders().size).toBe(0);
});
