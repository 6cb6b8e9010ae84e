/** A backfill among interruptions and among live events. */
import { listWork, encodeEnvelope } from "../../core/envelope";
import type { LogEntry } from "../../local/http/request-log";
import { BRIEF, type E2E, withStack } from "../support/e2e";
import { until } from "../support/e2e-wait";
import type { WorkerProcess } from "../support/e2e-worker";

jest.setTimeout(240_000);

const KEYS = 300;
/** Killed processes leave their messages invisible for this long. */
const VISIBILITY_SECONDS = 30;

function startBackfill({ queue }: E2E): void {
  const now = Date.now();
  const history = { failures: 0, eventTime: now, firstSeen: now, origin: "backfill" } as const;
  queue.send(encodeEnvelope(listWork({ prefix: "" }, history)), { groupId: "backfill" });
}

/** A message whose receivers were all killed is a dead letter, as it should be: an operator sends it again. Otherwise there is none. */
const DEATHS_TO_DEAD_LETTER = 3;

function redriveAll({ queue, deadLetters }: E2E): void {
  for (const { body } of deadLetters.peek()) queue.send(body, { groupId: "backfill" });
  deadLetters.purge();
}

const keyOf = (n: number): string => `${["a", "b/c", "flat", "b/d"][n % 4] ?? ""}/object-${String(n).padStart(4, "0")}`;

async function putAll({ cloud, source, put }: E2E): Promise<void> {
  await cloud.setNotification(source, []);
  for (let n = 0; n < KEYS; n++) await put(keyOf(n), `body ${n}`);
}

function isLeft({ queue }: E2E): boolean {
  const { visible, inFlight, delayed } = queue.depth();
  return visible + inFlight + delayed > 0;
}

/** Small reproducible randomness: which page, which end. */
function lucky(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test.each([1, 2, 3])("interrupted at random and resumed: nothing is missing (seed %d)", async (seed) => {
  const random = lucky(seed);
  const settings = { ...BRIEF, listUnitKeys: 15, visibilityTimeoutSeconds: VISIBILITY_SECONDS, copyConcurrency: 8 };
  await withStack({ settings }, async (world) => {
    await putAll(world);
    startBackfill(world);
    let killed = 0;
    for (let round = 0; round < 4; round++) {
      const operation = ["ListObjectsV2", "SendMessageBatch", "DeleteMessageBatch"][random(3)] ?? "";
      const moment = world.cloud.faults.hold({
        operation,
        skip: 1 + random(5),
        when: random(2) === 0 ? "before" : "after",
      });
      const worker: WorkerProcess = await world.worker();
      const kills = random(2) === 0;
      await Promise.race([moment.arrived(), worker.ended(0)]);
      if (world.cloud.ecs.task(worker.arn).lastStatus === "STOPPED") {
        moment.release();
        break;
      }
      if (kills) await worker.kill();
      else worker.interrupt();
      if (kills) killed++;
      moment.release();
      if (!kills) await worker.ended(0);
      world.jump(VISIBILITY_SECONDS + 5);
    }
    // Nobody interrupts any more; what dead workers held comes back between two workers.
    for (let round = 0; isLeft(world); round++) {
      if (round === 10) throw new Error("ten undisturbed workers did not finish it");
      await (await world.worker()).ended(0);
      world.jump(VISIBILITY_SECONDS + 5);
      if (killed === DEATHS_TO_DEAD_LETTER) redriveAll(world);
    }
    await world.expectEqual();
  });
});

test("SIGTERM in the middle of a listing: what was listed is not listed again", async () => {
  const settings = { ...BRIEF, listUnitKeys: 15, copyConcurrency: 8 };
  await withStack({ settings }, async (world) => {
    await putAll(world);
    startBackfill(world);
    const moment = world.cloud.faults.hold({ operation: "ListObjectsV2", skip: 6 });
    const worker = await world.worker();
    await moment.arrived();
    worker.interrupt();
    moment.release();
    await worker.ended(0);
    const next = await world.worker();
    await world.drained();
    await next.ended(0);
    await world.expectEqual();
    const listed = [worker, next].map((one) => Number(one.events("worker-finished")[0]?.["listed"]));
    expect(listed[0]! + listed[1]!).toBe(KEYS);
    expect(listed[0]).toBeGreaterThan(0);
  });
});

/** Keys in the order in which their copies were begun. */
function copied(requests: readonly LogEntry[]): readonly string[] {
  return [...requests].sort((a, b) => a.at - b.at).map(({ key = "" }) => key);
}

test("live events during a backfill: copied before the bulk that waits, and only they have a lag", async () => {
  const slots = 4;
  const unitKeys = 60;
  const settings = { ...BRIEF, listUnitKeys: unitKeys, copyConcurrency: slots };
  await withStack({ settings }, async (world) => {
    const { cloud, source, queue } = world;
    await putAll(world);
    startBackfill(world);
    const full = cloud.faults.hold({ operation: "CopyObject" });
    const worker = await world.worker();
    // All slots are taken by bulk copies, and more bulk keys wait in the worker and in the queue.
    await full.arrived(slots);
    await cloud.setNotification(source, [{ queueArn: queue.arn, events: ["s3:ObjectCreated:*"] }]);
    for (let n = 0; n < 5; n++) await world.put(`live/${n}`, "now");
    await until("the events have arrived", () => cloud.s3.pendingDeliveries() === 0);
    full.release();
    await world.drained();
    await worker.ended(0);
    await world.expectEqual();
    const order = copied(world.requests("CopyObject", { status: 200 }));
    const places = order.flatMap((key, place) => (key.startsWith("live/") ? [place] : []));
    // Before them only bulk keys that the worker had at hand: a unit's, and a unit's that came with them. The other ranges waited.
    expect(Math.max(...places)).toBeLessThan(2 * unitKeys + 4 * slots);
    expect(places).toHaveLength(5);
    const lags = worker.events("metrics").flatMap((line) => (line["SyncLagSeconds"] as number[] | undefined) ?? []);
    expect(lags).toHaveLength(5);
  });
});
