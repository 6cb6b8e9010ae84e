/** The small job for real: the built starter and workers as processes on the local cloud, objects without bytes. */
import { sleep } from "../../demo/wait";
import { type Stack, startStack } from "../../stack/stack";
import { makeLags } from "../lags";
import { type Found, LATENCY, OBJECT_BYTES, OBJECTS, PLAN_SETTINGS, START_DELAY_MS, type Told } from "./plan";

export interface RealRun extends Found {
  readonly told: Told;
}

const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 180_000;

/** Operations of the simulation by the names in the cloud's log: source and destination are told apart by their bucket. */
const SOURCE_HEAD = "HeadObject (source)";
const DESTINATION_HEAD = "HeadObject (destination)";
const OTHERS = ["CopyObject", "CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload"] as const;

/**
 * @param signal calls it off: rejects with its reason
 * @throws Error when it is not over within three minutes; everything is closed however it ends
 */
export async function runProcesses(signal: AbortSignal): Promise<RealRun> {
  const stack = await startStack({ settings: PLAN_SETTINGS, cloud: { ecs: { startDelayMs: START_DELAY_MS } } });
  try {
    stack.queue.purge();
    const startSeconds = await timeOfStart(stack, signal);
    stack.cloud.s3.setLatency(LATENCY);
    stack.cloud.log.clear();
    return { ...(await job(stack, signal)), startSeconds };
  } finally {
    await stack.close();
  }
}

/** From RunTask to the first receive of one worker that finds nothing and leaves. */
async function timeOfStart(stack: Stack, signal: AbortSignal): Promise<number> {
  const { cloud } = stack;
  const began = Date.now();
  const task = await stack.runWorker();
  const receives = (): boolean => cloud.log.inFlightNow("ReceiveMessage") > 0;
  await until("a worker that receives", receives, signal);
  const seconds = (Date.now() - began) / 1000;
  await cloud.ecs.stopped(task);
  return seconds;
}

async function job(stack: Stack, signal: AbortSignal): Promise<Omit<RealRun, "startSeconds">> {
  const { cloud, source, workerFamily } = stack;
  const lags = makeLags();
  let synced = 0;
  let lastAt = 0;
  const unsubscribe = cloud.ecs.onLine((_task, { line, at }) => {
    const { event, lagSeconds } = JSON.parse(line) as { event?: string; lagSeconds?: number };
    if (event !== "synced") return;
    synced++;
    lastAt = at;
    lags.add(lagSeconds ?? NaN, 1);
  });
  const before = cloud.ecs.tasks({ family: workerFamily }).length;
  const fired = (): number => cloud.schedule.rules()[0]?.fired ?? 0;
  const looks = (): number => cloud.log.count("GetQueueAttributes", "starter");
  const [firedBefore, looksBefore] = [fired(), looks()];
  await until("a look of the starter", () => fired() > firedBefore, signal);
  const lookedAt = Date.now();
  // Once it has read the depth, it cannot have seen what comes now.
  await until("the end of that look", () => looks() > looksBefore, signal);
  const began = Date.now();
  for (let index = 0; index < OBJECTS; index++) {
    await cloud.s3.put(source, `objects/${String(index).padStart(4, "0")}`, { phantomBytes: OBJECT_BYTES });
  }
  const tasks = () => cloud.ecs.tasks({ family: workerFamily }).slice(before);
  const isOver = (): boolean => synced === OBJECTS && tasks().every(({ stoppedAt }) => stoppedAt !== undefined);
  await until("the end of the job", isOver, signal);
  unsubscribe();
  const { p50, p99 } = lags.summary();
  return {
    lookMs: began - lookedAt,
    firstLookMs: PLAN_SETTINGS.pollIntervalSeconds * 1000 - (began - lookedAt),
    told: {
      makespanSeconds: (lastAt - began) / 1000,
      endSeconds: (Math.max(...tasks().map(({ stoppedAt = NaN }) => stoppedAt)) - began) / 1000,
      workersStarted: tasks().length,
      lagP50: p50,
      lagP99: p99,
      requests: requestsOf(stack),
    },
  };
}

function requestsOf({ cloud, source, destination }: Stack): Told["requests"] {
  const { log } = cloud;
  const heads = (resource: string): number =>
    log.entries({ operation: "HeadObject", principal: "worker", resource }).length;
  return {
    [SOURCE_HEAD]: heads(source),
    [DESTINATION_HEAD]: heads(destination),
    ...Object.fromEntries(OTHERS.map((operation) => [operation, log.count(operation, "worker")])),
  };
}

async function until(what: string, holds: () => boolean, signal: AbortSignal): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`${what} did not come within ${PATIENCE_MS / 1000} s`);
    await sleep(LOOK_EVERY_MS, signal);
  }
}
