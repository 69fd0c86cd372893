import { expect, test } from "vitest";
import { namesForAct, readAsRunner } from "./runner-commands.ts";

const named = (output: string) => readAsRunner(output).commands.map(({ name }) => name);

test.each([
  ["::error::a", "error", {}, "a"],
  [" \t\u3000::error::a", "error", {}, "a"],
  ["::ERROR file=a%2Cb,line=1::a%250A%0Ab::c", "ERROR", { file: "a,b", line: "1" }, "a%0A\nb::c"],
  ["::set-output name=a=b,,x,y=::z", "set-output", { name: "a=b" }, "z"],
  ["some text ##[error]a", "error", {}, "a"],
  ["##[set-output name=a%3Bb;x=1]c%5D", "set-output", { name: "a;b", x: "1" }, "c]"],
  ["::nothing::##[group]a", "group", {}, "a"],
])("a runner takes %j for %s", (line, name, properties, data) => {
  expect(readAsRunner(line).commands).toEqual([{ name, properties, data }]);
});

test.each(["a ::error::b", "::error", "::nothing::a", "##[nothing]a ##[error]b", "##[error", ":: error::a", "::"])(
  "a runner shows %j",
  (line) => {
    expect(readAsRunner(line)).toEqual({ commands: [], lines: [line] });
  },
);

test("lines end at a carriage return, too", () => {
  expect(named("a\r::error::b\r\n::warning::c\n")).toEqual(["error", "warning"]);
});

test("between stop-commands and its token there are no commands, and a token that can't be one stops nothing", () => {
  expect(named("::stop-commands::Tok\n::error::a\n::TOK::\n::error::b\n::tok::")).toEqual([
    "stop-commands",
    "TOK",
    "error",
  ]);
  expect(named("::stop-commands::error\n::error::a")).toEqual(["stop-commands", "error"]);
});

test("act takes commands at the start of a line only, up to the last colons before a space", () => {
  expect(namesForAct("::error::a\n ::error::b\nx ##[error]c\n##[warning]d\n::group::a::b c\n")).toEqual([
    "error",
    "warning",
    "group::a",
  ]);
});
