/** What a worker does: the loop of reconcile and the rules, one function per place in the loop. */
import { abort, giveUp, letGo, type Does } from "./leaving";
import { addWrite, closeUpload, endJob, openUploadsBut, real, writesOf } from "./parts";
import type { Setting } from "./rules";
import { ABSENT, At, BARE_404, bytesOf, GONE, Kind, STATE_NAMES, type State, type WorkerState } from "./state";
import { setName, type Step } from "./world";

const isAbsent = (state: number): boolean => state === ABSENT || state === BARE_404;

export function workerSteps(s: State, setting: Setting, step: Step): void {
  s.workers.forEach((worker, w) => {
    const does = (what: string, change: (t: State, me: WorkerState) => void): void =>
      step(
        () => `worker ${w + 1} ${what}`,
        (t) => change(t, t.workers[w]!),
      );
    switch (worker.at) {
      case At.Idle:
      case At.Stopped:
        return;
      case At.Start:
        headSource(s, w, setting, does);
        break;
      case At.Look:
        headDestination(s, does);
        break;
      case At.Write:
        write(s, w, setting, does);
        break;
      case At.Wait:
        break;
      case At.After:
        headSourceAgain(s, w, setting, does);
        break;
      case At.Same:
        finish(s, w, setting, does);
        break;
    }
    if (s.budget.letGo > 0) letGo(s, w, setting, does);
  });
}

/** What HEAD source says at this moment. The worker acts on it in a later step, so it may be stale by then. */
const head = (s: State): number => (s.bucketGone === 1 && s.source !== ABSENT ? BARE_404 : s.source);

function headSource(s: State, w: number, { rules, multipart }: Setting, does: Does): void {
  const worker = s.workers[w]!;
  // Rule 8: once per delivery, so the mark is taken away with the act; a restart of the loop does not set it again.
  const sweeps =
    multipart && (rules.rule8AbortOncePerDelivery ? worker.sweep === 1 && rules.rule8AbortOnRedelivery : true);
  const others = sweeps ? openUploadsBut(s, worker.upload) : [];
  if (others.length > 0) {
    does("aborts other uploads", (t, me) => {
      for (const id of others) closeUpload(t, id);
      me.sweep = 0;
    });
    return;
  }
  const trusted = rules.verbNeverTrusted ? 0 : worker.verb;
  if (trusted === 2) {
    does("takes the event's word that the object is gone", (_, me) => {
      me.before = ABSENT;
      me.at = At.Write;
    });
    return;
  }
  does(`HEADs source: ${STATE_NAMES[head(s)]!}`, (t, me) => {
    me.sweep = 0;
    me.before = head(t);
    if (trusted === 1 && isAbsent(me.before)) me.at = At.Same;
    else me.at = me.look === 1 && !isAbsent(me.before) ? At.Look : At.Write;
  });
}

function headDestination(s: State, does: Does): void {
  does("HEADs destination", (t, me) => {
    const inSync = t.destination.bytes !== 0 && t.destination.print === me.before;
    me.at = inSync ? At.After : At.Write;
  });
}

