/** Carries the troubles out on the local cloud, and takes all of them away again. */
import type { TaskInfo } from "../../../local/ecs";
import type { Fault } from "../../../local/http/faults";
import type { History } from "../../sim/history";
import type { Random } from "../../sim/random";
import type { JumpingClock } from "../../stack/jumping-clock";
import type { Stack } from "../../stack/stack";
import { sleep } from "../../demo/wait";
import { type BlowKind, LATEST_LANDING_MS, STORMS, type StormKind, type Trouble, type Weather } from "./troubles";

export interface Nemesis {
  /** Resolves when every trouble has begun and ended. Rejects with the signal's reason. */
  play(troubles: readonly Trouble[]): Promise<void>;
  /** Requests that a fault rule acted on, and blows, by kind. */
  readonly injected: ReadonlyMap<string, number>;
  /** Whether messages were thrown away that nobody will send again. */
  readonly purged: boolean;
}

export interface NemesisDeps {
  readonly stack: Stack;
  readonly clock: JumpingClock;
  readonly history: History;
  readonly random: Random;
  readonly weather: Weather;
  readonly visibilitySeconds: number;
  readonly signal: AbortSignal;
}

/** Past every lease and delay, also that of a Complete (core/bounds.ts). */
const JUMP_SECONDS = 1_000;

export function makeNemesis(deps: NemesisDeps): Nemesis {
  const { stack, clock, history, random, weather, signal } = deps;
  const { cloud, queue, destination, starterName } = stack;
  const rule = cloud.schedule.rules()[0]?.name ?? "";
  const injected = new Map<string, number>();
  const stopped = new Set<string>();
  let purged = false;
  let lastStormEndedAt = 0;
  let ordinal = 0;

  const count = (kind: string, times: number): void => void injected.set(kind, (injected.get(kind) ?? 0) + times);
  const running = (): TaskInfo[] =>
    cloud.ecs.tasks().filter((task) => task.lastStatus === "RUNNING" && task.pid !== undefined);

  async function storm(kind: StormKind, forMs: number): Promise<void> {
    const name = `${kind} ${++ordinal}`;
    const faults: Fault[] = STORMS[kind].map((one, index) => cloud.faults.add({ ...one, name: `${name}.${index}` }));
    try {
      await sleep(forMs, signal);
    } finally {
      for (const fault of faults) {
        fault.remove();
        count(kind, fault.hits);
      }
      lastStormEndedAt = Date.now();
    }
  }

  async function blow(kind: BlowKind, forMs: number): Promise<void> {
    const victims = running().filter((task) => !stopped.has(task.id));
    const victim = victims.length === 0 ? undefined : random.pick(victims);
    count(kind, 1);
    switch (kind) {
      case "kill":
        if (victim !== undefined) cloud.ecs.kill(victim.id);
        return;
      case "interrupt":
        if (victim !== undefined) cloud.ecs.interruptSpot(victim.id);
        return;
      case "stop":
        return victim === undefined ? undefined : stop(victim);
      case "cut-connections":
        cloud.resetConnections();
        return;
      case "end-sessions":
        cloud.s3.expireSessions();
        return;
      case "sleeping-bucket":
        cloud.s3.sleep(destination, forMs);
        return;
      case "wild-events":
        return during(
          forMs,
          () => cloud.s3.setDelivery({ delayMs: [0, 4_000], duplicate: 0.3, reorder: 0.3 }),
          () => cloud.s3.setDelivery({}),
        );
      case "failing-entries":
        return during(
          forMs,
          () => cloud.sqs.harden({ entryFailures: 0.4 }),
          () => cloud.sqs.harden({ entryFailures: 0 }),
        );
      case "spot-short":
        cloud.ecs.spotAvailability = random.pick(["failures", "exception", "dies-before-running"]);
        return during(
          forMs,
          () => undefined,
          () => void (cloud.ecs.spotAvailability = "ok"),
        );
      case "no-schedule":
        return during(
          forMs,
          () => cloud.schedule.setEnabled(rule, false),
          () => cloud.schedule.setEnabled(rule, true),
        );
      case "starter-twice":
        await Promise.all([cloud.lambda.invokeLater(starterName), cloud.lambda.invokeLater(starterName)]);
        return;
      case "purge":
        purged = true;
        queue.purge();
        return;
      case "blackout":
        return blackout();
    }
  }

  async function during(forMs: number, begin: () => void, end: () => void): Promise<void> {
    begin();
    await sleep(forMs, signal).finally(end);
  }

  /** Without the processor for longer than the visibility timeout. It is not killed later: that is the residual's business. */
  async function stop(victim: TaskInfo): Promise<void> {
    const { pid } = victim;
    if (pid === undefined) return;
    stopped.add(victim.id);
    const tell = (name: "SIGSTOP" | "SIGCONT"): void => {
      try {
        process.kill(-pid, name);
      } catch {
        // It is gone.
      }
    };
    await during(
      (deps.visibilitySeconds + 5) * 1000,
      () => tell("SIGSTOP"),
      () => tell("SIGCONT"),
    );
  }

  /**
   * Every worker dies at once and nobody comes for a quarter of an hour. Workers have clocks of their own, so the cloud's jumps
   * only while there is none, and not before everything that was sent has landed.
   */
  async function blackout(): Promise<void> {
    if (running().some((task) => stopped.has(task.id))) return;
    cloud.schedule.setEnabled(rule, false);
    try {
      await killAll();
      await sleep(LATEST_LANDING_MS, signal);
      // Whom the starter had on its way.
      await killAll();
      clock.jump(JUMP_SECONDS);
      history.add("nemesis", "the clock jumps", undefined, `${JUMP_SECONDS} s`);
    } finally {
      cloud.schedule.setEnabled(rule, true);
    }
  }

  async function killAll(): Promise<void> {
    for (const task of cloud.ecs.tasks()) if (task.lastStatus !== "STOPPED") cloud.ecs.kill(task.id);
    await Promise.all(cloud.ecs.tasks().map((task) => cloud.ecs.stopped(task.id)));
  }

  function isStorm(kind: Trouble["kind"]): kind is StormKind {
    return Object.hasOwn(STORMS, kind);
  }

  return {
    async play(troubles) {
      if (weather !== "deaths") cloud.sqs.harden({ duplicateProbability: 0.15 });
      const began = performance.now();
      const under: Promise<void>[] = [];
      try {
        for (const { kind, atMs, forMs } of troubles) {
          const early = began + atMs - performance.now();
          if (early > 5) await sleep(early, signal);
          signal.throwIfAborted();
          history.add("nemesis", kind, undefined, `for ${forMs} ms`);
          // Alone: whatever else goes on would start workers or send writes under it.
          if (kind === "blackout") await Promise.all(under);
          const trouble = isStorm(kind) ? storm(kind, forMs) : blow(kind, forMs);
          under.push(trouble);
          if (kind === "blackout") await trouble;
        }
        await Promise.all(under);
      } finally {
        await Promise.allSettled(under);
        cloud.faults.clear();
        cloud.sqs.harden({ duplicateProbability: 0, entryFailures: 0 });
      }
      // What was sent last may still land.
      await sleep(Math.max(0, lastStormEndedAt + LATEST_LANDING_MS - Date.now()), signal);
    },
    injected,
    get purged() {
      return purged;
    },
  };
}
