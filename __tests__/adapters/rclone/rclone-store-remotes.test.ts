import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { startMoto, startRcloneServer } from "../../support/rclone-servers.ts";
import { openRemote } from "../../support/rclone-stores.ts";
import { someTests } from "../../support/some-tests.ts";
import {
  all,
  dataArtifact,
  fileArtifact,
  fill,
  keysOf,
  readAll,
  sha256Of,
  testIo,
} from "../../support/store-fixtures.ts";

const at = { folder: "" };
beforeEach(async () => {
  at.folder = await mkdtemp(join(tmpdir(), "coldstore-remotes-"));
});
afterEach(async () => rm(at.folder, { recursive: true, force: true }));

someTests(3, (testWith) => {
  testWith(
    ["rclone"],
    "a copy between two remotes of one configuration is proven, and never goes over what is there",
    async () => {
      await using source = await openRemote(join(at.folder, "one"));
      await using target = await openRemote(join(at.folder, "two"));
      await fill(source.store, { "a/1": "one", "a/2": "two", "a/3": "three" });
      await fill(target.store, { "a/2": "two", "a/3": "other" });
      const items = Object.entries({ "a/1": "one", "a/2": "two", "a/3": "three", "a/4": "none" }).map(
        ([key, text]) => ({
          key,
          bytes: text.length,
          sha256: sha256Of(text),
        }),
      );
      const outcomes = await all(target.store.takeFrom!(source.store, items, testIo())!);
      expect(Object.fromEntries(outcomes.map((each) => [each.key, each.outcome]))).toEqual({
        "a/1": "created",
        "a/2": "same",
        "a/3": "different",
        "a/4": "failed",
      });
      expect(outcomes.find(({ key }) => key === "a/1")).toMatchObject({ object: { confirmed: "sha256" } });
      expect((await readAll(target.store, "a/3")).toString()).toBe("other");
      await target.store.settle(testIo());
    },
  );

  testWith(["rclone"], "remotes of two configurations can't copy between themselves", async () => {
    await using source = await openRemote("one:", { config: `[one]\ntype = alias\nremote = ${at.folder}\n` });
    await using target = await openRemote(join(at.folder, "two"));
    expect(target.store.takeFrom!(source.store, [], testIo())).toBeUndefined();
  });

  testWith(["rclone"], "a set takes few calls, and its bytes are counted while they pass", async () => {
    await using remote = await openRemote(join(at.folder, "far"));
    const artifact = await fileArtifact(at.folder, "big", Buffer.alloc(20_000_000, 7));
    const io = testIo();
    const items = [
      { key: "set/big", artifact },
      ...Array.from({ length: 200 }, (_, i) => ({ key: `set/${i}`, artifact: dataArtifact(`${i}`) })),
    ];
    const calls: string[] = [];
    const { rclone } = remote;
    for (const name of ["copyIn", "find", "list", "features"] as const) {
      const call = rclone[name].bind(rclone) as (...asked: unknown[]) => unknown;
      Object.assign(rclone, { [name]: (...asked: unknown[]) => (calls.push(name), call(...asked)) });
    }
    const outcomes = await all(remote.store.put(items, io));
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["created"]));
    expect(calls).toEqual(["features", "copyIn", "find"]);
    expect(io.bytesOf("set/big")).toBe(20_000_000);
    expect(io.bytesOf("set/100")).toBe(3);
  });

  testWith(
    ["rclone", "moto_server"],
    "what goes to a cold class is listed with it, and its bytes ask to be thawed",
    async () => {
      await using server = await startMoto();
      await using remote = await openRemote(server.root(), { config: server.config, storageClass: "GLACIER" });
      const set = "acme/app/snapshot/v1/app-1";
      await fill(remote.store, { [`${set}.tar.gz`]: "payload", [`${set}.coldstore.json`]: "{}" });
      const objects = await all(remote.store.list("", testIo()));
      expect(objects.map(({ key, tier, frozen }) => [key.slice(set.length), tier, frozen])).toEqual([
        [".coldstore.json", "STANDARD", undefined],
        [".tar.gz", "GLACIER", true],
      ]);
      expect((await readAll(remote.store, `${set}.coldstore.json`)).toString()).toBe("{}");
      await expect(remote.store.open(`${set}.tar.gz`, undefined, testIo())).rejects.toThrow(/GLACIER.*thawed/);
    },
  );

  testWith(["rclone"], "a bucket that isn't there, and wrong keys, are told before anything is stored", async () => {
    await using server = await startRcloneServer("s3");
    await using missing = await openRemote("far:nobucket/cold", { config: server.config });
    const [problem] = await missing.store.preflight({ write: true, bytes: 5 }, testIo());
    expect(problem?.message).toMatch(/bucket .*Make it/);
    await expect(keysOf(missing.store)).rejects.toMatchObject({ failure: "not-found" });
    const config = server.config.replace("secretkey1", "secretkey2");
    await using wrong = await openRemote(server.root(), { config });
    const [refused] = await wrong.store.preflight({ write: true, bytes: 5 }, testIo());
    expect(refused?.message).toMatch(/credentials/);
    await expect(keysOf(wrong.store)).rejects.toMatchObject({ failure: "store" });
  });

  testWith(["rclone"], "rclone itself agrees with what is stored, and nothing else is there", async () => {
    await using remote = await openRemote(join(at.folder, "far"));
    const texts = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`d${i % 3}/${i}`, `text ${i}`]));
    await fill(remote.store, texts);
    const sums = Object.entries(texts).map(([key, text]) => `${sha256Of(text)}  ${key}\n`);
    await mkdir(join(at.folder, "sums"));
    await writeFile(join(at.folder, "sums/SUMS"), sums.join(""));
    const args = ["checksum", "sha256", join(at.folder, "sums/SUMS"), join(at.folder, "far"), "--config=/dev/null"];
    execFileSync("rclone", args, { stdio: "pipe" });
    await all(remote.store.delete(Object.keys(texts), testIo()));
    expect(execFileSync("find", [join(at.folder, "far"), "-mindepth", "1"], { encoding: "utf8" })).toBe("");
  });
});
