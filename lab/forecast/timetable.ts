/** Virtual time: what is planned happens in order of its time, and no time passes in between. */
import { type Step, StepHeap } from "../sim/step-heap";

export interface Timetable {
  /** Milliseconds since the beginning of the forecast. */
  readonly now: number;
  /** A time that has passed is now. */
  at(ms: number, run: () => void): Planned;
  /** Runs until nothing is planned any more. @throws Error after `most` steps: a forecast that does not end is a mistake of ours */
  run(most: number): void;
}

export interface Planned {
  cancel(): void;
}

export function makeTimetable(): Timetable {
  const heap = new StepHeap();
  let now = 0;
  let sequence = 0;
  return {
    get now() {
      return now;
    },
    at(ms, run) {
      const step: Step = { at: Math.max(now, ms), tie: 0, sequence: sequence++, run };
      heap.push(step);
      return { cancel: () => void (step.run = undefined) };
    },
    run(most) {
      let steps = 0;
      for (let step = heap.pop(); step !== undefined; step = heap.pop()) {
        if (step.run === undefined) continue;
        if (++steps > most) throw new Error(`the forecast did not end within ${most} steps; it stands at ${now} ms`);
        now = step.at;
        step.run();
      }
    },
  };
}
