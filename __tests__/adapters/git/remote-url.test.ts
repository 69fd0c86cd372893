import { expect, test } from "vitest";
import { isRemote, withoutSecrets } from "../../../src/adapters/git/remote-url.ts";

test.each([
  ["https://github.com/acme/app.git", "https://github.com/acme/app.git"],
  ["https://token@github.com/acme/app", "https://github.com/acme/app"],
  ["https://user:p@ss@github.com/acme/app?x=secret#frag", "https://github.com/acme/app"],
  ["https://user:a/b+c=@github.com/acme/app", "https://github.com/acme/app"],
  ["https://user:a@b/c?d#e@github.com/acme/app", "https://github.com/acme/app"],
  ["https://user:half/a/secret", "https://user"],
  ["https://host:8443/acme/app@v2", "https://host:8443/acme/app@v2"],
  ["https://[::1]:8443/app", "https://[::1]:8443/app"],
  ["ssh://git@example.com:2222/srv/app.git", "ssh://example.com:2222/srv/app.git"],
  ["git@github.com:acme/app.git", "git@github.com:acme/app.git"],
  ["../sibling.git", "../sibling.git"],
])("%s is shown as %s", (url, shown) => {
  expect(withoutSecrets(url)).toBe(shown);
});

test.each([
  ["https://github.com/acme/app.git", true],
  ["git@github.com:acme/app.git", true],
  ["host:path", true],
  ["/srv/git/app.git", false],
  ["../app", false],
  ["file:///srv/git/app.git", false],
  ["C:\\git\\app", false],
  ["C:/git/app", false],
])("%s names another machine: %s", (url, remote) => {
  expect(isRemote(url)).toBe(remote);
});
