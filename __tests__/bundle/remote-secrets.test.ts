import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect } from "vitest";
import { reveal } from "../../src/model/rclone-config-text.ts";
import { freePort } from "../support/free-port.ts";
import { type GitFixture, makeRepository } from "../support/git-fixture.ts";
import { testWith } from "../support/programs.ts";
import { startRcloneServer } from "../support/rclone-servers.ts";
import { rclonePath } from "../support/rclone-stores.ts";
import { makeRunnerPlace, type StepEnd } from "../support/run-action.ts";
import { makePlace, onWindows } from "../support/run-cli.ts";
import { readAsRunner } from "../support/runner-commands.ts";
import { someOf } from "../support/some-of.ts";
import { makeKey } from "../support/ssh-server.ts";
import { filesBelow, setsIn } from "../support/stored-set.ts";
import { branchPush } from "../support/workflow-events.ts";

/** No two alike; `+/=&"` look different in a URL, in JSON and in base64. */
function makeSecret(begin: string): string {
  return `${begin}${randomBytes(24).toString("base64")}+/=&"`;
}

function obscure(secret: string): string {
  return execFileSync(rclonePath(), ["obscure", "-"], { input: secret, encoding: "utf8" }).trim();
}

/** Secrets, and where they are given: each field is one or has some. */
function makeSecrets() {
  const password = makeSecret("pass-");
  const wrong = makeSecret("wrong-");
  const inUrl = makeSecret("url-");
  const more = ["aws-", "session-", "azure-", "s3-", "token-", "sftp-"].map(makeSecret) as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const obscured = { password: obscure(password), wrong: obscure(wrong), more: obscure(more[5]) };
  return { password, wrong, inUrl, more, obscured };
}

type Secrets = ReturnType<typeof makeSecrets>;

/** All that must not be told, as it was given. */
function canariesOf({ password, wrong, inUrl, more, obscured }: Secrets): readonly string[] {
  return [password, wrong, inUrl, ...more, ...Object.values(obscured)];
}

/** A secret in all forms in which it might turn up. */
function formsOf(secret: string): readonly string[] {
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
      .toString("base64")
      .slice(4, -4),
  );
  const escaped = JSON.stringify(secret).slice(1, -1);
  const url = new URL("http://host");
  url.password = secret;
  return [secret, escaped, encodeURIComponent(secret), url.password, Buffer.from(secret).toString("hex"), ...base64];
}

function leaksIn(canaries: readonly string[], traces: readonly (readonly [what: string, text: string])[]) {
  const forms = canaries.flatMap(formsOf);
  return traces.flatMap(([what, text]) => {
    // What was obscured anew looks otherwise each time.
    const revealed = (text.match(/[\w-]{22,}/g) ?? []).flatMap((word) => reveal(word) ?? []).join("\n");
    return forms.filter((form) => text.includes(form) || revealed.includes(form)).map((form) => `${form} in ${what}`);
  });
}

