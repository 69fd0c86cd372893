import { expect, test } from "vitest";
import { proxyOf } from "../../../src/adapters/github/proxies.ts";

const github = new URL("https://api.github.com/x");
const proxy = "http://proxy.example.com:3128/";

test.each([
  [{}, undefined],
  [{ HTTPS_PROXY: "http://proxy.example.com:3128" }, proxy],
  [{ HTTPS_PROXY: "proxy.example.com:3128" }, proxy],
  [{ https_proxy: "http://proxy.example.com:3128", HTTPS_PROXY: "http://other.example.com" }, proxy],
  [{ HTTP_PROXY: "http://proxy.example.com:3128" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "*" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "localhost, api.github.com" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: ".github.com" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "*.github.com" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "GitHub.com" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "api.github.com:443" }, undefined],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "api.github.com:8443" }, proxy],
  [{ HTTPS_PROXY: proxy, NO_PROXY: "hub.com,," }, proxy],
])("of %j the proxy is %s", (env, expected) => {
  expect(proxyOf(github, env)).toBe(expected);
});

test("plain http has a proxy of its own", () => {
  expect(proxyOf(new URL("http://ghe.local"), { HTTP_PROXY: proxy })).toBe(proxy);
});

test("a proxy that speaks no HTTP is refused, and its password not repeated", () => {
  expect(() => proxyOf(github, { HTTPS_PROXY: "socks5://me:s3cret@proxy" })).toThrow(/HTTPS_PROXY isn't the address/u);
  expect(() => proxyOf(github, { HTTPS_PROXY: "socks5://me:s3cret@proxy" })).not.toThrow(/s3cret/u);
});
