/** Small moves that several steps share. None of them decides anything. */
import {
  At,
  GONE,
  idleWorker,
  Kind,
  Message,
  MESSAGES,
  noMessage,
  noWrite,
  type State,
  type WorkerState,
  type WriteState,
} from "./state";

/** A believed lease of a message that somebody else has deleted. */
export const PHANTOM = 1 << MESSAGES;
export const real = (leases: number): number => leases & ~PHANTOM;
export const bit = (message: number): number => 1 << message;

export function addMessage(
  t: State,
  status: Message,
  fields: { again: number; verb?: number; upload?: number; print?: number },
): number {
  const index = t.messages.findIndex((m) => m.status === Message.None);
  if (index < 0) throw new Error("the model has too few messages for this budget");
  t.messages[index] = { ...noMessage(), status, ...fields };
  return index;
}

/** The message is deleted. Who holds it at that moment goes on believing in its lease for a while. */
export function removeMessage(t: State, index: number): void {
  const gone = ~bit(index);
  t.messages[index] = noMessage();
  for (const w of t.workers) {
    if ((w.hold & bit(index)) !== 0) w.hold |= PHANTOM;
    w.hold &= gone;
    w.out &= gone;
    w.outStale &= gone;
    w.deleting &= gone;
  }
  for (const write of t.writes) write.cover &= gone;
}

export function addWrite(t: State, fields: Partial<WriteState> & { kind: Kind }): void {
  const index = t.writes.findIndex((write) => write.kind === Kind.None);
  if (index < 0) throw new Error("the model has too few writes for this budget");
  t.writes[index] = { ...noWrite(), ...fields };
}

/** The write is over, one way or the other; who still waits for its answer goes on at `next`. */
export function answer(t: State, index: number, next: At): WorkerState | undefined {
  const write = t.writes[index]!;
  t.writes[index] = noWrite();
  if (write.awaited === 0) return undefined;
  const worker = t.workers[write.owner - 1]!;
  worker.at = next;
  return worker;
}

/** Writes to the destination that a worker sent and that are still on their way. Parts write to an upload, not to the destination. */
export const writesOf = (s: State, w: number): WriteState[] =>
  s.writes.filter((write) => write.owner === w + 1 && write.kind !== Kind.None && write.kind !== Kind.Part);

/** Ends the reconcile of a worker. Its outbox stays; what it still has on its way belongs to nobody now. */
export function endJob(t: State, w: number): void {
  const { out, outStale, deleting } = t.workers[w]!;
  t.workers[w] = { ...idleWorker(), out, outStale, deleting };
  disownWrites(t, w);
}

export function disownWrites(t: State, w: number): void {
  for (const write of t.writes)
    if (write.owner === w + 1) {
      write.owner = 0;
      write.awaited = 0;
    }
}

/** An upload id that is completed or aborted never comes back. */
export function closeUpload(t: State, id: number): void {
  const upload = t.uploads[id - 1]!;
  upload.open = 0;
  upload.print = 0;
  upload.parts = [0, 0];
  for (const ref of [...t.workers, ...t.messages, ...t.writes]) if (ref.upload === id) ref.upload = GONE;
}

export const openUploadsBut = (s: State, own: number): number[] =>
  s.uploads.flatMap((upload, i) => (upload.open === 1 && i + 1 !== own ? [i + 1] : []));

export const partInFlight = (s: State, upload: number, owner?: number): boolean =>
  s.writes.some(
    (write) => write.kind === Kind.Part && write.upload === upload && (owner === undefined || write.owner === owner),
  );
