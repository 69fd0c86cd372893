import { pipeline, Readable, Transform } from "node:stream";
import { ColdstoreError } from "../../model/errors.ts";
import type { ByteRange, Io } from "../../ports/store.ts";
import type { Rclone, RemoteFile } from "./rclone.ts";
import { isFrozen } from "./storage-class.ts";

/** The bytes of a file that was looked at, or of a range of it: exactly as many as it has there, else the stream fails. */
export async function openRemoteObject(
  rclone: Rclone,
  { file, range }: { readonly file: RemoteFile; readonly range: ByteRange | undefined },
  io: Io,
): Promise<Readable> {
  if (isFrozen(file.tier)) throw frozen(rclone, file);
  const start = Math.min(range?.start ?? 0, file.bytes);
  const end = Math.max(start, Math.min(range?.end ?? file.bytes, file.bytes));
  if (start === end) return Readable.from([], { objectMode: false });
  const whole = range === undefined;
  const source = await rclone.cat(file.path, whole ? undefined : { start, end }, io);
  // One that was replaced since it was looked at has another size.
  const sizeNow = async (): Promise<number | undefined> =>
    whole ? (await rclone.stat(file.path, [], io))?.bytes : undefined;
  return exactly(source, { key: file.path, bytes: end - start, name: rclone.name, sizeNow }, io);
}

interface Stretch {
  readonly key: string;
  readonly bytes: number;
  readonly name: string;
  sizeNow(): Promise<number | undefined>;
}

function exactly(source: Readable, stretch: Stretch, io: Io): Readable {
  const { key, bytes, name } = stretch;
  let passed = 0;
  const wrong = (how: string): ColdstoreError =>
    new ColdstoreError("store", `${name} gave ${how} bytes of ${key} than it has there; run again`, {
      transient: true,
    });
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length;
      io.progress({ key, bytes: chunk.length });
      done(null, chunk);
    },
    flush(done) {
      if (passed === bytes) return done();
      const error = wrong(passed < bytes ? "fewer" : "more");
      void (async () => done((await stretch.sizeNow().catch(() => undefined)) === passed ? null : error))();
    },
  });
  const stop = (): void => void counter.destroy(io.signal.reason as Error);
  io.signal.addEventListener("abort", stop, { once: true });
  pipeline(source, counter, () => io.signal.removeEventListener("abort", stop));
  return counter;
}

function frozen({ name }: Rclone, { path, tier }: RemoteFile): ColdstoreError {
  return new ColdstoreError(
    "store",
    `${path} lies in ${tier} in ${name} and can't be read before it's thawed. Have it restored there (for S3: rclone backend restore), wait until that is done, then run again.`,
  );
}
