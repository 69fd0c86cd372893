import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { storeContract, type StoreUnderTest } from "../../contracts/store-contract.ts";
import { type RcloneServer, type Served, startMoto, startRcloneServer } from "../../support/rclone-servers.ts";
import { openRemote } from "../../support/rclone-stores.ts";

const servers = new Map<string, Promise<RcloneServer>>();
afterAll(async () => {
  for (const server of servers.values()) await (await server)[Symbol.asyncDispose]();
});

const costly = { programs: ["rclone"], costly: true } as const;

storeContract("a folder through rclone", inFolder(""), { ...costly, sample: 3 });
storeContract("an encrypted folder, without digests", inFolder(crypt), { ...costly, sample: 1 });
storeContract("S3", onServer("s3"), { ...costly, folds: true, sample: 2 });
storeContract("SFTP", onServer("sftp"), { ...costly, folds: true, sample: 1 });
storeContract("FTP", onServer("ftp"), { ...costly, folds: true, sample: 1 });
storeContract("WebDAV", onServer("webdav"), { ...costly, gaps: true, folds: true, sample: 1 });
storeContract("moto's S3", onServer("moto"), { ...costly, programs: ["rclone", "moto_server"], sample: 1 });

function inFolder(config: "" | ((folder: string) => string)): () => Promise<StoreUnderTest> {
  return async () => {
    const folder = await mkdtemp(join(tmpdir(), "coldstore-remote-"));
    const root = join(folder, "cold");
    return underTest(config === "" ? [root] : ["far:", config(root)], async () =>
      rm(folder, { recursive: true, force: true }),
    );
  };
}

function crypt(folder: string): string {
  // "secret", obscured as rclone does.
  return `[far]\ntype = crypt\nremote = ${folder}\npassword = IM2v1lPWvO0yNXFZV-C2I9dLVPzTHA\n`;
}

function onServer(kind: Served | "moto"): () => Promise<StoreUnderTest> {
  return async () => {
    const starting = servers.get(kind) ?? (kind === "moto" ? startMoto() : startRcloneServer(kind));
    servers.set(kind, starting);
    const server = await starting;
    return underTest([server.root(), server.config], async () => undefined);
  };
}

async function underTest(
  [root, config]: readonly [root: string, config?: string] | readonly string[],
  after: () => Promise<void>,
): Promise<StoreUnderTest> {
  const options = config === undefined ? {} : { config };
  const [one, two] = await Promise.all([openRemote(root ?? "", options), openRemote(root ?? "", options)]);
  return {
    store: one.store,
    other: two.store,
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await two[Symbol.asyncDispose]();
      await after();
    },
  };
}
