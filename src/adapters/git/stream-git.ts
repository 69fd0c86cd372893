import { Readable } from "node:stream";
import { type GitCall, gitFailed, startGit } from "./run-git.ts";

/** Git's standard output as a stream that ends only after git has ended well, and fails with `source` otherwise. */
export function streamGit(call: GitCall): Readable {
  const git = startGit(call);
  git.stdin.end(call.input);
  const output = new Readable({
    read: () => void git.stdout.resume(),
    destroy(error, callback) {
      git.stop();
      callback(error);
    },
  });
  git.stdout.on("data", (chunk: Buffer) => {
    if (!output.push(chunk)) git.stdout.pause();
  });
  git.ended.then(
    ({ code, stderr }) => (code === 0 ? output.push(null) : output.destroy(gitFailed(call.args, stderr))),
    (error: unknown) => output.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return output;
}
