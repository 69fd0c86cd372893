import { createHash, type Hash } from "node:crypto";
import type { Digest } from "../model/manifest.ts";
import type { ArchiveFinding } from "./compare-entries.ts";
import type { MemberSink } from "./fill-loosely.ts";
import type { Vouched } from "./find-companions.ts";
import { loosePath } from "./loose-name.ts";
import { type SidecarRow, readSidecarList } from "./sidecar-list.ts";
import type { TarMember } from "./tar-reader.ts";

type SidecarVouched = Extract<Vouched, { readonly kind: "sidecar" }>;

/** What a member turned out to be; a hard link is the file that it is a name of. */
export interface SeenMember {
  readonly type: "file" | "dir" | "symlink" | "device";
  readonly mode: number;
  readonly size: number;
  readonly sha256?: string;
  readonly link?: string;
}

/** Real lists are some hundred bytes a file, and half of it compressed. */
const mostListBytes = 64 * 1024 * 1024;

/**
 * Compares the members of an archive that coldstore 1.x made with the sidecar beside it and the list of files in it
 * (`TOP/COLDSTORE/FILELIST.csv.gz`), which has the digest that the sidecar says.
 */
export class SidecarCheck implements MemberSink {
  readonly #vouched: SidecarVouched;
  readonly #seen = new Map<string, SeenMember>();
  #top: string | undefined;
  #list: Uint8Array[] | undefined;
  #listBytes = 0;
  #current: { readonly member: TarMember; readonly path: string; readonly isList: boolean } | undefined;
  #hash: Hash = createHash("sha256");

  constructor(vouched: SidecarVouched) {
    this.#vouched = vouched;
  }

  begin(member: TarMember): void {
    const path = Buffer.from(loosePath(member.path), "latin1").toString();
    this.#top ??= path.split("/")[0] ?? "";
    const isList = path === `${this.#top}/COLDSTORE/FILELIST.csv.gz`;
    this.#current = { member, path, isList };
    this.#hash = createHash("sha256");
    if (!isList) return;
    this.#list = [];
    this.#listBytes = member.size;
  }

  data(data: Uint8Array): void {
    this.#hash.update(data);
    if (this.#current?.isList === true && this.#listBytes <= mostListBytes) this.#list?.push(Buffer.from(data));
  }

  end(): void {
    if (this.#current === undefined) return;
    const { member, path, isList } = this.#current;
    const top = this.#top ?? "";
    if (isList || path === `${top}/COLDSTORE/MANIFEST.yaml`) return;
    const inside = path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path;
    if (path === top && member.type === "dir") return;
    this.#seen.set(inside, this.#seenAs(member));
  }

  /** All that isn't as the sidecar says; to be asked behind the last member. */
  async findings(artifact: Digest): Promise<readonly ArchiveFinding[]> {
    const { sidecar, checksum } = this.#vouched;
    const entries = [...(await this.#listFindings()), ...this.#countFindings()];
    const { bytes = artifact.bytes, sha256 = artifact.sha256 } = sidecar;
    const wholes = [
      ...(bytes === artifact.bytes ? [] : [`it has ${artifact.bytes} bytes, not ${bytes}`]),
      ...(sha256 === artifact.sha256 ? [] : [`it has the digest ${artifact.sha256}, not ${sha256}`]),
      ...(checksum === undefined || checksum.sha256 === artifact.sha256
        ? []
        : [`it has the digest ${artifact.sha256}, and ${checksum.file} says ${checksum.sha256}`]),
    ];
    return [...entries, ...wholes.map((detail) => ({ problem: "changed" as const, detail }))];
  }

  async #listFindings(): Promise<readonly ArchiveFinding[]> {
    const { listSha256 } = this.#vouched.sidecar;
    if (listSha256 === undefined) return [];
    const changed = (detail: string): readonly ArchiveFinding[] => [{ problem: "changed", detail }];
    if (this.#list === undefined) return changed("its list of files isn't in it");
    if (this.#listBytes > mostListBytes) return changed(`its list of files has ${this.#listBytes} bytes`);
    const list = Buffer.concat(this.#list);
    const found = createHash("sha256").update(list).digest("hex");
    if (found !== listSha256) return changed(`its list of files has the digest ${found}, not ${listSha256}`);
    const rows = await readSidecarList(list);
    return typeof rows === "string" ? changed(`its list of files can't be read: ${rows}`) : this.#compare(rows);
  }

  #compare(rows: readonly SidecarRow[]): readonly ArchiveFinding[] {
    const left = new Map(this.#seen);
    const findings: ArchiveFinding[] = [];
    for (const row of rows) {
      // On Windows the list has backslashes, and the archive doesn't.
      const path = left.has(row.path) ? row.path : row.path.replaceAll("\\", "/");
      const seen = left.get(path);
      left.delete(path);
      if (seen === undefined) findings.push({ path, problem: "missing", detail: "it isn't in the archive" });
      else findings.push(...differences(row, seen).map((detail) => ({ path, problem: "changed" as const, detail })));
    }
    const extra = Array.from(left.keys(), (path) => ({
      path,
      problem: "extra" as const,
      detail: "it isn't in the list of files",
    }));
    return [...findings, ...extra];
  }

  #countFindings(): readonly ArchiveFinding[] {
    const { files, dirs, symlinks } = this.#vouched.sidecar.counts;
    const all = [...this.#seen.values()];
    const count = (of: (member: SeenMember) => boolean): number => all.filter(of).length;
    const found = [
      count(({ type }) => type === "file" || type === "device"),
      count(({ type }) => type === "dir"),
      count(({ type }) => type === "symlink"),
    ];
    if (found.join() === [files, dirs, symlinks].join()) return [];
    const detail = `it has ${counted(found)}, not ${counted([files, dirs, symlinks])}`;
    return [{ problem: "changed", detail }];
  }

  #seenAs({ type, mode, size, link }: TarMember): SeenMember {
    if (type === "hardlink") return { ...this.#linked(link), mode };
    if (type === "symlink") return { type, mode, size, link: Buffer.from(link).toString() };
    return { type, mode, size, ...(type === "file" && { sha256: this.#hash.digest("hex") }) };
  }

  #linked(link: Uint8Array): SeenMember {
    const to = Buffer.from(loosePath(link), "latin1").toString();
    const inside = to.startsWith(`${this.#top}/`) ? to.slice((this.#top ?? "").length + 1) : to;
    return this.#seen.get(inside) ?? { type: "file", mode: 0, size: 0 };
  }
}

function counted([files, dirs, symlinks]: readonly number[]): string {
  return `${files} files, ${dirs} folders and ${symlinks} links`;
}

/** What isn't said of a row isn't compared: a link that led nowhere has no target in the list. */
function differences(row: SidecarRow, seen: SeenMember): readonly string[] {
  if (row.type === "other") return [];
  if (row.type !== seen.type) return [`it is a ${seen.type}, not a ${row.type}`];
  if (row.size !== undefined && row.size !== seen.size) return [`it has ${seen.size} bytes, not ${row.size}`];
  if (row.sha256 !== undefined && row.sha256 !== seen.sha256)
    return [`its content has the digest ${seen.sha256}, not ${row.sha256}`];
  if (row.link !== undefined && row.link !== seen.link) return [`it points to ${seen.link}, not to ${row.link}`];
  const isMode = row.type === "symlink" || row.mode === seen.mode;
  return isMode ? [] : [`its mode is ${seen.mode.toString(8)}, not ${row.mode.toString(8)}`];
}