function write(s: State, w: number, setting: Setting, does: Does): void {
  const { rules, multipart } = setting;
  const worker = s.workers[w]!;
  if (worker.hold === 0 && rules.rule5NoWriteAfterLostLease) {
    giveUp(s, w, setting, does);
    return;
  }
  // Rule 4: the lease is extended first, so its messages stay hidden until this write has landed or never will.
  const send = (t: State, me: WorkerState, fields: Parameters<typeof addWrite>[1]): void => {
    const covered = rules.rule4LeaseOutlivesWrite && fields.kind !== Kind.Part;
    addWrite(t, {
      ...fields,
      state: me.before % BARE_404,
      owner: w + 1,
      awaited: 1,
      cover: covered ? real(me.hold) : 0,
    });
    me.at = At.Wait;
    if (fields.kind !== Kind.Part) me.wrote = 1;
  };
  if (isAbsent(worker.before)) {
    if (rules.rule0BucketCheck && seesBucketMissing(s, setting)) leave(w, does);
    else
      does("sends a delete", (t, me) => {
        send(t, me, { kind: Kind.Delete });
        if (me.before === BARE_404) t.wiped = 1;
      });
    return;
  }
  const name = STATE_NAMES[worker.before]!;
  if (!multipart) {
    does(`sends a copy of ${name}`, (t, me) => send(t, me, { kind: Kind.Copy }));
    return;
  }
  if (worker.upload === 0) {
    does(`creates an upload for ${name}`, (t, me) => {
      const index = t.uploads.findIndex((upload) => upload.open === 0);
      if (index < 0) throw new Error("the model has too few uploads for this budget");
      t.uploads[index] = { open: 1, print: me.before, parts: [0, 0] };
      me.upload = index + 1;
      me.print = me.before;
      me.inherited = 0;
    });
    return;
  }
  // Rule 8: resume only what was begun for exactly this state.
  if (worker.print !== worker.before && (rules.rule8ResumeOnlySameFingerprint || worker.inherited === 0)) {
    abort(s, w, setting, does);
    return;
  }
  const parts = worker.upload === GONE ? [0, 0] : s.uploads[worker.upload - 1]!.parts;
  const missing = parts.indexOf(0) + 1;
  if (missing > 0)
    does(`sends part ${missing} of ${name}`, (t, me) =>
      send(t, me, { kind: Kind.Part, upload: me.upload, part: missing }),
    );
  else does(`sends a complete of ${name}`, (t, me) => send(t, me, { kind: Kind.Complete, upload: me.upload }));
}

function headSourceAgain(s: State, w: number, { rules }: Setting, does: Does): void {
  const { before, verb } = s.workers[w]!;
  if (!rules.rule1AfterCheck || (!rules.verbNeverTrusted && verb === 2)) {
    does("does not look again", (_, me) => (me.at = At.Same));
    return;
  }
  const seen = head(s);
  const same =
    (isAbsent(seen) && isAbsent(before)) ||
    (rules.rule1ComparesHeaders ? seen === before : bytesOf(seen) === bytesOf(before));
  does(`HEADs source again: ${same ? "the same" : "another"}`, (_, me) => {
    me.at = same ? At.Same : At.Start;
    if (same && me.unsettled === 0) me.wrote = 0;
  });
}

/** Rule 0. A check kept for a while does not see a bucket go, but it sees that one was never there. */
const seesBucketMissing = (s: State, { cachedBucketCheck, bucketMissing }: Setting): boolean =>
  s.bucketGone === 1 && (bucketMissing || !cachedBucketCheck);

function leave(w: number, does: Does): void {
  does("finds the source bucket missing and leaves", (t) => {
    endJob(t, w);
    t.workers[w]!.at = At.Stopped;
  });
}

/** The after-check was clean. What else must hold before the messages go to the outbox? */
function finish(s: State, w: number, setting: Setting, does: Does): void {
  const worker = s.workers[w]!;
  if (worker.upload !== 0) abort(s, w, setting, does);
  else if (worker.dirty === 1)
    does("starts over for the event that joined", (_, me) => {
      me.dirty = 0;
      me.at = At.Start;
    });
  else if (worker.unsettled === 1 && setting.rules.rule3Settle) {
    // Rule 3: wait until the write of unknown outcome has landed or never will, then look at both sides once more.
    if (writesOf(s, w).length === 0)
      does("has settled and looks once more", (_, me) => {
        me.unsettled = 0;
        me.look = 1;
        me.at = At.Start;
      });
  } else if (isAbsent(worker.before) && setting.rules.rule0CheckBeforeAcknowledging && seesBucketMissing(s, setting))
    leave(w, does);
  else
    does(real(worker.hold) === 0 ? "is done and holds no message" : `is done with ${setName(worker.hold)}`, (t, me) => {
      me.out |= real(me.hold);
      endJob(t, w);
    });
}
