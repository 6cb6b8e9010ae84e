/** Over any sequence of messages and work: one task per key, no message finished early, none forgotten. */
import * as fc from "fast-check";
import { type Inbox, type KeyTask, makeInbox } from "../../worker/inbox";
import type { Lease } from "../../worker/leases";
import { message } from "../support/worker-fakes";

const KEYS = ["a", "b", "c", "d"];
const HISTORY = { failures: 0, eventTime: 1, firstSeen: 2, origin: "worker" } as const;

const step = fc.oneof(
  fc.record({
    kind: fc.constant("file" as const),
    keys: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 4 }),
    live: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("take" as const) }),
  fc.record({ kind: fc.constant("finish" as const), which: fc.nat() }),
);

/** Takes what there is and ends it, until nothing is left. */
function workOff(inbox: Inbox, begun: KeyTask[], end: (task: KeyTask) => void): void {
  for (let task = inbox.take(); task !== undefined; task = inbox.take()) begun.push(task);
  while (begun.length > 0) {
    end(begun[0]!);
    begun.shift();
  }
}

it("holds", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const inbox = makeInbox({ partSize: 1, multipartThreshold: 1 }, 8);
      const begun: KeyTask[] = [];
      const keysOf = new Map<Lease, Set<string>>();
      const finished = new Set<Lease>();
      let serial = 0;

      function end(task: KeyTask): void {
        const deliveries = [...task.deliveries];
        for (const { lease } of deliveries) keysOf.get(lease)?.delete(task.key);
        for (const lease of inbox.release(task, deliveries)) {
          expect(finished.has(lease)).toBe(false);
          expect(keysOf.get(lease)?.size).toBe(0);
          finished.add(lease);
        }
        expect(inbox.settle(task)).toBe(true);
      }

      for (const action of steps) {
        if (action.kind === "file") {
          const lease: Lease = {
            message: message(`m${serial++}`),
            receivedAtMs: 0,
            held: true,
            lasts: true,
            deadlineMs: 1,
          };
          keysOf.set(lease, new Set(action.keys));
          inbox.file(lease, HISTORY, {
            entries: action.keys.map((key) => ({ key })),
            upload: undefined,
            mustLook: false,
            suspectUploads: false,
            live: action.live,
          });
        } else if (action.kind === "take") {
          const task = inbox.take();
          if (task !== undefined) {
            expect(begun.map(({ key }) => key)).not.toContain(task.key);
            begun.push(task);
          }
        } else {
          const task = begun.splice(action.which % Math.max(1, begun.length), 1)[0];
          if (task !== undefined) end(task);
        }
        expect(inbox.size).toBe(inbox.waiting + begun.length);
        expect(inbox.unstarted).toBe(inbox.size);
      }
      workOff(inbox, begun, end);
      expect({ finished: finished.size, size: inbox.size, unstarted: inbox.unstarted }).toEqual({
        finished: keysOf.size,
        size: 0,
        unstarted: 0,
      });
    }),
  );
});
