/** What happens around the workers: the source changes, the queue redelivers, S3 carries requests out, workers die. */
import { addMessage, bit, endJob, PHANTOM, removeMessage } from "./parts";
import type { Setting } from "./rules";
import { ABSENT, At, B, idleWorker, Message, STATE_NAMES, type State } from "./state";

export type Step = (label: () => string, change: (t: State) => void) => void;

/** Somebody writes, overwrites or deletes the key; every change sends an event. A and A2 share their bytes and so their ETag. */
export function sourceSteps(s: State, { rules, onlyEmptyBucketsVanish }: Setting, step: Step): void {
  if (s.budget.changes > 0 && s.bucketGone === 0)
    for (let next = ABSENT; next <= B; next++)
      if (next !== s.source)
        step(
          () => `source becomes ${STATE_NAMES[next]!}`,
          (t) => {
            t.budget.changes--;
            t.source = next;
            addMessage(t, Message.Visible, { again: 0, verb: rules.verbNeverTrusted ? 0 : next === ABSENT ? 2 : 1 });
          },
        );
  if (s.budget.vanishes > 0 && s.bucketGone === 0 && (s.source === ABSENT || !onlyEmptyBucketsVanish))
    step(
      () => "source bucket disappears",
      (t) => {
        t.budget.vanishes--;
        t.bucketGone = 1;
      },
    );
}

export function queueSteps(s: State, setting: Setting, step: Step): void {
  const { rules } = setting;
  s.messages.forEach((message, m) => {
    if (message.status === Message.Visible) {
      s.workers.forEach((worker, w) => {
        if (worker.at !== At.Stopped)
          step(
            () => `worker ${w + 1} receives m${m + 1}`,
            (t) => receive(t, w, m, setting),
          );
      });
      if (s.budget.duplicates > 0 && message.again === 0)
        step(
          () => `the event of m${m + 1} arrives twice`,
          (t) => {
            t.budget.duplicates--;
            addMessage(t, Message.Visible, { again: 0, verb: message.verb });
          },
        );
    }
    if (message.status !== Message.Hidden) return;

    // The same delivery at two workers: SQS does this rarely.
    const holders = s.workers.filter((worker) => (worker.hold & bit(m)) !== 0);
    if (s.budget.twins > 0 && holders.length === 1)
      s.workers.forEach((worker, w) => {
        if (worker.at !== At.Stopped && (worker.hold & bit(m)) === 0)
          step(
            () => `worker ${w + 1} receives the same delivery of m${m + 1}`,
            (t) => {
              t.budget.twins--;
              receive(t, w, m, setting);
            },
          );
      });

    // A lease ends, or the delay of a put-back. Not while a write is on its way whose bound it was made to outlive.
    if (s.writes.some((write) => (write.cover & bit(m)) !== 0)) return;
    const leased = s.workers.some((worker) => ((worker.hold | worker.out | worker.deleting) & bit(m)) !== 0);
    if (!leased || s.budget.expiries > 0)
      step(
        () => (leased ? `the lease of m${m + 1} is lost` : `m${m + 1} becomes visible`),
        (t) => {
          if (leased) t.budget.expiries--;
          t.messages[m]!.status = Message.Visible;
          for (const worker of t.workers) {
            if (!rules.rule5CheckAtFlush) worker.outStale |= worker.out & bit(m);
            worker.hold &= ~bit(m);
            worker.out &= ~bit(m);
          }
        },
      );
  });
}

function receive(t: State, w: number, m: number, { rules, multipart }: Setting): void {
  const message = t.messages[m]!;
  const worker = t.workers[w]!;
  message.status = Message.Hidden;
  worker.hold |= bit(m);
  worker.verb = message.verb;
  if (message.again === 1) {
    worker.look = 1;
    if (multipart) worker.sweep = 1;
  }
  if (worker.at === At.Idle) {
    worker.at = At.Start;
    worker.upload = message.upload;
    worker.print = message.print;
    // Only a model without these rules asks where an upload came from.
    const told = !rules.rule8CompleteOrAbortHandOff || !rules.rule8ResumeOnlySameFingerprint;
    worker.inherited = told && message.upload !== 0 ? 1 : 0;
  } else if (worker.at !== At.Start && rules.joinedEventRunsLoopAgain) worker.dirty = 1;
  message.again = 1;
}

export function failureSteps(s: State, { rules }: Setting, step: Step): void {
  s.workers.forEach((worker, w) => {
    const busy = worker.at !== At.Idle && worker.at !== At.Stopped;
    if (s.budget.kills > 0 && (busy || (worker.out | worker.deleting) !== 0))
      step(
        () => `worker ${w + 1} is killed`,
        (t) => {
          t.budget.kills--;
          endJob(t, w);
          t.workers[w] = idleWorker();
        },
      );
    if ((worker.hold & PHANTOM) !== 0)
      step(
        () => `worker ${w + 1} learns that its message is gone`,
        (t) => (t.workers[w]!.hold &= ~PHANTOM),
      );

    // Rule 4 removed: the visibility timeout is set back to its short value under a write in flight.
    const covering = s.writes.some((write) => write.owner === w + 1 && write.cover !== 0);
    const uncover = (t: State): void => {
      for (const write of t.writes) if (write.owner === w + 1) write.cover = 0;
    };
    if (!rules.rule4HeartbeatOnlyRaises && covering)
      step(() => `a heartbeat of worker ${w + 1} lowers the deadline`, uncover);
    if (!rules.rule4OneVisibilityRequest) {
      if (worker.heartbeat === 0 && worker.hold !== 0 && !covering)
        step(
          () => `worker ${w + 1} sends a heartbeat`,
          (t) => (t.workers[w]!.heartbeat = 1),
        );
      if (worker.heartbeat === 1)
        step(
          () => `the heartbeat of worker ${w + 1} arrives`,
          (t) => {
            t.workers[w]!.heartbeat = 0;
            uncover(t);
          },
        );
    }
  });
}

/** The batch of message deletes. Two steps only where a lease may end while the request is on its way. */
export function outboxSteps(s: State, { rules }: Setting, step: Step): void {
  s.workers.forEach((worker, w) => {
    const removeAll = (t: State, set: number): void =>
      t.messages.forEach((_, m) => {
        if ((set & bit(m)) !== 0) removeMessage(t, m);
      });
    if (worker.out !== 0)
      step(
        () => `worker ${w + 1} deletes ${setName(worker.out)}`,
        (t) => {
          const mine = t.workers[w]!;
          if (rules.rule5LeaseOutlivesFlush) removeAll(t, mine.out);
          else {
            mine.deleting |= mine.out;
            mine.out = 0;
          }
        },
      );
    if (worker.outStale !== 0) {
      step(
        () => `worker ${w + 1} deletes ${setName(worker.outStale)} with an old receipt`,
        (t) => removeAll(t, worker.outStale),
      );
      step(
        () => `worker ${w + 1} uses an old receipt in vain`,
        (t) => (t.workers[w]!.outStale = 0),
      );
    }
    if (worker.deleting !== 0)
      step(
        () => `the delete of ${setName(worker.deleting)} arrives`,
        (t) => removeAll(t, worker.deleting),
      );
  });
}

const SET_NAMES = Array.from(
  { length: 2 * PHANTOM },
  (_, set) => [0, 1, 2, 3, 4].flatMap((m) => ((set & bit(m)) !== 0 ? [`m${m + 1}`] : [])).join("+") || "nothing",
);
export const setName = (set: number): string => SET_NAMES[set]!;
