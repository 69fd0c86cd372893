import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { onePartBytes, provesBytes } from "../../../src/adapters/rclone/proof-hash.ts";
import type { RemoteFeatures } from "../../../src/adapters/rclone/rclone.ts";
import { testWith } from "../../support/programs.ts";
import { startMoto } from "../../support/rclone-servers.ts";
import { openRemote } from "../../support/rclone-stores.ts";
import { all, dataArtifact, testIo } from "../../support/store-fixtures.ts";

const bucket = { bucketBased: true, partsByOption: false } as RemoteFeatures;
const mega = 1024 ** 2;

test.each([
  ["one request", bucket, { hash: "md5", bytes: onePartBytes, copied: true }, true],
  ["parts", bucket, { hash: "md5", bytes: onePartBytes + 1, copied: true }, false],
  ["parts as its name asks", { ...bucket, partsByOption: true }, { hash: "md5", bytes: 6 * mega, copied: true }, false],
  ["nobody knows what", bucket, { hash: "md5", bytes: 6 * mega, copied: false }, false],
  ["nobody knows what, too small for parts", bucket, { hash: "md5", bytes: 5 * mega, copied: false }, true],
  ["parts, by a digest that is no note", bucket, { hash: "sha1", bytes: onePartBytes * 2, copied: false }, true],
  ["a folder", { ...bucket, bucketBased: false }, { hash: "md5", bytes: onePartBytes * 2, copied: false }, true],
] as const)("the digest of an object that came by %s", (_, features, object, proves) => {
  expect(provesBytes(features, object)).toBe(proves);
});

testWith(
  ["rclone", "moto_server"],
  "a bucket gets by one request what its configuration would send in parts",
  async () => {
    await using server = await startMoto();
    const config = `${server.config}upload_cutoff = 5Mi\nchunk_size = 5Mi\n`;
    const root = server.root();
    await using remote = await openRemote(root, { config });
    const data = "cold".repeat((6 * mega) / 4);
    const [outcome] = await all(remote.store.put([{ key: "a/b", artifact: dataArtifact(data) }], testIo()));
    expect(outcome).toMatchObject({ outcome: "created", object: { confirmed: "md5" } });
    // moto asks who one is, and believes it.
    const authorization = "AWS4-HMAC-SHA256 Credential=accesskey/20260101/us-east-1/s3/aws4_request";
    const url = `http://127.0.0.1:${server.port}/${root.replace("far:", "")}/a/b`;
    const { headers } = await fetch(url, { method: "HEAD", headers: { authorization } });
    expect(headers.get("etag")).toBe(`"${execFileSync("md5sum", { input: data }).toString().slice(0, 32)}"`);
  },
);
