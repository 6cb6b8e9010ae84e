/** What one object asks for: requests, time, slots, CPU. By the product's own plan of a copy. Pure. */
import { splitEnvelope } from "../../core/envelope";
import { MIB, planCopy } from "../../core/parts";
import { LINGER_MS } from "../../worker/outbox";
import type { Scenario, World } from "./scenario";

export type Operation =
  | "HeadObject (source)"
  | "HeadObject (destination)"
  | "CopyObject"
  | "CreateMultipartUpload"
  | "UploadPartCopy"
  | "CompleteMultipartUpload";

export const OPERATIONS: readonly Operation[] = [
  "HeadObject (source)",
  "HeadObject (destination)",
  "CopyObject",
  "CreateMultipartUpload",
  "UploadPartCopy",
  "CompleteMultipartUpload",
];

export type Requests = Readonly<Record<Operation, number>>;

export interface Profile {
  readonly bytes: number;
  /** CopyObject: 1; or the parts. */
  readonly copies: number;
  readonly requests: Requests;
  /** One copy request, from sent to answered. */
  readonly copyMs: number;
  /** From received to its first copy request, and from the answer of its last one until its message is deleted. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** How long one object keeps a whole worker busy: the scarcest of slots, keys in progress, HEADs and CPU. */
  readonly workerMs: number;
  /** Requests that count against the limits of the source's prefixes and of the directory bucket. */
  readonly sourceReads: number;
  readonly expressReads: number;
  readonly expressWrites: number;
  /** Keys of one message. */
  readonly keysPerMessage: number;
}

/** Above this size a copy request has its whole fixed time; below it grows evenly from that of an empty object. */
export const FULL_FIXED_BYTES = 64 * MIB;

export function profileOf({ job, cause, settings, world }: Scenario): Profile {
  const { objectBytes: bytes } = job;
  const plan = planCopy(bytes, settings);
  if (plan === undefined) throw new RangeError(`an object of ${bytes} bytes is larger than S3 can hold`);
  const copies = plan.kind === "single" ? 1 : plan.partCount;
  const uploads = plan.kind === "single" ? 0 : 1;
  const looks = cause === "backfill" ? 1 : 0;
  const copyMs = copyRequestMs(bytes / copies, world);
  const { requestMs } = world;
  const { copyConcurrency: slots } = settings;
  const beforeMs = (1 + looks + uploads) * requestMs;
  const checkMs = (uploads + 1) * requestMs;
  const requests: Requests = {
    "HeadObject (source)": 2,
    "HeadObject (destination)": looks,
    CopyObject: 1 - uploads,
    CreateMultipartUpload: uploads,
    UploadPartCopy: uploads * copies,
    CompleteMultipartUpload: uploads,
  };
  const all = OPERATIONS.reduce((sum, operation) => sum + requests[operation], 0);
  const inSlots = copies * copyMs + (looks + 2 * uploads) * requestMs;
  // A worker has at most two keys per slot in progress, and as many HEADs at the source in flight as slots.
  const perKey = (beforeMs + copyMs + checkMs) / (2 * slots);
  return {
    bytes,
    copies,
    requests,
    copyMs,
    beforeMs,
    afterMs: checkMs + LINGER_MS + world.queueMs,
    workerMs: Math.max(inSlots / slots, perKey, (2 * requestMs) / slots, all * world.requestCpuMs),
    sourceReads: 2 + copies,
    expressReads: looks,
    expressWrites: copies + 2 * uploads,
    keysPerMessage: cause === "backfill" ? keysPerMessage(bytes, settings) : 1,
  };
}

function copyRequestMs(bytes: number, { copyMs, copyFixedMs, streamBytesPerSecond }: World): number {
  const fixed = copyMs + (copyFixedMs - copyMs) * Math.min(1, bytes / FULL_FIXED_BYTES);
  return fixed + (bytes / streamBytesPerSecond) * 1000;
}

/** Where the product itself would cut a batch of such keys. */
function keysPerMessage(size: number, sizes: Scenario["settings"]): number {
  const keys = Array.from({ length: 1000 }, (_, index) => ({
    key: `${SOME_KEY}${String(index).padStart(8, "0")}`,
    size,
  }));
  const history = { failures: 0, eventTime: 0, firstSeen: 0, origin: "backfill" } as const;
  const [first] = splitEnvelope({ v: 1, kind: "keys", ...history, keys }, sizes);
  return first?.keys.length ?? 1;
}

/** A key of ordinary length. */
const SOME_KEY = "dataset/2026/11/25/shard-000/part-";
