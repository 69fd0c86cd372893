import { constants } from "node:os";
import { describe, expect, test } from "vitest";
import { diskError, errnoOf } from "../../../src/adapters/local/disk-error.ts";
import { ColdstoreError } from "../../../src/model/errors.ts";

const withCode = (code: string) => Object.assign(new Error(`${code}: something, open '/cold/a'`), { code });

describe("what a disk refuses", () => {
  test.each([
    ["ENOSPC", "the disk is full"],
    ["EDQUOT", "quota"],
    ["EROFS", "read-only"],
    ["EACCES", "permission denied"],
    ["EPERM", "forbids"],
    ["ENOENT", "isn't there"],
    ["ENOTDIR", "a file, not a folder"],
    ["EIO", "input/output error"],
    ["ENAMETOOLONG", "too long"],
    ["EMFILE", "too many files"],
  ])("%s is told in one sentence that names the path and says what to do", (code, words) => {
    const error = diskError(withCode(code), "write", "/cold/a");
    expect(error.failure).toBe("store");
    expect(error.message).toMatch(/^can't write \/cold\/a: .+\. ?[A-Z].+\.$/);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain(code);
  });

  test.each([
    ["ENOSPC", "the disk is full. Free some space or use"],
    ["EROFS", "the file system is read-only. Mount it writable or use"],
  ])("%s tells of another store, folder or place for temporary files, as it was about one", (code, words) => {
    const said = (place: "store" | "folder" | "temporary") => diskError(withCode(code), "write", "/x", place).message;
    expect(said("store")).toBe(`can't write /x: ${words} another store.`);
    expect(said("folder")).toBe(`can't write /x: ${words} another folder.`);
    expect(said("temporary")).toBe(
      `can't write /x: ${words} another folder for temporary files (RUNNER_TEMP, which a runner sets, or without it TMPDIR).`,
    );
  });

  test("every errno gives a sentence", () => {
    for (const code of Object.keys(constants.errno))
      expect(diskError(withCode(code), "read", "/cold/a").message).toMatch(/^can't read \/cold\/a: .+\.$/);
  });

  test("only what may pass by itself is worth another try", () => {
    expect(diskError(withCode("EMFILE"), "read", "/x").transient).toBe(true);
    expect(diskError(withCode("ESTALE"), "read", "/x").transient).toBe(true);
    expect(diskError(withCode("ENOSPC"), "read", "/x").transient).toBe(false);
    expect(diskError(withCode("EIO"), "read", "/x").transient).toBe(false);
  });

  test("our own errors pass untouched, and what is no disk error is a bug", () => {
    const own = new ColdstoreError("integrity", "changed");
    expect(diskError(own, "read", "/x")).toBe(own);
    expect(diskError(new TypeError("oops"), "read", "/x")).toMatchObject({ failure: "bug", message: "oops" });
    expect(errnoOf(Object.assign(new Error("x"), { code: "ERR_INVALID_ARG_TYPE" }))).toBeUndefined();
  });
});
