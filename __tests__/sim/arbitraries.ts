/** Scenarios for fast-check: the same space as lab/sim/random-scenario.ts, built so that it shrinks to the essential. */
import fc from "fast-check";
import type { NemesisSettings, Trouble } from "../../lab/sim/nemesis";
import { withListing } from "../../lab/sim/listing";
import { INTERRUPTED_OPERATIONS, PHASES, SIZES, WATCHED_OPERATIONS } from "../../lab/sim/random-scenario";
import type { Interrupt, Scenario, SourceAction, Trigger, WorkStep } from "../../lab/sim/scenario";
import { MINUTE, SECOND } from "../../lab/sim/time";

/** Small values as likely as large ones; shrinks towards `min`. */
function stretched(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 1_000 }).map((share) => Math.round(min * Math.pow(max / min, share / 1_000)));
}

const put: fc.Arbitrary<SourceAction> = fc.record({
  kind: fc.constant("put" as const),
  size: fc.constantFrom(...SIZES),
  multipart: fc.boolean(),
  checksummed: fc.boolean(),
});

const action: fc.Arbitrary<SourceAction> = fc.oneof(
  { weight: 10, arbitrary: put },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("put-again" as const), back: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("describe" as const), crowded: fc.boolean() }) },
  { weight: 4, arbitrary: fc.constant({ kind: "delete" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "delete-old-version" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "backfill" as const }) },
);

const trigger: fc.Arbitrary<Trigger> = fc.oneof(
  fc.record({ kind: fc.constant("after" as const), ms: stretched(1, 3 * MINUTE) }),
  fc.record({
    kind: fc.constant("call" as const),
    operation: fc.constantFrom(...WATCHED_OPERATIONS),
    phase: fc.constantFrom(...PHASES),
    orAfterMs: stretched(10, 5 * MINUTE),
  }),
);

const step: fc.Arbitrary<WorkStep> = fc.record({
  key: fc.integer({ min: 0, max: 2 }),
  action,
  when: trigger,
  eventDelaysMs: fc.array(stretched(1, 5 * MINUTE), { minLength: 1, maxLength: 3 }),
});

/** Changes of one key in quick succession. */
const burst: fc.Arbitrary<WorkStep[]> = fc
  .tuple(fc.integer({ min: 0, max: 2 }), fc.array(step, { minLength: 1, maxLength: 3 }))
  .map(([key, steps]) => steps.map((one) => ({ ...one, key, eventDelaysMs: [3] })));

const steps: fc.Arbitrary<WorkStep[]> = fc
  .tuple(
    fc.array(fc.tuple(put, fc.integer({ min: 0, max: 2 })), { maxLength: 3 }),
    fc.array(
      fc.oneof(
        step.map((one) => [one]),
        burst,
      ),
      { maxLength: 5 },
    ),
  )
  .map(([puts, later]) => [
    ...puts.map(([first, key]): WorkStep => ({
      key,
      action: first,
      when: { kind: "after", ms: 500 },
      eventDelaysMs: [5],
    })),
    ...later.flat(),
  ]);

const interrupt: fc.Arbitrary<Interrupt> = fc.record({
  worker: fc.integer({ min: 0, max: 4 }),
  operation: fc.constantFrom(...INTERRUPTED_OPERATIONS, "ListObjectsV2(source)", "ListObjectsV2(destination)", ""),
  call: stretched(1, 20),
  phase: fc.constantFrom(...PHASES),
  kind: fc.constantFrom("term" as const, "kill" as const, "freeze" as const),
  seconds: stretched(5, 600),
});

const trouble: fc.Arbitrary<Trouble> = fc
  .record({
    kind: fc.constantFrom(
      "source-missing" as const,
      "source-denied" as const,
      "destination-denied" as const,
      "throttled" as const,
      "unavailable" as const,
      "queue-down" as const,
    ),
    fromMs: stretched(SECOND, 5 * MINUTE),
    forMs: stretched(10 * SECOND, 30 * MINUTE),
  })
  .map(({ kind, fromMs, forMs }) => ({ kind, fromMs, untilMs: fromMs + forMs }));

const share = fc.constantFrom(0, 0.02, 0.1, 0.3);

const nemesis: fc.Arbitrary<NemesisSettings> = fc.record({
  refuse: share,
  lose: share,
  slow: share,
  entries: share,
  troubles: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: trouble.map((one) => [one]) }),
  calmAtMs: fc.integer({ min: 10, max: 50 }).map((minutes) => minutes * MINUTE),
});

const withoutListing: fc.Arbitrary<Scenario> = fc.record({
  seed: fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 })),
  versioned: fc.boolean(),
  eventShape: fc.constantFrom("s3" as const, "eventbridge" as const),
  keyCount: fc.integer({ min: 1, max: 3 }),
  refusesLastKey: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  knowsCrc64: fc.boolean(),
  visibilitySeconds: fc.constantFrom(120, 60, 900),
  maxReceiveCount: fc.constantFrom(10, 5, 3),
  copyConcurrency: fc.constantFrom(16, 4, 2, 1),
  maxWorkers: fc.integer({ min: 1, max: 3 }),
  firstWorkers: fc.integer({ min: 1, max: 3 }),
  steps,
  interrupts: fc.array(interrupt, { maxLength: 4 }),
  nemesis,
  partSizeChanges: fc.boolean(),
  staleDeletePower: fc.constantFrom(0, 0.5, 1),
  duplicateDelivery: fc.constant(0),
});

/** One in three begins with objects that only a backfill can find. */
export const scenarios: fc.Arbitrary<Scenario> = fc.oneof(
  { weight: 2, arbitrary: withoutListing },
  {
    weight: 1,
    arbitrary: fc
      .tuple(withoutListing, fc.constantFrom(...SIZES), fc.boolean())
      .map(([scenario, size, all]) => withListing(scenario, size, all)),
  },
);
