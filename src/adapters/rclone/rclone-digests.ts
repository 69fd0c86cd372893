/** SHA-256 of rclone's official zips, by version and by platform as in their names. */
export type RcloneDigests = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The version that is fetched when none is asked for. */
export const defaultRcloneVersion = "1.75.1";

/**
 * The versions that are known by heart; `npm run rclone-digests -- VERSION` writes them anew from the lists that rclone signs. What
 * is missing here is proven by the signature at run time.
 */
export const rcloneDigests: RcloneDigests = {
  "1.75.0": {
    "linux-amd64": "aa2804e08f48250e71009c727124b6341cd0288465804a9a09d14663cabafbaa",
    "linux-arm64": "d0ad88ba4c8e285b7c9efa591e0ab643280a91741e13c27f3a9c0957ccfa5203",
    "osx-amd64": "19edbb8e5e73096eb66e92a42abbc5c34bfa8981ea3986a53872c7eef85a22f4",
    "osx-arm64": "35e8f2a666ce789b29111db0dd843ddabc0d59c6b609d07bcaae5d1a07cba6f8",
    "windows-amd64": "203581f0a7baeae873f2347483a798c79e2eaf5c384a4e9d866aa374f1c89ac0",
    "windows-arm64": "bcf628fa6bb3b6ae9fdf105d04acafb40ec77841f686dc6dd7d126dde04c5f6a",
  },
  "1.75.1": {
    "linux-amd64": "982b5aa772841168f8e380f139e9e787b2a105403e32b94da8676a0e1c0a13ab",
    "linux-arm-v7": "33c683053b677d9a89d4a985e8a25cfed7c8a95dd8379e367a5c73d8745356c3",
    "linux-arm64": "03f2504174034b6d004152ed7369251c9a9ec1f7e0836eda420f5c7a5ec0dff9",
    "osx-amd64": "29253d0288b8fbbac46baad6e5f6add6cb01d462c79f10805bbd4631c4cdf82c",
    "osx-arm64": "c61d7a371c62bcbbe882c3423aa4b8bf63485c248dd0f692997b8f0c3f6d0c6f",
    "windows-386": "42257481a961b39cdee3b3eea7b9945a1961825e332d07b3aa321808c0afc436",
    "windows-amd64": "200eb602c126d82aa38b51e0f6b9ae837473ff99b51278d3f6f837574c494d6e",
    "windows-arm64": "c3c6cd0424dd49076ad179c30c3f9e5cde2c004ec07ea9fe6911f23e32eafe0f",
  },
};
