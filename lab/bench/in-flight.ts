/** How many requests were in flight over time, out of when each began and ended. Pure. */

/** Epoch milliseconds. */
export interface Interval {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A stretch of time; `requestMs` is what all requests took in it together: 2 of them at once for one second are 2,000. */
export interface Stretch extends Interval {
  readonly requestMs: number;
}

export interface InFlight {
  /** So many at once count as all: the slots, or the most there ever were where that is less. */
  readonly most: number;
  /** From the first request until all were in flight for the first time. */
  readonly filling: Stretch;
  /** From then until all were in flight for the last time; with gaps in between, for a slot that is free is taken a moment later. */
  readonly filled: Stretch;
  /** From then until the last answer. */
  readonly emptying: Stretch;
}

/** Undefined without a request. */
export function inFlightOver(requests: readonly Interval[], slots: number): InFlight | undefined {
  const steps = stepsOf(requests);
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const most = Math.min(
    slots,
    steps.reduce((peak, { count }) => Math.max(peak, count), 0),
  );
  // A request that ended as it began leaves no moment with one in flight.
  const filledAt = steps.find(({ count }) => count >= most) ?? first;
  const emptyingAt = steps.findLast((step, index) => index > 0 && (steps[index - 1]?.count ?? 0) >= most) ?? last;
  const stretch = (fromMs: number, untilMs: number): Stretch => ({
    fromMs,
    untilMs,
    requestMs: requests.reduce(
      (sum, one) => sum + Math.max(0, Math.min(one.untilMs, untilMs) - Math.max(one.fromMs, fromMs)),
      0,
    ),
  });
  return {
    most,
    filling: stretch(first.atMs, filledAt.atMs),
    filled: stretch(filledAt.atMs, emptyingAt.atMs),
    emptying: stretch(emptyingAt.atMs, last.atMs),
  };
}

interface Step {
  readonly atMs: number;
  /** From here to the next step. */
  readonly count: number;
}

/** One per moment at which something began or ended. */
function stepsOf(requests: readonly Interval[]): Step[] {
  const changes = new Map<number, number>();
  for (const { fromMs, untilMs } of requests) {
    changes.set(fromMs, (changes.get(fromMs) ?? 0) + 1);
    changes.set(untilMs, (changes.get(untilMs) ?? 0) - 1);
  }
  let count = 0;
  return [...changes]
    .sort(([one], [other]) => one - other)
    .map(([atMs, change]) => ({ atMs, count: (count += change) }));
}
