import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** What a connection can come to on its way. */
export type Fault =
  /** Ended on both sides, as when a middlebox gives up. */
  | "cut"
  | "reset"
  /** Open, and not a byte gets through any more. */
  | "stall"
  /** One bit of one byte is another. */
  | "flip";

export interface FaultPlan {
  readonly fault: Fault;
  /** Bytes that have gone through until then, those of both directions and all connections together. */
  readonly after: number;
  /** Connections that come later fare as the one that was struck; of no use for a flip. */
  readonly lasting?: boolean;
}

/** Passes connections on to a port of this machine, and can do them harm. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Bytes that have gone through since the proxy was opened or last told what to do. */
  passed(): number;
  /** Counts anew, and strikes once so many bytes have gone through; without a plan it harms none. Ends what is open. */
  plan(plan?: FaultPlan): void;
  /** Whether the plan's moment has come. */
  struck(): boolean;
  /** Resolves when it comes. */
  readonly strike: Promise<void>;
}

export async function openTcpProxy(target: number): Promise<TcpProxy> {
  const proxy = new Proxy(target);
  await proxy.listen();
  return proxy;
}

class Proxy implements TcpProxy {
  readonly strike: Promise<void>;
  readonly #server: Server;
  readonly #target: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #tell: () => void;
  #plan: FaultPlan | undefined;
  #passed = 0;
  #struck = false;

  constructor(target: number) {
    this.#target = target;
    this.#server = createServer((near) => this.#take(near));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.strike = promise;
    this.#tell = resolve;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy has no port");
    return address.port;
  }

  passed(): number {
    return this.#passed;
  }

  struck(): boolean {
    return this.#struck;
  }

  plan(plan?: FaultPlan): void {
    this.#endAll();
    this.#plan = plan;
    this.#passed = 0;
    this.#struck = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#endAll();
    await once(this.#server, "close");
  }

  #take(near: Socket): void {
    const far = connect(this.#target, "127.0.0.1");
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("error", () => to.destroy());
      from.on("end", () => to.end());
      from.on("close", () => this.#pairs.delete(pair));
      from.on("data", (bytes: Buffer) => this.#pass(bytes, pair, to));
      to.on("drain", () => from.resume());
    }
    if (this.#struck && this.#plan?.lasting === true) this.#harm(pair);
  }

  #pass(bytes: Buffer, pair: readonly [Socket, Socket], to: Socket): void {
    const before = this.#passed;
    this.#passed += bytes.length;
    const from = pair[0] === to ? pair[1] : pair[0];
    const plan = this.#plan;
    if (plan === undefined || this.#struck || this.#passed <= plan.after) {
      if (!to.write(bytes)) from.pause();
      return;
    }
    this.#struck = true;
    const at = plan.after - before;
    if (plan.fault === "flip") {
      // So that no slash of a path becomes a question mark: what isn't asked for isn't what is harmed.
      bytes[at] = bytes[at]! ^ 1;
      to.write(bytes);
    } else {
      to.write(bytes.subarray(0, at), () => this.#harm(pair));
    }
    this.#tell();
  }

  #harm(pair: readonly [Socket, Socket]): void {
    for (const socket of pair) {
      if (this.#plan?.fault === "reset") socket.resetAndDestroy();
      else if (this.#plan?.fault === "cut") socket.destroySoon();
      // What comes is read by nobody, so that the one who sends it sees no end.
      else socket.removeAllListeners("data").removeAllListeners("drain").removeAllListeners("end").pause();
    }
  }

  #endAll(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }
}
