const systems: Readonly<Record<string, string>> = { linux: "linux", darwin: "osx", win32: "windows" };
const processors: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", ia32: "386", arm: "arm-v7" };

/** A machine in the words of `process`. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/** The machine as in the names of rclone's downloads, `linux-amd64`; undefined for one that there is none for. */
export function rclonePlatform({ platform, arch }: Machine): string | undefined {
  const system = systems[platform];
  const processor = processors[arch];
  // rclone's builds for macOS are for its 64-bit processors alone, those for Windows not for the 32-bit ARM.
  const is32 = arch === "ia32" || arch === "arm";
  if ((platform === "darwin" && is32) || (platform === "win32" && arch === "arm")) return undefined;
  return system === undefined || processor === undefined ? undefined : `${system}-${processor}`;
}

/** Name of rclone's executable in a zip and on disk. */
export function rcloneFile({ platform }: Pick<Machine, "platform">): string {
  return platform === "win32" ? "rclone.exe" : "rclone";
}
