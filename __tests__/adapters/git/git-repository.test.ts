import { repositoryContract } from "../../contracts/repository-contract.ts";
import { makeRepository } from "../../support/git-fixture.ts";
import { openFolder } from "../../support/open-fixture.ts";

repositoryContract("git", async (spec) => {
  const fixture = makeRepository(spec);
  const opened = await openFolder(fixture.path);
  return {
    repository: opened.repository,
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]();
      fixture.remove();
    },
  };
});
