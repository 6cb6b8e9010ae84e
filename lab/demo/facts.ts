/** What happened, read from outside: the local cloud's request log, its tasks, and the workers' last lines. */
import type { MultipartPlan } from "../../core/parts";
import type { Stack } from "../stack/stack";
import { begunUploads, perhapsCopiedParts } from "./interrupt";
import { messagesIn } from "./live";
import type { Observer } from "./observer";
import type { Facts, WorkerFacts } from "./verdict";

export interface FactsInput {
  readonly stack: Stack;
  readonly observer: Observer;
  readonly key: string;
  readonly plan: MultipartPlan;
  /** The task that the demo interrupted. */
  readonly interrupted: string;
}

type Seen = Pick<Facts, "finals" | "workers" | "foreignLaunches" | "requests" | "delivery" | "multipart" | "left">;

/** To be called when everybody has left, before the cloud closes. */
export function factsOf({ stack, observer, key, plan, interrupted }: FactsInput): Seen {
  const { cloud } = stack;
  const count = (operation: string): number => cloud.log.count(operation, "worker");
  const { eventsDuplicated = 0, eventsOvertaken = 0 } = cloud.s3.counters();
  return {
    finals: observer.finals,
    workers: workersOf(stack, observer, interrupted),
    foreignLaunches: cloud.log.count("RunTask") - cloud.log.count("RunTask", "starter"),
    requests: {
      head: count("HeadObject"),
      copy: count("CopyObject"),
      part: count("UploadPartCopy"),
      delete: count("DeleteObject"),
    },
    delivery: { duplicated: eventsDuplicated, overtaken: eventsOvertaken },
    multipart: {
      parts: plan.partCount,
      partBytes: plan.partSize,
      copied: perhapsCopiedParts(cloud, key),
      refused: cloud.log.entries({ operation: "UploadPartCopy", key, status: 503 }).length,
      uploads: begunUploads(cloud, key),
    },
    left: {
      messages: messagesIn(stack.queue),
      deadLetters: messagesIn(stack.deadLetters),
      uploads: openUploads(stack),
      behind: [],
    },
  };
}

function workersOf({ cloud }: Stack, observer: Observer, interrupted: string): WorkerFacts[] {
  return cloud.ecs.tasks().map(({ taskArn, startedAt, stoppedAt, exitCode, stopCode }) => ({
    startedAt,
    stoppedAt,
    exitCode,
    isToldToStop:
      observer.hasStopSignal(taskArn) || (stopCode !== undefined && stopCode !== "EssentialContainerExited"),
    isProvoked: taskArn === interrupted,
  }));
}

function openUploads({ cloud, source, destination }: Stack): number {
  return cloud.s3.openUploads(source).length + cloud.s3.openUploads(destination).length;
}
