import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openRcloneProcess } from "../../../src/adapters/rclone/open-rclone-process.ts";
import type { RcloneEnd, Remote } from "../../../src/adapters/rclone/rclone-process.ts";
import { sshRemote, type SshOptions } from "../../../src/adapters/ssh/ssh-remote.ts";
import type { SshAddress } from "../../../src/model/store-address.ts";
import { someTests } from "../../support/some-tests.ts";
import { makeKey, startSshServer, type SshServer } from "../../support/ssh-server.ts";
import { testIo } from "../../support/store-fixtures.ts";

const needs = ["sshd", "ssh-keygen", "rclone"];

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coldstore-ssh-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function addressOf(server: Pick<SshServer, "host" | "port" | "user">, path: string): SshAddress {
  const host = server.host.includes(":") ? `[${server.host}]` : server.host;
  const { port, user } = server;
  return { kind: "ssh", text: `ssh://${user}@${host}:${port}${path}`, user, host: server.host, port, path };
}

/** What is to be said of a server; `HOME` is an empty folder unless told. */
async function remoteOf(
  server: Pick<SshServer, "host" | "port" | "user" | "folder" | "key" | "knownHost">,
  { path = server.folder, env = {}, ...options }: Partial<SshOptions> & { path?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Remote> {
  const ssh = { key: server.key, knownHosts: [server.knownHost], maxConnections: 4, ...options };
  return sshRemote(addressOf(server, path), ssh, { env: { HOME: folder, ...env }, folder });
}

/** What there was to warn of. */
const warnings: string[] = [];

async function rclone(remote: Remote, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RcloneEnd> {
  await using rclone = await openRcloneProcess({
    program: { path: "rclone", version: "1.75.1", trust: "own" },
    remote,
    env: { PATH: process.env["PATH"], HOME: folder, ...env },
    args: [],
    folder,
    stallTimeout: 30_000,
    warn: (sentence) => void warnings.push(sentence),
  });
  return await rclone.run({ args }, testIo());
}

async function namesIn(remote: Remote, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { stdout } = await rclone(remote, ["lsjson", remote.root], env);
  return (JSON.parse(stdout.toString()) as { Name: string }[]).map(({ Name }) => Name).sort();
}

const refusal = async (run: Promise<unknown>): Promise<Error> =>
  run.then(
    () => Promise.reject(new Error("it went well")),
    (error: unknown) => error as Error,
  );

describe("an SSH host whose key is known", () => {
  someTests(5, (testWith) => {
    testWith(needs, "is reached with the key given, and says digests of its own", async () => {
      await using server = await startSshServer({ shell: true });
      await writeFile(join(server.folder, "a b'c"), "hello");
      const remote = await remoteOf(server);
      expect(await namesIn(remote)).toEqual(["a b'c"]);
      const { stdout } = await rclone(remote, ["lsjson", "--hash", "--hash-type", "md5", remote.root]);
      expect(JSON.parse(stdout.toString())).toMatchObject([{ Hashes: { md5: "5d41402abc4b2a76b9719d911017c592" } }]);
      // What rclone found out of the host and wrote down is nothing to tell of.
      expect(warnings).toEqual([]);
      const { name, config, args } = remote;
      expect([name, args]).toEqual([`ssh://${server.user}@127.0.0.1:${server.port}${server.folder}`, []]);
      expect(JSON.stringify([config, args])).not.toContain("PRIVATE KEY");
    });

    testWith(needs, "keeps the key in a file that nobody else can read", async () => {
      await using server = await startSshServer();
      await remoteOf(server);
      const files = await readdir(folder);
      expect(new Set(files.map((name) => name.split(".")[1]))).toEqual(new Set(["key", "known-hosts"]));
      for (const name of files) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    });

    testWith(needs, "that only does SFTP has no digests, which is no error", async () => {
      await using server = await startSshServer();
      await writeFile(join(server.folder, "a"), "hello");
      const remote = await remoteOf(server);
      const features = await rclone(remote, ["backend", "features", remote.root]);
      expect(JSON.parse(features.stdout.toString())).toMatchObject({ Hashes: [] });
      await writeFile(join(folder, "new"), "new");
      const up = await rclone(remote, ["copy", join(folder, "new"), remote.root, "--checksum", "--immutable"]);
      expect(up.code).toBe(0);
      expect(await namesIn(remote)).toEqual(["a", "new"]);
    });

    testWith(needs, "is reached with few connections by many transfers", async () => {
      await using server = await startSshServer();
      await mkdir(join(folder, "up"));
      for (let i = 0; i < 40; i += 1) await writeFile(join(folder, "up", `${i}`), `${i}`);
      const remote = await remoteOf(server, { maxConnections: 1 });
      await rclone(remote, ["copy", join(folder, "up"), remote.root, "--transfers=8", "--checksum", "--immutable"]);
      expect(await namesIn(remote)).toHaveLength(40);
    });

    testWith(needs, "has paths from its root and from the login's home", async () => {
      await using server = await startSshServer();
      const path = `${"../".repeat(8)}${server.folder.slice(1)}`;
      await writeFile(join(server.folder, "a"), "");
      expect(await namesIn(await remoteOf(server, { path }))).toEqual(["a"]);
      expect((await remoteOf(server, { path: "" })).root).toMatch(/^ssh-[0-9a-f]{12}:$/);
      expect((await remoteOf(server, { path: "/srv" })).root).toMatch(/:\/srv$/);
    });

    testWith(needs, "can have an address of IPv6", async () => {
      // A machine without IPv6 has none to log in to, and still says what would be.
      await using server = await startSshServer({ host: "::1" }).catch(() => undefined);
      const { public: hostKey, private: key } = makeKey(join(folder, "other"), "ed25519");
      const like = { host: "::1", port: 2222, user: "me", folder: "/srv", key, knownHost: `[::1]:2222 ${hostKey}` };
      const remote = await remoteOf(server ?? like);
      expect(remote.config).toMatchObject({ text: expect.stringMatching(/^host = .*::1/m) });
      if (server === undefined) return;
      await writeFile(join(server.folder, "a"), "");
      expect(await namesIn(remote)).toEqual(["a"]);
    });

    testWith(needs, "is known by one of its keys, though it has others that programs like better", async () => {
      await using server = await startSshServer({ hostKeys: ["rsa", "ed25519", "ecdsa"] });
      expect(await namesIn(await remoteOf(server))).toEqual([]);
    });

    testWith(needs, "may be known without its port, by a pattern, and beside others", async () => {
      await using server = await startSshServer();
      for (const lines of [
        [`127.0.0.1 ${server.hostKey}`],
        [`# a comment`, `other.example ${server.hostKey.replace(/.{9}$/, "123456789")}\r\n127.0.0.? ${server.hostKey}`],
      ])
        expect(await namesIn(await remoteOf(server, { knownHosts: lines }))).toEqual([]);
    });

    testWith(needs, "may be known by an authority that has signed its key", async () => {
      const authority = makeKey(join(folder, "authority"), "ecdsa");
      const knownHosts = [`@cert-authority *.0.0.1 ${authority.public}`];
      const certificate = { authority: join(folder, "authority"), host: "127.0.0.1" };
      await using server = await startSshServer({ certificate });
      expect(await namesIn(await remoteOf(server, { knownHosts }))).toEqual([]);
      await using other = await startSshServer({ certificate: { ...certificate, host: "192.0.2.1" } });
      await using none = await startSshServer();
      for (const server of [other, none]) {
        const error = await refusal(namesIn(await remoteOf(server, { knownHosts })));
        expect(error.message).toContain("nothing was sent");
      }
    });

    testWith(needs, "is found in the user's own known_hosts, also in hashed lines", async () => {
      await using server = await startSshServer();
      await mkdir(join(folder, ".ssh"));
      const file = join(folder, ".ssh", "known_hosts");
      await writeFile(file, `garbage\n${server.knownHost}\n`);
      expect(await namesIn(await remoteOf(server, { knownHosts: [] }))).toEqual([]);
      await writeFile(file, `${server.knownHost}\n`);
      execFileSync("ssh-keygen", ["-q", "-H", "-f", file], { stdio: "ignore" });
      expect(await readFile(file, "utf8")).toMatch(/^\|1\|/);
      expect(await namesIn(await remoteOf(server, { knownHosts: [] }))).toEqual([]);
    });

    testWith([...needs, "ssh-agent"], "is logged in to with an agent's key where none is given", async () => {
      await using server = await startSshServer();
      await writeFile(join(folder, "login"), server.key, { mode: 0o600 });
      const socket = join(folder, "agent");
      const said = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
      try {
        const env = { PATH: process.env["PATH"], SSH_AUTH_SOCK: socket };
        const address = addressOf(server, server.folder);
        const options = { knownHosts: [server.knownHost], maxConnections: 4 };
        const remote = await sshRemote(address, options, { env, folder });
        expect((await refusal(namesIn(remote, env))).message).toContain("doesn't let this user log in");
        execFileSync("ssh-add", ["-q", join(folder, "login")], { env });
        expect(await namesIn(remote, env)).toEqual([]);
      } finally {
        process.kill(Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]));
      }
      expect((await readdir(folder)).filter((name) => name.endsWith(".key"))).toEqual([]);
    });

    testWith(needs, "has links, which are no objects", async () => {
      await using server = await startSshServer();
      await writeFile(join(server.folder, "a"), "");
      await symlink(server.folder, join(server.folder, "circle"));
      await symlink("/etc/passwd", join(server.folder, "link"));
      expect(await namesIn(await remoteOf(server))).toEqual(["a"]);
    });
  });
});

describe("an SSH host", () => {
  someTests(3, (testWith) => {
    testWith(
      needs,
      "that shows another key than the known one gets nothing, and the sentence says what that may mean",
      async () => {
        await using server = await startSshServer();
        const other = makeKey(join(folder, "other"), "ed25519").public;
        const remote = await remoteOf(server, { knownHosts: [`${server.host} ${other}`] });
        const error = await refusal(namesIn(remote));
        expect(error).toMatchObject({ failure: "store", transient: false });
        expect(error.message).toMatch(
          new RegExp(`^ssh://.*127.0.0.1:${server.port}.*set up anew.*stands in between.*nothing was sent`),
        );
        expect(server.log()).not.toMatch(/Accepted|session/);
      },
    );

    testWith(needs, "that has no key of the known kind any more is none to trust", async () => {
      await using server = await startSshServer();
      const other = makeKey(join(folder, "other"), "ecdsa").public;
      const error = await refusal(namesIn(await remoteOf(server, { knownHosts: [`${server.host} ${other}`] })));
      expect(error).toMatchObject({ failure: "store", transient: false });
      expect(error.message).toContain("no key of the kind that it's known by");
    });

    testWith(needs, "whose key was revoked gets nothing", async () => {
      await using server = await startSshServer();
      const knownHosts = [server.knownHost, `@revoked * ${server.hostKey}`];
      const error = await refusal(namesIn(await remoteOf(server, { knownHosts })));
      expect(error.message).toContain("revoked");
    });

    testWith(needs, "that doesn't know the key says so", async () => {
      await using server = await startSshServer();
      const { private: key } = makeKey(join(folder, "other"), "ed25519");
      const error = await refusal(namesIn(await remoteOf(server, { key })));
      expect(error).toMatchObject({ failure: "store", transient: false });
      expect(error.message).toMatch(/doesn't let this user log in .*authorized_keys/);
      expect(error.message).not.toContain(key.split("\n")[1]!);
    });

    testWith(needs, "where nothing answers may answer later", async () => {
      const server = await startSshServer();
      await server[Symbol.asyncDispose]();
      const error = await refusal(namesIn(await remoteOf(server)));
      expect(error).toMatchObject({ failure: "store", transient: true });
      expect(error.message).toContain("nothing answers at that port");
    });

    testWith(needs, "without such a folder is told from one that can't be reached", async () => {
      await using server = await startSshServer();
      const remote = await remoteOf(server, { path: `${server.folder}/none` });
      await using process_ = await openRcloneProcess({
        program: { path: "rclone", version: "1.75.1", trust: "own" },
        remote,
        env: { PATH: process.env["PATH"], HOME: folder },
        args: [],
        folder,
        stallTimeout: 30_000,
      });
      expect((await process_.run({ args: ["lsjson", remote.root], accept: [3] }, testIo())).code).toBe(3);
    });

    testWith(needs, "whose folder can't be written to says so", async () => {
      await using server = await startSshServer();
      await writeFile(join(folder, "new"), "new");
      // Nobody can make a file there, not even root.
      const remote = await remoteOf(server, { path: "/proc/coldstore" });
      const error = await refusal(
        rclone(remote, ["copy", join(folder, "new"), remote.root, "--checksum", "--immutable"]),
      );
      expect(error).toMatchObject({ failure: expect.stringMatching(/store|not-found/) });
    });
  });
});

describe("before anything is sent", () => {
  const address = addressOf({ host: "cold.example", port: 2222, user: "me" }, "/srv");
  const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL6WYIbFKkOcq7YAzBWoluVCmqN7Zqm1moOIbVus/cwj";
  const around = () => ({ env: { HOME: folder }, folder });
  const ask = (options: Partial<SshOptions>, to: SshAddress = address) =>
    refusal(sshRemote(to, { knownHosts: [`[cold.example]:2222 ${key}`], maxConnections: 4, ...options }, around()));

  test("a host that nobody knows is refused with the line that asks for its key", async () => {
    const error = await ask({ knownHosts: [] });
    expect(error).toMatchObject({ failure: "settings" });
    expect(error.message).toContain("`ssh-keyscan -p 2222 cold.example`");
    expect(error.message).toContain("compare");
  });

  test("lines of other hosts are refused with the line that asks for its key", async () => {
    const error = await ask({ knownHosts: [`cold.example.org ${key}`, `[cold.example]:22022 ${key}`] });
    expect(error).toMatchObject({ failure: "settings" });
    expect(error.message).toMatch(
      /^none of the lines in ssh-known-hosts is of cold.example at port 2222; run `ssh-keyscan/,
    );
  });

  test("a line that can't be read is shown", async () => {
    const error = await ask({ knownHosts: [`${key.slice(0, 30)}\u001b[31m`] });
    expect(error.message).toMatch(
      /^ssh-known-hosts has a line that isn't one .*"ssh-ed25519 AAAAC3NzaC1lZDI1NT\\x1b\[31m"/,
    );
  });

  test("only a revoked key isn't known", async () => {
    expect((await ask({ knownHosts: [`@revoked * ${key}`] })).message).toContain("ssh-keyscan");
  });

  test("without a key and an agent there is no way in", async () => {
    expect((await ask({})).message).toBe(
      "ssh://me@cold.example:2222/srv needs a key to log in with: set ssh-key to a private key's text, or run an SSH agent that has one.",
    );
  });

  test("a key that can't be one leaves no file", async () => {
    expect((await ask({ key: "/home/me/.ssh/id_ed25519" })).message).toContain("not the path of its file");
    expect(await readdir(folder)).toEqual([]);
  });

  test("without a user's name it's the one who runs this, as for ssh", async () => {
    const { user: _, ...nobody } = address;
    const remote = await sshRemote(
      nobody,
      { knownHosts: [`cold.example ${key}`], maxConnections: 3 },
      { env: { SSH_AUTH_SOCK: "/run/agent" }, folder },
    );
    const text = remote.config.kind === "text" ? remote.config.text : "";
    expect(text).toContain(`\nuser = ${userInfo().username}\n`);
    expect(text).toContain("\nconnections = 3\n");
    expect(text).toContain("\nport = 2222\n");
  });

  test("a user that would change rclone's configuration is refused", async () => {
    for (const user of ["me\npass = x", "%(pass)s", "me # x", '"me"'])
      expect((await ask({}, { ...address, user })).message).toMatch(/needs a key|can't be one/);
  });
});
