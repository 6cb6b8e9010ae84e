/**
 * A Spot interruption in the middle of a multipart copy, provoked at the same point in every run: the parts after the first
 * `partsDone` are held at S3 until the worker has heard SIGTERM, then refused with SlowDown. So it has parts that are copied, parts
 * that are not, and no time to try again.
 */
import type { Cloud } from "../../local/cloud";
import type { Observer } from "./observer";
import type { Moment } from "./timeline";
import { until } from "./wait";

export interface InterruptInput {
  readonly cloud: Cloud;
  readonly observer: Observer;
  readonly key: string;
  readonly parts: number;
  readonly partsDone: number;
  readonly tell: (moment: Moment) => void;
  readonly signal: AbortSignal;
}

/** Resolves when the interrupted task has stopped: its ARN. Call it before the object is uploaded. */
export async function interruptCopy(input: InterruptInput): Promise<string> {
  const { cloud, observer, key, partsDone, signal } = input;
  let letGo = (): void => undefined;
  const interrupted = new Promise<void>((resolve) => (letGo = resolve));
  // Each remaining part once: whoever resumes the copy is not refused anything.
  const later = {
    operation: "UploadPartCopy",
    key,
    principal: "worker",
    skip: partsDone,
    times: input.parts - partsDone,
  } as const;
  const rules = [
    cloud.faults.add({ ...later, name: "hold the part", action: { type: "wait", until: () => interrupted } }),
    cloud.faults.add({ ...later, name: "refuse the part", action: { type: "throttle" } }),
  ];
  try {
    await until(() => copiedParts(cloud, key) >= partsDone && observer.multipartTask(key) !== undefined, signal);
    const task = observer.multipartTask(key) ?? "";
    cloud.ecs.interruptSpot(task);
    input.tell({ kind: "interrupted", worker: observer.numberOf(task), done: partsDone, parts: input.parts });
    await until(() => observer.hasStopSignal(task) || cloud.ecs.task(task).lastStatus === "STOPPED", signal);
    letGo();
    await until(() => cloud.ecs.task(task).lastStatus === "STOPPED", signal);
    return task;
  } finally {
    letGo();
    for (const rule of rules) rule.remove();
  }
}

/** Parts that S3 has copied for this key, as its request log says. */
export function copiedParts(cloud: Cloud, key: string): number {
  return cloud.log.entries({ operation: "UploadPartCopy", key, status: 200 }).filter(hasWorked).length;
}

/** The same, and part copies whose answer was lost: they may have been made. */
export function perhapsCopiedParts(cloud: Cloud, key: string): number {
  return copiedParts(cloud, key) + cloud.log.entries({ operation: "UploadPartCopy", key, status: 0 }).length;
}

/** Uploads that were begun for this key. */
export function begunUploads(cloud: Cloud, key: string): number {
  return cloud.log.entries({ operation: "CreateMultipartUpload", key, status: 200 }).filter(hasWorked).length;
}

/** A copy's answer can be 200 with an error in its body. */
function hasWorked(entry: { readonly errorCode?: string }): boolean {
  return entry.errorCode === undefined;
}
