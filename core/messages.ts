/**
 * What a message body can be. Types only; parsing is in core/events.ts and core/envelope.ts.
 *
 * Messages are untrusted input: a message may name any bucket, key, upload id or size. Nothing in it decides where we read
 * or write; the configured buckets and prefix do.
 */

/** One S3 event record, or EventBridge event: a hint that a key may have changed. The verb is for logs only. */
export interface ObjectEvent {
  readonly bucket: string;
  /** Decoded. */
  readonly key: string;
  /** Bytes, on creations. Only used to plan room, never to copy. */
  readonly size?: number;
  /** E.g. "ObjectCreated:Put"; for logs only. */
  readonly eventName: string;
  /** Epoch milliseconds. */
  readonly eventTime: number;
}

export interface KeyEntry {
  readonly key: string;
  readonly size?: number;
}

export type Origin = "backfill" | "verify" | "worker";

/** What survives a put-back or hand-off (rule 7). */
export interface EnvelopeHistory {
  /** Give-ups and receives that count; interruptions do not. */
  readonly failures: number;
  /** Epoch milliseconds of the event that started it, for the sync lag. */
  readonly eventTime: number;
  /** Epoch milliseconds when a worker first held it. */
  readonly firstSeen: number;
  readonly origin: Origin;
  /** Uploads of these keys may be open that nobody owns: whoever takes the keys looks for them once (rule 8). */
  readonly sweep?: true;
}

export interface KeysEnvelope extends EnvelopeHistory {
  readonly v: 1;
  readonly kind: "keys";
  readonly keys: readonly KeyEntry[];
}

/** The state of a multipart copy. Bucket, size and plan never come from the message (rule 8). */
export interface UploadState {
  readonly id: string;
  /** Of the source state the upload copies; resumed only if the source still has it. */
  readonly fingerprint: string;
}

export interface HandoffEnvelope extends EnvelopeHistory {
  readonly v: 1;
  readonly kind: "handoff";
  readonly keys: readonly KeyEntry[];
  /** Only with exactly one key. */
  readonly upload?: UploadState;
}

/** A range of the source's listing to enqueue. */
export interface ListEnvelope extends EnvelopeHistory {
  readonly v: 1;
  readonly kind: "list";
  readonly keys: readonly KeyEntry[];
  readonly range: ListRange;
  /** Every key is enqueued, whether or not it differs. */
  readonly compare?: false;
}

export interface ListRange {
  readonly prefix: string;
  /** List after this key (exclusive). */
  readonly after?: string;
  /** Stop at this key (inclusive). */
  readonly until?: string;
}

export type Envelope = KeysEnvelope | HandoffEnvelope | ListEnvelope;

export type ParsedMessage =
  | { readonly kind: "events"; readonly events: readonly ObjectEvent[] }
  /** S3 sends one when notifications are configured: recognised and deleted. */
  | { readonly kind: "test-event" }
  | Envelope
  /** An envelope of a later version: left untouched for a newer worker. */
  | { readonly kind: "newer"; readonly version: number }
  /** Nothing we know: goes to the dead-letter queue with this problem. */
  | { readonly kind: "unknown"; readonly problem: string };
