import { expect, test } from "vitest";
import { apiUrlOf } from "../../../src/adapters/github/github-address.ts";

test.each([
  [{}, "https://api.github.com"],
  [{ GITHUB_API_URL: "" }, "https://api.github.com"],
  [{ GITHUB_API_URL: "https://api.github.com/" }, "https://api.github.com"],
  [{ GITHUB_API_URL: "http://127.0.0.1:4010/api/v3" }, "http://127.0.0.1:4010/api/v3"],
  [{ GITHUB_API_URL: "https://ghe.example.com/api/v3", GH_HOST: "github.com" }, "https://ghe.example.com/api/v3"],
  [{ GH_HOST: "GitHub.com" }, "https://api.github.com"],
  [{ GH_HOST: "acme.ghe.com" }, "https://api.acme.ghe.com"],
  [{ GH_HOST: "git.example.com:8443" }, "https://git.example.com:8443/api/v3"],
  [{ GH_HOST: "evil.ghe.com.example.com" }, "https://evil.ghe.com.example.com/api/v3"],
])("the API of %j is %s", (env, url) => {
  expect(apiUrlOf(env)).toBe(url);
});

test.each([
  { GITHUB_API_URL: "https://user:s3cret-word@ghe.example.com" },
  { GITHUB_API_URL: "file:///s3cret-word" },
  { GITHUB_API_URL: "s3cret-word" },
  { GH_HOST: "user:s3cret-word@ghe.example.com" },
  { GH_HOST: "ghe.example.com/s3cret-word" },
  { GH_HOST: "ghe.example.com#s3cret-word" },
])("%j is refused, and not repeated", (env) => {
  expect(() => apiUrlOf(env)).toThrow(/isn't the address of a GitHub/u);
  expect(() => apiUrlOf(env)).not.toThrow(/s3cret-word/u);
});
