import * as fc from "fast-check";
import { expect, test } from "vitest";
import { workflowCommand } from "../../src/model/workflow-command.ts";
import { commandText } from "../support/command-text.ts";
import { readAsRunner } from "../support/runner-commands.ts";

const seed = Number(process.env["COLDSTORE_TEST_SEED"] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 120);

test.each([
  [workflowCommand("endgroup"), "::endgroup::"],
  [workflowCommand("group", "pack: 100 %"), "::group::pack: 100 %25"],
  [workflowCommand("error", "a\nb", { title: "x: y, z" }), "::error title=x%3A y%2C z::a%0Ab"],
  [workflowCommand("warning", "a", { file: "f", line: "1" }), "::warning file=f,line=1::a"],
])("is written in the runner's own form: %j", (command, line) => {
  expect(command).toBe(line);
});

test("a runner gets data and values back as they were, whatever they hold, and nothing beside the one command", () => {
  const value = commandText().filter((text) => /^[^=\s\u0085](?:.*[^\s\u0085])?$/su.test(text));
  fc.assert(
    fc.property(commandText(), value, value, (data, title, file) => {
      const line = `${workflowCommand("error", data, { title, file })}\n`;
      expect(readAsRunner(line)).toEqual({
        commands: [{ name: "error", properties: { title, file }, data }],
        lines: [],
      });
    }),
    { seed, numRuns },
  );
});
