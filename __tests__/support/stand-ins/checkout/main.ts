import { execFileSync } from "node:child_process";
import { type CheckoutInputs, checkOut } from "../../actions-checkout.ts";

const { env } = process;
const project = env["GITHUB_REPOSITORY"] ?? "";
const folder = env["GITHUB_WORKSPACE"] ?? "";

checkOut({
  origin: env["STAND_IN_ORIGIN"] ?? "",
  folder,
  event: { ref: env["GITHUB_REF"] ?? "", sha: env["GITHUB_SHA"] ?? "" },
  inputs: JSON.parse(env["INPUTS"] ?? "{}") as CheckoutInputs,
});
// The address that the real one leaves there.
execFileSync("git", ["-C", folder, "remote", "set-url", "origin", `https://github.com/${project}`]);
