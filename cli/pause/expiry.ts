/** When waiting events are lost to the queue's retention, and whether that may have happened already. Pure. */
import { duration } from "../shell/progress";
import { dateOf } from "../shell/words";

export interface Backlog {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Messages of any kind in the queue. */
  readonly messages: number;
  readonly retentionSeconds: number;
  /** Of the oldest message, by CloudWatch; undefined when it was not measured. */
  readonly oldestSeconds: number | undefined;
}

/** Epoch milliseconds from which on events are lost; undefined while the age of what waits is not measured. */
export function expiresFrom({ now, messages, retentionSeconds, oldestSeconds }: Backlog): number | undefined {
  if (messages === 0) return now + retentionSeconds * 1000;
  return oldestSeconds === undefined ? undefined : now + Math.max(0, retentionSeconds - oldestSeconds) * 1000;
}

/** From when on events expire, and how sure that is. */
export function expiryText(backlog: Backlog): string {
  const { now, messages, retentionSeconds } = backlog;
  const kept = `the queue keeps a message ${duration(retentionSeconds)}`;
  const at = expiresFrom(backlog);
  if (at !== undefined && messages > 0) return `${kept}: waiting events expire from ${dateOf(at)} on`;
  const arriving = `${kept}: what arrives from now on expires from ${dateOf(now + retentionSeconds * 1000)} on`;
  return at === undefined ? `${arriving}, what waits already earlier (its age is not known)` : arriving;
}

export interface PauseHistory {
  readonly now: number;
  readonly retentionSeconds: number;
  /** When the schedule last invoked the starter, by CloudWatch; undefined when it knows of no time. */
  readonly lastInvokedAt: number | undefined;
}

/** Slack for the beginning of a pause: CloudWatch's points are an hour wide here. */
const SLACK_MS = 2 * 3600_000;

export interface PauseVerdict {
  readonly mayHaveExpired: boolean;
  readonly text: string;
}

/** Events wait from the last invocation on: did that outlast what the queue keeps? Without an answer: maybe. */
export function pauseVerdict({ now, retentionSeconds, lastInvokedAt }: PauseHistory): PauseVerdict {
  const kept = `${duration(retentionSeconds)}, as long as the queue keeps a message`;
  if (lastInvokedAt === undefined) {
    return {
      mayHaveExpired: true,
      text: `when it was paused is not known: if that is longer ago than ${kept}, events have expired`,
    };
  }
  const pausedMs = now - lastInvokedAt;
  const since = `the schedule last ran about ${duration(pausedMs / 1000)} ago`;
  return pausedMs + SLACK_MS > retentionSeconds * 1000
    ? { mayHaveExpired: true, text: `${since}; events older than ${kept}, have expired` }
    : {
        mayHaveExpired: false,
        text: `${since}; no event has expired in between (the queue keeps ${duration(retentionSeconds)})`,
      };
}
