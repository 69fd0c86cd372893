// What the runner starts when a job ends. Without it the bundle would have to tell by what the main step saved, and one that was
// cancelled before it could save anything would be run again, whole.
process.env["COLDSTORE_STAGE"] = "post";
await import("./index.js");
