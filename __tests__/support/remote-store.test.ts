import { storeContract } from "../contracts/store-contract.ts";
import { MemoryPlace } from "./memory-store.ts";
import { RacingStore } from "./racing-store.ts";
import { RemoteStore } from "./remote-store.ts";

storeContract(
  "memory like remotes",
  async () => {
    const place = new MemoryPlace();
    const make = () => new RemoteStore({ place, confirms: () => "md5" });
    return { store: make(), other: make(), async [Symbol.asyncDispose]() {} };
  },
  { sample: 12 },
);

storeContract(
  "memory where the last write wins",
  async () => {
    const place = new MemoryPlace();
    const make = () => new RacingStore({ place, turns: () => 2 });
    return { store: make(), other: make(), async [Symbol.asyncDispose]() {} };
  },
  { sample: 12 },
);
