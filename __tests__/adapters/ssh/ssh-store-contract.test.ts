import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { sshRemote } from "../../../src/adapters/ssh/ssh-remote.ts";
import { storeContract, type StoreUnderTest } from "../../contracts/store-contract.ts";
import { openRemote } from "../../support/rclone-stores.ts";
import { startSshServer, type SshServer } from "../../support/ssh-server.ts";

const servers = new Map<string, Promise<SshServer>>();
afterAll(async () => {
  for (const server of servers.values()) await (await server)[Symbol.asyncDispose]();
});

const terms = { programs: ["rclone", "sshd", "ssh-keygen"], costly: true } as const;

storeContract("an SSH host that only does SFTP", onHost("sftp"), { ...terms, sample: 2 });
storeContract("an SSH host with a shell", onHost("shell"), { ...terms, sample: 1 });

let places = 0;

function onHost(kind: "sftp" | "shell"): () => Promise<StoreUnderTest> {
  return async () => {
    const starting = servers.get(kind) ?? startSshServer(kind === "shell" ? { shell: true } : {});
    servers.set(kind, starting);
    const server = await starting;
    const path = join(server.folder, `${(places += 1)}`);
    const folder = await mkdtemp(join(tmpdir(), "coldstore-ssh-"));
    const { host, port, user } = server;
    const address = { kind: "ssh", text: `ssh://${user}@${host}:${port}${path}`, user, host, port, path } as const;
    const options = { key: server.key, knownHosts: [server.knownHost], maxConnections: 4 };
    const { root, config } = await sshRemote(address, options, { env: { HOME: folder }, folder });
    const text = config.kind === "text" ? config.text : "";
    const [one, two] = await Promise.all([openRemote(root, { config: text }), openRemote(root, { config: text })]);
    return {
      store: one.store,
      other: two.store,
      async [Symbol.asyncDispose]() {
        await one[Symbol.asyncDispose]();
        await two[Symbol.asyncDispose]();
        await rm(folder, { recursive: true, force: true });
      },
    };
  };
}
