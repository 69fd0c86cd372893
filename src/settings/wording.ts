/** A person's text as a message shows it: quoted, control characters escaped, passwords blanked, cut at 100 characters. */
export function quote(text: string): string {
  const safe = withoutSecrets(text);
  return JSON.stringify(safe.length > 100 ? `${safe.slice(0, 100)}...` : safe);
}

/** `a, b or c`. */
export function oneOf(words: readonly string[], last: "or" | "and" = "or"): string {
  const end = words.at(-1) ?? "";
  return words.length < 2 ? end : `${words.slice(0, -1).join(", ")} ${last} ${end}`;
}

/** Control characters other than line ends and tabs: never right in a text. */
export function hasControls(text: string, allowed = ""): boolean {
  return Array.from(text).some((char) => (char < " " || char === "\u007f") && !allowed.includes(char));
}

/** URLs may hold a password, rclone's connection strings keys, and what begins so is a key as a whole. */
function withoutSecrets(text: string): string {
  return text
    .replace(/-----BEGIN [^]*/, "-----BEGIN ***")
    .replace(/:\/\/[^/@]*@/g, "://***@")
    .replace(/^(:?[^,:/]+),[\w.]+[=,:].*$/s, "$1,***");
}
