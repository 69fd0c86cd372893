import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { ColdstoreError } from "../../src/model/errors.ts";
import { memoryFolder } from "../support/memory-folder.ts";
import { errorOf, exitOf, makeWorld, outcomesOf } from "../support/world.ts";

const noise = randomBytes(60_000);
const repository = { files: { noise }, tags: { "v1.4.0": "annotated" } } as const;
const folder = memoryFolder({ files: { noise }, git: {} });
const modes = ["snapshot", "archive"] as const;
const formats = ["tar", "tar.gz", "tar.zst", "zip"] as const;

test.each(modes.flatMap((mode) => formats.map((format) => [mode, format] as const)))(
  "a %s whose %s would have over 999 parts is refused before any work, and by the dry run",
  async (mode, format) => {
    const world = makeWorld({ folder, repository });
    const settings = { formats: [format], splitSize: 50 };
    let scratches = 0;
    const ports = {
      workspace: {
        scratch: () => {
          scratches += 1;
          throw new ColdstoreError("bug", "nothing was to be packed");
        },
        freeBytes: async () => undefined,
      },
    };
    const error = await errorOf(world[mode](settings, ports));
    expect([error.failure, scratches, world.place.keys().filter((key) => !key.includes("history"))]).toEqual([
      "settings",
      0,
      [],
    ]);
    expect(error.message).toMatch(
      new RegExp(`^app-.*\\.${format} would need (about )?1,[234]\\d\\d parts of 50 B.*at least 1MiB$`),
    );
    const dry = await world[mode]({ ...settings, dryRun: true });
    expect([exitOf(dry), dry.status, outcomesOf(dry)]).toEqual([2, "failed", ["failed"]]);
    expect(dry.errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(new RegExp(`${format} would need .* parts of 50 B`)),
    ]);
  },
);

test("as many parts as can be are stored", async () => {
  const world = makeWorld({ repository });
  const tar = await world.snapshot({ formats: ["tar"], dryRun: true });
  const bytes = tar.details?.kind === "plan" ? tar.details.plan.tarBytes : 0;
  const report = await world.snapshot({ formats: ["tar"], splitSize: Math.ceil(bytes / 999) });
  expect(outcomesOf(report)).toEqual(["stored"]);
  expect(outcomesOf(await world.verify({ level: "list" }))).toEqual(["unproven"]);
});
