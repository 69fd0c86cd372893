import { appendFileSync, existsSync, readFileSync, statSync } from "node:fs";

// How actions/attest reads `subject-checksums` (src/subject.ts there): a file of at most 512 KiB, or the text itself; a digest of 64
// or 128 hex digits, a space, perhaps a space or a star, and the name. Lines without a space are passed over.
const mostBytes = 512 * 1024;
const mostSubjects = 1024;

interface Subject {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

function subjectsOf(text: string): readonly Subject[] {
  return text
    .split(/\r?\n/u)
    .filter((line) => line.includes(" "))
    .map((line) => {
      const digest = line.slice(0, line.indexOf(" "));
      if (!/^([0-9a-f]{64}|[0-9a-f]{128})$/iu.test(digest)) throw new Error(`Invalid digest: ${digest}`);
      const name = line.slice(digest.length + 1).replace(/^[ *]/u, "");
      return { name, digest: { [digest.length === 64 ? "sha256" : "sha512"]: digest } };
    });
}

const given = process.env["INPUT_SUBJECT-CHECKSUMS"] ?? "";
if (given === "") throw new Error("One of subject-path, subject-digest, or subject-checksums must be provided");
if (existsSync(given) && statSync(given).size > mostBytes) throw new Error("the checksums file is too large");
const subjects = subjectsOf(existsSync(given) ? readFileSync(given, "utf8") : given);
if (subjects.length === 0 || subjects.length > mostSubjects) throw new Error(`${subjects.length} subjects`);
appendFileSync(process.env["GITHUB_OUTPUT"] ?? "", `subjects=${JSON.stringify(subjects)}\n`);
