// Says as JSON what a process meets that only looks: node look-at-store.ts FOLDER
import { openFolderStore } from "../../src/adapters/local/folder-store.ts";
import { asColdstoreError } from "../../src/model/errors.ts";

const [folder = ""] = process.argv.slice(2);
const io = { signal: new AbortController().signal, progress() {} };
const store = openFolderStore({ path: folder, name: folder });

async function saying(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work());
  } catch (error) {
    const { failure, message } = asColdstoreError(error);
    return `${failure}: ${message}`;
  }
}

async function problems(write: boolean): Promise<string[]> {
  const found = await store.preflight({ write, bytes: 0 }, io);
  return found.map(({ failure, message }) => `${failure}: ${message}`);
}

const seen = {
  list: await saying(() => Array.fromAsync(store.list("", io))),
  stat: await saying(() => store.stat("a/secret/x", io)),
  reading: await problems(false),
  writing: await problems(true),
};
process.stdout.write(JSON.stringify(seen));
