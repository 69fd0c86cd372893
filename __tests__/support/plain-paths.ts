import { sep } from "node:path";

/** A value in which each absolute path of this system is written as on the others: `/repo/app` for `D:\repo\app`. */
export function plainPaths<T>(value: T): T {
  return sep === "/" ? value : (mapped(value) as T);
}

function mapped(value: unknown): unknown {
  if (typeof value === "string") return /^(?:[A-Za-z]:)?\\/.test(value) ? plain(value) : value;
  if (Array.isArray(value)) return value.map(mapped);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapped(inner)]));
}

function plain(path: string): string {
  return path.replace(/^[A-Za-z]:/, "").replaceAll("\\", "/");
}
