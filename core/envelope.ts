/**
 * Our own message format: reading, writing, and the messages a worker puts back.
 *
 * A reader takes version 1 only and leaves other versions alone; fields it does not know are ignored, so version 1 may grow.
 */
import { utf8Length } from "./fingerprint";
import type {
  Envelope,
  EnvelopeHistory,
  HandoffEnvelope,
  KeyEntry,
  KeysEnvelope,
  ListEnvelope,
  ListRange,
  ObjectEvent,
  Origin,
  ParsedMessage,
  UploadState,
} from "./messages";
import { type CopySizes, plannedRequests } from "./parts";
import {
  bad,
  field,
  type Fields,
  good,
  isFields,
  readEpochMs,
  type Reading,
  readInteger,
  readKey,
  readKeyText,
  readSize,
  show,
} from "./untrusted";

/** Keys one envelope may carry. */
export const MAX_ENVELOPE_KEYS = 10_000;

/** Of one envelope as UTF-8: ten of them and their attributes fit into one SendMessageBatch (1 MiB, API SendMessageBatch). */
export const MAX_ENVELOPE_BYTES = 100 * 1024;

const ORIGINS: readonly Origin[] = ["backfill", "verify", "worker"];

/** JSON with a fixed order of fields, in characters that SQS takes: U+FFFE and U+FFFF are not XML's (API SendMessage). */
export function encodeEnvelope(envelope: Envelope): string {
  const { v, kind, failures, eventTime, firstSeen, origin, sweep } = envelope;
  const text = JSON.stringify({
    v,
    kind,
    failures,
    eventTime,
    firstSeen,
    origin,
    ...(sweep === true ? { sweep } : {}),
    ...(envelope.kind === "handoff" && envelope.upload !== undefined
      ? { upload: { id: envelope.upload.id, fingerprint: envelope.upload.fingerprint } }
      : {}),
    ...(envelope.kind === "list" ? { range: envelope.range } : {}),
    ...(envelope.kind === "list" && envelope.compare === false ? { compare: false } : {}),
    keys: envelope.keys.map(plainEntry),
  });
  return text.replace(/[\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/** Reads a parsed JSON value that has a `v`. Never throws. */
export function parseEnvelope(
  value: unknown,
): Extract<ParsedMessage, { kind: Envelope["kind"] | "newer" | "unknown" }> {
  const version = field(value, "v");
  if (!isFields(value) || typeof version !== "number" || !Number.isInteger(version)) {
    return { kind: "unknown", problem: `envelope: v is ${show(version)}, not a version number` };
  }
  if (version !== 1) return { kind: "newer", version };
  const envelope = readEnvelope(value);
  return envelope.ok ? envelope.value : { kind: "unknown", problem: `envelope: ${envelope.problem}` };
}

/** The history of a live event that a worker holds since `firstSeen` (epoch milliseconds). */
export function historyOf(event: ObjectEvent, firstSeen: number): EnvelopeHistory {
  return { failures: 0, eventTime: event.eventTime, firstSeen, origin: "worker" };
}

/**
 * Several messages about one key become one: the oldest times, the most failures; live beats bulk. The age of a backfill says
 * nothing about how late a live event is, so where both meet the live one's time counts.
 */
export function mergeHistory(a: EnvelopeHistory, b: EnvelopeHistory): EnvelopeHistory {
  const live = [a, b].filter(isLive);
  const counting = live.length === 0 ? [a, b] : live;
  return {
    failures: Math.max(a.failures, b.failures),
    eventTime: Math.min(...counting.map(({ eventTime }) => eventTime)),
    firstSeen: Math.min(a.firstSeen, b.firstSeen),
    origin: a.origin === "worker" ? a.origin : b.origin,
    ...(a.sweep === true || b.sweep === true ? { sweep: true } : {}),
  };
}

/** Asked for by a change of the source, and not by a backfill or a verify: only its age is a lag. */
export function isLive({ origin }: Pick<EnvelopeHistory, "origin">): boolean {
  return origin === "worker";
}

/** A new message for keys that are let go of; `failures` is the caller's to count (rule 7: interruptions do not). */
export function putBack(keys: readonly KeyEntry[], history: EnvelopeHistory): KeysEnvelope {
  return { v: 1, kind: "keys", ...plainHistory(history), keys: keys.map(plainEntry) };
}

/** What is left on drain: the keys without an upload in one message, a key with an open upload in one of its own. */
export function handoff(keys: readonly KeyEntry[], history: EnvelopeHistory): HandoffEnvelope {
  return { v: 1, kind: "handoff", ...plainHistory(history), keys: keys.map(plainEntry) };
}

/** The hand-off of one key with the state of its multipart copy. */
export function handoffUpload(entry: KeyEntry, history: EnvelopeHistory, upload: UploadState): HandoffEnvelope {
  return { ...handoff([entry], history), upload: { id: upload.id, fingerprint: upload.fingerprint } };
}

/** @param compare false: enqueue every key, whether or not it differs */
export function listWork(range: ListRange, history: EnvelopeHistory, compare = true): ListEnvelope {
  return { v: 1, kind: "list", ...plainHistory(history), keys: [], range, ...(compare ? {} : { compare }) };
}

/** MessageGroupId for fair queues: bulk work is one noisy tenant that lets live events pass; live work has no group. */
export function groupIdOf(envelope: Envelope): string | undefined {
  return envelope.origin === "worker" ? undefined : envelope.origin;
}

/** Where to cut a batch of keys. A key that alone exceeds a limit is a batch of its own. */
export interface BatchLimits {
  readonly maxKeys: number;
  /** Planned copy requests together. */
  readonly maxRequests: number;
  /** Bytes of the objects together; unknown sizes count as 0. */
  readonly maxBytes: number;
}

/** Small enough to share out and to be done within one lease, large enough to make messages cheap. */
export const DEFAULT_BATCH_LIMITS: BatchLimits = { maxKeys: 100, maxRequests: 256, maxBytes: 64 * 1024 ** 3 };

/** Cuts an envelope into several that keep the limits and {@link MAX_ENVELOPE_BYTES}; order is kept, nothing is lost. */
export function splitEnvelope<E extends KeysEnvelope | HandoffEnvelope>(
  envelope: E,
  sizes: CopySizes,
  limits: BatchLimits = DEFAULT_BATCH_LIMITS,
): readonly E[] {
  const room = MAX_ENVELOPE_BYTES - utf8Length(encodeEnvelope({ ...envelope, keys: [] }));
  const batches: KeyEntry[][] = [];
  let load = { keys: Infinity, requests: 0, bytes: 0, text: 0 };
  for (const entry of envelope.keys) {
    const requests = plannedRequests(entry.size, sizes);
    const text = utf8Length(JSON.stringify(plainEntry(entry))) + 1;
    const bytes = entry.size ?? 0;
    const fits =
      load.keys < Math.min(limits.maxKeys, MAX_ENVELOPE_KEYS) &&
      load.requests + requests <= limits.maxRequests &&
      load.bytes + bytes <= limits.maxBytes &&
      load.text + text <= room;
    if (!fits) {
      batches.push([]);
      load = { keys: 0, requests: 0, bytes: 0, text: 0 };
    }
    batches.at(-1)?.push(entry);
    load = {
      keys: load.keys + 1,
      requests: load.requests + requests,
      bytes: load.bytes + bytes,
      text: load.text + text,
    };
  }
  return batches.map((keys) => ({ ...envelope, keys }));
}

function plainHistory({ failures, eventTime, firstSeen, origin, sweep }: EnvelopeHistory): EnvelopeHistory {
  return { failures, eventTime, firstSeen, origin, ...(sweep === true ? { sweep } : {}) };
}

function plainEntry({ key, size }: KeyEntry): KeyEntry {
  return size === undefined ? { key } : { key, size };
}

function readEnvelope(value: Fields): Reading<Envelope> {
  const history = readHistory(value);
  if (!history.ok) return history;
  const keys = readKeys(field(value, "keys"));
  if (!keys.ok) return keys;
  const base = { v: 1, ...history.value, keys: keys.value } as const;
  const kind = field(value, "kind");
  if (kind === "list") {
    const range = readRange(field(value, "range"));
    if (!range.ok) return range;
    const all = field(value, "compare") === false;
    return good({ ...base, kind, range: range.value, ...(all ? ({ compare: false } as const) : {}) });
  }
  if (kind !== "keys" && kind !== "handoff") return bad(`kind is ${show(kind)}`);
  if (keys.value.length === 0) return bad("keys is empty");
  if (kind === "keys") return good({ ...base, kind });
  const rawUpload = field(value, "upload");
  if (rawUpload === undefined) return good({ ...base, kind });
  if (keys.value.length !== 1) return bad(`upload beside ${keys.value.length} keys, it belongs to exactly one`);
  const upload = readUpload(rawUpload);
  return upload.ok ? good({ ...base, kind, upload: upload.value }) : upload;
}

function readHistory(value: Fields): Reading<EnvelopeHistory> {
  const failures = readInteger(field(value, "failures"), "failures", 0, 1_000_000);
  if (!failures.ok) return failures;
  const eventTime = readEpochMs(field(value, "eventTime"), "eventTime");
  if (!eventTime.ok) return eventTime;
  const firstSeen = readEpochMs(field(value, "firstSeen"), "firstSeen");
  if (!firstSeen.ok) return firstSeen;
  const rawOrigin = field(value, "origin");
  const origin = ORIGINS.find((known) => known === rawOrigin);
  if (origin === undefined) return bad(`origin is ${show(rawOrigin)}`);
  return good({
    ...{ failures: failures.value, eventTime: eventTime.value, firstSeen: firstSeen.value, origin },
    ...(field(value, "sweep") === true ? { sweep: true } : {}),
  });
}

/** Every key once: the first entry of a key wins. */
function readKeys(value: unknown): Reading<readonly KeyEntry[]> {
  if (!Array.isArray(value)) return bad(`keys is ${show(value)}`);
  if (value.length > MAX_ENVELOPE_KEYS) return bad(`${value.length} keys, at most ${MAX_ENVELOPE_KEYS} are allowed`);
  const entries = new Map<string, KeyEntry>();
  for (const [index, raw] of value.entries()) {
    const name = `keys[${index}]`;
    const key = readKey(field(raw, "key"), `${name}.key`);
    if (!key.ok) return key;
    const rawSize = field(raw, "size");
    const size = rawSize === undefined ? good(undefined) : readSize(rawSize, `${name}.size`);
    if (!size.ok) return size;
    if (entries.has(key.value)) continue;
    entries.set(key.value, plainEntry({ key: key.value, ...(size.value === undefined ? {} : { size: size.value }) }));
  }
  return good([...entries.values()]);
}

function readUpload(value: unknown): Reading<UploadState> {
  const id = readOpaque(field(value, "id"), "upload.id");
  if (!id.ok) return id;
  const fingerprint = readOpaque(field(value, "fingerprint"), "upload.fingerprint");
  return fingerprint.ok ? good({ id: id.value, fingerprint: fingerprint.value }) : fingerprint;
}

/** Printable ASCII, as upload ids and fingerprints are; the length only keeps nonsense out of request lines. */
function readOpaque(value: unknown, name: string): Reading<string> {
  return typeof value === "string" && /^[\x21-\x7e]{1,2048}$/.test(value)
    ? good(value)
    : bad(`${name} is ${show(value)}, not 1 to 2048 printable characters`);
}

function readRange(value: unknown): Reading<ListRange> {
  if (!isFields(value)) return bad(`range is ${show(value)}`);
  const prefix = readKeyText(field(value, "prefix"), "range.prefix");
  if (!prefix.ok) return prefix;
  const after = readOptionalKey(field(value, "after"), "range.after");
  if (!after.ok) return after;
  const until = readOptionalKey(field(value, "until"), "range.until");
  if (!until.ok) return until;
  return good({
    prefix: prefix.value,
    ...(after.value === undefined ? {} : { after: after.value }),
    ...(until.value === undefined ? {} : { until: until.value }),
  });
}

function readOptionalKey(value: unknown, name: string): Reading<string | undefined> {
  return value === undefined ? good(undefined) : readKeyText(value, name);
}
