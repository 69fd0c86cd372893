import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { standsIn } from "../../src/model/setting-spec.ts";
import { renderActionMetadata } from "../../src/render/action-metadata.ts";
import { manual, settingSpec, settingSpecs } from "../../src/settings/spec/table.ts";
import { generatedDocs } from "../support/write-docs.ts";

interface Metadata {
  readonly name: string;
  readonly description: string;
  readonly author: string;
  readonly branding: unknown;
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly description: string }>>;
  readonly runs: unknown;
}

const text = readFileSync(new URL("../../action.yml", import.meta.url), "utf8");
const action = parse(text) as Metadata;

test("action.yml is what the table says; if it isn't: npm run docs", () => {
  expect(text).toBe(generatedDocs()["action.yml"]);
});

test("its inputs are the table's settings in the table's order, but those of the command line alone", () => {
  const wanted = settingSpecs().filter((spec) => standsIn(spec, "input"));
  expect(Object.keys(action.inputs)).toEqual(wanted.map(({ name }) => name));
  for (const name of ["json", "quiet", "no-color", "debug", "version", "help"])
    expect(action.inputs).not.toHaveProperty(name);
});

test.each(Object.entries(action.inputs))(
  "the input %s is told in one line, and has no default that could win over a config file",
  (name, input) => {
    const spec = settingSpec(name)!;
    expect(Object.keys(input)).toEqual(["description", ...(name === "token" ? ["default"] : [])]);
    expect(input.description.startsWith(`${spec.help} (`)).toBe(true);
    expect(input.description).not.toMatch(/[\n\r]/);
    for (const value of spec.kind.type === "choice" ? spec.kind.values : []) expect(input.description).toContain(value);
    expect(input.description.includes("one a line")).toBe(spec.list === true);
    if (spec.default !== undefined) expect(input.description).toContain(`default: ${spec.defaultText ?? spec.default}`);
  },
);

test("the job's own token is the input's default, which no config file could say anything against", () => {
  expect(action.inputs["token"]?.default).toBe("${{ github.token }}");
  expect(standsIn(settingSpec("token")!, "file")).toBe(false);
});

test("its outputs are the table's, in its order", () => {
  expect(action.outputs).toEqual(
    Object.fromEntries(manual().outputs.map(({ name, help }) => [name, { description: help }])),
  );
});

test("it has what the Marketplace asks for", () => {
  expect(action.name).toBe("Coldstore");
  expect(action.description.length).toBeLessThanOrEqual(125);
  expect(action.author).not.toBe("");
  expect(action.branding).toEqual({ icon: "archive", color: "blue" });
  expect(Object.keys(action)).toEqual(["name", "description", "author", "branding", "inputs", "outputs", "runs"]);
});

test("one bundle is run for the step, and after the job by a file that tells it so, by Node 24", () => {
  expect(action.runs).toEqual({ using: "node24", main: "dist/index.js", post: "dist/post.js" });
});

test("whatever a phrase of the table has in it, it comes back from the YAML as it was", () => {
  const hostile = `"a": b # c\\ '\n- {x}: *y &z | > % @ \`d\` \u2028é\${{ x }}`;
  const { settings, outputs, ...rest } = manual();
  const text = renderActionMetadata({
    ...rest,
    settings: settings.map((spec) => ({ ...spec, help: hostile })),
    outputs: outputs.map((output) => ({ ...output, help: hostile })),
  });
  const read = parse(text) as Metadata;
  for (const { description } of Object.values(read.inputs)) expect(description.startsWith(`${hostile} (`)).toBe(true);
  for (const { description } of Object.values(read.outputs)) expect(description).toBe(hostile);
});
