import type { BytePath } from "../ports/folder.ts";

// As many as Linux follows. Source: path_resolution(7).
const mostLinks = 40;

/** Those of the links (path to target) that lead out of the folder: absolute ones, and ones that climb out of it by way of other links too. */
export function outwardLinks(links: ReadonlyMap<BytePath, BytePath>): BytePath[] {
  return [...links.keys()].filter((path) => leadsOut(path, links)).sort();
}

function leadsOut(path: BytePath, links: ReadonlyMap<BytePath, BytePath>): boolean {
  const at = path.split("/");
  const ahead = [at.pop() ?? ""];
  for (let followed = 0; ahead.length > 0;) {
    const part = ahead.pop() ?? "";
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (at.pop() === undefined) return true;
      continue;
    }
    at.push(part);
    const target = links.get(at.join("/"));
    if (target === undefined) continue;
    followed += 1;
    if (isAbsolute(target)) return true;
    if (followed > mostLinks) return false;
    at.pop();
    ahead.push(...target.split("/").reverse());
  }
  return false;
}

/** Also as Windows writes it, where the archive may be restored. */
function isAbsolute(target: BytePath): boolean {
  return /^(?:[\\/]|[A-Za-z]:[\\/])/.test(target);
}
