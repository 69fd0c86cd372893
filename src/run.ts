import { archive } from "./modes/archive.ts";
import { list } from "./modes/list.ts";
import { replicate } from "./modes/replicate.ts";
import { restore } from "./modes/restore.ts";
import { snapshot } from "./modes/snapshot.ts";
import { verify } from "./modes/verify.ts";
import type { Report } from "./model/report.ts";
import type { Ports } from "./ports/ports.ts";
import type { Settings } from "./settings/settings.ts";

/** Does what the settings say. Rejects with a ColdstoreError when there is nothing to report but why it couldn't. */
export async function run(settings: Settings, ports: Ports): Promise<Report> {
  switch (settings.mode) {
    case "snapshot":
      return snapshot(settings, ports);
    case "archive":
      return archive(settings, ports);
    case "verify":
      return verify(settings, ports);
    case "restore":
      return restore(settings, ports);
    case "list":
      return list(settings, ports);
    case "replicate":
      return replicate(settings, ports);
  }
}
