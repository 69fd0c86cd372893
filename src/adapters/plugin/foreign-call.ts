import { ColdstoreError } from "../../model/errors.ts";
import { visibleText } from "../../model/visible-text.ts";

/** Where calls into a plugin go through: what it throws becomes an error that names it, and an abort doesn't wait for it. */
export interface ForeignCall {
  /** As in messages. */
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Calls a plugin. `what` is the end of "can't": `list objects`. Rejects with `store`, with the signal's reason after an abort. */
export async function callPlugin<T>(
  { name, signal }: ForeignCall,
  what: string,
  work: () => T | Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  try {
    return await unlessAborted(signal, (async () => work())());
  } catch (error) {
    signal.throwIfAborted();
    throw foreignError(name, what, error);
  }
}

/** Something thrown by a plugin as an error of ours. */
function foreignError(name: string, what: string, thrown: unknown): ColdstoreError {
  if (thrown instanceof ColdstoreError) return thrown;
  return new ColdstoreError("store", visibleText(`${name} can't ${what}: ${saidBy(thrown)}`), {
    cause: thrown,
    transient: thrown instanceof Error && "transient" in thrown && thrown.transient === true,
  });
}

/** What one of these plugins has thrown outside of any call. */
export function strayError(names: readonly string[], thrown: unknown): ColdstoreError {
  if (thrown instanceof ColdstoreError) return thrown;
  const sentence = `${names.join(" or ")} failed outside of any call, which ended the run: ${saidBy(thrown)}`;
  return new ColdstoreError("store", visibleText(sentence), { cause: thrown });
}

const longestMessage = 500;

function saidBy(thrown: unknown): string {
  return cutMessage((thrown instanceof Error ? thrown.message : String(thrown)) || "it gives no reason");
}

/** A plugin's text, which anybody may have written, no longer than a sentence would be. */
export function cutMessage(said: string): string {
  return said.length > longestMessage ? `${said.slice(0, longestMessage).toWellFormed()}...` : said;
}

/** What a plugin has answered that it must not. */
export function wrongAnswer(name: string, problem: string): ColdstoreError {
  return new ColdstoreError(
    "store",
    visibleText(`${name} ${problem}; that's a fault of the plugin, see docs/plugins.md`),
  );
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
