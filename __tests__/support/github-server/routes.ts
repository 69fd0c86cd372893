import { getRateLimit, getRepository, getUser } from "./accounts.ts";
import { browserDownload, deleteAsset, getAsset, listAssets, updateAsset } from "./assets.ts";
import type { Handler, Origin } from "./call.ts";
import { createComment, deleteComment, getComment, listComments, updateComment } from "./comments.ts";
import { getRef, getTagObject, matchingRefs } from "./git-refs.ts";
import { operations } from "./operations.ts";
import type { Operation } from "./operations.ts";
import { getPull } from "./pulls.ts";
import { createRelease, deleteRelease, getRelease, latestRelease } from "./releases.ts";
import { listReleases, releaseByTag, updateRelease } from "./releases.ts";
import { download } from "./storage.ts";
import { uploadAsset } from "./upload.ts";

export interface Route {
  readonly origin: Origin;
  readonly method: string;
  readonly path: RegExp;
  /** What GitHub's description calls it; undefined: that knows nothing of it. */
  readonly operation: string | undefined;
  readonly handle: Handler;
}

/** All that the three origins answer; `folder` is for uploads that don't fit into memory. */
export function makeRoutes(folder: string): readonly Route[] {
  const handlers: Readonly<Record<Operation, Handler>> = {
    latestRelease,
    releaseByTag,
    asset: getAsset,
    updateAsset,
    deleteAsset,
    repository: getRepository,
    listReleases,
    createRelease,
    release: getRelease,
    updateRelease,
    deleteRelease,
    listAssets,
    uploadAsset: uploadAsset(folder),
    ref: getRef,
    tagObject: getTagObject,
    matchingRefs,
    listComments,
    createComment,
    comment: getComment,
    updateComment,
    deleteComment,
    pull: getPull,
    user: getUser,
    rateLimit: getRateLimit,
  };
  const described = Object.entries(handlers).map(([name, handle]) => {
    const operation = operations[name as Operation];
    return { ...route(name === "uploadAsset" ? "uploads" : "api", operation, handle), operation };
  });
  return [
    ...described,
    route("storage", "GET /release-assets/{asset_id}", download),
    route("storage", "HEAD /release-assets/{asset_id}", download),
    route("api", "GET /{owner}/{repo}/releases/download/{tag}/{name}", browserDownload),
  ];
}

function route(origin: Origin, operation: string, handle: Handler): Route {
  const [method = "", path = ""] = operation.split(" ");
  // Of a ref the slashes may stand as they are.
  const pattern = path.replace(/\{(\w+)\}/gu, (_, name: string) => `(?<${name}>${name === "ref" ? ".+" : "[^/]+"})`);
  return { origin, method, path: new RegExp(`^${pattern}$`, "u"), operation: undefined, handle };
}
