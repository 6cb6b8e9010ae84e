/** Ways for a worker to end a reconcile before it is clean: a lost lease, a lost upload, an order to leave. */
import { addMessage, bit, closeUpload, endJob, partInFlight, real, writesOf } from "./parts";
import type { Setting } from "./rules";
import { GONE, Message, type State, type WorkerState } from "./state";
import { setName } from "./world";

/** A step of one worker. */
export type Does = (what: string, change: (t: State, me: WorkerState) => void) => void;

/** Rule 5: the lease is lost before a write. Whoever receives the message goes on; what is not known to be clean is also put back. */
export function giveUp(s: State, w: number, setting: Setting, does: Does): void {
  const worker = s.workers[w]!;
  if (worker.upload !== 0) {
    abort(s, w, setting, does);
    return;
  }
  if ((worker.wrote === 1 || worker.unsettled === 1) && setting.rules.rule5PutBackUnknown)
    does("has lost its lease, puts the key back", (t) => {
      putBack(t, w, setting.rules.rule6DelayedLettingGo);
      endJob(t, w);
    });
  else does("has lost its lease, gives up", (t) => endJob(t, w));
}

/** Rule 6: the new message stays hidden at least as long as the worker's writes may take. */
function putBack(t: State, w: number, delayed: boolean): void {
  const me = t.workers[w]!;
  const inFlight = writesOf(t, w);
  const hidden = delayed && inFlight.length > 0;
  const m = addMessage(t, hidden ? Message.Hidden : Message.Visible, { again: 1, upload: me.upload, print: me.print });
  if (hidden) for (const write of inFlight) write.cover |= bit(m);
}

/** The worker is told to leave (Spot), or the key is too unstable to go on with. */
export function letGo(s: State, w: number, setting: Setting, does: Does): void {
  const worker = s.workers[w]!;
  const { rules, letsGoByPutBack } = setting;
  const spend = (t: State): number => t.budget.letGo--;
  const settled = writesOf(s, w).length === 0 && worker.unsettled === 0;
  const unknown = worker.wrote === 1 || worker.unsettled === 1;
  const needsMessage = worker.upload !== 0 || (unknown && (letsGoByPutBack || worker.hold === 0));
  if (needsMessage || !settled)
    does(worker.upload === 0 ? "puts the key back" : "hands its upload off", (t, me) => {
      spend(t);
      putBack(t, w, rules.rule6DelayedLettingGo);
      me.out |= real(me.hold);
      endJob(t, w);
    });
  if (!needsMessage && (settled || !rules.rule6DelayedLettingGo))
    does(`lets go of ${setName(worker.hold)} at once`, (t, me) => {
      spend(t);
      t.messages.forEach((message, m) => {
        if ((me.hold & bit(m)) !== 0) message.status = Message.Visible;
      });
      endJob(t, w);
    });
  if (!settled && rules.rule6DelayedLettingGo && !letsGoByPutBack)
    does(`leaves ${setName(worker.hold)} to its lease`, (t) => {
      spend(t);
      endJob(t, w);
    });
}

/** Rule 8. Ends the worker's own upload. It waits for own parts in flight: a part that lands during the abort would keep the upload. */
export function abort(s: State, w: number, { rules }: Setting, does: Does): void {
  const { upload, inherited } = s.workers[w]!;
  if (inherited === 1 && !rules.rule8CompleteOrAbortHandOff) {
    does("forgets its upload", (_, me) => (me.upload = 0));
    return;
  }
  const busy = partInFlight(s, upload, w + 1);
  if (busy && rules.rule8AbortWaitsForParts) return;
  does(busy ? "aborts its upload under a part in flight, which keeps it open" : "aborts its upload", (t, me) => {
    if (upload !== GONE && !busy) closeUpload(t, upload);
    me.upload = 0;
  });
}
