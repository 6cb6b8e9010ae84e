/** How things stand right now: what the live view shows, and what the end of the demo waits for. */
import { FINGERPRINT_KEY, parseFingerprint } from "../../core/fingerprint";
import type { AdminObject } from "../../local/s3/admin-objects";
import type { Stack } from "../stack/stack";
import type { Observer, WorkerView } from "./observer";

/** Who is there and what waits; cheap to look at. */
export interface Activity {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** Events on their way from S3 to the queue. */
  readonly onTheWay: number;
  readonly workers: readonly WorkerView[];
}

export interface Live extends Activity {
  readonly elapsedMs: number;
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

export function activityOf({ cloud, queue }: Stack, observer: Observer): Activity {
  return { ...queue.depth(), onTheWay: cloud.s3.pendingDeliveries(), workers: observer.workers() };
}

export function liveOf(stack: Stack, observer: Observer, elapsedMs: number): Live {
  const { cloud } = stack;
  const source = cloud.s3.list(stack.source);
  const destination = new Map(cloud.s3.list(stack.destination).map((object) => [object.key, object]));
  const keys = new Set(source.map((object) => object.key));
  return {
    ...activityOf(stack, observer),
    elapsedMs,
    equal: source.filter((object) => isReplica(object, destination.get(object.key))).length,
    total: source.length,
    toDelete: [...destination.keys()].filter((key) => !keys.has(key)).length,
    copies: cloud.log.count("CopyObject", "worker") + cloud.log.count("CompleteMultipartUpload", "worker"),
    deletes: cloud.log.count("DeleteObject", "worker"),
    messagesDone: observer.messagesDone,
    deadLetters: messagesIn(stack.deadLetters),
  };
}

export function messagesIn(queue: Stack["queue"]): number {
  const { visible, inFlight, delayed } = queue.depth();
  return visible + inFlight + delayed;
}

export function presentWorkers({ workers }: Activity): readonly WorkerView[] {
  return workers.filter((worker) => worker.state !== "left");
}

/** What has to end before nobody has anything to do, in words; empty when it is quiet. */
export function waitingFor(activity: Activity): readonly string[] {
  const { visible, inFlight, delayed, onTheWay } = activity;
  const messages = visible + inFlight + delayed;
  return [
    ...(onTheWay > 0 ? [`${onTheWay} events on their way to the queue`] : []),
    ...(messages > 0 ? [`${messages} messages (${visible} visible, ${inFlight} in flight, ${delayed} delayed)`] : []),
    ...presentWorkers(activity).map((worker) => `worker ${worker.worker} (${worker.state}) to leave`),
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
