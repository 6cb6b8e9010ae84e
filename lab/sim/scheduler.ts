/**
 * Deterministic virtual time for real asynchronous code.
 *
 * Whatever happens in the simulated world is a step at an instant of virtual time; steps of the same instant run in an
 * order drawn from the seed. After a step that woke somebody, the microtask queue is drained (one `setImmediate` turn), so
 * the woken code runs up to its next port call before the next step is taken. Nothing else may call it: code under the
 * scheduler must take its time from the clock port alone.
 */
import { StepHeap, type Step } from "./step-heap";
import type { Random } from "./random";

export interface Budget {
  readonly steps: number;
  /** Virtual milliseconds. */
  readonly untilMs: number;
}

/** Something a simulated process waits for; printed when it waits for ever. */
export interface Waiting {
  readonly who: string;
  readonly what: string;
  readonly sinceMs: number;
}

export class Scheduler {
  /** Virtual milliseconds since the start. */
  now = 0;
  steps = 0;
  private readonly heap = new StepHeap();
  private readonly waiting = new Set<Waiting>();
  private woken = false;
  private sequence = 0;

  constructor(private readonly random: Random) {}

  /** Runs `run` after `ms` of virtual time; the returned function cancels it. */
  after(ms: number, run: () => void): () => void {
    const step: Step = { at: this.now + Math.max(0, ms), tie: this.random.next(), sequence: this.sequence++, run };
    this.heap.push(step);
    return () => {
      step.run = undefined;
    };
  }

  /** Settles promises of simulated code (or aborts its signals) and sees to it that the code runs before the next step. */
  wake(settle: () => void): void {
    this.woken = true;
    settle();
  }

  /** Registers what somebody waits for; the returned function says that it came. */
  waits(who: string, what: string): () => void {
    const entry = { who, what, sinceMs: this.now };
    this.waiting.add(entry);
    return () => this.waiting.delete(entry);
  }

  /** Somebody is gone and waits no more. */
  forget(who: string): void {
    for (const entry of this.waiting) if (entry.who === who) this.waiting.delete(entry);
  }

  /** Takes steps until `done`; rejects with a readable account when that cannot come or the budget is used up. */
  async run(done: () => boolean, budget: Budget): Promise<void> {
    const lastStep = this.steps + budget.steps;
    await this.drain();
    while (!done()) {
      const step = this.heap.pop();
      if (step === undefined) throw this.stuck("nothing can happen any more");
      if (step.run === undefined) continue;
      if (step.at > budget.untilMs) throw this.stuck(`not done after ${String(budget.untilMs / 1000)} virtual seconds`);
      if (this.steps++ >= lastStep) throw this.stuck(`not done after ${String(budget.steps)} steps`);
      this.now = step.at;
      step.run();
      if (this.woken) await this.drain();
    }
  }

  private async drain(): Promise<void> {
    this.woken = false;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  private stuck(reason: string): Error {
    const lines = [...this.waiting].map(
      ({ who, what, sinceMs }) => `  ${who} waits for ${what} since ${(sinceMs / 1000).toFixed(3)} s`,
    );
    const account = lines.length === 0 ? ["  nobody waits for a call or a timer"] : lines;
    return new Error([`stuck at ${(this.now / 1000).toFixed(3)} s: ${reason}`, ...account].join("\n"));
  }
}
