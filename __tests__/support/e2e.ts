/**
 * The built worker and starter on the local cloud, for end-to-end tests: one scope that always closes, looks for what was
 * left behind, and shows what the workers wrote when a test fails.
 */
import { existsSync } from "node:fs";
import { withoutFingerprint } from "../../core/fingerprint";
import { CARRIED_HEADERS } from "../../core/state";
import { makeJumpingClock } from "../../lab/stack/jumping-clock";
import { type Stack, type StackOptions, startStack } from "../../lab/stack/stack";
import type { LogEntry, LogFilter } from "../../local/http/request-log";
import { liveChildren } from "../../local/process/children";
import type { AdminObject, Content, PutOptions } from "../../local/s3/admin-objects";
import { until, within } from "./e2e-wait";
import { workerProcess, type WorkerProcess } from "./e2e-worker";

export interface E2E extends Omit<Stack, "runWorker"> {
  /** Starts a worker and waits for nothing: for one that will not get far. Resolves to its task ARN. */
  readonly runWorker: () => Promise<string>;
  /** Starts a worker and waits until it has begun to receive. */
  readonly worker: () => Promise<WorkerProcess>;
  /** All workers of this stack, also those the starter launched. */
  readonly workers: () => WorkerProcess[];
  /** Writes an object at the source. */
  readonly put: (key: string, content: Content, options?: PutOptions) => Promise<AdminObject>;
  /** Requests that have ended, oldest first. */
  readonly requests: (operation: LogFilter["operation"], filter?: LogFilter) => LogEntry[];
  /** Puts the cloud's clock forward: only while no worker holds a message, for workers have clocks of their own. */
  readonly jump: (seconds: number) => void;
  /** Waits until nothing is on its way and the queue is empty. */
  readonly drained: (deadlineMs?: number) => Promise<void>;
  /** Destination equals source: keys, bytes, carried headers, metadata; no upload is open; `deadLetters` keys were given up. */
  readonly expectEqual: (deadLetters?: number) => Promise<void>;
}

/** Workers leave soon after the queue is empty: most tests run one until it ends. */
export const BRIEF = { longPollSeconds: 1, emptyPollsBeforeExit: 1 } as const;
/** Workers stay until the stack closes: for tests that share one. */
export const STAYING = { longPollSeconds: 20, emptyPollsBeforeExit: 1000 } as const;

/** Runs `use` on a stack of its own. @throws Error when a process, the directory or an open upload is left behind */
export async function withStack(options: StackOptions, use: (world: E2E) => Promise<void>): Promise<void> {
  const world = await openStack(options);
  try {
    await use(world);
    expectNoUploads(world);
  } catch (error) {
    console.error(diagnosis(world));
    throw error;
  } finally {
    await world.close();
  }
  expectNothingLeft(world);
}

/** One stack for all tests of a describe, without faults, entries and dead letters of the test before. */
export function sharedStack(options: StackOptions): () => E2E {
  let world: E2E | undefined;
  beforeAll(async () => {
    world = await openStack(options);
    await world.worker();
  });
  afterEach(() => {
    world?.cloud.faults.clear();
    world?.deadLetters.purge();
    world?.cloud.log.clear();
  });
  afterAll(async () => {
    if (world === undefined) return;
    await world.close();
    expectNothingLeft(world);
  });
  return () => {
    if (world === undefined) throw new Error("the stack did not start");
    return world;
  };
}

async function openStack(options: StackOptions): Promise<E2E> {
  const clock = makeJumpingClock();
  const stack = await startStack({ scheduled: false, ...options, cloud: { clock, ...options.cloud } });
  const { cloud, source } = stack;
  // S3's TestEvent has its own test; elsewhere it would only be in the way of exact counts.
  stack.queue.purge();
  const world: E2E = {
    ...stack,
    async worker() {
      const worker = workerProcess(cloud.ecs, await stack.runWorker());
      await worker.logged("worker-started");
      return worker;
    },
    workers: () => cloud.ecs.tasks().map(({ taskArn }) => workerProcess(cloud.ecs, taskArn)),
    put: (key, content, putOptions) => cloud.s3.put(source, key, content, putOptions),
    requests: (operation, filter) => cloud.log.entries({ ...filter, ...(operation && { operation }) }),
    jump: (seconds) => clock.jump(seconds),
    async drained(deadlineMs) {
      await until("delivery of all notifications", () => cloud.s3.pendingDeliveries() === 0);
      await within("an empty queue", stack.queue.whenEmpty(), deadlineMs).catch((error: unknown) => {
        console.error(diagnosis(world));
        throw error;
      });
    },
    expectEqual: (deadLetters = 0) => expectEqual(stack, deadLetters),
    async close() {
      cloud.faults.clear();
      await stack.close();
    },
  };
  return world;
}

async function expectEqual(stack: Stack, deadLetters: number): Promise<void> {
  expect(await contentsOf(stack, stack.destination)).toEqual(await contentsOf(stack, stack.source));
  expectNoUploads(stack);
  expect({ queue: stack.queue.depth(), deadLetters: stack.deadLetters.depth().visible }).toEqual({
    queue: { visible: 0, inFlight: 0, delayed: 0 },
    deadLetters,
  });
}

/** What matters of every object: what is copied. */
async function contentsOf({ cloud }: Stack, bucket: string): Promise<Record<string, unknown>> {
  const objects = cloud.s3.list(bucket).map(async ({ key, size, headers, metadata }) => {
    const carried = CARRIED_HEADERS.flatMap((name): [string, string][] =>
      headers[name] === undefined ? [] : [[name, headers[name]]],
    );
    const digest = await cloud.s3.digest(bucket, key);
    return [
      key,
      { size, digest, headers: Object.fromEntries(carried), metadata: withoutFingerprint(metadata) },
    ] as const;
  });
  return Object.fromEntries(await Promise.all(objects));
}

function expectNoUploads({ cloud, destination }: Stack): void {
  if (!cloud.s3.buckets().includes(destination)) return;
  expect(cloud.s3.openUploads(destination)).toEqual([]);
}

function expectNothingLeft({ cloud }: Stack): void {
  expect({ processes: liveChildren(), directory: existsSync(cloud.directory) }).toEqual({
    processes: 0,
    directory: false,
  });
}

/** The last words of every worker, and the state of the queues. */
function diagnosis(world: E2E): string {
  const workers = world.workers().map((worker) => worker.lines().slice(-20).join("\n"));
  const queues = JSON.stringify({ queue: world.queue.depth(), deadLetters: world.deadLetters.depth() });
  return [queues, ...workers].join("\n--- worker\n");
}
