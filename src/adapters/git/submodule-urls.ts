import type { Revision } from "../../model/revision.ts";
import { withoutSecrets } from "./remote-url.ts";
import { readSubmoduleConfig } from "./submodule-config.ts";

/** URLs by path as the commit's .gitmodules has them, without user info. */
export async function readSubmoduleUrls(
  gitDir: string,
  revision: Revision,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const sections = await readSubmoduleConfig(gitDir, revision, signal);
  return new Map(
    sections.flatMap(({ path, url }) =>
      path === undefined || url === undefined ? [] : [[path, withoutSecrets(url)] as const],
    ),
  );
}
