import type { Answer } from "./answer.ts";
import type { Call } from "./call.ts";

/** One page of a list, with the Link header that leads to the others. */
export function page<T>(call: Call, all: readonly T[], show: (one: T) => unknown): Answer {
  const size = within(call.url.searchParams.get("per_page"), 30);
  const number = Math.max(1, Number(call.url.searchParams.get("page") ?? 1) || 1);
  const last = Math.max(1, Math.ceil(all.length / size));
  const links = [
    ...(number > 1 ? [link(call, number - 1, "prev")] : []),
    ...(number < last ? [link(call, number + 1, "next"), link(call, last, "last")] : []),
    ...(number > 1 ? [link(call, 1, "first")] : []),
  ];
  return {
    status: 200,
    headers: links.length > 0 ? { link: links.join(", ") } : {},
    body: all.slice((number - 1) * size, number * size).map(show),
  };
}

function within(given: string | null, usual: number): number {
  const size = Number(given ?? usual);
  return Number.isSafeInteger(size) && size > 0 ? Math.min(size, 100) : usual;
}

function link(call: Call, number: number, rel: string): string {
  const url = new URL(call.places.api + call.url.pathname + call.url.search);
  url.searchParams.set("page", String(number));
  return `<${url.href}>; rel="${rel}"`;
}
