import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ForeignOutput, type PrintedStream } from "../../../src/adapters/process/foreign-output.ts";

/** Two streams that others print on, in a process that can end. */
function world() {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const said: string[] = [];
  const ends = new Set<() => void>();
  const foreign = new ForeignOutput({
    process: { prependListener: (_event, end) => ends.add(end), off: (_event, end) => ends.delete(end) },
    streams: [out, err] as PrintedStream[],
    say: (line) => void said.push(line),
  });
  return { out, err, said, ends, foreign, printed: () => String(out.read() ?? "") };
}

test("only from the beginning on, and until the end, what is printed is said, line by line", async () => {
  const { out, err, said, ends, foreign, printed } = world();
  out.write("before\n");
  foreign.begin();
  foreign.begin();
  out.write("on");
  err.write(Buffer.from("two\nth"));
  await new Promise<void>((resolve) => void out.write("e\n\nfour", "utf8", () => resolve()));
  expect(said).toEqual(["two", "one", ""]);
  foreign[Symbol.dispose]();
  foreign[Symbol.dispose]();
  expect(said.slice(3)).toEqual(["four", "th"]);
  out.write("after\n");
  expect(printed()).toBe("before\nafter\n");
  expect(ends.size).toBe(0);
});

test("the end of the process gives the streams back", () => {
  const { out, ends, foreign, printed } = world();
  foreign.begin();
  for (const end of ends) end();
  out.write("last word");
  expect(printed()).toBe("last word");
});

test("what comes without newlines isn't gathered forever", () => {
  const { out, said, foreign } = world();
  foreign.begin();
  for (let i = 0; i < 10; i += 1) out.write("x".repeat(1000));
  expect(said).toEqual(["x".repeat(5000), "x".repeat(5000)]);
});
