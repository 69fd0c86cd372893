// usage: node __tests__/support/upload-file.ts FILE API_URL
// Uploads a file to a release whose server is asked nothing else, and says by how many bytes the process grew meanwhile.
import { openAsBlob } from "node:fs";
import { openGitHub } from "../../src/adapters/github/github-client.ts";
import { openReleaseApi } from "../../src/adapters/github/open-release-api.ts";
import { tuneProcess } from "../../src/tune-process.ts";

const [file = "", apiUrl = ""] = process.argv.slice(2);
tuneProcess(process.env);
await using client = openGitHub({ token: "ghp_token", apiUrl, userAgent: "coldstore/1.0", stallMs: 30_000, env: {} });
const io = { signal: new AbortController().signal };
const facts = { body: "", draft: true, prerelease: false, immutable: false, htmlUrl: "", created: "" };
const release = { id: 7, tag: "v1", name: "v1", uploadUrl: `${apiUrl}/up{?name,label}`, ...facts };
const upload = { name: "a.bin", contentType: "application/octet-stream", body: await openAsBlob(file) };
const before = process.memoryUsage.rss();
await openReleaseApi(client, "acme/app").upload(release, upload, io);
process.stdout.write(String(process.resourceUsage().maxRSS * 1024 - before));
