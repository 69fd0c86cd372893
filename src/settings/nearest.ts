import { distance } from "../model/edit-distance.ts";

/** The name that a misspelt one most likely stands for; undefined when none is near. Case, `_` and `-` don't count. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const wanted = plain(given);
  // A longer text is no misspelling of a setting, and comparing it would take long.
  if (wanted.length > 40) return undefined;
  const ranked = names
    .map((name) => ({ name, distance: distance(wanted, plain(name)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(wanted.length / 3)) ? best.name : undefined;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
