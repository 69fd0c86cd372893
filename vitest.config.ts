import { defineConfig } from "vitest/config";

// Where a machine is to read the results, too: `.ci/run` counts from it.
const resultsFile = process.env["COLDSTORE_TEST_RESULTS"];

// oxlint-disable-next-line import/no-default-export -- vitest reads that one
export default defineConfig({
  test: {
    include: ["__tests__/**/*.test.ts"],
    globalSetup: ["__tests__/support/bundle-source.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Vitest leaves a core free, which on two cores is half of them.
    maxWorkers: "100%",
    ...(resultsFile && { reporters: ["default", "json"], outputFile: { json: resultsFile } }),
  },
});
