// Source: "Naming Files, Paths, and Namespaces", Microsoft Learn. A device is one with any ending and in any folder.
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])[ ]*(?:[.:]|$)/i;

// eslint-disable-next-line no-control-regex -- it is what they are about
const special = /[\0-\x1f<>:"|?*\\]/;

/** Why Windows doesn't take a name as it is, or takes it for something else: the rest of a sentence; undefined for one that it takes. */
export function whyNotOnWindows(name: string): string | undefined {
  if (device.test(name)) return "that is a device, on Windows's file systems";
  const found = special.exec(name)?.[0];
  if (found === "\\") return "a backslash parts folders, on Windows's file systems";
  if (found === ":") return "a colon names a drive or a hidden stream, on Windows's file systems";
  if (found !== undefined) return "it has a character that Windows's file systems don't take";
  if (/[. ]$/.test(name)) return "Windows's file systems drop the dot or space at the end of a name";
  return undefined;
}
