import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { openRcloneProcess } from "../../../src/adapters/rclone/open-rclone-process.ts";
import type { ColdstoreError } from "../../../src/model/errors.ts";
import { startRcloneServer } from "../../support/rclone-servers.ts";
import { rclonePath } from "../../support/rclone-stores.ts";
import { testWith } from "../../support/programs.ts";

/** What a real rclone's refusal becomes. */
async function refusal(config: string, path: string, env = {}): Promise<ColdstoreError> {
  const folder = await mkdtemp(join(tmpdir(), "refusals-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await using rclone = await openRcloneProcess({
    program: { path: rclonePath(), version: "1.75.1", trust: "own" },
    remote: { name: path, root: path, config: { kind: "text", text: config }, args: [] },
    env: { PATH: process.env["PATH"], ...env },
    args: ["--low-level-retries=1"],
    folder,
    stallTimeout: 60_000,
  });
  const listed = rclone.run({ args: ["lsjson", "--", path] }, { signal: new AbortController().signal });
  return await listed.then(
    () => expect.unreachable("it wasn't refused"),
    (error: unknown) => error as ColdstoreError,
  );
}

testWith(["rclone"], "of S3 a wrong key is told as one, and a bucket that isn't there as not found", async () => {
  await using s3 = await startRcloneServer("s3");
  const wrong = await refusal(
    s3.config.replace(/^secret_access_key.*$/m, "secret_access_key = another-one"),
    "far:bucket",
  );
  expect(wrong).toMatchObject({
    failure: "store",
    transient: false,
    message: expect.stringMatching(/credentials were refused|may not do that/) as string,
  });
  expect(wrong.message).not.toContain("another-one");
  expect(await refusal(s3.config, "far:no-such-bucket")).toMatchObject({ failure: "not-found" });
});

testWith(
  ["rclone", "ssh-keygen"],
  "of SFTP a wrong password, another host's key and an unknown one are told apart",
  async () => {
    await using sftp = await startRcloneServer("sftp");
    const folder = await mkdtemp(join(tmpdir(), "host-keys-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
    const key = execFileSync("cut", ["-d", " ", "-f", "1,2", join(folder, "key.pub")], { encoding: "utf8" });
    const known = join(folder, "known_hosts");
    const withKnown = `${sftp.config}\nknown_hosts_file = ${known}\n`;
    await writeFile(known, `[127.0.0.1]:${sftp.port} ${key}`);
    expect((await refusal(withKnown, "far:bucket")).message).toMatch(/another key than the known one/);
    await writeFile(known, `elsewhere ${key}`);
    expect((await refusal(withKnown, "far:bucket")).message).toMatch(/isn't among the known ones/);
    const password = execFileSync(rclonePath(), ["obscure", "another-one"], { encoding: "utf8" });
    const wrong = await refusal(sftp.config.replace(/^pass = .*$/m, `pass = ${password}`), "far:bucket");
    expect(wrong.message).toMatch(/credentials were refused/);
  },
);

testWith(
  ["rclone"],
  "a port where nobody listens is worth another try, a password that isn't obscured isn't",
  async () => {
    const dav = "[far]\ntype = webdav\nurl = http://127.0.0.1:1\n";
    expect(await refusal(dav, "far:x")).toMatchObject({
      failure: "store",
      transient: true,
      message: expect.stringContaining("nobody answers") as string,
    });
    const plain = await refusal(`${dav}user = me\npass = not obscured!\n`, "far:x");
    expect(plain).toMatchObject({ failure: "settings", message: expect.stringContaining("rclone obscure") as string });
    expect(plain.message).not.toContain("not obscured!");
  },
);

testWith(["rclone"], "a configuration that is encrypted needs its password", async () => {
  const folder = await mkdtemp(join(tmpdir(), "encrypted-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "data"));
  const path = join(folder, "rclone.conf");
  await writeFile(path, `[far]\ntype = alias\nremote = ${folder}\n`);
  execFileSync(
    rclonePath(),
    ["config", "encryption", "set", "--config", path, "--password-command", "echo open-sesame"],
    { stdio: "ignore" },
  );
  const config = execFileSync("cat", [path], { encoding: "utf8" });
  expect((await refusal(config, "far:none")).message).toMatch(/is encrypted.*RCLONE_CONFIG_PASS/);
  expect((await refusal(config, "far:none", { RCLONE_CONFIG_PASS: "wrong-one" })).message).toMatch(
    /isn't the password/,
  );
  expect(await refusal(config, "far:none", { RCLONE_CONFIG_PASS: "open-sesame" })).toMatchObject({
    failure: "not-found",
  });
});
