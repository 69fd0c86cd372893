import { expect, test } from "vitest";
import { gitProgram } from "../../../src/adapters/git/find-git.ts";

const inProgramFiles = String.raw`C:\Program Files\Git\cmd\git.exe`;

/** Looks for git on a Windows disk that has these files. */
function search(path: string, files: readonly string[], variable = "Path"): string | undefined {
  return gitProgram({ platform: "win32", env: { [variable]: path }, isFile: (file) => files.includes(file) });
}

test("on Windows git is the first git.exe of the PATH, whatever the variable's case", () => {
  const path = String.raw`C:\Windows;"C:\Program Files\Git\cmd";D:\tools`;
  expect(search(path, [inProgramFiles, String.raw`D:\tools\git.exe`])).toBe(inProgramFiles);
  expect(search(path, [String.raw`D:\tools\git.exe`], "PATH")).toBe(String.raw`D:\tools\git.exe`);
});

test.each(["", ".", ";;", String.raw`tools;.\bin;..;\bin;C:;C:bin`])(
  "on Windows nothing of the current folder or drive is git, with the PATH %j",
  (path) => {
    const planted: string[] = [];
    const isFile = (file: string): boolean => planted.push(file) > 0;
    expect(gitProgram({ platform: "win32", env: { PATH: path }, isFile })).toBeUndefined();
    expect(planted).toEqual([]);
  },
);

test("on Windows the PATH may name a share", () => {
  expect(search(String.raw`\\host\share\git`, [String.raw`\\host\share\git\git.exe`])).toBe(
    String.raw`\\host\share\git\git.exe`,
  );
});

test.each(["linux", "darwin"] as const)("on %s the system looks along the PATH itself", (platform) => {
  expect(gitProgram({ platform, env: {}, isFile: () => false })).toBe("git");
});
