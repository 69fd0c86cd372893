import { ColdstoreError } from "../model/errors.ts";
import type { Outcome, Report } from "../model/report.ts";
import { formatCount } from "../model/units.ts";
import type { Io, Store } from "../ports/store.ts";
import { checkSidecar } from "../steps/check-sidecar.ts";
import type { Vouched } from "../steps/find-companions.ts";
import { readBack } from "../steps/read-back.ts";
import { fileReport } from "./file-report.ts";

/** Compares a file with the checksum or the sidecar of coldstore 1.x that lies beside it. */
export async function verifyVouched(store: Store, file: string, vouched: Vouched, io: Io): Promise<Report> {
  return vouched.kind === "checksum"
    ? verifyChecksum(store, file, vouched, io)
    : verifySidecar(store, file, vouched, io);
}

type By<Kind extends Vouched["kind"]> = Extract<Vouched, { readonly kind: Kind }>;

async function verifyChecksum(
  store: Store,
  file: string,
  { file: listed, sha256 }: By<"checksum">,
  io: Io,
): Promise<Report> {
  const found = await readBack(store, file, io);
  const row = { store: store.name, file, bytes: found.bytes, proof: "digest" } as const;
  if (found.sha256 === sha256) return fileReport([{ ...row, outcome: "ok", detail: `as ${listed} says` }], []);
  const error = new ColdstoreError(
    "integrity",
    `changed: ${file} has the digest ${found.sha256}, and ${listed} says ${sha256}; use another copy of it`,
  );
  return fileReport([{ ...row, outcome: "corrupt", detail: error.message }], [error]);
}

async function verifySidecar(store: Store, file: string, vouched: By<"sidecar">, io: Io): Promise<Report> {
  const { artifact, findings } = await checkSidecar(
    {
      bytes: (await store.stat(file, io))?.bytes ?? 0,
      open: async (range) => store.open(file, range, io),
      // The store counts what it reads.
      io: { signal: io.signal, progress: () => undefined },
    },
    vouched,
  );
  const row = { store: store.name, file, bytes: artifact.bytes, proof: "read" } as const;
  if (findings.length === 0) return fileReport([{ ...row, outcome: "ok", detail: describe(vouched) }], []);
  const rows = findings.map(({ path, problem, detail }): Outcome => {
    const place = path === undefined ? file : `${file}: ${path}`;
    return { outcome: "corrupt", store: store.name, file: place, detail: `${problem}: ${detail}` };
  });
  const errors = rows.map(
    (found) => new ColdstoreError("integrity", `${found.file} isn't as ${vouched.file} says: ${found.detail}`),
  );
  return fileReport(rows, errors);
}

function describe({ file, sidecar }: By<"sidecar">): string {
  const { files, dirs, symlinks } = sidecar.counts;
  const entries = formatCount(files + dirs + symlinks, "entry", "entries");
  const each = sidecar.listSha256 === undefined ? "its" : "each of its";
  const listed = sidecar.listSha256 === undefined ? " are as many as it should have" : " is as its list says";
  return `as ${file} (coldstore ${sidecar.version}) says, and ${each} ${entries}${listed}`;
}
