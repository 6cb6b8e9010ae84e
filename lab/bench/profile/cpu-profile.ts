/** A `.cpuprofile`, as `node --cpu-prof` writes it (Chrome DevTools Protocol, type Profiler.Profile), and the time in each stack of it. Pure. */

/** Where a function begins. Lines and columns count from 0; the address is empty of what V8 itself provides. */
export interface Frame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

export interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: Frame; readonly children?: readonly number[] }[];
  /** Microseconds of a clock that only counts. */
  readonly startTime: number;
  readonly endTime: number;
  /** The node that ran at each look. */
  readonly samples: readonly number[];
  /** Microseconds from the look before; of the first, from the start. */
  readonly timeDeltas: readonly number[];
}

export interface StackTime {
  /** The function that ran first, then who called it. */
  readonly stack: readonly Frame[];
  readonly seconds: number;
}

/**
 * What ran, and how long: from each look to the next.
 * @param seconds what comes later than that behind the start is left out
 */
export function stackTimes(profile: CpuProfile, seconds = Infinity): readonly StackTime[] {
  const { nodes, samples, timeDeltas, startTime, endTime } = profile;
  const end = Math.min(endTime, startTime + seconds * 1e6);
  const microseconds = new Map<number, number>();
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const next = index + 1 < samples.length ? at + (timeDeltas[index + 1] ?? 0) : endTime;
    const lasted = Math.min(next, end) - Math.min(at, end);
    microseconds.set(id, (microseconds.get(id) ?? 0) + Math.max(0, lasted));
  }
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  return [...microseconds].map(([id, ran]) => {
    const stack: Frame[] = [];
    for (let each: number | undefined = id; each !== undefined; each = callers.get(each)) {
      const frame = frames.get(each);
      if (frame !== undefined) stack.push(frame);
    }
    return { stack, seconds: ran / 1e6 };
  });
}
