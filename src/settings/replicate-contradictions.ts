import type { Values } from "./value-types.ts";
import { identity } from "./values.ts";

/** What stands against copying sets although each value is fine by itself; one sentence each. */
export function replicateContradictions(
  values: Partial<Values>,
  { by }: { readonly by: "flags" | "inputs" },
): readonly string[] {
  const { store = [], from, set = [] } = values;
  // One that can't be read is there, and its problem is told.
  const isGiven = "from" in values;
  const [single] = store.filter((each) => each.kind === "release" && each.tag !== undefined);
  return [
    ...(isGiven ? [] : [fromIsMissing(by)]),
    ...store
      .filter((each) => from !== undefined && each.kind !== "release" && identity(each) === identity(from))
      .map((each) => `${each.text} is read and written, in from and in store; copy to another store.`),
    ...(single !== undefined && set.length !== 1
      ? [`${single.text} holds one set; name it with set, or give store: release for one release a set.`]
      : []),
  ];
}

function fromIsMissing(by: "flags" | "inputs"): string {
  const example = by === "flags" ? "coldstore replicate ./cold --from release" : "from: release";
  return `from is missing: say which store is read, as in ${example}.`;
}
