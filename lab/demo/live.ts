/** How things stand right now: what the live view shows, and what the end of the demo waits for. */
import { FINGERPRINT_KEY, parseFingerprint } from "../../core/fingerprint";
import type { AdminObject } from "../../local/s3/admin-objects";
import type { Stack } from "../stack/stack";
import type { Observer, WorkerView } from "./observer";

export interface Live {
  readonly elapsedMs: number;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Events on their way from S3 to the queue. */
  readonly onTheWay: number;
  readonly workers: readonly WorkerView[];
  readonly equal: number;
  /** Objects at the source. */
  readonly total: number;
  /** Objects at the destination that are gone from the source. */
  readonly toDelete: number;
  readonly copies: number;
  readonly deletes: number;
  /** Messages that ended with their key in sync. */
  readonly messagesDone: number;
  readonly deadLetters: number;
}

export function liveOf(stack: Stack, observer: Observer, elapsedMs: number): Live {
  const { cloud, queue, deadLetters } = stack;
  const source = cloud.s3.list(stack.source);
  const destination = new Map(cloud.s3.list(stack.destination).map((object) => [object.key, object]));
  const keys = new Set(source.map((object) => object.key));
  const dead = deadLetters.depth();
  return {
    elapsedMs,
    ...queue.depth(),
    onTheWay: cloud.s3.pendingDeliveries(),
    workers: observer.workers(),
    equal: source.filter((object) => isReplica(object, destination.get(object.key))).length,
    total: source.length,
    toDelete: [...destination.keys()].filter((key) => !keys.has(key)).length,
    copies: cloud.log.count("CopyObject", "worker") + cloud.log.count("CompleteMultipartUpload", "worker"),
    deletes: cloud.log.count("DeleteObject", "worker"),
    messagesDone: observer.messagesDone,
    deadLetters: dead.visible + dead.inFlight + dead.delayed,
  };
}

/** Nothing to do and nobody there to do it. */
export function isQuiet(live: Live): boolean {
  return waitingFor(live).length === 0;
}

/** What the demo still waits for, in words. */
export function waitingFor(live: Live): readonly string[] {
  const messages = live.visible + live.inFlight + live.delayed;
  const present = live.workers.filter((worker) => worker.state !== "left");
  return [
    ...(live.onTheWay > 0 ? [`${live.onTheWay} events on their way to the queue`] : []),
    ...(messages > 0
      ? [`${messages} messages (${live.visible} visible, ${live.inFlight} in flight, ${live.delayed} delayed)`]
      : []),
    ...present.map((worker) => `worker ${worker.worker} (${worker.state}) to leave`),
  ];
}

/** By the fingerprint that the copy left: good enough for a live view; the comparison at the end reads everything. */
function isReplica(source: AdminObject, replica: AdminObject | undefined): boolean {
  const copied = parseFingerprint(replica?.metadata[FINGERPRINT_KEY]);
  return (
    copied?.etag === source.etag &&
    copied.size === source.size &&
    copied.lastModified === Math.floor(source.lastModifiedMs / 1000)
  );
}
