/**
 * Names carry no meaning: no step asks which worker or which message it is, so renaming both commutes with every step, and one
 * state may stand for all that differ only in names. A representative need not be unique for that to be sound, only reachable by renaming.
 */
import { Kind, Message, MESSAGES, type MessageState, type State, type WorkerState, type WriteState } from "./state";

const order = new Int32Array(MESSAGES);
const keys = new Float64Array(MESSAGES);

export function canonical(t: State): void {
  const [first, second] = t.workers as [WorkerState, WorkerState];
  if (workerKey(first) > workerKey(second)) {
    t.workers[0] = second;
    t.workers[1] = first;
    for (const write of t.writes) if (write.owner !== 0) write.owner = 3 - write.owner;
  }
  sortWrites(t.writes);
  sortMessages(t);
}

function workerKey(w: WorkerState): number {
  const flags = w.look | (w.unsettled << 1) | (w.dirty << 2) | (w.sweep << 3) | (w.wrote << 4) | (w.heartbeat << 5);
  const sizes = size(w.hold) | (size(w.out) << 3) | (size(w.deleting) << 6);
  return ((((w.at * 8 + w.before) * 64 + flags) * 512 + sizes) * 8 + w.upload) * 4 + w.print;
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
  const [v, w] = t.workers as [WorkerState, WorkerState];
  for (let m = 0; m < MESSAGES; m++) {
    const message = t.messages[m]!;
    const has = (set: number): number => (set >> m) & 1;
    let key = 0;
    if (message.status !== Message.None) {
      key = message.status | (message.again << 2) | (message.verb << 3) | (message.upload << 5) | (message.print << 8);
      for (const write of t.writes) key = key * 2 + has(write.cover);
      for (const x of [v, w])
        key = key * 16 + (has(x.hold) | (has(x.out) << 1) | (has(x.outStale) << 2) | (has(x.deleting) << 3));
      key = -key - 1;
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
