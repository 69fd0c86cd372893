import { Readable } from "node:stream";
import { delimiter, join } from "node:path";
import { createHash, randomInt } from "node:crypto";
import { accessSync, constants, createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
// src/model/errors.ts
/** A run that can't go on, or one thing that went wrong in it: a kind, and one sentence that says what to do. */
var ColdstoreError = class extends Error {
	name = "ColdstoreError";
	failure;
	/** The same call may well succeed a little later: worth another try. */
	transient;
	/** The way out as a workflow has it, beside the sentence; absent where there is none to paste. */
	remedy;
	constructor(failure, message, options) {
		super(message, options);
		this.failure = failure;
		this.transient = options?.transient ?? false;
		if (options?.remedy !== void 0) this.remedy = options.remedy;
	}
};
/** Any thrown value as a ColdstoreError: ours untouched, an abort as its reason, everything else as a bug. */
function asColdstoreError(thrown) {
	if (thrown instanceof ColdstoreError) return thrown;
	if (thrown instanceof Error && thrown.name === "AbortError" && thrown.cause !== void 0) return asColdstoreError(thrown.cause);
	return new ColdstoreError("bug", thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
}
// src/model/visible-text.ts
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const short = {
	"\n": "\\n",
	"\r": "\\r",
	"	": "\\t",
	"\0": "\\0"
};
/** The text on one line, fit for a terminal and a log: whatever would move the cursor, colour or reorder is written as an escape. */
function visibleText(text) {
	return text.replace(unseen, (char) => short[char] ?? escapeOf(char.codePointAt(0) ?? 0));
}
function escapeOf(code) {
	if (code <= 255) return `\\x${code.toString(16).padStart(2, "0")}`;
	return code <= 65535 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\u{${code.toString(16)}}`;
}
// src/adapters/plugin/foreign-call.ts
/** Calls a plugin. `what` is the end of "can't": `list objects`. Rejects with `store`, with the signal's reason after an abort. */
async function callPlugin({ name, signal }, what, work) {
	signal.throwIfAborted();
	try {
		return await unlessAborted(signal, (async () => work())());
	} catch (error) {
		signal.throwIfAborted();
		throw foreignError(name, what, error);
	}
}
/** Something thrown by a plugin as an error of ours. */
function foreignError(name, what, thrown) {
	if (thrown instanceof ColdstoreError) return thrown;
	return new ColdstoreError("store", visibleText(`${name} can't ${what}: ${saidBy(thrown)}`), {
		cause: thrown,
		transient: thrown instanceof Error && "transient" in thrown && thrown.transient === true
	});
}
const longestMessage = 500;
function saidBy(thrown) {
	return cutMessage((thrown instanceof Error ? thrown.message : String(thrown)) || "it gives no reason");
}
/** A plugin's text, which anybody may have written, no longer than a sentence would be. */
function cutMessage(said) {
	return said.length > longestMessage ? `${said.slice(0, longestMessage).toWellFormed()}...` : said;
}
/** What a plugin has answered that it must not. */
function wrongAnswer(name, problem) {
	return new ColdstoreError("store", visibleText(`${name} ${problem}; that's a fault of the plugin, see docs/plugins.md`));
}
async function unlessAborted(signal, work) {
	const aborted = Promise.withResolvers();
	const stop = () => aborted.reject(signal.reason);
	signal.addEventListener("abort", stop, { once: true });
	try {
		return await Promise.race([work, aborted.promise]);
	} finally {
		signal.removeEventListener("abort", stop);
	}
}
// src/adapters/plugin/plugin-answers.ts
const needed = [
	"list",
	"open",
	"create"
];
const extra = [
	"stat",
	"remove",
	"replace",
	"settle",
	"preflight",
	"close"
];
/** What `openStore` has given, if it's a store. Throws `settings`. */
function asPluginStore(name, given) {
	if (!isRecord(given)) throw unfit(name, "its openStore gives no store");
	const missing = needed.filter((method) => typeof given[method] !== "function");
	if (missing.length > 0) throw unfit(name, `its store has no ${missing.join(", no ")}`);
	const odd = extra.filter((method) => given[method] !== void 0 && typeof given[method] !== "function");
	if (odd.length > 0) throw unfit(name, `its store has ${odd.join(" and ")}, which ought to be a function`);
	checkTraits(name, given["traits"] ?? {});
	return given;
}
/** An object as a plugin tells of it, with the digests that it promises. Throws `store`. */
function objectOf(name, given, promised) {
	if (!isRecord(given) || typeof given["key"] !== "string") throw wrongAnswer(name, "tells of an object without a key");
	const { key, bytes, digests, modified, url } = given;
	const named = visibleText(key);
	if (!isCount(bytes)) throw wrongAnswer(name, `tells of ${named} without its number of bytes`);
	return {
		key,
		bytes,
		digests: Object.fromEntries(promised.map((digest) => [digest, hexOf(name, digests, {
			digest,
			named
		})])),
		...modified instanceof Date && !Number.isNaN(modified.getTime()) && { modified },
		...typeof url === "string" && { url: visibleText(url) }
	};
}
function isCount(value) {
	return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
function isRecord(value) {
	return typeof value === "object" && value !== null;
}
function unfit(name, problem, cause) {
	return new ColdstoreError("settings", `${name} can't be used: ${problem}; docs/plugins.md says what it must have`, { cause });
}
function hexOf(name, digests, of) {
	const value = isRecord(digests) ? digests[of.digest] : void 0;
	const length = of.digest === "sha256" ? 64 : 32;
	if (typeof value === "string" && value.length === length && /^[0-9a-f]+$/.test(value)) return value;
	throw wrongAnswer(name, `tells of ${of.named} without the ${of.digest} that it promises`);
}
const traitChecks = {
	digests: (value) => Array.isArray(value) && value.every((digest) => digest === "sha256" || digest === "md5"),
	maxObjectBytes: (value) => isCount(value) && value > 0,
	ranges: (value) => typeof value === "boolean",
	atOnce: (value) => isCount(value) && value > 0
};
function checkTraits(name, traits) {
	if (!isRecord(traits)) throw unfit(name, "its traits are none");
	for (const [trait, value] of Object.entries(traits)) {
		if (!Object.hasOwn(traitChecks, trait)) throw unfit(name, `it has an unknown trait ${visibleText(trait)}`);
		if (value !== void 0 && !traitChecks[trait](value)) throw unfit(name, `its trait ${trait} has a value that it can't have`);
	}
}
// src/adapters/local/concurrently.ts
/**
* Does the work for each item as it comes, and yields the results as they are ready. When `items` or the work throws, or the
* signal aborts, what is under way is waited for, its results are yielded, and the error or the signal's reason is thrown.
*/
async function* concurrently(items, bounds, work) {
	const pool = new Pool(items, bounds, work);
	try {
		yield* pool.results();
	} finally {
		await pool.close();
	}
}
var Pool = class {
	#source;
	#bounds;
	#work;
	#ready = [];
	#faults = [];
	#busy = 0;
	#pulling = false;
	#exhausted = false;
	#wake = () => {};
	constructor(items, bounds, work) {
		this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
		this.#bounds = bounds;
		this.#work = work;
		bounds.signal.addEventListener("abort", this.#stir);
	}
	async *results() {
		const { signal } = this.#bounds;
		for (;;) {
			this.#pull();
			const next = this.#ready.shift();
			if (next !== void 0) {
				yield next.value;
				continue;
			}
			if (this.#busy === 0) {
				signal.throwIfAborted();
				if (this.#faults.length > 0) throw this.#faults[0];
				if (this.#exhausted && !this.#pulling) return;
			}
			await this.#change();
		}
	}
	/** Starts nothing more; resolves when nothing runs. */
	async close() {
		if (!this.#exhausted) this.#leaveSource();
		while (this.#busy > 0) await this.#change();
		this.#bounds.signal.removeEventListener("abort", this.#stir);
	}
	#stir = () => this.#wake();
	#change() {
		return new Promise((resolve) => {
			this.#wake = resolve;
		});
	}
	#pull() {
		if (this.#busy + this.#ready.length >= this.#bounds.limit || this.#pulling || this.#exhausted || this.#bounds.signal.aborted) return;
		this.#pulling = true;
		this.#advance();
	}
	async #advance() {
		try {
			const next = await this.#source.next();
			if (next.done === true) this.#exhausted = true;
			else if (!this.#exhausted && !this.#bounds.signal.aborted) this.#run(next.value);
		} catch (error) {
			this.#fail(error);
		} finally {
			this.#pulling = false;
			this.#wake();
		}
	}
	async #run(item) {
		this.#busy += 1;
		try {
			this.#ready.push({ value: await this.#work(item) });
		} catch (error) {
			this.#fail(error);
		} finally {
			this.#busy -= 1;
			this.#wake();
		}
	}
	#fail(error) {
		this.#faults.push(error);
		this.#exhausted = true;
	}
	#leaveSource() {
		this.#exhausted = true;
		Promise.resolve(this.#source.return?.()).catch(() => {});
	}
};
// src/adapters/local/key-path.ts
/** The folder in a store where half-made things lie; no key starts with it, and no list shows it. */
const scratchFolder = ".tmp";
/** The absolute path of a key's file. Throws a `bug` for a key that isn't relative, clean and outside the scratch folder. */
function keyPath(root, key) {
	const parts = key.split("/");
	const problem = problemOfText(key) ?? problemOfParts(parts);
	if (problem !== void 0) throw new ColdstoreError("bug", `"${key}" can't be a key: ${problem}.`);
	return join(root, ...parts);
}
/** The folder (a key without a trailing slash, "" for the root) that all keys with this prefix are in. Throws as `keyPath` does. */
function prefixFolder(prefix) {
	const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
	const problem = problemOfText(prefix) ?? (prefix.includes("/") ? problemOfParts(folder.split("/")) : void 0);
	if (problem !== void 0) throw new ColdstoreError("bug", `"${prefix}" can't be a prefix of keys: ${problem}.`);
	return folder;
}
function problemOfText(text) {
	if (text.includes("\\")) return "it has a backslash";
	if (text.includes("\0")) return "it has a NUL character";
	if (!text.isWellFormed()) return "it isn't valid Unicode";
}
function problemOfParts(parts) {
	if (parts.includes("")) return "a part of it is empty";
	if (parts.includes(".") || parts.includes("..")) return "a part of it is . or ..";
	if (parts[0] === ".tmp") return `${scratchFolder} is kept for half-made things`;
}
// src/adapters/plugin/content-of.ts
/** An artifact's bytes as a plugin is given them: counted, and checked on their way, so that what's wrong never ends well. */
function contentOf(artifact, { signal, passed = () => {}, md5: wantsMd5 = false }) {
	const state = {};
	async function* checked() {
		const sha256 = createHash("sha256");
		const md5 = wantsMd5 ? createHash("md5") : void 0;
		let bytes = 0;
		for await (const chunk of piecesOf$1(artifact, state)) {
			signal.throwIfAborted();
			bytes += chunk.length;
			sha256.update(chunk);
			md5?.update(chunk);
			passed(chunk.length);
			signal.throwIfAborted();
			yield chunk;
		}
		if (bytes !== artifact.bytes || sha256.digest("hex") !== artifact.sha256) throw state.fault = changed(artifact);
		state.wasRead = true;
		if (md5) state.md5 = md5.digest("hex");
	}
	return {
		bytes: artifact.bytes,
		sha256: artifact.sha256,
		stream: () => abortable(Readable.from(checked(), {
			objectMode: false,
			highWaterMark: 1 << 18
		}), signal),
		fault: () => state.fault,
		wasRead: () => state.wasRead === true,
		md5: () => state.md5
	};
}
/** The stream, which fails with the signal's reason as soon as that aborts. */
function abortable(stream, signal) {
	const stop = () => void stream.destroy(signal.reason instanceof Error ? signal.reason : void 0);
	signal.addEventListener("abort", stop, { once: true });
	stream.once("close", () => signal.removeEventListener("abort", stop));
	stream.on("error", () => {});
	return stream;
}
async function* piecesOf$1({ name, body }, state) {
	try {
		if ("file" in body) yield* createReadStream(body.file, { highWaterMark: 1 << 18 });
		else for (let at = 0; at < body.data.length; at += 1 << 18) yield body.data.subarray(at, at + (1 << 18));
	} catch (cause) {
		throw state.fault = new ColdstoreError("store", `${name} can't be read again where it lies until it's stored; see that nothing clears the scratch folder while this runs`, { cause });
	}
}
function changed({ name }) {
	return new ColdstoreError("integrity", `${name} isn't what was made: its bytes changed on the way. Check this machine's disk and memory, then run again.`);
}
// src/adapters/plugin/read-plugin-object.ts
/**
* The bytes of a plugin's object, as many as it says there are: more or fewer fail the stream. Undefined when there is no such key.
* Where the plugin knows no ranges, what is before and behind is read and left out.
*/
async function readPluginObject(reading) {
	const { plugin, name, key, range, io } = reading;
	const { signal } = io;
	const asked = plugin.traits?.ranges === true ? range : void 0;
	const opened = await callPlugin({
		name,
		signal
	}, `open ${key}`, () => plugin.open(key, asked, { signal }));
	if ((opened ?? void 0) === void 0) return void 0;
	const given = checked(reading, opened);
	if (asked !== void 0 && given.bytes !== asked.end - asked.start) throw wrongAnswer(name, `gives ${given.bytes} bytes of ${key} where ${asked.end - asked.start} were asked for`);
	const window = asked === void 0 && range !== void 0 ? range : {
		start: 0,
		end: given.bytes
	};
	const source = chunksOf(given.body);
	const pieces = piecesOf(reading, {
		source,
		bytes: given.bytes,
		window
	});
	const stream = Readable.from(pieces, {
		objectMode: false,
		highWaterMark: 1 << 18
	});
	stream.once("close", () => leave(given.body, source));
	return abortable(stream, signal);
}
function checked({ name, key }, opened) {
	const body = isRecord(opened) ? opened["body"] : void 0;
	const iterable = isRecord(body) && (Symbol.asyncIterator in body || Symbol.iterator in body);
	if (isRecord(opened) && isCount(opened["bytes"]) && iterable) return opened;
	throw wrongAnswer(name, `opens ${key} without saying how many bytes it has and giving them`);
}
async function* piecesOf(reading, { source, bytes, window }) {
	const { name, key, io } = reading;
	let at = 0;
	for (;;) {
		const next = await callPlugin({
			name,
			signal: io.signal
		}, `read ${key}`, () => source.next());
		if (next.done === true) break;
		const chunk = asBytes(reading, next.value);
		const wanted = chunk.subarray(Math.max(0, window.start - at), Math.max(0, window.end - at));
		at += chunk.length;
		if (at > bytes) throw wrongAnswer(name, `gives more of ${key} than the ${bytes} bytes it has`);
		if (wanted.length > 0) {
			io.progress({
				key,
				bytes: wanted.length
			});
			yield wanted;
		}
		if (at >= window.end && window.end < bytes) return;
	}
	if (at < bytes) throw endedEarly(reading, at, bytes);
}
function chunksOf(body) {
	return Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]();
}
/**
* Lets a plugin close what it opened. A generator that was never begun runs nothing when it's returned, so a stream is told itself.
* Not awaited: what waits for something that never comes doesn't return either.
*/
function leave(body, source) {
	(async () => source.return?.())().catch(() => {});
	if (body instanceof Readable) body.destroy();
	else if (body instanceof ReadableStream && !body.locked) body.cancel().catch(() => {});
}
function asBytes({ name, key }, chunk) {
	if (chunk instanceof Uint8Array) return chunk;
	throw wrongAnswer(name, `gives something else than bytes when ${key} is read`);
}
function endedEarly({ name, key }, got, of) {
	return new ColdstoreError("store", `${name} broke off: ${got} of ${of} bytes of ${key} came; try again`, { transient: true });
}
// src/adapters/plugin/put-plugin-object.ts
/** Has a plugin create an object, and looks at what is there then. Rejects for an abort alone. */
async function putPluginObject(writing, { key, artifact }) {
	const { plugin, name, io } = writing;
	try {
		assertFits(writing, artifact);
		const content = contentFor(writing, key, artifact);
		const answer = await give(writing, content, `store ${key}`, (given, signal) => plugin.create(key, given, { signal }));
		if (answer === "exists") return await compare(writing, key, artifact);
		if (answer !== "created") throw wrongAnswer(name, `doesn't say whether ${key} was created or exists`);
		return {
			key,
			outcome: "created",
			object: await arrived(writing, key, {
				artifact,
				content
			})
		};
	} catch (error) {
		io.signal.throwIfAborted();
		return {
			key,
			outcome: "failed",
			error: asColdstoreError(error)
		};
	}
}
/** Has a plugin put an artifact in the place of whatever is there. Rejects with `store` where it can't. */
async function replacePluginObject(writing, { key, artifact }) {
	const { plugin, name } = writing;
	if (plugin.replace === void 0) throw new ColdstoreError("store", `${name} can't replace ${key}: its plugin replaces nothing; use on-conflict: keep`);
	assertFits(writing, artifact);
	const content = contentFor(writing, key, artifact);
	await give(writing, content, `replace ${key}`, (given, signal) => plugin.replace?.(key, given, { signal }));
	return arrived(writing, key, {
		artifact,
		content
	});
}
function contentFor({ plugin, io }, key, artifact) {
	const md5 = plugin.traits?.digests?.includes("md5") === true;
	return contentOf(artifact, {
		signal: io.signal,
		passed: (bytes) => io.progress({
			key,
			bytes
		}),
		md5
	});
}
/** Hands bytes over. What is wrong with them is said in place of whatever the plugin makes of it. */
async function give({ name, io }, content, what, work) {
	const given = {
		bytes: content.bytes,
		sha256: content.sha256,
		stream: () => content.stream()
	};
	try {
		const answer = await callPlugin({
			name,
			signal: io.signal
		}, what, () => work(given, io.signal));
		const fault = content.fault();
		if (fault !== void 0) throw fault;
		return answer;
	} catch (error) {
		io.signal.throwIfAborted();
		throw content.fault() ?? error;
	}
}
/** What is there now, which has to be what was given. */
async function arrived(writing, key, { artifact, content }) {
	const { name, io } = writing;
	if (!content.wasRead() && artifact.bytes > 0) throw wrongAnswer(name, `says that it has stored ${key}, whose bytes it hasn't read to their end`);
	const object = await writing.stat(key, io);
	if (object === void 0) throw wrongAnswer(name, `says that it has stored ${key}, and then that it has no such object`);
	const { sha256 = artifact.sha256, md5 } = object.digests;
	if (object.bytes === artifact.bytes && sha256 === artifact.sha256 && (md5 === void 0 || md5 === md5Of(content))) return md5 === void 0 ? object : {
		...object,
		confirmed: "md5"
	};
	throw new ColdstoreError("integrity", `${name} was given ${artifact.bytes} bytes for ${key} and has ${object.bytes} others there now; don't rely on this store before you know why`);
}
function md5Of(content) {
	return content.md5() ?? createHash("md5").digest("hex");
}
async function compare(writing, key, artifact) {
	const object = await writing.stat(key, writing.io);
	if (object === void 0) throw new ColdstoreError("store", `${writing.name} says that ${key} exists, and then that it doesn't; try again`, { transient: true });
	return {
		key,
		outcome: object.bytes === artifact.bytes && await hasBytesOf(writing, object, artifact) ? "same" : "different",
		object
	};
}
async function hasBytesOf({ plugin, name, io }, object, artifact) {
	if (object.digests.sha256 !== void 0) return object.digests.sha256 === artifact.sha256;
	const quiet = {
		signal: io.signal,
		progress() {}
	};
	const stream = await readPluginObject({
		plugin,
		name,
		key: object.key,
		io: quiet
	});
	if (stream === void 0) return false;
	const hash = createHash("sha256");
	for await (const chunk of stream) hash.update(chunk);
	return hash.digest("hex") === artifact.sha256;
}
function assertFits({ plugin, name }, artifact) {
	const most = plugin.traits?.maxObjectBytes;
	if (most !== void 0 && artifact.bytes > most) throw new ColdstoreError("store", `${artifact.name} has ${artifact.bytes} bytes, and ${name} takes ${most} at the most; set split-size to that`);
}
// src/adapters/plugin/plugin-store.ts
/** A plugin's store as one that keeps every promise of the port: what it leaves out is derived, and what it says is checked. */
var CheckedPluginStore = class {
	name;
	traits;
	#plugin;
	#atOnce;
	#warn;
	constructor(name, plugin, warn) {
		const { digests = [], maxObjectBytes, ranges = false, atOnce = 8 } = plugin.traits ?? {};
		this.name = name;
		this.traits = {
			digests: [...new Set(digests)],
			...maxObjectBytes !== void 0 && { maxObjectBytes },
			flat: false,
			records: true,
			ranges,
			cold: false
		};
		this.#plugin = plugin;
		this.#atOnce = atOnce;
		this.#warn = warn;
	}
	async preflight({ write, bytes }, io) {
		const plugin = this.#plugin;
		const { signal } = io;
		try {
			if (plugin.preflight === void 0) await this.#stat("coldstore/is-here", io);
			const said = await callPlugin(this.#at(signal), "say whether it's ready", () => plugin.preflight?.({
				write,
				bytes
			}, { signal }));
			if (said === void 0) return [];
			if (!Array.isArray(said)) throw wrongAnswer(this.name, "doesn't say in a list of sentences what stands against the run");
			return said.map((sentence) => new ColdstoreError("store", `${this.name}: ${visibleText(cutMessage(String(sentence)))}`));
		} catch (error) {
			signal.throwIfAborted();
			return [asColdstoreError(error)];
		}
	}
	async *list(prefix, io) {
		io.signal.throwIfAborted();
		prefixFolder(prefix);
		const keyed = (await this.#list(prefix, io)).map((object) => ({
			object,
			bytes: Buffer.from(object.key)
		}));
		keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
		for (const [at, { object }] of keyed.entries()) {
			io.signal.throwIfAborted();
			if (object.key === keyed[at - 1]?.object.key) throw wrongAnswer(this.name, `lists ${shown(object.key)} twice`);
			yield object;
		}
	}
	async stat(key, io) {
		io.signal.throwIfAborted();
		keyPath("/", key);
		return this.#stat(key, io);
	}
	async *put(items, io) {
		yield* concurrently(items, {
			limit: this.#atOnce,
			signal: io.signal
		}, async (item) => {
			const bad = badKey(item.key);
			return bad ? {
				key: item.key,
				outcome: "failed",
				error: bad
			} : putPluginObject(this.#writing(io), item);
		});
	}
	async settle({ signal }) {
		await callPlugin(this.#at(signal), "make durable what it stored", () => this.#plugin.settle?.({ signal }));
	}
	async open(key, range, io) {
		io.signal.throwIfAborted();
		keyPath("/", key);
		const absent = new ColdstoreError("not-found", `${this.name} has no ${shown(key)}. List what it has.`);
		if (range === void 0) return this.#read(key, io, absent);
		const object = await this.#stat(key, io);
		if (object === void 0) throw absent;
		const within = {
			start: range.start,
			end: Math.min(range.end, object.bytes)
		};
		return within.start >= within.end ? Readable.from([]) : this.#read(key, io, absent, within);
	}
	async *read(keys, io) {
		yield* concurrently(keys, {
			limit: this.#atOnce,
			signal: io.signal
		}, (key) => this.#readSmall(key, io));
	}
	async replace(key, artifact, io) {
		io.signal.throwIfAborted();
		keyPath("/", key);
		return replacePluginObject(this.#writing(io), {
			key,
			artifact
		});
	}
	async *delete(keys, io) {
		yield* concurrently(keys, {
			limit: this.#atOnce,
			signal: io.signal
		}, (key) => this.#delete(key, io));
	}
	async [Symbol.asyncDispose]() {
		const signal = AbortSignal.timeout(longestClose);
		try {
			await callPlugin(this.#at(signal), "be closed", () => this.#plugin.close?.());
		} catch (error) {
			this.#warn(signal.aborted ? `${this.name} isn't closed after a minute` : asColdstoreError(error).message);
		}
	}
	async #list(prefix, io) {
		const { signal } = io;
		const objects = [];
		const given = await callPlugin(this.#at(signal), "list objects", () => this.#plugin.list(prefix, { signal }));
		if (!isRecord(given) || !(Symbol.asyncIterator in given || Symbol.iterator in given)) throw wrongAnswer(this.name, "gives something else than a list of objects");
		await callPlugin(this.#at(signal), "list objects", async () => {
			for await (const object of given) {
				signal.throwIfAborted();
				objects.push(this.#listed(prefix, object));
			}
		});
		return objects.filter(({ key }) => badKey(key) === void 0);
	}
	#listed(prefix, given) {
		const object = objectOf(this.name, given, this.traits.digests);
		if (object.key.startsWith(prefix)) return object;
		throw wrongAnswer(this.name, `lists ${shown(object.key)} where only keys that start with ${shown(prefix)} were asked for`);
	}
	async #stat(key, io) {
		const { signal } = io;
		const plugin = this.#plugin;
		if (plugin.stat === void 0) return (await this.#list(key, io)).find((object) => object.key === key);
		const given = await callPlugin(this.#at(signal), `look at ${shown(key)}`, () => plugin.stat?.(key, { signal }));
		if ((given ?? void 0) === void 0) return void 0;
		const object = objectOf(this.name, given, this.traits.digests);
		if (object.key === key) return object;
		throw wrongAnswer(this.name, `tells of ${shown(object.key)} when asked for ${shown(key)}`);
	}
	async #read(key, io, absent, range) {
		const reading = {
			plugin: this.#plugin,
			name: this.name,
			key,
			io
		};
		const stream = await readPluginObject(range === void 0 ? reading : {
			...reading,
			range
		});
		if (stream === void 0) throw absent;
		return stream;
	}
	async #readSmall(key, io) {
		try {
			keyPath("/", key);
			const stream = await readPluginObject({
				plugin: this.#plugin,
				name: this.name,
				key,
				io
			});
			return stream === void 0 ? {
				key,
				missing: true
			} : {
				key,
				data: await wholeOf(stream, key)
			};
		} catch (error) {
			io.signal.throwIfAborted();
			return {
				key,
				error: asColdstoreError(error)
			};
		}
	}
	async #delete(key, { signal }) {
		try {
			keyPath("/", key);
			const plugin = this.#plugin;
			if (plugin.remove === void 0) throw new ColdstoreError("store", `${this.name} can't remove ${shown(key)}: its plugin removes nothing`);
			await callPlugin(this.#at(signal), `remove ${shown(key)}`, () => plugin.remove?.(key, { signal }));
			return {
				key,
				outcome: "removed"
			};
		} catch (error) {
			signal.throwIfAborted();
			return {
				key,
				outcome: "failed",
				error: asColdstoreError(error)
			};
		}
	}
	#at(signal) {
		return {
			name: this.name,
			signal
		};
	}
	#writing(io) {
		return {
			plugin: this.#plugin,
			name: this.name,
			stat: (key, from) => this.#stat(key, from),
			io
		};
	}
};
/** Milliseconds. */
const longestClose = 6e4;
const mostBytes = 67108864;
async function wholeOf(stream, key) {
	const chunks = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		if (bytes >= mostBytes) throw new ColdstoreError("integrity", `${shown(key)} has more bytes than any record of ours. Look what it is.`);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
function badKey(key) {
	try {
		keyPath("/", key);
		return;
	} catch (error) {
		return asColdstoreError(error);
	}
}
function shown(key) {
	return visibleText(key);
}
// __tests__/support/store-fixtures.ts
/** An Io that keeps what it is told, and can be aborted with an `interrupted` error as its reason. */
function testIo() {
	const controller = new AbortController();
	const events = [];
	const reason = new ColdstoreError("interrupted", "stopped by the test");
	return {
		signal: controller.signal,
		progress: (event) => void events.push(event),
		events,
		reason,
		abort: () => controller.abort(reason),
		bytesOf: (key) => events.filter((event) => event.key === key).reduce((sum, event) => sum + event.bytes, 0)
	};
}
function sha256Of(data) {
	return createHash("sha256").update(data).digest("hex");
}
/** An artifact whose bytes are in memory. */
function dataArtifact(content, name = "artifact.bin") {
	const data = typeof content === "string" ? Buffer.from(content) : content;
	return {
		name,
		bytes: data.length,
		sha256: sha256Of(data),
		body: { data }
	};
}
/** An artifact whose bytes are in a new file of a folder. */
async function fileArtifact(folder, name, content) {
	const file = join(folder, name);
	await writeFile(file, content);
	return {
		...dataArtifact(content, name),
		body: { file }
	};
}
async function all(items) {
	return Array.fromAsync(items);
}
/** Puts texts by key; throws unless each is created. */
async function fill(store, texts) {
	const items = Object.entries(texts).map(([key, text]) => ({
		key,
		artifact: dataArtifact(text)
	}));
	for await (const outcome of store.put(items, testIo())) if (outcome.outcome !== "created") throw new Error(`${outcome.key}: ${JSON.stringify(outcome)}`);
}
async function readAll(store, key, io = testIo()) {
	const chunks = await Array.fromAsync(await store.open(key, void 0, io));
	return Buffer.concat(chunks);
}
async function keysOf(store, prefix = "") {
	return (await all(store.list(prefix, testIo()))).map((object) => object.key);
}
/** A random sequence of numbers in [0, 1) that a seed repeats (mulberry32). */
function seeded(seed) {
	let state = seed >>> 0;
	return () => {
		state = state + 1831565813 >>> 0;
		let mixed = Math.imul(state ^ state >>> 15, state | 1);
		mixed ^= mixed + Math.imul(mixed ^ mixed >>> 7, mixed | 61);
		return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
	};
}
// __tests__/support/installed.ts
/** Whether the PATH has a program of this name. */
function isInstalled(program) {
	const endings = process.platform === "win32" ? [
		".exe",
		".cmd",
		".bat"
	] : [""];
	return (process.env["PATH"] ?? "").split(delimiter).some((folder) => folder !== "" && endings.some((ending) => canRun(join(folder, program + ending))));
}
function canRun(file) {
	try {
		accessSync(file, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
// __tests__/support/programs.ts
/** A test that needs other programs: skipped with the reason where one isn't installed, but under CI=true it fails there. */
function testWith(programs, name, body) {
	test(name, async (context) => {
		const missing = programs.filter((program) => !isInstalled(program));
		if (missing.length > 0 && process.env["CI"] === "true") throw new Error(`${missing.join(", ")} must be installed in CI`);
		context.skip(missing.length > 0, `not installed: ${missing.join(", ")}`);
		await body(context);
	});
}
// __tests__/support/some-of.ts
const seed = process.env["COLDSTORE_TEST_SEED"] ?? String(randomInt(2 ** 31));
/**
* So many of a table's slow cases, in its order: others with each seed, which CI draws anew, and all of them where a sweep is to
* be whole.
*/
function someOf(cases, count) {
	if (process.env["COLDSTORE_TEST_COUNT"] !== void 0) return cases;
	const drawn = cases.map((_, index) => ({
		index,
		by: createHash("sha256").update(`${seed} ${index}`).digest("hex")
	}));
	const chosen = new Set(drawn.sort((a, b) => a.by < b.by ? -1 : 1).slice(0, count).map(({ index }) => index));
	return cases.filter((_, index) => chosen.has(index));
}
// __tests__/contracts/store-contract.ts
/** Proves that a store does what the port says. */
function storeContract$1(name, make, terms = {}) {
	describe(`store contract: ${name}`, () => {
		const at = { folder: "" };
		beforeEach(async () => {
			at.folder = await mkdtemp(join(tmpdir(), "coldstore-contract-"));
		});
		afterEach(async () => {
			await at.current?.[Symbol.asyncDispose]();
			delete at.current;
			await rm(at.folder, {
				recursive: true,
				force: true
			});
		});
		const cases = [];
		const under = {
			get store() {
				return at.current.store;
			},
			get other() {
				return at.current.other;
			},
			get folder() {
				return at.folder;
			},
			terms,
			test: (name, body) => void cases.push({
				name,
				body
			})
		};
		listing(under);
		reading(under);
		stopping(under);
		showing(under);
		if (terms.reads !== true) for (const part of [
			putting,
			racing,
			aborting
		]) part(under);
		if (terms.reads !== true && !terms.lacks?.includes("replace")) replacing(under);
		if (terms.reads !== true && !terms.lacks?.includes("delete")) deleting(under);
		const by = ({ name: test }) => sha256Of(`${name} ${test}`);
		const order = terms.sample === void 0 ? cases : cases.toSorted((a, b) => by(a) < by(b) ? -1 : 1);
		for (const { name, body } of someOf(order, terms.sample ?? cases.length)) testWith(terms.programs ?? [], name, async () => {
			at.current = await make();
			await body();
		});
	});
}
function wordsByKey(outcomes) {
	return Object.fromEntries(outcomes.map(({ key, outcome }) => [key, outcome]));
}
const badKeys = [
	"",
	"/a",
	"a/",
	"a//b",
	".",
	"..",
	"a/../b",
	"./a",
	"a/.",
	"a\\b",
	"a\0b",
	"a/\ud800"
];
function listing(under) {
	const { test } = under;
	test("an empty store lists nothing", async () => {
		expect(await keysOf(under.store)).toEqual([]);
		expect(await keysOf(under.store, "acme/app/")).toEqual([]);
	});
	test("a listing comes in byte order of whole keys, not folder by folder, not by UTF-16", async () => {
		const keys = [
			"a",
			"a-b/x",
			"a.b",
			"a/b",
			"a/b.c/d",
			"a0",
			"b/😀",
			"b/～",
			"b/é",
			"b/é",
			"b/z",
			"Z",
			"_"
		];
		const isOne = (key) => key !== "a" && !(under.terms.folds === true && key.includes("́"));
		await fill(under.other, Object.fromEntries(keys.filter((key) => isOne(key)).map((key) => [key, key])));
		const expected = keys.filter((key) => isOne(key)).sort((one, two) => Buffer.compare(Buffer.from(one), Buffer.from(two)));
		expect(await keysOf(under.store)).toEqual(expected);
	});
	test("a prefix ends anywhere in a key, and is no folder", async () => {
		await fill(under.other, {
			"a/b/c": "1",
			"a/b/cd": "2",
			"a/bc/d": "3",
			"a/b.x": "4",
			"b/a/b": "5",
			ab: "6"
		});
		expect(await keysOf(under.store, "a/b")).toEqual([
			"a/b.x",
			"a/b/c",
			"a/b/cd",
			"a/bc/d"
		]);
		expect(await keysOf(under.store, "a/b/")).toEqual(["a/b/c", "a/b/cd"]);
		expect(await keysOf(under.store, "a/b/c")).toEqual(["a/b/c", "a/b/cd"]);
		expect(await keysOf(under.store, "a")).toEqual([
			"a/b.x",
			"a/b/c",
			"a/b/cd",
			"a/bc/d",
			"ab"
		]);
		expect(await keysOf(under.store, "a/b/c/")).toEqual([]);
		expect(await keysOf(under.store, "c/d/e")).toEqual([]);
		expect(await keysOf(under.store, "a/b.")).toEqual(["a/b.x"]);
	});
	test("a listing has sizes, and the digests that the traits promise", async () => {
		await fill(under.other, {
			"a/x": "hello",
			"a/empty": ""
		});
		const objects = await all(under.store.list("", testIo()));
		expect(objects.map(({ key, bytes }) => [key, bytes])).toEqual([["a/empty", 0], ["a/x", 5]]);
		for (const object of objects) expect(Object.keys(object.digests).sort()).toEqual([...under.store.traits.digests].sort());
		if (under.store.traits.digests.includes("sha256")) expect(objects[1]?.digests.sha256).toBe(sha256Of("hello"));
	});
	test("a listing that is left early can be made again", async () => {
		await fill(under.other, {
			a: "1",
			b: "2",
			c: "3"
		});
		for await (const object of under.store.list("", testIo())) {
			expect(object.key).toBe("a");
			break;
		}
		expect(await keysOf(under.store)).toEqual([
			"a",
			"b",
			"c"
		]);
	});
	test("stat says what a listing says, and undefined for what isn't there", async () => {
		await fill(under.other, { "a/b": "hello" });
		const [listed] = await all(under.store.list("", testIo()));
		expect(await under.store.stat("a/b", testIo())).toEqual(listed);
		for (const key of [
			"a",
			"a/c",
			"a/b/c",
			"b",
			"A/B/none",
			"x".repeat(200)
		]) expect(await under.store.stat(key, testIo())).toBeUndefined();
	});
	test("what can't be a key is a bug, wherever it is named", async () => {
		for (const key of badKeys) {
			await expect(under.store.stat(key, testIo())).rejects.toMatchObject({ failure: "bug" });
			await expect(under.store.open(key, void 0, testIo())).rejects.toMatchObject({ failure: "bug" });
			expect(await all(under.store.read([key], testIo()))).toMatchObject([{
				key,
				error: { failure: "bug" }
			}]);
		}
	});
}
/** What not every store does must do no harm where one does. */
function showing(under) {
	const { test } = under;
	const name = {
		project: "acme/app",
		mode: "snapshot",
		id: "v1.4.0"
	};
	const file = "acme/app/snapshot/v1.4.0/app-1.4.0.tar.gz";
	test("nothing stands against a set that is being made, if the store can tell", async () => {
		await fill(under.other, { [file]: "abc" });
		expect(await under.store.locked?.(name, testIo())).toBeUndefined();
	});
	test("showing a set, once or twice, leaves what is in it as it is", async () => {
		await fill(under.other, { [file]: "abc" });
		const before = await all(under.store.list("", testIo()));
		const set = {
			name,
			base: "app-1.4.0",
			tag: "v1.4.0",
			files: []
		};
		const first = await under.store.show?.(set, testIo());
		const second = await under.store.show?.(set, testIo());
		expect(second?.url).toBe(first?.url);
		const after = await all(under.store.list("", testIo()));
		expect(after.map(({ key, digests }) => [key, digests])).toEqual(before.map(({ key, digests }) => [key, digests]));
	});
	test("a call that was stopped shows nothing and tells nothing of locks", async () => {
		const io = testIo();
		io.abort();
		const set = {
			name,
			base: "app-1.4.0",
			tag: "v1.4.0",
			files: []
		};
		if (under.store.show) await expect(under.store.show(set, io)).rejects.toBe(io.reason);
		if (under.store.locked) await expect(under.store.locked(name, io)).rejects.toBe(io.reason);
	});
}
function reading(under) {
	const { test } = under;
	test("an object reads back whole, and its bytes are counted", async () => {
		const content = Buffer.from(Array.from({ length: 700001 }, (_, i) => i * 31 % 251));
		await fill(under.other, { "a/b": content });
		const io = testIo();
		const back = await readAll(under.store, "a/b", io);
		expect(sha256Of(back)).toBe(sha256Of(content));
		expect(io.bytesOf("a/b")).toBe(content.length);
	});
	test("an empty object reads back empty", async () => {
		await fill(under.other, { empty: "" });
		expect(await readAll(under.store, "empty")).toHaveLength(0);
		expect(await all(under.store.read(["empty"], testIo()))).toMatchObject([{
			key: "empty",
			data: { length: 0 }
		}]);
	});
	test("a range gives the bytes from its start up to its end, which is left out", async () => {
		const content = Buffer.from("0123456789");
		await fill(under.other, {
			ten: content,
			empty: ""
		});
		for (const [start, end] of [
			[0, 10],
			[0, 1],
			[9, 10],
			[3, 7],
			[0, 0],
			[5, 5],
			[10, 10],
			[8, 20]
		]) {
			const stream = await under.store.open("ten", {
				start,
				end
			}, testIo());
			expect([
				start,
				end,
				await stream.toArray()
			].flat().map(String).slice(2).join("")).toBe(content.subarray(start, end).toString());
		}
		expect(await (await under.store.open("empty", {
			start: 0,
			end: 0
		}, testIo())).toArray()).toEqual([]);
	});
	test("random ranges of a large object are the bytes that are there", async () => {
		const next = seeded(Number(process.env.COLDSTORE_TEST_SEED ?? 1));
		const content = Buffer.from(Array.from({ length: 6e5 }, (_, i) => i * i % 253));
		await fill(under.other, { big: content });
		for (let i = 0; i < (under.terms.costly ? 3 : 12); i += 1) {
			const start = Math.floor(next() * content.length);
			const end = start + Math.floor(next() * (content.length - start + 1));
			const io = testIo();
			const chunks = await Array.fromAsync(await under.store.open("big", {
				start,
				end
			}, io));
			expect(sha256Of(Buffer.concat(chunks))).toBe(sha256Of(content.subarray(start, end)));
			expect(io.bytesOf("big")).toBe(end - start);
		}
	});
	test("opening what isn't there rejects with not-found and names it", async () => {
		await fill(under.other, { "a/b": "x" });
		for (const key of [
			"none",
			"a",
			"a/b/c",
			"a/c"
		]) {
			const error = await under.store.open(key, void 0, testIo()).catch((caught) => caught);
			expect(error).toMatchObject({ failure: "not-found" });
			expect(error.message).toContain(key);
		}
	});
	test("a stream that is left early does no harm", async () => {
		await fill(under.other, { big: Buffer.alloc(3e6, 7) });
		for (let i = 0; i < (under.terms.costly ? 4 : 20); i += 1) {
			const stream = await under.store.open("big", void 0, testIo());
			if (i % 2 === 0) await new Promise((resolve) => stream.once("data", resolve));
			stream.destroy();
		}
		expect(await readAll(under.store, "big")).toHaveLength(3e6);
	});
	test("many small objects are read in one call, one result a key, the missing ones named", async () => {
		const texts = Object.fromEntries(Array.from({ length: under.terms.costly ? 40 : 300 }, (_, i) => [`r/${i % 7}/${i}.json`, `{"n":${i}}`]));
		await fill(under.other, texts);
		const keys = [
			...Object.keys(texts),
			"r/none",
			"r/0"
		];
		const results = await all(under.store.read(keys, testIo()));
		expect(results.map((result) => result.key).sort()).toEqual([...keys].sort());
		for (const result of results) if ("data" in result) expect(Buffer.from(result.data).toString()).toBe(texts[result.key]);
		else expect([result, ["r/none", "r/0"].includes(result.key)]).toEqual([{
			key: result.key,
			missing: true
		}, true]);
	});
	test("reading no keys gives no results", async () => {
		expect(await all(under.store.read([], testIo()))).toEqual([]);
	});
	test("a preflight of what is there finds nothing wrong and leaves nothing", async () => {
		await fill(under.other, { a: "1" });
		expect(await under.store.preflight({
			write: false,
			bytes: 0
		}, testIo())).toEqual([]);
		expect(await under.store.preflight({
			write: true,
			bytes: 1e3
		}, testIo())).toEqual([]);
		expect(await keysOf(under.other)).toEqual(["a"]);
	});
}
function stopping(under) {
	const { test } = under;
	test("every call rejects with the reason of a signal that aborted before", async () => {
		await fill(under.other, { a: "1" });
		const io = testIo();
		io.abort();
		const { store } = under;
		const artifact = dataArtifact("x");
		const calls = [
			() => store.preflight({
				write: true,
				bytes: 0
			}, io),
			() => all(store.list("", io)),
			() => store.stat("a", io),
			() => all(store.put([{
				key: "b",
				artifact
			}], io)),
			() => store.settle(io),
			() => store.open("a", void 0, io),
			() => all(store.read(["a"], io)),
			() => store.replace("a", artifact, io),
			() => all(store.delete(["a"], io))
		];
		for (const call of calls) await expect(call()).rejects.toBe(io.reason);
		expect(await keysOf(under.other)).toEqual(["a"]);
		expect((await readAll(under.other, "a")).toString()).toBe("1");
	});
	test("an abort in the middle of a stream fails it with the reason", async () => {
		await fill(under.other, { big: Buffer.alloc(8e6, 1) });
		const io = testIo();
		const stream = await under.store.open("big", void 0, io);
		let seen = 0;
		const reading = (async () => {
			for await (const chunk of stream) {
				seen += chunk.length;
				io.abort();
			}
		})();
		await expect(reading).rejects.toBe(io.reason);
		expect(seen).toBeLessThan(8e6);
	});
}
function putting(under) {
	const { test } = under;
	test("a new object is created, seen by all, and has the bytes of its artifact", async () => {
		const io = testIo();
		const items = [
			{
				key: "acme/app/snapshot/v1/app.tar.gz",
				artifact: await fileArtifact(under.folder, "app.tar.gz", "in a file")
			},
			{
				key: "acme/app/snapshot/v1/notes.md",
				artifact: dataArtifact("in memory")
			},
			{
				key: "top",
				artifact: dataArtifact("")
			}
		];
		const outcomes = await all(under.store.put(items, io));
		expect(wordsByKey(outcomes)).toEqual(Object.fromEntries(items.map(({ key }) => [key, "created"])));
		for (const { key, artifact } of items) {
			expect(outcomes.find((outcome) => outcome.key === key)).toMatchObject({ object: {
				key,
				bytes: artifact.bytes
			} });
			expect(sha256Of(await readAll(under.other, key))).toBe(artifact.sha256);
			expect(io.bytesOf(key)).toBe(artifact.bytes);
		}
		await under.store.settle(testIo());
		expect(await keysOf(under.other)).toEqual(items.map((item) => item.key).sort());
	});
	test("putting the same again is the same, and changes nothing", async () => {
		const items = [
			"a/1",
			"a/2",
			"b"
		].map((key) => ({
			key,
			artifact: dataArtifact(`content of ${key}`)
		}));
		await all(under.store.put(items, testIo()));
		const before = await all(under.store.list("", testIo()));
		for (const store of [under.store, under.other]) {
			const again = await all(store.put(items, testIo()));
			expect(again.map(({ outcome }) => outcome)).toEqual([
				"same",
				"same",
				"same"
			]);
		}
		expect(await all(under.store.list("", testIo()))).toEqual(before);
	});
	test("an object of the same size or another one with other bytes is different, and untouched", async () => {
		const finished = under.terms.gaps === true ? { "x.coldstore.json": "{}" } : {};
		await fill(under.other, {
			short: "abc",
			long: "abcdef",
			equal: "abcd",
			empty: "",
			...finished
		});
		const items = [
			"short",
			"long",
			"equal",
			"empty"
		].map((key) => ({
			key,
			artifact: dataArtifact("abcx")
		}));
		const outcomes = await all(under.store.put(items, testIo()));
		expect(outcomes.map(({ outcome }) => outcome)).toEqual([
			"different",
			"different",
			"different",
			"different"
		]);
		const sizes = Object.fromEntries(outcomes.map((outcome) => [outcome.key, "object" in outcome && outcome.object.bytes]));
		expect(sizes).toEqual({
			short: 3,
			long: 6,
			equal: 4,
			empty: 0
		});
		expect((await readAll(under.other, "equal")).toString()).toBe("abcd");
		expect((await readAll(under.other, "short")).toString()).toBe("abc");
	});
	test("one artifact can be stored under several keys, which don't depend on each other", async () => {
		const artifact = await fileArtifact(under.folder, "shared", "shared bytes");
		await all(under.store.put([{
			key: "a/1",
			artifact
		}, {
			key: "a/2",
			artifact
		}], testIo()));
		if (!under.terms.lacks?.includes("delete")) await all(under.store.delete(["a/1"], testIo()));
		expect((await readAll(under.store, "a/2")).toString()).toBe("shared bytes");
	});
	test("a key that can't be put fails alone, with a sentence; the others are stored", async () => {
		const items = [
			...badKeys,
			"good/1",
			"good/2"
		].map((key) => ({
			key,
			artifact: dataArtifact(key.toWellFormed())
		}));
		const outcomes = await all(under.store.put(items, testIo()));
		expect(outcomes).toHaveLength(items.length);
		for (const outcome of outcomes) if (outcome.key.startsWith("good")) expect(outcome.outcome).toBe("created");
		else expect(outcome).toMatchObject({
			outcome: "failed",
			error: { failure: "bug" }
		});
		expect(await keysOf(under.other)).toEqual(["good/1", "good/2"]);
	});
	test("an artifact whose bytes aren't those of its digest fails, and nothing is seen of it", async () => {
		const wrong = {
			...dataArtifact("right"),
			body: { data: Buffer.from("wrong") }
		};
		const file = {
			...dataArtifact("right"),
			body: (await fileArtifact(under.folder, "f", "not it")).body
		};
		const outcomes = await all(under.store.put([{
			key: "x",
			artifact: wrong
		}, {
			key: "y",
			artifact: file
		}], testIo()));
		expect(outcomes).toMatchObject([{
			outcome: "failed",
			error: { failure: "integrity" }
		}, {
			outcome: "failed",
			error: { failure: "integrity" }
		}]);
		expect(await keysOf(under.other)).toEqual([]);
	});
	test("an artifact whose file is gone fails, and nothing is seen of it", async () => {
		const artifact = {
			...dataArtifact("x"),
			body: { file: join(under.folder, "gone") }
		};
		expect(await all(under.store.put([{
			key: "x",
			artifact
		}], testIo()))).toMatchObject([{
			key: "x",
			outcome: "failed"
		}]);
		expect(await keysOf(under.other)).toEqual([]);
	});
	test("each item is stored as it comes, not when all have come", async () => {
		const outcomes = [];
		const seen = Promise.withResolvers();
		async function* items() {
			yield {
				key: "first",
				artifact: dataArtifact("1")
			};
			await seen.promise;
			yield {
				key: "second",
				artifact: dataArtifact("2")
			};
		}
		for await (const outcome of under.store.put(items(), testIo())) {
			outcomes.push(outcome);
			seen.resolve();
		}
		expect(outcomes.map(({ key, outcome }) => [key, outcome])).toEqual([["first", "created"], ["second", "created"]]);
	});
	test("when the items fail, put rejects with that very error, and what was stored is whole", async () => {
		const broken = /* @__PURE__ */ new Error("the packer broke");
		async function* items() {
			yield {
				key: "a",
				artifact: dataArtifact("whole")
			};
			yield {
				key: "b",
				artifact: dataArtifact("whole")
			};
			throw broken;
		}
		await expect(all(under.store.put(items(), testIo()))).rejects.toBe(broken);
		for (const key of await keysOf(under.other)) expect((await readAll(under.other, key)).toString()).toBe("whole");
	});
	test("no items give no outcomes", async () => {
		expect(await all(under.store.put([], testIo()))).toEqual([]);
		expect(await keysOf(under.other)).toEqual([]);
	});
	test("settling nothing, or twice, is fine", async () => {
		await under.store.settle(testIo());
		await fill(under.store, { "a/b/c": "1" });
		await under.store.settle(testIo());
		await under.store.settle(testIo());
	});
	test("keys in any script keep their spelling", async () => {
		const keys = [
			"Grüße/naïve café.txt",
			"日本/語.bin",
			"é/decomposed",
			"🧊",
			"a b/ c",
			"-rf",
			process.platform === "win32" ? "CON#%20&=+.txt" : "CON#?%20&=+.txt"
		];
		await fill(under.store, Object.fromEntries(keys.map((key) => [key, key])));
		expect((await keysOf(under.other)).sort()).toEqual([...keys].sort());
		for (const key of keys) expect((await readAll(under.other, key)).toString()).toBe(key);
	});
	const isLong = Number(process.env["COLDSTORE_TEST_COUNT"] ?? 0) >= 1e3;
	const mebibytes = under.terms.costly && !isLong ? 12 : 70;
	test(`an object of ${mebibytes} MiB is stored and read back`, async () => {
		const content = Buffer.alloc(mebibytes * 1024 * 1024);
		for (let i = 0; i < content.length; i += 4096) content.writeUInt32LE(i, i);
		const artifact = await fileArtifact(under.folder, "big", content);
		const io = testIo();
		expect(await all(under.store.put([{
			key: "big/one",
			artifact
		}], io))).toMatchObject([{ outcome: "created" }]);
		expect(io.bytesOf("big/one")).toBe(content.length);
		expect(sha256Of(await readAll(under.other, "big/one"))).toBe(artifact.sha256);
		expect(await all(under.store.put([{
			key: "big/one",
			artifact
		}], testIo()))).toMatchObject([{ outcome: "same" }]);
	});
	/** More than any page of a listing has. */
	const [most, fewer] = isLong ? [2e3, 52] : [500, 20];
	const many = under.terms.costly ? fewer : most;
	test(`${many} small objects are stored, listed, read and deleted`, async () => {
		const texts = Object.fromEntries(Array.from({ length: many }, (_, i) => [`many/${i % 40}/${i}`, `object ${i}`]));
		await fill(under.store, texts);
		await under.store.settle(testIo());
		expect(await keysOf(under.other)).toHaveLength(many);
		const results = await all(under.other.read(Object.keys(texts), testIo()));
		expect(results.filter((result) => "data" in result && Buffer.from(result.data).toString() === texts[result.key])).toHaveLength(many);
		if (under.terms.lacks?.includes("delete")) return;
		const deleted = await all(under.store.delete(Object.keys(texts), testIo()));
		expect(deleted.filter(({ outcome }) => outcome === "removed")).toHaveLength(many);
		expect(await keysOf(under.other)).toEqual([]);
	});
}
function racing(under) {
	const { test } = under;
	test("of many writers of one key exactly one creates it; those with its bytes see the same, others a different one", async () => {
		if (under.store.traits.lastWriteWins) return racingOverwriters(under);
		for (let round = 0; round < 5; round += 1) {
			const key = `race/${round}/object`;
			const writers = Array.from({ length: 16 }, (_, i) => ({
				store: i % 2 === 0 ? under.store : under.other,
				text: `text ${i % 3}`
			}));
			const outcomes = await Promise.all(writers.map(async ({ store, text }) => (await all(store.put([{
				key,
				artifact: dataArtifact(text)
			}], testIo())))[0]));
			const winners = outcomes.flatMap(({ outcome }, i) => outcome === "created" ? [writers[i].text] : []);
			expect(winners).toHaveLength(1);
			expect((await readAll(under.other, key)).toString()).toBe(winners[0]);
			for (const [i, { outcome }] of outcomes.entries()) if (outcome !== "created") expect(outcome).toBe(writers[i].text === winners[0] ? "same" : "different");
		}
	});
	test("one call that names a key twice creates it once", async () => {
		const items = [
			"x",
			"x",
			"y"
		].map((text) => ({
			key: "twice",
			artifact: dataArtifact(text)
		}));
		const words = (await all(under.store.put(items, testIo()))).map(({ outcome }) => outcome).sort();
		expect([[
			"created",
			"different",
			"same"
		], [
			"created",
			"different",
			"different"
		]]).toContainEqual(words);
	});
	test("putting and deleting beside each other loses no object and no call", async () => {
		const count = under.terms.costly ? 12 : 60;
		const puts = Array.from({ length: count }, (_, i) => ({
			key: `deep/er/${i % 3}/${i}`,
			artifact: dataArtifact(`${i}`)
		}));
		const deletes = async () => {
			for (let i = 0; i < count; i += 1) await all(under.other.delete([`deep/er/${i % 3}/${i}`], testIo()));
		};
		const [outcomes] = await Promise.all([all(under.store.put(puts, testIo())), deletes()]);
		expect(outcomes.map(({ outcome }) => outcome)).toEqual(puts.map(() => "created"));
	});
	test("a listing during writing shows whole objects alone", async () => {
		const content = Buffer.alloc(3e5, 5);
		const items = Array.from({ length: 40 }, (_, i) => ({
			key: `during/${i}`,
			artifact: dataArtifact(content)
		}));
		const putting = all(under.store.put(items, testIo()));
		const state = { done: false };
		putting.finally(() => state.done = true);
		while (!state.done) for await (const object of under.other.list("", testIo())) {
			if (under.terms.gaps !== true) expect(object).toMatchObject({ bytes: content.length });
			expect(object.key).toMatch(/^during\//);
		}
		expect(await putting).toHaveLength(40);
	});
}
/**
* Where nothing decides between two writers that both find nothing, more than one may believe that it has created the object, and
* one that finds its bytes there may not know that it has. Whoever's bytes aren't there in the end is told so, by the outcome or
* when it settles, and whoever's are isn't bothered; each may be told to try again.
*/
async function racingOverwriters(under) {
	for (let round = 0; round < 2; round += 1) {
		const key = `race/${round}/object`;
		const writers = [under.store, under.other].map((store, i) => ({
			store,
			text: `text ${i}`
		}));
		const put = async ({ store, text }) => (await all(store.put([{
			key,
			artifact: dataArtifact(text)
		}], testIo())))[0];
		const outcomes = await Promise.all(writers.map(put));
		const left = await textLeft(under, key);
		for (const [i, { store, text }] of writers.entries()) {
			const outcome = outcomes[i];
			if (outcome.outcome === "failed") expect(outcome.error).toMatchObject({ transient: true });
			else expect(text === left ? ["created", "same"] : ["created", "different"]).toContain(outcome.outcome);
			const settling = store.settle(testIo());
			if (outcome.outcome === "created" && text !== left) await expect(settling).rejects.toMatchObject({ failure: "conflict" });
			else await settling;
		}
	}
}
/** What two writers have left: the text of one of them, or where objects are seen before they're whole perhaps nothing. */
async function textLeft(under, key) {
	const left = await readAll(under.other, key).catch((error) => error);
	if (Buffer.isBuffer(left)) expect(["text 0", "text 1"]).toContain(left.toString());
	else expect([under.terms.gaps, left]).toMatchObject([true, { failure: "not-found" }]);
	return Buffer.isBuffer(left) ? left.toString() : void 0;
}
function aborting(under) {
	const { test } = under;
	test("an abort in the middle of a put rejects with the reason and shows nothing under the key", async () => {
		const artifact = await fileArtifact(under.folder, "big", Buffer.alloc(12e6, 3));
		const io = testIo();
		const stopping = {
			...io,
			progress: () => io.abort()
		};
		await expect(all(under.store.put([{
			key: "a/big",
			artifact
		}], stopping))).rejects.toBe(io.reason);
		const [left] = await all(under.other.list("", testIo()));
		if (left !== void 0) expect(sha256Of(await readAll(under.other, left.key))).toBe(artifact.sha256);
		const again = await all(under.store.put([{
			key: "a/big",
			artifact
		}], testIo()));
		expect(again).toMatchObject([{ outcome: left === void 0 ? "created" : "same" }]);
	});
	test("an abort while the items are waited for rejects soon", async () => {
		const io = testIo();
		const never = new Promise(() => {});
		async function* items() {
			yield {
				key: "a",
				artifact: dataArtifact("1")
			};
			await never;
		}
		const run = (async () => {
			for await (const outcome of under.store.put(items(), io)) {
				expect(outcome.key).toBe("a");
				setTimeout(() => io.abort(), 10);
			}
		})();
		await expect(run).rejects.toBe(io.reason);
	});
	test("leaving a put early leaves whole objects alone, and the items are closed", async () => {
		const closed = Promise.withResolvers();
		async function* items() {
			try {
				for (let i = 0; i < 1e3; i += 1) yield {
					key: `k/${i}`,
					artifact: dataArtifact("whole")
				};
			} finally {
				closed.resolve();
			}
		}
		for await (const outcome of under.store.put(items(), testIo())) {
			expect(outcome.outcome).toBe("created");
			break;
		}
		await closed.promise;
		const keys = await keysOf(under.other);
		expect(keys.length).toBeGreaterThan(0);
		expect(keys.length).toBeLessThan(1e3);
		for (const key of keys.slice(0, under.terms.costly ? 5 : keys.length)) expect((await readAll(under.other, key)).toString()).toBe("whole");
	});
}
function replacing(under) {
	const { test } = under;
	test("a replace makes what isn't there, and changes what is", async () => {
		const made = await under.store.replace("a/manifest", dataArtifact("one"), testIo());
		expect(made).toMatchObject({
			key: "a/manifest",
			bytes: 3
		});
		const changed = await under.store.replace("a/manifest", await fileArtifact(under.folder, "m", "second"), testIo());
		expect(changed).toMatchObject({
			key: "a/manifest",
			bytes: 6
		});
		expect((await readAll(under.other, "a/manifest")).toString()).toBe("second");
		expect(await keysOf(under.other)).toEqual(["a/manifest"]);
		await under.store.settle(testIo());
	});
	test("readers beside a replace see the old or the new one, whole", async () => {
		const versions = Array.from({ length: under.terms.costly ? 4 : 12 }, (_, i) => Buffer.alloc(2e5 + i, 65 + i));
		await fill(under.store, { m: versions[0] });
		const valid = new Set(versions.map((version) => sha256Of(version)));
		const state = { done: false };
		const writing = (async () => {
			for (const version of versions) await under.store.replace("m", dataArtifact(version), testIo());
			state.done = true;
		})();
		let reads = 0;
		const isGap = (error) => error instanceof ColdstoreError && (under.terms.gaps === true && error.failure === "not-found" || under.terms.costly === true && error.transient);
		while (!state.done || reads < 3) {
			const read = await readAll(under.other, "m").catch((error) => error);
			if (!isGap(read)) expect(read).toBeInstanceOf(Buffer);
			if (Buffer.isBuffer(read)) expect(valid.has(sha256Of(read))).toBe(true);
			const look = async () => under.other.stat("m", testIo());
			if (under.terms.gaps !== true) expect(await look() ?? (under.terms.costly ? await look() : void 0)).toBeDefined();
			reads += 1;
		}
		await writing;
	});
	test("an abort in a replace leaves the old one", async () => {
		await fill(under.store, { m: "old" });
		const artifact = await fileArtifact(under.folder, "big", Buffer.alloc(12e6, 3));
		const io = testIo();
		await expect(under.store.replace("m", artifact, {
			...io,
			progress: () => io.abort()
		})).rejects.toBe(io.reason);
		expect((await readAll(under.other, "m")).toString()).toBe("old");
		expect(await keysOf(under.other)).toEqual(["m"]);
	});
	test("a replace with bytes that aren't the artifact's leaves the old one", async () => {
		await fill(under.store, { m: "old" });
		const wrong = {
			...dataArtifact("right"),
			body: { data: Buffer.from("wrong") }
		};
		await expect(under.store.replace("m", wrong, testIo())).rejects.toMatchObject({ failure: "integrity" });
		expect((await readAll(under.other, "m")).toString()).toBe("old");
	});
	test("a replace of what can't be a key is a bug", async () => {
		for (const key of badKeys) await expect(under.store.replace(key, dataArtifact("x"), testIo())).rejects.toMatchObject({ failure: "bug" });
	});
}
function deleting(under) {
	const { test } = under;
	test("deleted keys are gone, absent ones count as removed, others stay", async () => {
		await fill(under.store, {
			"a/1": "1",
			"a/2": "2",
			"b/c/d": "3"
		});
		const outcomes = await all(under.store.delete([
			"a/1",
			"b/c/d",
			"none",
			"a/1/x",
			"b"
		], testIo()));
		expect(outcomes).toHaveLength(5);
		expect(wordsByKey(outcomes)).toEqual({
			"a/1": "removed",
			"b/c/d": "removed",
			none: "removed",
			"a/1/x": "removed",
			b: "removed"
		});
		expect(await keysOf(under.other)).toEqual(["a/2"]);
		expect((await all(under.store.delete(["a/1"], testIo())))[0]?.outcome).toBe("removed");
	});
	test("a deleted key can be put again", async () => {
		await fill(under.store, { "x/y": "1" });
		await all(under.store.delete(["x/y"], testIo()));
		await fill(under.store, { "x/y": "2" });
		expect((await readAll(under.other, "x/y")).toString()).toBe("2");
	});
	test("a key that can't be deleted fails alone", async () => {
		await fill(under.store, { a: "1" });
		const outcomes = await all(under.store.delete(["../a", "a"], testIo()));
		expect(outcomes.find(({ key }) => key === "../a")).toMatchObject({
			outcome: "failed",
			error: { failure: "bug" }
		});
		expect(await keysOf(under.other)).toEqual([]);
	});
	test("deleting nothing gives nothing", async () => {
		expect(await all(under.store.delete([], testIo()))).toEqual([]);
	});
}
// __tests__/contracts/plugin-contract.ts
/** Proves a plugin's store, checked and completed as a run has it. */
const storeContract = (name, make, terms = {}) => {
	const warn = (line) => {
		throw new Error(line);
	};
	const checked = (plugin) => new CheckedPluginStore(name, asPluginStore(name, plugin), warn);
	storeContract$1(name, async () => {
		const made = await make();
		const stores = {
			store: checked(made.store),
			other: checked(made.other)
		};
		return {
			...stores,
			async [Symbol.asyncDispose]() {
				for (const store of [stores.store, stores.other]) await store[Symbol.asyncDispose]();
				await made.close?.();
			}
		};
	}, terms);
};
export { storeContract };
