// What aws-actions/configure-aws-credentials v6 exports after it has assumed a role; STAND_IN_AWS_KEY is `id,secret`.
import { appendFileSync } from "node:fs";

const [id = "", secret = ""] = (process.env["STAND_IN_AWS_KEY"] ?? "").split(",");
const region = process.env["INPUT_AWS-REGION"] ?? "";
if (
  !/^arn:aws:iam::\d{12}:role\/\w+$/u.test(process.env["INPUT_ROLE-TO-ASSUME"] ?? "") ||
  region === "" ||
  secret === ""
)
  throw new Error("needs a role, a region, and a key to hand on");
const exported = {
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  AWS_ACCESS_KEY_ID: id,
  AWS_SECRET_ACCESS_KEY: secret,
  AWS_SESSION_TOKEN: "session-token-of-an-hour",
};
process.stdout.write(`::add-mask::${secret}\n`);
for (const [name, value] of Object.entries(exported))
  appendFileSync(process.env["GITHUB_ENV"] ?? "", `${name}=${value}\n`);
