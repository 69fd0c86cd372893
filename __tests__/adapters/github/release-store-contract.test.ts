import { storeContract } from "../../contracts/store-contract.ts";
import { addTag } from "../../support/github-server/seed.ts";
import { asSetFiles, keysWithin } from "../../support/keys-within.ts";
import { releaseWorld } from "../../support/release-world.ts";

const form = asSetFiles("acme/app/snapshot/v1.0.0/");

storeContract("releases of GitHub", async () => {
  const world = await releaseWorld({ assetsPerRelease: 5000, emptyAssets: "taken" });
  addTag(world.server.state, world.repository, "v1.0.0");
  return {
    store: keysWithin(world.store(), form),
    other: keysWithin(world.store(), form),
    [Symbol.asyncDispose]: async () => world[Symbol.asyncDispose](),
  };
});
