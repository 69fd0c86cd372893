import { openGitHub, type GitHubClient } from "../../src/adapters/github/github-client.ts";
import { openReleaseApi } from "../../src/adapters/github/open-release-api.ts";
import type { ReleaseApi } from "../../src/adapters/github/release-api.ts";
import type { ReleaseStoreOptions } from "../../src/adapters/github/release-options.ts";
import { openReleaseStore } from "../../src/adapters/github/release-store.ts";
import type { Store } from "../../src/ports/store.ts";
import type { Behaviour } from "./github-server/behaviour.ts";
import { type GitHubServer, startGitHubServer } from "./github-server/github-server.ts";
import { addRepository, addToken } from "./github-server/seed.ts";
import type { Asset, Release, Repository } from "./github-server/state.ts";

/** A server with the repository acme/app, and stores of its releases, each as a process of its own would have it. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly server: GitHubServer;
  readonly repository: Repository;
  readonly token: string;
  api(token?: string): ReleaseApi;
  store(options?: Partial<ReleaseStoreOptions>): Store;
  releases(): readonly Release[];
  /** The only release's files that are whole. */
  files(): Readonly<Record<string, string>>;
}

export const usualPolicy = { draft: false, prerelease: "auto", latest: "auto" } as const;

export async function releaseWorld(behaviour: Partial<Behaviour> = {}): Promise<ReleaseWorld> {
  const server = await startGitHubServer({ behaviour });
  const repository = addRepository(server.state, "acme/app");
  const usual = addToken(server.state, { limit: 1_000_000 });
  const clients: GitHubClient[] = [];
  const api = (token: string = usual): ReleaseApi => {
    const client = openGitHub({ token, apiUrl: server.apiUrl, userAgent: "coldstore", stallMs: 30_000, env: {}, pace });
    clients.push(client);
    return openReleaseApi(client, "acme/app");
  };
  return {
    server,
    repository,
    token: usual,
    api,
    store: (options) =>
      openReleaseStore({
        api: options?.api ?? api(),
        name: "release",
        project: "acme/app",
        policy: usualPolicy,
        pauses: [5, 10, 20, 40],
        quietMs: Infinity,
        patience: { firstMs: 5, longestMs: 40, mostMs: 400 },
        ...options,
      }),
    releases: () => [...repository.releases.values()],
    files: () => filesOf([...repository.releases.values()][0]),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const pace = {
  writeGapMs: 0,
  now: () => Date.now(),
  random: () => 0.5,
  async sleep(_: number, signal: AbortSignal) {
    signal.throwIfAborted();
  },
};

/** Digests of a release's files that are whole, by name. */
export function filesOf(release: Release | undefined): Readonly<Record<string, string>> {
  const assets: Asset[] = [...(release?.assets.values() ?? [])];
  return Object.fromEntries(
    assets.flatMap(({ name, state, bytes }) => (state === "uploaded" ? [[name, bytes?.sha256 ?? ""]] : [])),
  );
}
