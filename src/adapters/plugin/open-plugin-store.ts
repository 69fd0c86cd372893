import { stat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { PluginAddress } from "../../model/store-address.ts";
import { visibleText } from "../../model/visible-text.ts";
import type { OpenStore } from "../../ports/plugin-store.ts";
import type { Store } from "../../ports/store.ts";
import { callPlugin } from "./foreign-call.ts";
import { asPluginStore, isRecord, unfit } from "./plugin-answers.ts";
import { CheckedPluginStore } from "./plugin-store.ts";

export interface AroundPlugin {
  readonly signal: AbortSignal;
  /** Says a line of the plugin's to whoever looks on. */
  say(line: string): void;
  /** Says what went wrong without doing any harm. */
  warn(line: string): void;
}

/**
 * Opens the store of a module of the user's. Rejects with `settings` when there is no such module, it can't be loaded or gives no
 * store, and with `store` for what its `openStore` throws. Disposing of it is the plugin's last call, and never rejects.
 */
export async function openPluginStore(address: PluginAddress, around: AroundPlugin): Promise<Store & AsyncDisposable> {
  const name = address.text;
  const { signal } = around;
  signal.throwIfAborted();
  const openStore = await loadPlugin(address);
  const log = (line: string): void => around.say(`${name}: ${visibleText(line)}`);
  const given = await callPlugin({ name, signal }, "be opened", () => openStore({ name, signal, log }));
  return new CheckedPluginStore(name, asPluginStore(name, given), (line) => around.warn(line));
}

async function loadPlugin({ text, path }: PluginAddress): Promise<OpenStore> {
  if ((await stat(path).catch(() => undefined))?.isFile() !== true)
    throw unfit(text, `there is no file ${visibleText(path)}`);
  let loaded: unknown;
  try {
    // The bundler is to leave this one to Node.
    loaded = await import(/* webpackIgnore: true */ pathToFileURL(path).href);
  } catch (error) {
    throw unfit(text, `it can't be loaded (${reasonOf(error)})`, error);
  }
  const openStore = isRecord(loaded) ? loaded["openStore"] : undefined;
  if (typeof openStore === "function") return openStore as OpenStore;
  throw unfit(text, "it exports no function openStore");
}

function reasonOf(error: unknown): string {
  const said = visibleText(error instanceof Error ? error.message : String(error)).slice(0, 500);
  return isRecord(error) && error["code"] === "ERR_MODULE_NOT_FOUND"
    ? `${said}; install what it needs beside it`
    : said;
}
