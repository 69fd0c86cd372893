import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { makeRepository } from "../support/git-fixture.ts";
import { startGitHub } from "../support/github-process.ts";
import { testWith } from "../support/programs.ts";
import { makePlace, onLinux } from "../support/run-cli.ts";

/** More than the limit of memory has room for, twice over. */
const bytes = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1000 ? 1_900_000_000 : 200_000_000;

describe.runIf(onLinux)("a large file that goes into a release", () => {
  testWith(["time"], "is read, joined to the set and sent in modest memory", async () => {
    const repository = makeRepository({ files: { "a.txt": "one\n" }, tags: { "v1.0.0": "light" } });
    const place = makePlace();
    onTestFinished(() => {
      repository.remove();
      place[Symbol.dispose]();
    });
    const large = join(place.path, "large.bin");
    writeFileSync(large, "");
    truncateSync(large, bytes);
    await using github = await startGitHub({
      repository: "acme/app",
      folder: repository.path,
      tokens: { secret: { contents: "write" } },
      behaviour: { keepLimit: 1 << 20 },
    });
    const facts = join(place.path, "time");
    const flags = ["--project=acme/app", "--ref=v1.0.0", `--files=${large}`, "--quiet"];
    const end = await place.run(["snapshot", repository.path, "release:v1.0.0", ...flags], {
      env: { GITHUB_API_URL: github.apiUrl, GITHUB_TOKEN: "secret" },
      node: ["/usr/bin/time", "-o", facts, "-f", "%M", process.execPath],
    });
    expect(end).toMatchObject({ code: 0 });
    const [release] = (await github.see()).releases;
    expect(release?.assets.find(({ name }) => name === "large.bin")).toMatchObject({ size: bytes });
    expect(Number(readFileSync(facts, "utf8").trim()) * 1024).toBeLessThan(160_000_000);
    expect(place.litter()).toEqual([]);
  });
});
