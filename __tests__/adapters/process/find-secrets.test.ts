import { expect, test } from "vitest";
import { findSecrets } from "../../../src/adapters/process/find-secrets.ts";

const secretNames = [
  "GITHUB_TOKEN ACTIONS_RUNTIME_TOKEN ACTIONS_ID_TOKEN_REQUEST_TOKEN NODE_AUTH_TOKEN INPUT_TOKEN",
  "AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AZURE_STORAGE_KEY AZURE_STORAGE_CONNECTION_STRING RCLONE_CONFIG_PASS",
  "RCLONE_CONFIG_R2_SECRET_ACCESS_KEY RCLONE_CONFIG_BOX_PASS RCLONE_CONFIG_B2_KEY RCLONE_SFTP_KEY_PEM",
  "RCLONE_CONFIG_X_PASSWORD2 RCLONE_CONFIG_GCS_SERVICE_ACCOUNT_CREDENTIALS POSTGRES_PASSWORD SMTP_PASS GH_PAT",
  "SSH_PASSPHRASE SSH_PRIVATE_KEY INPUT_SSH-KEY OPENAI_API_KEY npm_config_//registry.npmjs.org/:_authToken",
  "client_secret",
].flatMap((line) => line.split(" "));

test.each(secretNames)("%s holds a credential", (name) => {
  expect(findSecrets({ [name]: "s3cr3t-v4lue" })).toEqual(["s3cr3t-v4lue"]);
});

const otherNames = [
  "PATH HOME AWS_ACCESS_KEY_ID AWS_WEB_IDENTITY_TOKEN_FILE SSH_KEY_PATH GITHUB_ACTOR PASSENGER_APP COMPASS KEY",
  "KEYBOARD GITHUB_SHA RCLONE_CONFIG_R2_ACCESS_KEY_ID RCLONE_CONFIG_R2_TYPE TOKENS_USED GITHUB_SERVER_URL",
  "XPC_SERVICE_NAME RCLONE_CONFIG",
].flatMap((line) => line.split(" "));

test.each(otherNames)("%s holds none", (name) => {
  expect(findSecrets({ [name]: "some-v4lue" })).toEqual([]);
});

test.each([
  ["HTTPS_PROXY", "http://me:p%40ss-word@proxy:3128", ["p%40ss-word", "p@ss-word"]],
  ["https_proxy", "me:pass-word@proxy:3128", ["pass-word"]],
  ["DATABASE_URL", "postgres://app:a@b:c@db/app", ["a@b:c"]],
  ["DATABASE_URL", "postgres://app:100%@db/app", ["100%"]],
  ["REPO_URL", "https://ghp_0123456789abcdefghij@github.com/a/b", ["ghp_0123456789abcdefghij"]],
  ["SENTRY_DSN", "https://0123456789abcdef0123@sentry.io/1", ["0123456789abcdef0123"]],
  ["RCLONE_CONFIG_AZ_SAS_URL", "https://a.blob/c?sv=1&sig=ab%2Fcd", ["https://a.blob/c?sv=1&sig=ab%2Fcd", "ab/cd"]],
  ["REPO_URL", "ssh://git@github.com/a/b", []],
  ["REPO_URL", "https://github.com/a@b/c:d@e", []],
  ["API_URL", "https://api.github.com", []],
  ["NO_PROXY", "localhost,10.0.0.1", []],
])("in %s=%s the credentials are %j", (name, value, secrets) => {
  expect(findSecrets({ [name]: value })).toEqual(secrets);
});

test("what is secret in a service account's key or a token of several parts is found by itself, too", () => {
  const key = JSON.stringify({ type: "service_account", private_key: "-----BEGIN\nabc", client_email: "a@b", n: 1 });
  expect(findSecrets({ GOOGLE_CREDENTIALS: key })).toEqual([key, "-----BEGIN\nabc"]);
  const token = '{"access_token":"ya29.x","expiry":"2026-11-22","refresh_token":"1//x"}';
  expect(findSecrets({ RCLONE_CONFIG_DRIVE_TOKEN: token })).toEqual([token, "ya29.x", "1//x"]);
  expect(findSecrets({ MY_TOKEN: "{not json" })).toEqual(["{not json"]);
});

test("what git is told to send to a server is found, and the password in it", () => {
  const basic = Buffer.from("x-access-token:ghs_abc").toString("base64");
  expect(findSecrets({ GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}` })).toEqual([basic, "ghs_abc"]);
  expect(findSecrets({ GIT_CONFIG_PARAMETERS: "'http.extraheader=Authorization: Bearer ey.J'" })).toEqual(["ey.J"]);
});

test("each credential comes once, and empty ones don't", () => {
  expect(
    findSecrets({ A_TOKEN: "same-one", B_TOKEN: "same-one", C_TOKEN: "", D_TOKEN: " ", E_TOKEN: undefined }),
  ).toEqual(["same-one"]);
});
