import { assert, constantFrom, oneof, pre, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { ColdstoreError, type Remedy, SeveralErrors } from "../../src/model/errors.ts";
import { workflowFix } from "../../src/render/workflow-fix.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 60);

function lacking(remedy?: Remedy): ColdstoreError {
  return new ColdstoreError("source", "something lacks", { ...(remedy && { remedy }) });
}

describe("workflowFix", () => {
  test("says nothing when no error has a remedy", () => {
    expect(workflowFix([])).toBeUndefined();
    expect(workflowFix([lacking(), new SeveralErrors([lacking()])])).toBeUndefined();
  });

  test("merges what several errors ask for into one step each, sorted, nothing twice", () => {
    const errors = [
      lacking({ checkout: { submodules: "recursive" }, settings: { submodules: "include" } }),
      new SeveralErrors([lacking({ checkout: { submodules: "recursive" } }), lacking()]),
      lacking({ checkout: { "fetch-depth": "0" } }),
    ];
    const lines = [
      "- uses: actions/checkout@v7",
      "  with:",
      "    fetch-depth: 0",
      "    submodules: recursive",
      "- uses: coldstore/action@v1",
      "  with:",
      "    submodules: include",
    ];
    expect(workflowFix(errors)).toBe(lines.join("\n"));
  });

  test("permissions come before the steps, and make one document with them", () => {
    const errors = [
      lacking({ permissions: { contents: "write" }, settings: { draft: "true" } }),
      lacking({ permissions: { "pull-requests": "write", contents: "write" } }),
    ];
    expect(parse(workflowFix(errors) ?? "")).toEqual({
      permissions: { contents: "write", "pull-requests": "write" },
      steps: [{ uses: "coldstore/action@v1", with: { draft: true } }],
    });
    expect(workflowFix([lacking({ permissions: { contents: "write" } })])).toBe("permissions:\n  contents: write");
  });

  test("a checkout without inputs is a step without them", () => {
    expect(workflowFix([lacking({ checkout: {} })])).toBe("- uses: actions/checkout@v7");
  });

  test("of two values for one input the first error's stands", () => {
    const errors = [lacking({ checkout: { submodules: "recursive" } }), lacking({ checkout: { submodules: "true" } })];
    expect(workflowFix(errors)).toContain("submodules: recursive");
  });

  test.each([
    ["HEAD", "HEAD"],
    ["0", "0"],
    ["true", "true"],
    ["release/v1.4", "release/v1.4"],
    ["yes", '"yes"'],
    ["1e3", '"1e3"'],
    ["01", '"01"'],
    ["", '""'],
    ["a: b # c", '"a: b # c"'],
    ["x\n- run: id", '"x\\n- run: id"'],
    ["\u202e", '"\\U0000202e"'],
  ])("writes %j so that it comes back as it was", (value, written) => {
    expect(workflowFix([lacking({ settings: { ref: value } })])).toContain(`    ref: ${written}`);
  });

  test("an expression in a name stays a text for the runner", () => {
    const fix = workflowFix([lacking({ settings: { ref: "a${{github.token}}" } })]);
    expect(parse(fix ?? "")).toEqual([{ uses: "coldstore/action@v1", with: { ref: "a${{ '${{' }}github.token}}" } }]);
  });

  test("any value comes back out of YAML as one line of printable ASCII", () => {
    const word = constantFrom("y", "NULL", "~", "0x1f", ".inf", "1_000", "-", "12:30:45", "=", "<<", "\u{1f600}");
    const value = oneof(word, string({ unit: "binary" }), string());
    assert(
      property(value, (ref) => {
        pre(!ref.includes("${{"));
        const fix = workflowFix([lacking({ settings: { ref } })]) ?? "";
        expect(fix).toMatch(/^[\n -~]*$/);
        expect(fix.split("\n")).toHaveLength(3);
        for (const version of ["1.1", "1.2"] as const) {
          const [step] = parse(fix, { version }) as { with: { ref: unknown } }[];
          expect(String(step?.with.ref)).toBe(ref);
        }
      }),
      { seed, numRuns },
    );
  });
});
