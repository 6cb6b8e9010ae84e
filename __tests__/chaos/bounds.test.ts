/**
 * What a worker may use, however much waits for it: memory at 256 slots under a backlog of 100,000 messages and beside objects
 * of 5 TiB; no message is held that it cannot heartbeat; sockets and timers are given back.
 */
import { parseWorkerEnv } from "../../core/env";
import { keysBody } from "../../lab/sim/bodies";
import { watchVitals } from "../../lab/chaos/process/vitals";
import { runConnected } from "../../worker/connect";
import { BRIEF, withStack } from "../support/e2e";
import { until } from "../support/e2e-wait";

jest.setTimeout(600_000);

const SLOTS = 256;
const BACKLOG = 100_000;
const TIB = 1024 ** 4;
/** Resident, code and all; a worker of the default size has 4,096. */
const MAX_MEMORY_MIB = 400;
/** A socket per slot towards each bucket, a few for the queue, and what Node itself has open. */
const MAX_DESCRIPTORS = 2 * SLOTS + 60;
/** Held at most (worker/room.ts), and what the receivers bring at once. */
const MAX_HELD = 8 * SLOTS + 100;
const ENOUGH = 4_000;

test("memory, sockets and held messages stay bounded", async () => {
  await withStack({ settings: { ...BRIEF, copyConcurrency: SLOTS, visibilityTimeoutSeconds: 30 } }, async (world) => {
    const { cloud, queue, destination, put, worker } = world;
    const giants = ["giant/a", "giant/b"];
    for (const key of giants) await put(key, { phantomBytes: 5 * TIB });
    await until("delivery of the events", () => cloud.s3.pendingDeliveries() === 0);
    for (let i = 0; i < BACKLOG; i++) queue.send(keysBody([`gone/${i}`], 0));
    let [deleted, again, held] = [0, 0, 0];
    const stop = queue.watch(({ kind, message }) => {
      if (kind === "deleted") deleted += 1;
      if (kind === "received" && message.receiveCount > 1) again += 1;
      held = Math.max(held, queue.depth().inFlight);
    });
    const vitals = watchVitals(world);
    const one = await worker();
    const copied = (): boolean => giants.every((key) => cloud.s3.head(destination, key)?.size === 5 * TIB);
    await until("the giants and a good part of the backlog", () => copied() && deleted >= ENOUGH, 480_000);
    stop();
    vitals.close();
    queue.purge();
    await one.ended(0);
    expect(again).toBe(0);
    expect(held).toBeGreaterThan(SLOTS);
    expect(held).toBeLessThanOrEqual(MAX_HELD);
    const { peakMemoryMiB, peakDescriptors } = vitals;
    expect(peakMemoryMiB).toBeLessThanOrEqual(MAX_MEMORY_MIB);
    expect(peakDescriptors).toBeLessThanOrEqual(MAX_DESCRIPTORS);
  });
});

test("sockets and timers are given back when the worker ends", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { put, workerEnvironment, drained, expectEqual } = world;
    const before = resources();
    for (let i = 0; i < 300; i++) await put(`k/${i}`, "bytes");
    const environment = { ...process.env };
    Object.assign(process.env, workerEnvironment);
    try {
      const config = parseWorkerEnv(workerEnvironment);
      if (!config.ok) throw new Error(config.problems.join("\n"));
      const silent = { debug: ignore, info: ignore, warn: ignore, error: ignore };
      expect(await runConnected(config.config, silent, new AbortController().signal)).toMatchObject({ exitCode: 0 });
    } finally {
      process.env = environment;
    }
    await drained();
    await expectEqual();
    await until("sockets and timers as before", () => resources().length <= before.length, 30_000);
  });
});

/** What keeps this process alive: sockets, timers. The cloud lives here too, so both ends of a connection count. */
function resources(): readonly string[] {
  return process.getActiveResourcesInfo().filter((kind) => /TCPSocket|Timeout|TLS|GetAddrInfo/.test(kind));
}

function ignore(): void {
  // Nobody reads the log here.
}
