import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Behaviour } from "./github-server/behaviour.ts";
import { startScript } from "./processes.ts";

/** What tokens of a kind may do, as the `permissions` of a job say it. */
export type Grants = Readonly<Partial<Record<"contents" | "pulls" | "issues", "read" | "write" | "none">>>;

export interface GitHubProcessOptions {
  /** `owner/name`, and the git repository whose branches and tags it has. */
  readonly repository: string;
  readonly folder: string;
  /** The number of a pull request that is open. */
  readonly pull?: number;
  /** By their tokens; what isn't said, they may not. */
  readonly tokens: Readonly<Record<string, Grants>>;
  readonly immutable?: boolean;
  readonly behaviour?: Partial<Behaviour>;
}

export interface SeenAsset {
  readonly id: number;
  readonly name: string;
  readonly state: string;
  readonly size: number;
  readonly digest: string;
}

export interface SeenRelease {
  readonly id: number;
  readonly tag: string;
  readonly body: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  readonly immutable: boolean;
  readonly assets: readonly SeenAsset[];
}

/** One repository, and what was asked so far. */
export interface SeenState {
  readonly releases: readonly SeenRelease[];
  readonly comments: readonly { readonly issue: number; readonly author: string; readonly body: string }[];
  readonly requests: readonly {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly milliseconds: number;
  }[];
  /** What didn't fit GitHub's own description of its API. */
  readonly violations: readonly string[];
}

/** The GitHub for tests as a process of its own. */
export interface GitHubProcess extends AsyncDisposable {
  readonly apiUrl: string;
  see(): Promise<SeenState>;
  /** Downloads all files of a release, as anybody may, into a new folder, and gives its path; it goes with the process. */
  download(release: SeenRelease): Promise<string>;
}

export async function startGitHub(options: GitHubProcessOptions): Promise<GitHubProcess> {
  const { repository, folder, pull, tokens, immutable = false, behaviour = {} } = options;
  const downloads = mkdtempSync(join(tmpdir(), "coldstore-downloads-"));
  const none: Grants = { contents: "none", pulls: "none", issues: "none" };
  const child = startScript("github-server/serve.ts", [
    `--repository=${repository}=${folder}`,
    ...(pull === undefined ? [] : [`--pull=${pull}`]),
    ...(immutable ? ["--immutable"] : []),
    `--behaviour=${JSON.stringify(behaviour)}`,
    ...Object.entries(tokens).map(([token, grants]) => `--token=${token}=${JSON.stringify({ ...none, ...grants })}`),
  ]);
  child.stderr?.pipe(process.stderr);
  if (child.stdout === null) throw new Error("a server without output");
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const apiUrl = said.toString().trim();
  return {
    apiUrl,
    see: async () => {
      const all = (await (await fetch(`${apiUrl}/__state`)).json()) as {
        readonly repositories: Readonly<Record<string, Omit<SeenState, "requests" | "violations">>>;
      } & Pick<SeenState, "requests" | "violations">;
      const seen = all.repositories[repository];
      if (seen === undefined) throw new Error(`the server has no ${repository}`);
      return { ...seen, requests: all.requests, violations: all.violations };
    },
    download: async ({ assets }) => {
      const into = mkdtempSync(join(downloads, "release-"));
      for (const { id, name } of assets) {
        const headers = { accept: "application/octet-stream" };
        const answer = await fetch(`${apiUrl}/repos/${repository}/releases/assets/${id}`, { headers });
        if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
        writeFileSync(join(into, name), Buffer.from(await answer.arrayBuffer()));
      }
      return into;
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "close");
      child.kill("SIGTERM");
      await ended;
      rmSync(downloads, { recursive: true });
    },
  };
}
