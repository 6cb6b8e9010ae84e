/** What S3 does with the requests that are on their way: each is one moment, a CopyObject two. */
import { answer, closeUpload } from "./parts";
import type { Setting } from "./rules";
import { ABSENT, At, bytesOf, GONE, Kind, STATE_NAMES, TORN, type State, type WriteState } from "./state";
import type { Step } from "./world";

export function serverSteps(s: State, { rules }: Setting, step: Step): void {
  s.writes.forEach((write, i) => {
    if (write.kind === Kind.None) return;
    step(
      () => landing(s, write, rules.rule2SourceCondition),
      (t) => carryOut(t, i, rules.rule2SourceCondition),
    );
    if (write.awaited === 0)
      step(
        () => `${nameOf(write)} never lands`,
        (t) => answer(t, i, At.Start),
      );
    // The answer is lost: whether the write has had, will have or never has its effect is open.
    else if (s.budget.losses > 0)
      step(
        () => `worker ${write.owner} gets no answer for ${nameOf(write)}`,
        (t) => {
          t.budget.losses--;
          t.writes[i]!.awaited = 0;
          const worker = t.workers[write.owner - 1]!;
          if (write.kind === Kind.Part) worker.at = At.Write;
          else {
            worker.at = At.Start;
            worker.unsettled = 1;
            worker.look = 1;
          }
        },
      );
  });
}

/** Rule 2: 404, or 412 where the copy named an ETag that the source no longer has. */
const isRefused = (s: State, write: WriteState, sourceCondition: boolean): boolean =>
  s.bucketGone === 1 || s.source === ABSENT || (sourceCondition && bytesOf(s.source) !== bytesOf(write.state));

/** One moment at S3. A CopyObject has two: its source is read, and later its object appears. */
function carryOut(t: State, i: number, sourceCondition: boolean): void {
  const write = t.writes[i]!;
  const refused = isRefused(t, write, sourceCondition);
  switch (write.kind) {
    case Kind.None:
      return;
    case Kind.Copy:
      if (refused) answer(t, i, At.Start);
      else {
        write.kind = Kind.CopyRead;
        write.bytes = bytesOf(t.source);
      }
      return;
    case Kind.CopyRead:
      t.destination = { bytes: write.bytes, print: write.state };
      answer(t, i, At.After);
      return;
    case Kind.Delete:
      t.destination = { bytes: 0, print: 0 };
      answer(t, i, At.After);
      return;
    case Kind.Part: {
      const upload = write.upload === GONE ? undefined : t.uploads[write.upload - 1]!;
      if (upload !== undefined && !refused) {
        upload.parts[write.part - 1] = bytesOf(t.source);
        answer(t, i, At.Write);
      } else {
        const worker = answer(t, i, At.Start);
        if (worker !== undefined && upload === undefined) worker.upload = 0;
      }
      return;
    }
    case Kind.Complete: {
      if (write.upload === GONE) {
        const worker = answer(t, i, At.Start);
        if (worker !== undefined) worker.upload = 0;
        return;
      }
      const { parts, print } = t.uploads[write.upload - 1]!;
      t.destination = { bytes: parts[0] === parts[1] ? parts[0] : TORN, print };
      closeUpload(t, write.upload);
      const worker = answer(t, i, At.After);
      if (worker !== undefined) worker.upload = 0;
      return;
    }
  }
}

function nameOf(write: WriteState): string {
  switch (write.kind) {
    case Kind.Delete:
      return "the delete";
    case Kind.Part:
      return `part ${write.part} of ${STATE_NAMES[write.state]!}`;
    case Kind.Complete:
      return `the complete of ${STATE_NAMES[write.state]!}`;
    default:
      return `the copy of ${STATE_NAMES[write.state]!}`;
  }
}

function landing(s: State, write: WriteState, sourceCondition: boolean): string {
  const owner = write.owner === 0 ? "" : ` (worker ${write.owner})`;
  const reads = write.kind === Kind.Copy || (write.kind === Kind.Part && write.upload !== GONE);
  if (reads && isRefused(s, write, sourceCondition)) return `S3 refuses ${nameOf(write)}${owner}`;
  if (write.kind === Kind.Copy) return `S3 reads ${STATE_NAMES[s.source]!} for ${nameOf(write)}${owner}`;
  const gone = write.upload === GONE ? " in vain: NoSuchUpload" : "";
  const from = write.kind === Kind.Part ? ` from ${STATE_NAMES[s.source]!}` : "";
  return `${nameOf(write)} lands${from}${gone}${owner}`;
}
