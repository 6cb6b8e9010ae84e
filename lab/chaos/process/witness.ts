/**
 * Watches the cloud while the faults go on, and says what must never happen: an object at the destination that never existed
 * at the source, a message deleted before its key was looked at, more workers than allowed.
 */
import type { LogEntry } from "../../../local/http/request-log";
import type { QueueChange } from "../../../local/sqs";
import type { History } from "../../sim/history";
import { keysIn } from "../../sim/bodies";
import type { Stack } from "../../stack/stack";
import { describeVersion, sameVersion, type SourceRecord, versionOf } from "./record";
import { UNSYNCABLE } from "./story";

export interface Problem {
  readonly promise: string;
  readonly key: string | undefined;
  readonly text: string;
}

export interface Witness {
  readonly problems: readonly Problem[];
  /** Objects of the destination that were compared with the record. */
  readonly samples: number;
  /** Messages whose deletion was judged. */
  readonly acknowledged: number;
  blame(promise: string, key: string | undefined, text: string): void;
  /** Looks at everything the destination holds now. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

interface Held {
  readonly keys: readonly string[];
  /** By the machine's clock. */
  receivedAt: number;
  receives: number;
}

/** What no state of the two buckets makes right. */
const MALFORMED = new Set(["NotImplemented", "InvalidRequest", "MalformedXML"]);

/** Writes to the destination after which its object is looked at. */
const WRITES = new Set(["CopyObject", "CompleteMultipartUpload", "DeleteObject"]);

export function makeWitness(stack: Stack, record: SourceRecord, history: History, maxWorkers: number): Witness {
  const { cloud, source, destination, queue, deadLetters } = stack;
  const problems: Problem[] = [];
  const seenEtags = new Map<string, string>();
  const lastHeads = new Map<string, number>();
  const held = new Map<string, Held>();
  /** When a message about the key last came to either queue. */
  const lastMessages = new Map<string, number>();
  let looking = Promise.resolve();
  let samples = 0;
  let acknowledged = 0;

  function blame(promise: string, key: string | undefined, text: string): void {
    problems.push({ promise, key, text });
    history.add("checker", `BROKEN: ${promise}`, key, text);
  }

  async function look(key: string): Promise<void> {
    const object = cloud.s3.head(destination, key);
    if (object === undefined || seenEtags.get(key) === object.etag) return;
    const digest = await cloud.s3.digest(destination, key).catch(() => undefined);
    // Replaced while it was read: whoever replaced it has us look again.
    if (digest === undefined || cloud.s3.head(destination, key)?.etag !== object.etag) return;
    seenEtags.set(key, object.etag);
    samples += 1;
    const version = versionOf(object, digest);
    if (record.existed(key, version)) return;
    blame("the destination holds only what the source once held", key, describeVersion(version));
  }

  function lookSoon(key: string): void {
    looking = looking.then(() => look(key));
  }

  function requested({ operation, resource, key, status, at, principal, faults, errorCode }: LogEntry): void {
    if (operation === "RunTask") countWorkers();
    if (key === undefined || principal !== "worker") return;
    const fault = faults === undefined ? "" : ` [${faults.join(", ")}]`;
    history.add(
      resource === source ? "worker<" : "worker>",
      `${operation} ${status}`,
      key,
      `${errorCode ?? ""}${fault}`,
    );
    if (MALFORMED.has(errorCode ?? "") && faults === undefined && !key.startsWith(UNSYNCABLE)) {
      blame("no malformed request", key, `${operation}: ${errorCode ?? ""}`);
    }
    if (operation === "HeadObject" && resource === source) lastHeads.set(key, Math.max(at, lastHeads.get(key) ?? 0));
    if (resource === destination && WRITES.has(operation)) lookSoon(key);
  }

  function changed({ kind, message }: QueueChange): void {
    const now = Date.now();
    const keys = keysIn(message.body);
    history.add("queue", kind, keys, `${message.id.slice(0, 8)} received ${message.receiveCount} times`);
    if (kind === "came") for (const key of keys) lastMessages.set(key, now);
    if (kind === "received") {
      const before = held.get(message.id);
      // A copy of a delivery that is under way leaves the first one's time.
      if (before?.receives !== message.receiveCount) {
        held.set(message.id, { keys, receivedAt: now, receives: message.receiveCount });
      }
    }
    if (kind === "deleted") judgeDeletion(message.id);
    if (kind === "deleted" || kind === "gone") held.delete(message.id);
  }

  /**
   * Deleted means: since it was received, a worker looked at the source's key, and then both sides were equal, or the source has
   * changed again, or another message about the key has taken its place.
   */
  function judgeDeletion(messageId: string): void {
    const delivery = held.get(messageId);
    if (delivery === undefined) return;
    acknowledged += 1;
    const { keys, receivedAt } = delivery;
    for (const key of keys) {
      if ((lastMessages.get(key) ?? 0) >= receivedAt || record.changedAt(key) >= receivedAt) continue;
      if ((lastHeads.get(key) ?? 0) < receivedAt) {
        blame("no acknowledgement before a clean check", key, "its source was not looked at after the receive");
      } else {
        const difference = differenceOf(key);
        if (difference === undefined) continue;
        blame(
          "no acknowledgement before a clean check",
          key,
          `the sides differ and no other message is there: ${difference}`,
        );
      }
    }
  }

  /** By what HEAD shows, for this must be answered at once; bytes are compared by `look`. */
  function differenceOf(key: string): string | undefined {
    const [there, here] = [cloud.s3.head(source, key), cloud.s3.head(destination, key)].map((object) =>
      object === undefined ? undefined : versionOf(object, ""),
    );
    if (sameVersion(there, here)) return undefined;
    return `${describeVersion(there)} at the source, ${describeVersion(here)} at the destination`;
  }

  function countWorkers(): void {
    const live = cloud.ecs.tasks().filter((task) => task.desiredStatus === "RUNNING");
    if (live.length > maxWorkers) blame("never more than maxWorkers live tasks", undefined, `${live.length} are live`);
  }

  const stops = [cloud.log.subscribe(requested), queue.watch(changed), deadLetters.watch(changed)];
  return {
    problems,
    get samples() {
      return samples;
    },
    get acknowledged() {
      return acknowledged;
    },
    blame,
    async sweep() {
      for (const { key } of cloud.s3.list(destination)) lookSoon(key);
      await looking;
    },
    async close() {
      for (const stop of stops) stop();
      await looking;
    },
  };
}
