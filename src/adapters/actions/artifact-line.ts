// Folders of a job's container that the runner finds on its own machine (ContainerInfo.cs of actions/runner); for a file in
// any other, also in the workflow's own volumes, it fails the step.
const sharedFolders = ["/__w/", "/__t/", "/__e/", "/github/home/", "/github/workflow/"];

/** Whether a step runs in a container of its job: the path of $GITHUB_ARTIFACTS is in the container's workspace then. */
export function isInContainer(artifacts: string): boolean {
  return artifacts.startsWith("/__w/");
}

/** Why the runner couldn't find a file by a line of its absolute path, in words; undefined if it could. */
export function whyNoLine(path: string, inContainer: boolean): string | undefined {
  // It keeps the sign for later, trims each line, and reads UTF-8.
  if (path.includes("=")) return "its path has a =";
  if (/[\r\n]/u.test(path)) return "its path has a line break";
  if (/[\s\u0085]$/u.test(path)) return "its path ends in white space";
  if (!path.isWellFormed()) return "its path isn't Unicode";
  if (inContainer && !sharedFolders.some((folder) => path.startsWith(folder)))
    return "it lies in the job's container, outside of the workspace";
  return undefined;
}
