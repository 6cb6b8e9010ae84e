/** What pause says about workers. Pure. */
import { count } from "../shell/words";
import type { Stopped } from "./stop-workers";

/** Of those that nobody stops. */
export function workingOnText(workers: number): string {
  const work = workers === 1 ? "works" : "work";
  return `${count(workers, "worker")} still ${work} until the queue is empty (pause --now stops them)`;
}

/** @param would "would be ", or nothing when it has happened */
export function drainText(workers: number, would: "would be " | "" = ""): string {
  return `${count(workers, "worker")} ${would}told to drain: what they hold goes back to the queue`;
}

export const NOT_WAITED =
  "A starter that was at work may launch workers until its minute is over: `pause --now` again stops those.";

/** What the waiting is for, at this moment. */
export function waitingText({ left }: Pick<Stopped, "left">): string {
  return left > 0 ? `${count(left, "worker")} to leave` : "no worker left; a starter may still be at work";
}

/** The end of the waiting. @param before what the first look had come to */
export function goneLines(before: Stopped, after: Stopped): readonly string[] {
  const more = after.stopped - before.stopped;
  return [
    ...(more > 0 ? [`${count(more, "more worker")}, launched meanwhile, told to drain`] : []),
    after.seen === 0 ? "no worker runs" : "all workers have left",
  ];
}

/** Before the error of whatever failed once the rule was off. */
export function pausedAllTheSame(rule: string): string {
  return `It is paused: ${rule} starts no more workers (\`resume\` ends it). What came after that failed:`;
}
