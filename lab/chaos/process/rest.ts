/**
 * Brings the system to rest after the faults have stopped: nothing on its way, nothing in the queue, no worker.
 *
 * A write of unknown outcome is waited out by its worker for a minute and more (core/bounds.ts). Whoever only waits is told to
 * stop, as Spot would; once no worker is there, the cloud's clock jumps to where every message can be seen.
 */
import type { JumpingClock } from "../../stack/jumping-clock";
import type { Stack } from "../../stack/stack";
import { sleep } from "../../demo/wait";

export interface RestDeps {
  readonly stack: Stack;
  readonly clock: JumpingClock;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 100;
/** No request to S3 for so long: whoever still runs only waits. */
const IDLE_MS = 4_000;
/** Visible messages without a worker for so long: after kills the starter takes it for a crash loop, and pauses. */
const UNATTENDED_MS = 4_000;
const CRASH_LOOP_SECONDS = 601;
/** Without fewer messages than ever before: keys that circle make requests, but no progress. */
const PATIENCE_MS = 120_000;

/** Resolves to what it still waited for when its patience was at an end; undefined at rest. */
export async function comeToRest({ stack, clock, signal }: RestDeps): Promise<string | undefined> {
  const { cloud, queue } = stack;
  let lastRequest = Date.now();
  let attended = Date.now();
  let least = Infinity;
  let progressed = Date.now();
  const stop = cloud.log.subscribe(({ service, principal }) => {
    if (service === "s3" && principal === "worker") lastRequest = Date.now();
  });
  try {
    for (;;) {
      await sleep(LOOK_EVERY_MS, signal);
      const { visible, inFlight, delayed } = queue.depth();
      const live = cloud.ecs.tasks().filter((task) => task.lastStatus !== "STOPPED");
      const pending = cloud.s3.pendingDeliveries();
      if (live.length > 0 || visible === 0) attended = Date.now();
      const left = visible + inFlight + delayed + pending;
      if (left + live.length === 0) return undefined;
      if (left < least) [least, progressed] = [left, Date.now()];
      if (Date.now() - progressed > PATIENCE_MS) {
        const starter = cloud.lambda.output(stack.starterName).slice(-4);
        return [
          `${visible} visible, ${inFlight} in flight and ${delayed} delayed messages, ${pending} events, ${live.length} workers`,
          ...starter.map(({ line }) => `  ${line}`),
        ].join("\n");
      }
      if (live.length === 0 && pending === 0 && visible === 0) jumpToLast(stack, clock);
      else if (live.length > 0 && Date.now() - lastRequest > IDLE_MS) {
        for (const { id } of live) cloud.ecs.interruptSpot(id);
        lastRequest = Date.now();
      } else if (Date.now() - attended > UNATTENDED_MS) {
        attended = Date.now();
        jump(stack, clock, CRASH_LOOP_SECONDS);
      }
    }
  } finally {
    stop();
  }
}

/** To where every message can be seen. */
function jumpToLast(stack: Stack, clock: JumpingClock): void {
  const lastAt = stack.queue.peek().reduce((last, { visibleAt = 0 }) => Math.max(last, visibleAt), 0);
  jump(stack, clock, Math.max(1, Math.ceil((lastAt - clock.now()) / 1000)));
}

/** The schedule does not make up for the time that is left out. */
function jump({ cloud }: Stack, clock: JumpingClock, seconds: number): void {
  const rules = cloud.schedule.rules();
  for (const { name } of rules) cloud.schedule.setEnabled(name, false);
  clock.jump(seconds);
  for (const { name } of rules) cloud.schedule.setEnabled(name, true);
}
