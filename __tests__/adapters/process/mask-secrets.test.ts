import { expect, test } from "vitest";
import { maskSecrets } from "../../../src/adapters/process/mask-secrets.ts";

const env = {
  GITHUB_TOKEN: "ghs_s3cr3tV4lue",
  LONGER_TOKEN: "ghs_s3cr3tV4lueAndMore",
  MODE_TOKEN: "snapshot",
  HOME: "/home/me",
};

test("every credential of the run is gone, however it's written, and nothing else", () => {
  const base64 = Buffer.from("ghs_s3cr3tV4lue").toString("base64");
  expect(maskSecrets("`ghs_s3cr3tV4lue` and ghs_s3cr3tV4lueAndMore$& of a snapshot in /home/me", env)).toBe(
    "`(masked)` and (masked)$& of a snapshot in /home/me",
  );
  expect(maskSecrets(`basic ${base64}`, env)).not.toContain(base64.slice(0, 12));
});

test("a run without credentials changes nothing", () => {
  expect(maskSecrets("text", { HOME: "/home/me" })).toBe("text");
});
