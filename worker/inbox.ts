/**
 * The inbox: keys to look at, and the messages that asked for each of them.
 *
 * Several messages about one key are coalesced into one task, and one message may ask for several keys. A message is deleted
 * when every key in it has been released, that is: is clean, or has a message of its own. There are never two tasks for one
 * key in a process, so there are never two reconciles of one key.
 */
import type { EnvelopeHistory, KeyEntry, UploadState } from "../core/messages";
import { type CopySizes, plannedRequests } from "../core/parts";
import type { Lease } from "./leases";

/** A received message as far as it is about keys. */
export interface Delivery {
  readonly lease: Lease;
  readonly history: EnvelopeHistory;
  /** Keys that have not been released yet. */
  readonly keys: Set<string>;
  /** The multipart copy that came with this message, which has one key then. */
  readonly upload: UploadState | undefined;
}

export interface KeyTask {
  readonly key: string;
  /** Bytes, as the message said; only used to plan room. */
  size: number | undefined;
  readonly deliveries: Set<Delivery>;
  /** Multipart copies handed off to us: each must be completed or aborted (rule 8). */
  uploads: UploadState[];
  /** Somebody may have written this key before: a look at the destination can pay. */
  mustLook: boolean;
  /** A worker may have died while it copied this key. */
  suspectUploads: boolean;
  /** An upload may exist whose id we never learned. */
  orphaned: boolean;
  /** Of the source state that was last decided on; undefined before there is one. */
  fingerprint: string | undefined;
  /** Planned copy requests that have not been started. */
  unstarted: number;
}

/** What a message says about all of its keys. */
export interface Filing {
  readonly entries: readonly KeyEntry[];
  readonly upload: UploadState | undefined;
  readonly mustLook: boolean;
  readonly suspectUploads: boolean;
  /** Live events go first; backfill and verify wait for them. */
  readonly live: boolean;
}

export interface Inbox {
  /** Files a message's keys under their tasks. Returns how many of them joined a task that was there already. */
  file(lease: Lease, history: EnvelopeHistory, filing: Filing): number;
  /** The next task to work on; the caller owns it until `settle` says that nothing is left of it. */
  take(): KeyTask | undefined;
  /** Releases the key from these deliveries; returns the leases of messages that have no key left. */
  release(task: KeyTask, deliveries: Iterable<Delivery>): Lease[];
  /** True when no message waits for the task any more: then it is forgotten, and a later message makes a new one. */
  settle(task: KeyTask): boolean;
  /** Takes out everything that nobody has begun. */
  takeAllWaiting(): KeyTask[];
  /** The task is worked on or waits, and asks for `requests` more copy requests. */
  plan(task: KeyTask, requests: number): void;
  tasksOf(lease: Lease): KeyTask[];
  /** Planned copy requests that have not been started, over all tasks. */
  readonly unstarted: number;
  readonly waiting: number;
  /** Tasks that wait or are worked on. */
  readonly size: number;
}

/** @param slots an object counts with at most this many requests, so that one huge object does not keep small ones away */
export function makeInbox(sizes: CopySizes, slots: number): Inbox {
  const tasks = new Map<string, KeyTask>();
  const live = new Set<KeyTask>();
  const bulk = new Set<KeyTask>();
  let unstarted = 0;

  const weight = (requests: number): number => Math.min(requests, slots);

  function plan(task: KeyTask, requests: number): void {
    unstarted += weight(requests) - weight(task.unstarted);
    task.unstarted = requests;
  }

  function enlist(key: string, isLive: boolean): { task: KeyTask; isNew: boolean } {
    const known = tasks.get(key);
    if (known !== undefined) {
      if (isLive && bulk.delete(known)) live.add(known);
      return { task: known, isNew: false };
    }
    const task: KeyTask = {
      key,
      size: undefined,
      deliveries: new Set(),
      uploads: [],
      mustLook: false,
      suspectUploads: false,
      orphaned: false,
      fingerprint: undefined,
      unstarted: 0,
    };
    tasks.set(key, task);
    (isLive ? live : bulk).add(task);
    return { task, isNew: true };
  }

  return {
    file(lease, history, filing) {
      const { upload } = filing;
      const delivery: Delivery = { lease, history, keys: new Set(filing.entries.map((entry) => entry.key)), upload };
      let coalesced = 0;
      for (const entry of filing.entries) {
        const { task, isNew } = enlist(entry.key, filing.live);
        if (!isNew) coalesced++;
        task.deliveries.add(delivery);
        task.mustLook ||= filing.mustLook;
        task.suspectUploads ||= filing.suspectUploads;
        if (upload !== undefined) task.uploads.push(upload);
        task.size = entry.size ?? task.size;
        if (live.has(task) || bulk.has(task)) plan(task, plannedRequests(task.size, sizes));
      }
      return coalesced;
    },
    take() {
      for (const lane of [live, bulk]) {
        for (const task of lane) {
          lane.delete(task);
          return task;
        }
      }
      return undefined;
    },
    release(task, deliveries) {
      const finished: Lease[] = [];
      for (const delivery of deliveries) {
        if (!task.deliveries.delete(delivery)) continue;
        delivery.keys.delete(task.key);
        if (delivery.keys.size === 0) finished.push(delivery.lease);
      }
      return finished;
    },
    settle(task) {
      if (task.deliveries.size > 0) return false;
      plan(task, 0);
      tasks.delete(task.key);
      live.delete(task);
      bulk.delete(task);
      return true;
    },
    takeAllWaiting() {
      const all = [...live, ...bulk];
      live.clear();
      bulk.clear();
      return all;
    },
    plan,
    tasksOf: (lease) =>
      [...tasks.values()].filter((task) => [...task.deliveries].some((delivery) => delivery.lease === lease)),
    get unstarted() {
      return unstarted;
    },
    get waiting() {
      return live.size + bulk.size;
    },
    get size() {
      return tasks.size;
    },
  };
}
