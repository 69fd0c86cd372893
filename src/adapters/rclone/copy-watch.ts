import type { Io } from "../../ports/store.ts";
import type { Copied, CopyFault } from "./rclone.ts";
import type { RcloneCommand, RcloneEnd, RcloneEvent, RcloneProcess } from "./rclone-process.ts";

/** Runs a copy and tells what became of each file, by what rclone logs of it; bytes are counted as rclone's statistics tell them. */
export async function runCopy(process: RcloneProcess, command: RcloneCommand, io: Io): Promise<Copied> {
  const watch = new CopyWatch(io);
  // 1: anything; 3 and 4: not found; 5: worth another try; 6: no use in another try.
  const watched = { ...command, accept: [1, 3, 4, 5, 6], onEvent: (event: RcloneEvent) => watch.note(event) };
  const end = await process.run(watched, io);
  return watch.result(process, watched, end);
}

class CopyWatch {
  readonly #io: Io;
  readonly #errors = new Map<string, RcloneEvent>();
  readonly #copied = new Set<string>();
  readonly #unchecked = new Set<string>();
  readonly #passed = new Map<string, number>();

  constructor(io: Io) {
    this.#io = io;
  }

  note(event: RcloneEvent): void {
    const { object, level, message } = event;
    for (const { name, bytes } of event.stats?.transferring ?? []) this.#pass(name, bytes);
    if (object === undefined) return;
    if (/could(?:n't| not) be checked|No common hash|--size-only/iu.test(message)) this.#unchecked.add(object);
    if (level === "error" || level === "critical") {
      this.#copied.delete(object);
      // The first says why, those after it what came of that.
      if (!this.#errors.has(object)) this.#errors.set(object, event);
    } else if (/\bCopied \(/u.test(message)) {
      this.#errors.delete(object);
      this.#copied.add(object);
    }
  }

  result(process: RcloneProcess, command: RcloneCommand, end: RcloneEnd): Copied {
    const done = { copied: this.#copied, unchecked: this.#unchecked };
    // Another try of rclone's own made it good.
    if (end.code === 0) return { faults: [], ...done };
    if (this.#errors.size === 0) throw process.errorOf(command, end);
    const asked = new Set(command.files);
    const faults = [...this.#errors].flatMap(([path, event]): CopyFault[] =>
      asked.has(path) ? [{ path, error: process.errorOf(command, { ...end, errors: [event] }) }] : [],
    );
    if (faults.length === 0) throw process.errorOf(command, end);
    return { faults, ...done };
  }

  /** rclone starts a file that broke from its beginning, which doesn't take anything back. */
  #pass(key: string, bytes: number): void {
    const before = this.#passed.get(key) ?? 0;
    if (bytes <= before) return;
    this.#passed.set(key, bytes);
    this.#io.progress({ key, bytes: bytes - before });
  }
}