/** Files as what reads them sees them. */
function traceFiles(...folders: readonly string[]): readonly (readonly [string, string])[] {
  return folders.flatMap(filesBelow).map((path): readonly [string, string] => {
    const bytes = readFileSync(path);
    return [path, (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1")];
  });
}

/** An rclone that writes down what it was started with, then is the real one. */
function spyOnRclone(folder: string): { readonly path: string; readonly told: () => string } {
  const [path, log] = [join(folder, "rclone"), join(folder, "rclone.log")];
  mkdirSync(folder);
  writeFileSync(log, "");
  const lines = [
    "#!/bin/sh",
    `printf '%s\\n' "$@" >>'${log}'`,
    `tr '\\0' ' ' </proc/$$/cmdline >>'${log}' 2>/dev/null`,
    `exec '${rclonePath()}' "$@"`,
    "",
  ];
  writeFileSync(path, lines.join("\n"));
  chmodSync(path, 0o755);
  return { path, told: () => readFileSync(log, "utf8") };
}

interface Case {
  readonly what: string;
  readonly code: number;
  /** rclone is started. */
  readonly starts: boolean;
  readonly store: string;
  config(secrets: Secrets, ports: { readonly good: number; readonly closed: number }): string;
}

function section(port: number, user: string, lines: readonly string[] = []): readonly string[] {
  return ["[far]", "type = webdav", `url = http://${user}127.0.0.1:${port}`, "vendor = other", ...lines];
}

/** Sections that nobody uses, which have secrets of other kinds. */
function others({ more: [, , , s3, token], obscured }: Secrets): readonly string[] {
  return [
    "[bucket]",
    "type = s3",
    `secret_access_key = ${s3}`,
    "[drive]",
    "type = drive",
    `token = ${JSON.stringify({ access_token: token, token_type: "Bearer", expiry: "2036-01-01T00:00:00Z" })}`,
    "[host]",
    "type = sftp",
    `pass = ${obscured.more}`,
  ];
}

const inAction: readonly Case[] = [
  {
    what: "a run that stores",
    code: 0,
    starts: true,
    store: "far:bucket/cold",
    config: (secrets, { good }) =>
      [...section(good, "", ["user = me", `pass = ${secrets.obscured.password}`]), ...others(secrets)].join("\n"),
  },
  {
    what: "a run with a wrong password",
    code: 5,
    starts: true,
    store: "far:bucket/cold",
    config: (secrets, { good }) =>
      [...section(good, "", ["user = me", `pass = ${secrets.obscured.wrong}`]), ...others(secrets)].join("\n"),
  },
  {
    what: "a run with a wrong password in a URL",
    code: 5,
    starts: true,
    store: "far:bucket/cold",
    config: (secrets, { good }) =>
      [...section(good, `me:${encodeURIComponent(secrets.inUrl)}@`), ...others(secrets)].join("\n"),
  },
  {
    what: "a run whose server is down",
    code: 5,
    starts: true,
    store: "far:bucket/cold",
    config: (secrets, { closed }) =>
      [...section(closed, `me:${encodeURIComponent(secrets.inUrl)}@`), ...others(secrets)].join("\n"),
  },
  {
    what: "a run with a configuration that is none",
    code: 2,
    starts: false,
    store: "far:bucket/cold",
    config: ({ obscured, more }) => `far: webdav\n  pass: ${obscured.wrong}\n  token: ${more[4]}\n`,
  },
  {
    what: "a run whose configuration lacks the remote",
    code: 2,
    starts: true,
    store: "elsewhere:bucket/cold",
    config: (secrets) => others(secrets).join("\n"),
  },
];

interface World extends AsyncDisposable {
  readonly secrets: Secrets;
  readonly repository: GitFixture;
  readonly served: string;
  readonly ports: { readonly good: number; readonly closed: number };
}

async function makeWorld(): Promise<World> {
  const secrets = makeSecrets();
  const server = await startRcloneServer("webdav", { flags: ["--user=me", `--pass=${secrets.password}`] });
  const repository = makeRepository({ files: { "a.txt": "one\n" } });
  return {
    secrets,
    repository,
    served: server.folder,
    ports: { good: server.port, closed: await freePort() },
    async [Symbol.asyncDispose]() {
      repository.remove();
      await server[Symbol.asyncDispose]();
    },
  };
}

function tracesOf(end: StepEnd): readonly (readonly [string, string])[] {
  return [
    ["what a runner shows", end.shown],
    ["the summary", end.summary],
    ["the outputs", JSON.stringify(end.outputs) + Object.values(end.outputs).join("\n")],
    ["the state", JSON.stringify(end.state) + Object.values(end.state).join("\n")],
  ];
}

describe.skipIf(onWindows)("secrets of remotes", () => {
  for (const { what, code, starts, store, config } of someOf(inAction, 2))
    testWith(["rclone"], `are masked, and nowhere else, after ${what} in a job`, async () => {
      await using world = await makeWorld();
      const { secrets, repository, served, ports } = world;
      using place = makeRunnerPlace();
      const rclone = spyOnRclone(join(place.path, "spy"));
      const step = {
        event: branchPush("main", repository.git("rev-parse", "HEAD")),
        workspace: repository.path,
        inputs: {
          mode: "snapshot",
          store,
          "rclone-config": config(secrets, ports),
          "rclone-path": rclone.path,
        },
        env: { RUNNER_DEBUG: "1", AWS_SECRET_ACCESS_KEY: secrets.more[0], AWS_SESSION_TOKEN: secrets.more[1] },
      };
      const main = await place.run(step);
      expect(main.code, main.shown).toBe(code);
      const canaries = canariesOf(secrets);
      expect(leaksIn(canaries, [...tracesOf(main), ...traceFiles(place.path, served)])).toEqual([]);
      expect(readAsRunner(main.stderr).commands.filter(({ name }) => name === "add-mask")).toEqual([]);
      const masked = main.commands.filter(({ name }) => name === "add-mask").map(({ data }) => data);
      for (const secret of canaries.filter((each) => step.inputs["rclone-config"].includes(each)))
        expect(masked.some((mask) => mask.includes(secret) || secret.includes(mask))).toBe(true);
      expect(leaksIn(canaries, [["the masks", masked.join("\n")]])).not.toEqual([]);
      expect(setsIn(served)).toHaveLength(code === 0 ? 1 : 0);
      const post = await place.run({ ...step, state: main.state });
      expect(post.code, post.shown).toBe(0);
      expect(leaksIn(canaries, [...tracesOf(post), ...traceFiles(place.path)])).toEqual([]);
      expect(filesBelow(place.temp)).toEqual([]);
      expect(rclone.told() === "").toBe(!starts);
    });

  testWith(
    ["rclone", "ssh-keygen"],
    "that are an SSH key are nowhere after a run that the host turns away",
    async () => {
      using repository = makeRepository({ files: { "a.txt": "one\n" } });
      using place = makeRunnerPlace();
      const rclone = spyOnRclone(join(place.path, "spy"));
      const keys = join(place.path, "keys");
      mkdirSync(keys);
      const [key, hostKey] = [makeKey(join(keys, "login"), "ed25519"), makeKey(join(keys, "host"), "ed25519")];
      await using host = await startRcloneServer("sftp", { flags: [`--key=${join(keys, "host")}`] });
      const end = await place.run({
        event: branchPush("main", repository.git("rev-parse", "HEAD")),
        workspace: repository.path,
        inputs: {
          mode: "snapshot",
          store: `ssh://me@127.0.0.1:${host.port}/bucket`,
          "ssh-key": key.private,
          "ssh-known-hosts": `[127.0.0.1]:${host.port} ${hostKey.public}`,
          "rclone-path": rclone.path,
        },
        env: { RUNNER_DEBUG: "1" },
      });
      expect(end.code, end.shown).toBe(5);
      expect(end.shown).toMatch(/key/);
      const canaries = key.private.split("\n").filter((line) => line.length > 20 && !line.startsWith("-----"));
      expect(canaries.length).toBeGreaterThan(3);
      const files = traceFiles(place.path).filter(([path]) => !path.startsWith(keys));
      expect(leaksIn(canaries, [...tracesOf(end), ...files])).toEqual([]);
      expect(rclone.told()).not.toBe("");
    },
  );

  for (const [what, code] of someOf(
    [
      ["a run that stores", 0],
      ["a run with a wrong password", 5],
    ] as const,
    1,
  ))
    testWith(["rclone"], `that are variables are nowhere after ${what} on the command line`, async () => {
      await using world = await makeWorld();
      const { secrets, repository, served, ports } = world;
      using place = makePlace();
      const rclone = spyOnRclone(join(place.path, "spy"));
      const [access, session, azure, s3] = secrets.more;
      const env = {
        RCLONE_CONFIG_FAR_TYPE: "webdav",
        RCLONE_CONFIG_FAR_URL: `http://127.0.0.1:${ports.good}`,
        RCLONE_CONFIG_FAR_VENDOR: "other",
        RCLONE_CONFIG_FAR_USER: "me",
        RCLONE_CONFIG_FAR_PASS: code === 0 ? secrets.obscured.password : secrets.obscured.wrong,
        RCLONE_CONFIG_HOST_PASS: secrets.obscured.more,
        RCLONE_S3_SECRET_ACCESS_KEY: s3,
        AWS_SECRET_ACCESS_KEY: access,
        AWS_SESSION_TOKEN: session,
        AZURE_STORAGE_KEY: azure,
      };
      const args = ["snapshot", repository.path, "far:bucket/cold", "--rclone-path", rclone.path, "--debug", "--json"];
      const end = await place.run(args, { env });
      expect(end.code, end.stdout + end.stderr).toBe(code);
      const traces = [["stdout", end.stdout] as const, ["stderr", end.stderr] as const];
      expect(leaksIn(canariesOf(secrets), [...traces, ...traceFiles(place.path, served)])).toEqual([]);
      expect(place.litter()).toEqual([]);
      expect(rclone.told()).toContain("lsjson");
    });
});
