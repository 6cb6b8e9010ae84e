/**
 * What hostile bytes are thrown at, and what must hold whatever they are. A target throws when it does not.
 *
 * corpus.test.ts replays the inputs that are kept, and random changes of them.
 */
import { S3Client } from "@aws-sdk/client-s3";
import { makeDestinationBucket } from "../../aws/destination-bucket";
import { AnswerReader } from "../../aws/lean/answer-reader";
import { readListPage } from "../../aws/lean/list-page";
import { readFlatXml } from "../../aws/lean/xml";
import { encodeEnvelope } from "../../core/envelope";
import { parseStarterEnv, parseWorkerEnv, writeStarterEnv, writeWorkerEnv } from "../../core/env";
import { isSyncError } from "../../core/errors";
import { parseMessage } from "../../core/events";
import { parseFingerprint } from "../../core/fingerprint";
import { MAX_KEY_BYTES } from "../../core/keys";
import type { DestinationBucket } from "../../core/ports";
import type { ParsedMessage } from "../../core/messages";
import { parseSettings } from "../../core/settings";
import type { Environment } from "../../core/variables";

export type Target = (input: Buffer) => void | Promise<void>;

export const TARGETS = {
  message: fuzzMessage,
  environment: fuzzEnvironment,
  settings: fuzzSettings,
  fingerprint: fuzzFingerprint,
  answer: fuzzAnswer,
  response: fuzzResponse,
  document: fuzzDocument,
  listing: fuzzListing,
} as const satisfies Record<string, Target>;

/** Queue messages: never an exception, only keys that S3 could have; what is an envelope survives being written and read. */
function fuzzMessage(input: Buffer): void {
  const parsed = parseMessage(input.toString("utf8"));
  for (const key of keysOf(parsed)) {
    const bytes = Buffer.byteLength(key);
    if (bytes === 0 || bytes > MAX_KEY_BYTES) throw new Error(`a key of ${bytes} bytes`);
  }
  if (parsed.kind !== "keys" && parsed.kind !== "handoff" && parsed.kind !== "list") return;
  const again = parseMessage(encodeEnvelope(parsed));
  if (JSON.stringify(again) !== JSON.stringify(parsed)) throw new Error("an envelope changed when it was written");
}

function keysOf(parsed: ParsedMessage): readonly string[] {
  if (parsed.kind === "events") return parsed.events.map(({ key }) => key);
  return parsed.kind === "keys" || parsed.kind === "handoff" ? parsed.keys.map(({ key }) => key) : [];
}

/** Environments, as lines of NAME=VALUE: problems or a configuration, and a configuration survives being written and read. */
function fuzzEnvironment(input: Buffer): void {
  const environment = environmentIn(input);
  const worker = parseWorkerEnv(environment);
  if (worker.ok) mustEqual(parseWorkerEnv(writeWorkerEnv(worker.config)), worker);
  else mustSay(worker.problems);
  const starter = parseStarterEnv(environment);
  if (starter.ok) mustEqual(parseStarterEnv(writeStarterEnv(starter.config)), starter);
  else mustSay(starter.problems);
}

function fuzzSettings(input: Buffer): void {
  const settings = parseSettings(environmentIn(input), "dev");
  if (!settings.ok) mustSay(settings.problems);
}

/** Fingerprints come from the destination's metadata, which anybody with access can write. */
function fuzzFingerprint(input: Buffer): void {
  const parsed = parseFingerprint(input.toString("utf8"));
  if (parsed !== undefined && !(Number.isSafeInteger(parsed.size) && parsed.size >= 0)) {
    throw new Error(`a size of ${parsed.size}`);
  }
}

/** Answers of S3: the first byte chooses the operation, the second the status, the rest is the body. A result or an error of ours. */
async function fuzzAnswer(input: Buffer): Promise<void> {
  const statusCode = STATUSES[(input[1] ?? 0) % STATUSES.length] ?? 200;
  const bucket = bucketThatAnswers(statusCode, input.subarray(2));
  const calls = [
    () => bucket.copyObject({ key: "k", sourceEtag: "e", content: EMPTY, checksumAlgorithm: undefined }, signal),
    () =>
      bucket.completeUpload(
        { key: "k", uploadId: "u", parts: [{ partNumber: 1, etag: "e" }], size: 1, checksumAlgorithm: undefined },
        signal,
      ),
    () => bucket.listParts("k", "u", signal),
    () => bucket.listUploads("k", signal),
    () => bucket.deleteObject("k", signal),
    () => bucket.createUpload({ key: "k", content: EMPTY, checksumAlgorithm: undefined }, signal),
  ] as const;
  try {
    await calls[(input[0] ?? 0) % calls.length]?.();
  } catch (error) {
    if (!isSyncError(error)) throw error;
  }
}

