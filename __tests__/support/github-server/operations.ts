const repository = "/repos/{owner}/{repo}";
const releases = `${repository}/releases`;

/** What the server answers, as GitHub's description names it; its answers and its clients' requests are held to that. */
export const operations = {
  repository: `GET ${repository}`,
  listReleases: `GET ${releases}`,
  createRelease: `POST ${releases}`,
  latestRelease: `GET ${releases}/latest`,
  releaseByTag: `GET ${releases}/tags/{tag}`,
  release: `GET ${releases}/{release_id}`,
  updateRelease: `PATCH ${releases}/{release_id}`,
  deleteRelease: `DELETE ${releases}/{release_id}`,
  listAssets: `GET ${releases}/{release_id}/assets`,
  uploadAsset: `POST ${releases}/{release_id}/assets`,
  asset: `GET ${releases}/assets/{asset_id}`,
  updateAsset: `PATCH ${releases}/assets/{asset_id}`,
  deleteAsset: `DELETE ${releases}/assets/{asset_id}`,
  ref: `GET ${repository}/git/ref/{ref}`,
  tagObject: `GET ${repository}/git/tags/{tag_sha}`,
  matchingRefs: `GET ${repository}/git/matching-refs/{ref}`,
  listComments: `GET ${repository}/issues/{issue_number}/comments`,
  createComment: `POST ${repository}/issues/{issue_number}/comments`,
  comment: `GET ${repository}/issues/comments/{comment_id}`,
  updateComment: `PATCH ${repository}/issues/comments/{comment_id}`,
  deleteComment: `DELETE ${repository}/issues/comments/{comment_id}`,
  pull: `GET ${repository}/pulls/{pull_number}`,
  user: "GET /user",
  rateLimit: "GET /rate_limit",
} as const;

export type Operation = keyof typeof operations;
