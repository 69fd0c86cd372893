import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { localFolder } from "../../support/local-folder.ts";
import { plainScratch } from "../../support/open-fixture.ts";
import { testWith } from "../../support/programs.ts";
import { openRemote as openRcloneRemote } from "../../support/rclone-stores.ts";
import { bash } from "../../support/read-archives.ts";
import { openRemote, usedIn } from "../../support/remote-source.ts";
import { bytesIn, errorOf, makeWorld } from "../../support/world.ts";

// "secret", obscured as rclone does.
const password = "IM2v1lPWvO0yNXFZV-C2I9dLVPzTHA";

/** The tar of a remote's archive. */
async function tarOf(root: string, config?: string): Promise<{ readonly tar: Buffer; readonly warnings: string }> {
  await using rclone = await openRcloneRemote(root, config === undefined ? {} : { config });
  await using remote = await openRemote({ rclone: rclone.rclone });
  const world = makeWorld({ folder: remote.folder });
  const report = await world.archive({ name: "app", symlinks: "skip" });
  expect(usedIn(remote.scratch).files).toBe(0);
  const [key = ""] = world.place.keys().filter((each) => each.endsWith(".tar.gz"));
  return { tar: gunzipSync(bytesIn(world.place, key)), warnings: report.warnings.join("\n") };
}

testWith(
  ["rclone", "mkfifo"],
  "a folder that rclone reaches comes with its odd names, plain or encrypted",
  async () => {
    using far = localFolder();
    const names = ["n\nl", "r\r", "two:colon", "*star", "tr ", "-dash", "#c", "caf\xc3\xa9", "\xef\xbc\x9ax", "A", "a"];
    for (const name of names) far.write(`d/${name}`, `content of ${name}`, { mtime: 1_700_000_000.75 });
    far.link("d/link", "A");
    far.folder("empty");
    execFileSync("mkfifo", [join(far.path, "fifo")]);
    const { tar, warnings } = await tarOf(far.path);
    expect(warnings).toContain("1 link was left out: d/link");
    expect(warnings).toContain("1 thing that is no file was left out (FIFOs, sockets, devices): fifo");
    expect(warnings).toContain("1 empty folder is not in the archive: empty");
    await using scratch = plainScratch();
    writeFileSync(scratch.file("x.tar"), tar);
    const out = bash(
      'mkdir "$2"; tar -xf "$1" -C "$2"; diff -r "$3/d" "$2/app/d" || true',
      scratch.file("x.tar"),
      scratch.file("out"),
      far.path,
    );
    expect(out.trim()).toMatch(/^Only in .*: link$/);
    execFileSync("rclone", [
      "--config",
      "/dev/null",
      "copy",
      far.path,
      `:crypt,remote=${scratch.path}/c,password=${password}:`,
      "-q",
    ]);
    const config = `[far]\ntype = crypt\nremote = ${join(scratch.path, "c")}\npassword = ${password}\n`;
    const encrypted = await tarOf("far:", config);
    expect(encrypted.tar.equals(tar)).toBe(true);
    expect(encrypted.warnings).toContain("11 of 11 files listed in remote:cold have no digest there");
  },
);

testWith(["rclone"], "a file whose name rclone can't find again is an error that says so", async () => {
  using far = localFolder();
  far.write("caf\xe9", "x");
  expect(await errorOf(tarOf(far.path))).toMatchObject({
    failure: "source",
    message: expect.stringContaining("can't be fetched under the name that rclone lists"),
  });
});

testWith(
  ["rclone"],
  "a name with rclone's own quote that it misreads is told as it is there, and is read as it is",
  async () => {
    using far = localFolder();
    far.write(Buffer.from("\u201bq").toString("latin1"), "x");
    expect(await errorOf(tarOf(far.path))).toMatchObject({
      failure: "source",
      message: expect.stringMatching(/^\u201bq in .* can't be fetched .*U\+201B.* set encoding = Raw/),
    });
    const { tar } = await tarOf(`far:${far.path}`, "[far]\ntype = local\nencoding = Raw\n");
    expect(tar.includes("\u201bq")).toBe(true);
    expect(tar.includes("\u201b\u201bq")).toBe(false);
  },
);

testWith(["rclone"], "a folder that isn't there is an error of the source", async () => {
  await using scratch = plainScratch();
  expect(await errorOf(tarOf(join(scratch.path, "none")))).toMatchObject({ failure: "source" });
});
