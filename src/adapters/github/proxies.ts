import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { ColdstoreError } from "../../model/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Connections that are kept for further calls; those to a host that is reached through a proxy go through it. */
export interface Connections extends AsyncDisposable {
  for(url: URL): Dispatcher;
}

// Calls are watched from outside: undici's own limits know nothing of uploads that GitHub digests for minutes.
const limits = { headersTimeout: 0, bodyTimeout: 0 } as const;
const connectMs = 30_000;

/** Proxies as curl takes them from HTTPS_PROXY, HTTP_PROXY (of plain http) and NO_PROXY, in small letters first. */
export function openConnections(env: Environment): Connections {
  const direct = new Agent({ ...limits, connect: { timeout: connectMs } });
  const proxies = new Map<string, ProxyAgent>();
  return {
    for(url) {
      const proxy = proxyOf(url, env);
      if (proxy === undefined) return direct;
      const agent = proxies.get(proxy) ?? new ProxyAgent({ ...limits, uri: proxy, requestTls: { timeout: connectMs } });
      proxies.set(proxy, agent);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([direct.destroy(), ...[...proxies.values()].map(async (agent) => agent.destroy())]);
    },
  };
}

/** The proxy that a URL is reached through; undefined: none. */
export function proxyOf(url: URL, env: Environment): string | undefined {
  const name = url.protocol === "https:" ? "https_proxy" : "http_proxy";
  const given = setting(env, name);
  if (given === undefined || isExempt(url, setting(env, "no_proxy") ?? "")) return undefined;
  const proxy = URL.parse(given.includes("://") ? given : `http://${given}`);
  // Its value isn't repeated: it may hold a password.
  if (proxy === null || !/^https?:$/u.test(proxy.protocol))
    throw new ColdstoreError(
      "settings",
      `${name.toUpperCase()} isn't the address of an HTTP proxy; set it to one, like http://proxy.example.com:3128`,
    );
  return proxy.href;
}

/** The proxy of a URL as it may be shown: its host and port, and the variable that names it; undefined: none. */
export function shownProxy(url: URL, env: Environment): ShownProxy | undefined {
  const proxy = proxyOf(url, env);
  return proxy === undefined
    ? undefined
    : { host: new URL(proxy).host, variable: url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY" };
}

export interface ShownProxy {
  readonly host: string;
  readonly variable: string;
}

function setting(env: Environment, name: string): string | undefined {
  return env[name] || env[name.toUpperCase()] || undefined;
}

/** Whether NO_PROXY names the host, a domain above it (with or without a leading dot), or everything. */
function isExempt(url: URL, list: string): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/u).some((entry) => {
    const [, name = "", onlyPort] = /^(.*?)(?::(\d+))?$/u.exec(entry.toLowerCase()) ?? [];
    const domain = name.replace(/^\*?\./u, "");
    if (entry === "*") return true;
    if (domain === "" || (onlyPort !== undefined && onlyPort !== port)) return false;
    return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
  });
}