const EMPTY = { headers: {}, metadata: {} };
/**
 * Bytes of a connection without the SDK: where an answer ends must not depend on how the bytes come in. The first byte chooses
 * the method and the size of the pieces.
 */
function fuzzResponse(input: Buffer): void {
  const [choice = 0] = input;
  const bytes = input.subarray(1);
  const method = choice % 2 === 0 ? "GET" : "HEAD";
  const whole = read(bytes, method, bytes.length);
  const pieces = read(bytes, method, 1 + ((choice >> 1) % 16));
  if (whole !== pieces) throw new Error(`in one piece ${whole}, in several ${pieces}`);
}

function read(bytes: Buffer, method: string, pieceBytes: number): string {
  const reader = new AnswerReader({ headBytes: 4_096, bodyBytes: 65_536 });
  reader.begin(method);
  try {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const answer = reader.feed(bytes.subarray(at, at + pieceBytes));
      if (answer === undefined) continue;
      const { status, headers, body } = answer;
      return JSON.stringify([status, headers, body.toString("base64")]);
    }
    return JSON.stringify(reader.close()?.body.toString("base64") ?? "incomplete");
  } catch (error) {
    if ((error as { code?: string }).code !== "EPROTO") throw error;
    return "refused";
  }
}

/** XML answers without the SDK: nothing is expanded, so no text is longer than what it was written with. */
function fuzzDocument(input: Buffer): void {
  const text = input.toString("utf8");
  const document = readFlatXml(text);
  if (document === undefined) return;
  if (/<!DOCTYPE/i.test(text.slice(0, text.indexOf(`<${document.root}`)))) throw new Error("a document type was taken");
  const longest = Math.max(0, ...Object.values(document.fields).map((value) => value.length));
  if (longest > text.length) throw new Error("something was expanded");
}

/** Pages of listings: a page has as many objects as it has elements for them, and a page that was cut off is none. */
function fuzzListing(input: Buffer): void {
  const page = pageOrNone(input);
  if (page === undefined) return;
  const text = input.toString("latin1");
  const count = (tag: RegExp): number => text.match(tag)?.length ?? 0;
  // Others may lie in elements that are not known.
  if (page.objects.length > count(/<Contents[\s>]/g)) throw new Error("more objects than elements");
  if (page.prefixes.length > count(/<CommonPrefixes[\s>]/g)) throw new Error("more directories than elements");
  for (const { key, size, lastModified } of page.objects) {
    if (key === "") throw new Error("an object without a key");
    if (!Number.isSafeInteger(size) || size < 0) throw new Error(`a size of ${size}`);
    if (!Number.isSafeInteger(lastModified)) throw new Error(`a time of ${lastModified}`);
  }
  const end = text.trimEnd().length;
  for (const cut of [end - 1, end >> 1]) {
    // An unknown element may have the root's name.
    if (text.slice(0, cut).trimEnd().endsWith("</ListBucketResult>")) continue;
    if (pageOrNone(input.subarray(0, cut)) !== undefined) throw new Error(`a page also when cut off at ${cut}`);
  }
}

function pageOrNone(bytes: Buffer): ReturnType<typeof readListPage> {
  try {
    return readListPage(bytes);
  } catch (error) {
    if (!(error instanceof Error) || !/^(?:the answer has no|Size is|LastModified is) /.test(error.message))
      throw error;
    return undefined;
  }
}

const STATUSES = [200, 400, 403, 404, 412, 500, 503] as const;
const { signal } = new AbortController();

function bucketThatAnswers(statusCode: number, body: Buffer): DestinationBucket {
  const client = new S3Client({
    region: "eu-north-1",
    credentials: { accessKeyId: "AKIAFUZZ", secretAccessKey: "secret" },
    maxAttempts: 1,
    disableS3ExpressSessionAuth: true,
    requestHandler: {
      handle: () => Promise.resolve({ response: { statusCode, headers: {}, body } as never }),
    },
  });
  return makeDestinationBucket({ client, name: "dest--eun1-az1--x-s3", sourceBucket: "source" });
}

function environmentIn(input: Buffer): Environment {
  const lines = input.toString("utf8").split("\n");
  const entries = lines.map((line): [string, string] => {
    const at = line.indexOf("=");
    return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(entries);
}

function mustEqual(a: object, b: object): void {
  if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error(`${JSON.stringify(a)} instead of ${JSON.stringify(b)}`);
}

/** Refused means that a person can read why, on lines of their own. */
function mustSay(problems: readonly string[]): void {
  if (problems.length === 0) throw new Error("refused without a problem");
  for (const problem of problems) {
    if (problem === "" || /\p{Cc}/u.test(problem)) throw new Error(`unreadable: ${JSON.stringify(problem)}`);
  }
}
