import type { Declarations } from "./declaration.ts";
import { makingModes } from "./modes.ts";

/** What is archived. */
export const source = {
  source: {
    kind: { type: "path" },
    default: ".",
    defaultText: "this folder",
    modes: makingModes,
    group: "source",
    help: "the repository's folder",
    example: "./app",
    where: "everywhere",
    trust: "found",
  },
  ref: {
    kind: { type: "ref" },
    default: "HEAD",
    defaultText: "the run's tag or commit in GitHub Actions, else HEAD",
    modes: makingModes,
    group: "source",
    help: "the tag, branch or commit to freeze",
    example: "v1.4.0",
    where: "everywhere",
    trust: "found",
  },
  dirty: {
    kind: { type: "choice", values: ["warn", "fail", "ignore"] },
    default: "warn",
    modes: makingModes,
    group: "source",
    help: "what to do about uncommitted changes, which a snapshot leaves out",
    example: "fail",
    where: "everywhere",
    trust: "found",
  },
  submodules: {
    kind: { type: "choice", values: ["fail"] },
    default: "fail",
    modes: makingModes,
    group: "source",
    help: "what to do if there are submodules, whose content an archive lacks",
    example: "fail",
    where: "everywhere",
    trust: "found",
  },
  lfs: {
    kind: { type: "choice", values: ["fail"] },
    default: "fail",
    modes: makingModes,
    group: "source",
    help: "what to do if there are Git LFS pointers, whose content an archive lacks",
    example: "fail",
    where: "everywhere",
    trust: "found",
  },
} as const satisfies Declarations;
