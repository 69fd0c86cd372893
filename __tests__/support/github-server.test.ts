import { Octokit } from "@octokit/rest";
import { expect, test } from "vitest";
import { startGitHubServer } from "./github-server/github-server.ts";
import type { GitHubServer } from "./github-server/github-server.ts";
import { addRepository, addTag, addToken } from "./github-server/seed.ts";

const at = { owner: "acme", repo: "app" };

function client(server: GitHubServer, token?: string): Octokit {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return new Octokit({ baseUrl: server.apiUrl, log, ...(token !== undefined && { auth: token }) });
}

async function refusal(
  asked: Promise<unknown>,
): Promise<{ status: number; data: unknown; headers: Record<string, string> }> {
  const error = await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
  const { status, response } = error as {
    status: number;
    response?: { data: unknown; headers: Record<string, string> };
  };
  return { status, data: response?.data, headers: response?.headers ?? {} };
}

test("a draft is filled, published and downloaded as GitHub does it", async () => {
  await using server = await startGitHubServer();
  const repository = addRepository(server.state, "acme/app");
  addTag(server.state, repository, "v1.0.0");
  const github = client(server, addToken(server.state));
  const { data: draft } = await github.repos.createRelease({ ...at, tag_name: "v1.0.0", draft: true });
  expect(draft.html_url).toContain("/releases/tag/untagged-");
  expect((await refusal(github.repos.getReleaseByTag({ ...at, tag: "v1.0.0" }))).status).toBe(404);
  const { data: asset } = await github.repos.uploadReleaseAsset({
    ...at,
    release_id: draft.id,
    url: draft.upload_url,
    name: "a b.txt",
    data: new Blob(["hello"]) as unknown as string,
    headers: { "content-type": "text/plain" },
  });
  expect(asset).toMatchObject({
    name: "a.b.txt",
    size: 5,
    state: "uploaded",
    digest: "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  });
  const { data: published } = await github.repos.updateRelease({ ...at, release_id: draft.id, draft: false });
  expect(published.html_url).toMatch(/\/releases\/tag\/v1\.0\.0$/u);
  const { data } = await github.repos.getReleaseAsset({
    ...at,
    asset_id: asset.id,
    headers: { accept: "application/octet-stream" },
  });
  expect(Buffer.from(data as unknown as ArrayBuffer).toString()).toBe("hello");
  expect((await github.repos.getLatestRelease(at)).data.id).toBe(draft.id);
});
