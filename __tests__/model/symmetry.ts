/**
 * Names carry no meaning: no step asks which worker or which message it is, so renaming both commutes with every step, and one
 * state may stand for all that differ only in names. Two states that differ only in names may still keep two representatives, where a
 * tie is not broken: that costs time, never a state.
 */
import { decode, encode, WORDS } from "./encoding";
import {
  Kind,
  Message,
  MESSAGES,
  type MessageState,
  type State,
  WORKERS,
  type WorkerState,
  WRITES,
  type WriteState,
} from "./state";

const order = new Int32Array(MESSAGES);
const keys = new Int32Array(MESSAGES);

const one = new Uint32Array(WORDS);
const other = new Uint32Array(WORDS);

/** Replaces a state by the one that stands for it. `t` is only a place to work in. */
export function rename(words: Uint32Array, t: State): void {
  decode(words, t);
  const [first, second] = t.workers as [WorkerState, WorkerState];
  const difference = workerKey(first) - workerKey(second);
  const held = first.hold | first.out | first.outStale | first.deleting;
  if (difference > 0) swapWorkers(t);
  sortWrites(t.writes);
  sortMessages(t);
  encode(t, one);
  if (difference === 0 && held !== 0) {
    // The workers stand at the same place and differ, if at all, in their messages: the smaller of both namings.
    decode(words, t);
    swapWorkers(t);
    sortWrites(t.writes);
    sortMessages(t);
    encode(t, other);
    words.set(smaller(one, other));
  } else words.set(one);
}

function smaller(v: Uint32Array, w: Uint32Array): Uint32Array {
  for (let i = 0; i < v.length; i++) if (v[i] !== w[i]) return v[i]! < w[i]! ? v : w;
  return v;
}

function swapWorkers(t: State): void {
  t.workers.reverse();
  for (const write of t.writes) if (write.owner !== 0) write.owner = 3 - write.owner;
}

function workerKey(w: WorkerState): number {
  const flags = w.look | (w.unsettled << 1) | (w.dirty << 2) | (w.sweep << 3) | (w.wrote << 4) | (w.heartbeat << 5);
  const sizes = size(w.hold) | (size(w.out) << 3) | (size(w.deleting) << 6) | (size(w.outStale) << 9);
  return ((((w.at * 8 + w.before) * 64 + flags) * 4096 + sizes) * 8 + w.upload) * 4 + w.print;
}

function size(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

const writeKey = (o: WriteState): number =>
  o.kind === Kind.None
    ? 1e9
    : o.kind | (o.state << 3) | (o.bytes << 5) | (o.upload << 7) | (o.part << 10) | (o.owner << 12) | (o.awaited << 14);

function sortWrites(writes: WriteState[]): void {
  for (let i = 1; i < writes.length; i++) {
    const write = writes[i]!;
    const key = writeKey(write);
    let j = i;
    for (; j > 0 && writeKey(writes[j - 1]!) > key; j--) writes[j] = writes[j - 1]!;
    writes[j] = write;
  }
}

/** By what a message is and by who refers to it. */
function sortMessages(t: State): void {
  for (let m = 0; m < MESSAGES; m++) {
    const message = t.messages[m]!;
    let key = 0;
    if (message.status !== Message.None) {
      key = message.status | (message.again << 2) | (message.verb << 3) | (message.upload << 5) | (message.print << 8);
      for (let i = 0; i < WRITES; i++) key = (key << 1) | ((t.writes[i]!.cover >> m) & 1);
      for (let i = 0; i < WORKERS; i++) {
        const w = t.workers[i]!;
        key = (key << 1) | ((w.hold >> m) & 1);
        key = (key << 1) | ((w.out >> m) & 1);
        key = (key << 1) | ((w.outStale >> m) & 1);
        key = (key << 1) | ((w.deleting >> m) & 1);
      }
      key = -key;
    }
    let j = m;
    for (; j > 0 && keys[j - 1]! > key; j--) {
      keys[j] = keys[j - 1]!;
      order[j] = order[j - 1]!;
    }
    keys[j] = key;
    order[j] = m;
  }
  let sorted = true;
  for (let m = 0; m < MESSAGES; m++) if (order[m] !== m) sorted = false;
  if (sorted) return;
  const rename = (set: number): number => {
    let renamed = set & ~((1 << MESSAGES) - 1);
    for (let m = 0; m < MESSAGES; m++) if (((set >> order[m]!) & 1) !== 0) renamed |= 1 << m;
    return renamed;
  };
  t.messages = Array.from(order, (m): MessageState => t.messages[m]!);
  for (const x of t.workers) {
    x.hold = rename(x.hold);
    x.out = rename(x.out);
    x.outStale = rename(x.outStale);
    x.deleting = rename(x.deleting);
  }
  for (const write of t.writes) write.cover = rename(write.cover);
}
