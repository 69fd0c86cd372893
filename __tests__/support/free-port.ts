import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port that nobody listens on, for a server that has to be told its port. None that the system hands out by itself, neither to
 * listeners nor to connections: another test would have it before the server has.
 */
export async function freePort(host = "127.0.0.1"): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(20_000, 32_000);
    const server = createServer();
    const taken = await once(server.listen(port, host), "listening").then(
      () => undefined,
      (error: NodeJS.ErrnoException) => error,
    );
    if (taken === undefined) {
      server.close();
      await once(server, "close");
      return port;
    }
    if (taken.code !== "EADDRINUSE" && taken.code !== "EACCES") throw taken;
  }
  throw new Error("no port is free");
}
