import { visibleText } from "../../model/visible-text.ts";
import type { CallIo, Release, ReleaseApi } from "./release-api.ts";
import type { ReleasePolicy } from "./release-options.ts";

interface Found {
  readonly release: Release;
  readonly policy: ReleasePolicy;
}

/** What a run was told to make of its release, and doesn't, since somebody else has made it and it's otherwise: a sentence, or none. */
export async function unusedSettings(
  api: ReleaseApi,
  { release, policy }: Found,
  io: CallIo,
): Promise<readonly string[]> {
  const isLatest = policy.latest === "auto" ? undefined : await isTheLatest(api, release, io);
  const unused = [
    ...(policy.draft && !release.draft ? ["draft"] : []),
    ...(policy.prerelease !== "auto" && policy.prerelease !== release.prerelease ? ["prerelease"] : []),
    ...(isLatest !== undefined && policy.latest !== isLatest ? ["latest"] : []),
  ];
  if (unused.length === 0) return [];
  const what = unused.length === 1 ? `${unused.join("")} isn't` : `${unused.join(", ")} aren't`;
  return [
    `${what} used: the release ${visibleText(release.tag)} was there already, and Coldstore only adds files to it`,
  ];
}

async function isTheLatest(api: ReleaseApi, { id, draft }: Release, io: CallIo): Promise<boolean> {
  return !draft && (await api.latest(io))?.id === id;
}
