import { expect, test } from "vitest";
import { remoteName } from "../../../src/adapters/rclone/remote-name.ts";
import type { RemoteAddress } from "../../../src/model/store-address.ts";

const rclone = (remote: string, path: string): RemoteAddress => ({ kind: "rclone", text: remote + path, remote, path });

test.each<[string, RemoteAddress, { folder: string; name?: string }]>([
  ["a folder of a remote", rclone("r2:", "backups/acme"), { folder: "acme", name: "r2:backups/acme" }],
  ["a remote's root", rclone("drive:", ""), { folder: "drive", name: "drive:" }],
  ["an absolute path on a remote", rclone("nas:", "/home/me/photos"), { folder: "photos" }],
  ["a connection string", rclone(":webdav,url='https://host/x':", "cold"), { folder: "cold" }],
  ["a connection string's root", rclone(":sftp,host=h,user=me:", ""), { folder: "remote" }],
  [
    "an SSH host",
    { kind: "ssh", text: "ssh://me@host/srv/app", user: "me", host: "host", path: "/srv/app" },
    { folder: "app" },
  ],
  ["an SSH home", { kind: "ssh", text: "ssh://host/~/", host: "host", path: "" }, { folder: "home" }],
])("%s is called by what is no secret", (_, address, name) => {
  expect(remoteName(address)).toEqual(name);
});
