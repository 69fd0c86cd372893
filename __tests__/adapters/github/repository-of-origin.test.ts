import { expect, test } from "vitest";
import { repositoryOfOrigin } from "../../../src/adapters/github/repository-of-origin.ts";

const github = "https://api.github.com";

test.each([
  ["https://github.com/acme/app", github, "acme/app"],
  ["https://github.com/acme/app.git", github, "acme/app"],
  ["https://github.com/acme/app.js.git/", github, "acme/app.js"],
  ["https://user@github.com/acme/app", github, "acme/app"],
  ["git@github.com:acme/app.git", github, "acme/app"],
  ["ssh://git@github.com/acme/app.git", github, "acme/app"],
  ["ssh://git@ssh.github.com:443/acme/app.git", github, "acme/app"],
  ["git@GitHub.com:/acme/app", github, "acme/app"],
  ["https://gitlab.com/acme/app", github, undefined],
  ["https://github.com.evil.example/acme/app", github, undefined],
  ["https://evil.example/github.com/acme/app", github, undefined],
  ["https://github.com/acme", github, undefined],
  ["https://github.com/acme/group/app", github, undefined],
  ["/srv/git/acme/app.git", github, undefined],
  ["C:\\git\\acme\\app", github, undefined],
  ["", github, undefined],
  ["https://git.example.com:8443/acme/app", "https://git.example.com/api/v3", "acme/app"],
  ["git@acme.ghe.com:acme/app.git", "https://api.acme.ghe.com", "acme/app"],
  ["https://github.com/acme/app", "https://git.example.com/api/v3", undefined],
])("%s beside %s is %s", (origin, apiUrl, repository) => {
  expect(repositoryOfOrigin(origin, apiUrl)).toBe(repository);
});
