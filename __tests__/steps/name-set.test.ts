import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { Revision } from "../../src/model/revision.ts";
import { nameSnapshot, projectOf, type NamingRequest } from "../../src/steps/name-set.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 8);
const bare: Revision = {
  commit: "1a2b3c4".padEnd(40, "d"),
  tree: "b".repeat(40),
  committed: Date.UTC(2026, 10, 22, 2, 15) / 1000,
  objectFormat: "sha1",
};
const tagged = (name: string): Revision => ({ ...bare, ref: `refs/tags/${name}`, tag: { name } });
const named = (request: Partial<NamingRequest> = {}) =>
  nameSnapshot({ revision: tagged("v1.4.0"), project: "acme/app", run: "77-1", ...request });

test("a tag's set is called by repository and version, everything else by date and commit", () => {
  expect(named()).toEqual({ id: "v1.4.0", name: "app-1.4.0", prefix: "app-1.4.0/" });
  expect(named({ revision: bare })).toEqual({
    id: "20261122T021500Z-1a2b3c4",
    name: "app-20261122-1a2b3c4",
    prefix: "app-20261122-1a2b3c4/",
  });
});

test.each([
  ["v1.4.0", "app-1.4.0"],
  ["1.4.0", "app-1.4.0"],
  ["version-2", "app-version-2"],
  ["v", "app-v"],
  ["release/1.0", "app-release-1.0"],
  [".dot", "app-.dot"],
  ["größe", "app-gr--e"],
])("the tag %s names it %s", (tag, name) => expect(named({ revision: tagged(tag) }).name).toBe(name));

test("a default name over 80 bytes is cut and told apart; a given one is refused", () => {
  const tag = `v${"1".repeat(300)}`;
  const whole = `app-${"1".repeat(300)}`;
  expect(named({ revision: tagged(tag) }).name).toBe(`${whole.slice(0, 71)}-${hash(whole)}`);
  expect(named({ revision: tagged("v".padEnd(77, "1")) }).name).toHaveLength(80);
  expect(() => named({ name: "n".repeat(81) })).toThrow(/81 bytes; a name has 80 at most/);
  expect(named({ name: "n".repeat(80) }).name).toHaveLength(80);
});

test("every placeholder is filled", () => {
  const name = "{owner}.{repo}.{version}.{ref}.{short}.{date}.{time}.{run}.{mode}";
  expect(named({ name }).name).toBe("acme.app.1.4.0.v1.4.0.1a2b3c4.20261122.20261122T021500Z.77-1.snapshot");
  expect(named({ name: "{commit}" }).name).toBe(bare.commit);
  expect(named({ name: "x-{ref}-{version}", revision: { ...bare, ref: "refs/heads/feature/a b" } }).name).toBe(
    "x-feature-a-b-feature-a-b",
  );
  expect(named({ name: "x-{ref}", revision: bare }).name).toBe("x-1a2b3c4");
});

test("the prefix is a template of its own, which knows the name", () => {
  expect(named({ prefix: "{repo}/{name}/" }).prefix).toBe("app/app-1.4.0/");
  expect(named({ prefix: "" }).prefix).toBe("");
  expect(named({ prefix: "a/{ref}/", revision: tagged("../../up") }).prefix).toBe("a/..-..-up/");
});

test("a ref can't turn a folder of the prefix into one above", () => {
  for (const ref of [".", ".."])
    expect(() => named({ prefix: "{ref}/x/", revision: tagged(ref) })).toThrow(/no folder in it may be called/);
});

test.each(["-x", ".x", "{ref}"])("a name that comes out unfit is refused: %s", (name) => {
  expect(() => named({ name, revision: tagged("-v1") })).toThrow(/must begin with a letter, a digit or _/);
});

test("a repository whose name begins with a dot gets no hidden files", () => {
  expect(named({ project: "acme/.github" }).name).toBe("_github-1.4.0");
});

test.each([
  ["https://github.com/acme/app.git", "acme/app"],
  ["https://github.com/acme/app", "acme/app"],
  ["https://github.com/acme/app/", "acme/app"],
  ["https://github.com/acme/app.git/", "acme/app"],
  ["http://git.example.com:8080/acme/app.git", "acme/app"],
  ["ssh://git@github.com/acme/app.git", "acme/app"],
  ["ssh://git@example.com:2222/acme/app.git", "acme/app"],
  ["git://example.com/acme/app.git", "acme/app"],
  ["git@github.com:acme/app.git", "acme/app"],
  ["github.com:acme/app", "acme/app"],
  ["user@host:/srv/git/acme/app.git", "acme/app"],
  ["https://gitlab.com/group/subgroup/app.git", "group-subgroup/app"],
  ["https://example.com/acme/my.app.git", "acme/my.app"],
  ["https://example.com/acme/gr%C3%B6%C3%9Fe", `acme/gr-C3-B6-C3-9Fe-${hash("gr%C3%B6%C3%9Fe")}`],
  ["https://example.com/../..", `-.-${hash("..")}/-.-${hash("..")}`],
])("origin %s is of the project %s", (origin, project) => expect(projectOf(origin, "folder")).toBe(project));

test.each([
  [undefined, "folder", "local/folder"],
  ["/srv/git/acme/app.git", "app", "local/app"],
  ["../app.git", "app", "local/app"],
  ["file:///srv/git/acme/app.git", "app", "local/app"],
  [String.raw`C:\git\app`, "app", "local/app"],
  ["C:/git/app", "app", "local/app"],
  ["https://example.com/app.git", "app", "local/app"],
  [undefined, "app.git", "local/app"],
  [undefined, "", "local/root"],
  [undefined, "my folder", `local/my-folder-${hash("my folder")}`],
])("origin %s in the folder %s is of the project %s", (origin, folder, project) =>
  expect(projectOf(origin, folder)).toBe(project),
);
