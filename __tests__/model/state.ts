/**
 * The state of the model: one key, two workers, the queue, both buckets, and what is on its way between them.
 *
 * Steps read and change plain objects; the explorer stores words (encoding.ts). Every field is a
 * small integer, so equal states are equal words.
 */

/** Source states. HEAD tells them apart; the ETag does not tell `A` from `A2`, which differ only in their headers. */
export const ABSENT = 0;
export const A = 1;
export const A2 = 2;
export const B = 3;
/** What a worker notes when a bucket that does not exist answers HEAD: the same bare 404, so only the model knows. */
export const BARE_404 = 4;
export const STATE_NAMES = ["nothing", "A", "A2", "B", "404"];

/** Bytes of a source state, and thereby its ETag: 0 none, 1 and 2 two contents, 3 an object made of both. */
export const TORN = 3;
export const bytesOf = (state: number): number => [0, 1, 1, 2, 0][state]!;

export const MESSAGES = 5;
export const WORKERS = 2;
export const WRITES = 5;
export const UPLOADS = 3;
/** An upload id whose upload was completed or aborted. 0 is no upload, 1..3 are open ones. */
export const GONE = 4;

export const Message = {
  None: 0,
  Visible: 1,
  /** Received and not yet visible again, or put back with a delay. */
  Hidden: 2,
} as const;
export type Message = (typeof Message)[keyof typeof Message];

/** Where a worker stands in the loop of reconcile. */
export const At = {
  Idle: 0,
  /** Next: HEAD source. */
  Start: 1,
  /** `before` is known. Next: HEAD destination, which may show that there is nothing to do. */
  Look: 2,
  /** Next: one write, or one part. */
  Write: 3,
  /** A write or part is in flight. */
  Wait: 4,
  /** Next: HEAD source again. */
  After: 5,
  /** The after-check found the same state. Next: settle, or hand the messages to the outbox. */
  Same: 6,
  /** The source bucket does not exist: the worker has left. */
  Stopped: 7,
} as const;
export type At = (typeof At)[keyof typeof At];

export const Kind = {
  None: 0,
  /** A CopyObject that S3 has not begun. */
  Copy: 1,
  /** A CopyObject for which S3 has checked the source condition and read the bytes. */
  CopyRead: 2,
  Delete: 3,
  Complete: 4,
  Part: 5,
} as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

export interface MessageState {
  status: Message;
  /** Received before, or put back: the next holder looks at the destination and at other uploads. */
  again: number;
  /** 0 unknown, 1 created, 2 removed. Kept only where the verb is trusted. */
  verb: number;
  /** A hand-off's upload, and the fingerprint it was created with. */
  upload: number;
  print: number;
}

export interface WorkerState {
  at: At;
  before: number;
  look: number;
  unsettled: number;
  dirty: number;
  /** Other uploads are to be aborted before the next HEAD. */
  sweep: number;
  /** A write was sent, and no after-check has been clean since all writes settled. */
  wrote: number;
  /** A heartbeat is on its way to the queue. */
  heartbeat: number;
  verb: number;
  upload: number;
  print: number;
  /** The upload came with a hand-off. */
  inherited: number;
  /** Bit sets of messages: leases of the reconcile; receipts in the outbox; those with a lost lease; deletes on their way. */
  hold: number;
  out: number;
  outStale: number;
  deleting: number;
}

export interface WriteState {
  kind: Kind;
  /** The source state whose headers and fingerprint it carries, and whose ETag it demands. */
  state: number;
  bytes: number;
  upload: number;
  part: number;
  /** 1 or 2: that worker sent it; 0: its worker is dead or has let go. */
  owner: number;
  /** The owner waits for the answer. */
  awaited: number;
  /** Messages that stay hidden until this write has landed or never will. */
  cover: number;
}

export interface UploadState {
  open: number;
  print: number;
  parts: [number, number];
}

/** How often the world may still do each of these. */
export const BUDGETS = ["changes", "kills", "losses", "expiries", "duplicates", "letGo", "vanishes", "twins"] as const;
export type Budget = Record<(typeof BUDGETS)[number], number>;

export interface State {
  source: number;
  bucketGone: number;
  destination: { bytes: number; print: number };
  /** A delete was sent because the bucket was gone. */
  wiped: number;
  budget: Budget;
  messages: MessageState[];
  workers: WorkerState[];
  writes: WriteState[];
  uploads: UploadState[];
}

export const idleWorker = (): WorkerState => ({
  at: At.Idle,
  before: 0,
  look: 0,
  unsettled: 0,
  dirty: 0,
  sweep: 0,
  wrote: 0,
  heartbeat: 0,
  verb: 0,
  upload: 0,
  print: 0,
  inherited: 0,
  hold: 0,
  out: 0,
  outStale: 0,
  deleting: 0,
});
export const noMessage = (): MessageState => ({ status: Message.None, again: 0, verb: 0, upload: 0, print: 0 });
export const noWrite = (): WriteState => ({
  kind: Kind.None,
  state: 0,
  bytes: 0,
  upload: 0,
  part: 0,
  owner: 0,
  awaited: 0,
  cover: 0,
});

export function emptyState(): State {
  const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
  return {
    source: ABSENT,
    bucketGone: 0,
    destination: { bytes: 0, print: 0 },
    wiped: 0,
    budget: { changes: 0, kills: 0, losses: 0, expiries: 0, duplicates: 0, letGo: 0, vanishes: 0, twins: 0 },
    messages: times(MESSAGES, noMessage),
    workers: times(WORKERS, idleWorker),
    writes: times(WRITES, noWrite),
    uploads: times(UPLOADS, () => ({ open: 0, print: 0, parts: [0, 0] })),
  };
}
