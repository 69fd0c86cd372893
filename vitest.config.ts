import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// Where a machine is to read the results, too: `.ci/run` counts from it.
const resultsFile = process.env["COLDSTORE_TEST_RESULTS"];

/** Milliseconds for each test and hook, many times what it takes, for a busy machine; `test:long` gives them more. By the environment, since projects don't get every flag. */
const limit = Number(process.env["COLDSTORE_TEST_LIMIT"] ?? 180_000);

/** Tests of code that keeps nothing between calls and starts no bundle: they share workers, which spares a start and all imports a file. */
const pure = ["__tests__/{model,modes,render,settings,steps}/**/*.test.ts"];

// oxlint-disable-next-line import/no-default-export -- vitest reads that one
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      {
        extends: true,
        test: {
          name: "outside",
          include: ["__tests__/**/*.test.ts"],
          exclude: pure,
          globalSetup: ["__tests__/support/bundle-source.ts"],
        },
      },
    ],
    testTimeout: limit,
    hookTimeout: limit,
    // A second is little on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // Vitest leaves a core free; but many tests wait for servers, programs and pauses more than they compute.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    ...(resultsFile && { reporters: ["default", "json"], outputFile: { json: resultsFile } }),
  },
});
