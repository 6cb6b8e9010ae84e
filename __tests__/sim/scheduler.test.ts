import { seeded } from "../../lab/sim/random";
import { randomScenario } from "../../lab/sim/random-scenario";
import { Scheduler } from "../../lab/sim/scheduler";
import { simulate } from "../../lab/sim/simulation";
import { runWorker } from "../../worker/worker";

const BUDGET = { steps: 1_000, untilMs: 60_000 };

describe("virtual time", () => {
  it("jumps to the next timer and lets woken code run before the next step", async () => {
    const scheduler = new Scheduler(seeded(1));
    const seen: string[] = [];
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => scheduler.after(ms, () => scheduler.wake(resolve)));
    const walk = async (name: string, pauses: readonly number[]): Promise<void> => {
      for (const ms of pauses) {
        await sleep(ms);
        seen.push(`${name} at ${String(scheduler.now)}`);
      }
    };
    void walk("a", [10, 20, 3_000]);
    void walk("b", [15]);
    await scheduler.run(() => seen.length === 4, BUDGET);
    expect(seen).toEqual(["a at 10", "b at 15", "a at 30", "a at 3030"]);
  });

  it("draws the order of simultaneous steps from the seed", async () => {
    const orderOf = async (seed: number): Promise<string> => {
      const scheduler = new Scheduler(seeded(seed));
      let order = "";
      for (const name of "abcdef") scheduler.after(5, () => (order += name));
      await scheduler.run(() => order.length === 6, BUDGET);
      return order;
    };
    expect(await orderOf(1)).toBe(await orderOf(1));
    expect(new Set(await Promise.all([1, 2, 3, 4].map(orderOf))).size).toBeGreaterThan(1);
  });

  it("says who waits for what when nothing can happen any more", async () => {
    const scheduler = new Scheduler(seeded(1));
    scheduler.waits("w0", "CopyObject p/a");
    scheduler.waits("w1", "its timer")();
    const run = scheduler.run(() => false, BUDGET);
    await expect(run).rejects.toThrow(
      "stuck at 0.000 s: nothing can happen any more\n  w0 waits for CopyObject p/a since 0.000 s",
    );
  });

  it("ends a run that uses up its steps or its time", async () => {
    const endless = (stepMs: number): Scheduler => {
      const scheduler = new Scheduler(seeded(1));
      const again = (): void => void scheduler.after(stepMs, again);
      again();
      return scheduler;
    };
    await expect(endless(1).run(() => false, BUDGET)).rejects.toThrow("not done after 1000 steps");
    await expect(endless(1_000).run(() => false, BUDGET)).rejects.toThrow("not done after 60 virtual seconds");
  });
});

describe("a scenario", () => {
  it.each([3, 14, 159])("of seed %i runs the same way every time, step for step", async (seed) => {
    const first = await simulate(randomScenario(seed), runWorker);
    const second = await simulate(randomScenario(seed), runWorker);
    expect(second.world.history.format()).toBe(first.world.history.format());
    expect(second.steps).toBe(first.steps);
    expect(first.steps).toBeGreaterThan(20);
  });

  it("runs another way with another seed", async () => {
    const scenario = randomScenario(3);
    const first = await simulate(scenario, runWorker);
    const second = await simulate({ ...scenario, seed: 4 }, runWorker);
    expect(second.world.history.format()).not.toBe(first.world.history.format());
  });
});
