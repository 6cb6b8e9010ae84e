/** Over any sequence of requests, answers and cancellations: the pool keeps its limit, loses nobody and starves nobody. */
import * as fc from "fast-check";
import { makeSlots, type Slot, SLOT_FLOOR } from "../../worker/slots";
import { makeClock } from "../support/worker-clock";

const clock = makeClock();

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("acquire" as const), owner: fc.constantFrom("a", "b", "c") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("release" as const),
      which: fc.nat(),
      result: fc.constantFrom("ok" as const, "ok" as const, "throttled" as const, "failed" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat() }) },
);

it("keeps limit and floor, serves whoever can be served, and ends with everybody served or cancelled", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 60 }), async (max, steps) => {
      const pool = makeSlots(max);
      const held: Slot[] = [];
      const waiting = new Map<number, AbortController>();
      let asked = 0;
      let granted = 0;
      let cancelled = 0;

      function acquire(owner: string): void {
        const id = asked++;
        const controller = new AbortController();
        waiting.set(id, controller);
        pool.acquire(owner, controller.signal).then(
          (slot) => {
            waiting.delete(id);
            granted++;
            held.push(slot);
          },
          () => {
            cancelled++;
          },
        );
      }

      for (const action of steps) {
        const before = pool.inUse;
        if (action.kind === "acquire") acquire(action.owner);
        else if (action.kind === "release")
          held.splice(action.which % Math.max(1, held.length), 1)[0]?.release(action.result);
        else {
          const entry = [...waiting][action.which % Math.max(1, waiting.size)];
          if (entry !== undefined) {
            waiting.delete(entry[0]);
            entry[1].abort();
          }
        }
        await clock.settle();
        expect(pool.limit).toBeLessThanOrEqual(max);
        expect(pool.limit).toBeGreaterThanOrEqual(Math.min(SLOT_FLOOR, max));
        expect(pool.inUse).toBe(held.length);
        // Nobody is let in above the limit, and nobody waits below it.
        if (pool.inUse > before) expect(pool.inUse).toBeLessThanOrEqual(pool.limit);
        if (waiting.size > 0) expect(pool.inUse).toBeGreaterThanOrEqual(pool.limit);
      }

      while (held.length > 0) {
        held.shift()?.release("ok");
        await clock.settle();
      }
      expect({ inUse: pool.inUse, waiting: waiting.size, ended: granted + cancelled }).toEqual({
        inUse: 0,
        waiting: 0,
        ended: asked,
      });
    }),
    { numRuns: 60 },
  );
});
