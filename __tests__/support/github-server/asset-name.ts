/** What GitHub makes of the name of an asset: only letters, digits and `-_+@.` stay, the rest becomes dots. */
export function assetName(given: string): string {
  const plain = given.normalize("NFD").replace(/\p{M}/gu, "");
  const dotted = plain.replace(/[^A-Za-z0-9\-_+@.]+/gu, ".").replace(/\.{2,}/gu, ".");
  const named = dotted.startsWith(".") ? `default${dotted}` : dotted;
  return named.replace(/\.$/u, "") || "default";
}
