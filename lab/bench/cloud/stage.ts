/** The local cloud of a benchmark: the job's objects as phantoms, its events in the queue, and what was asked of it. */
import { parseMessage } from "../../../core/events";
import type { Latency } from "../../../local/s3/timing";
import { startStack, type Stack } from "../../stack/stack";
import { inFlightOver, type Interval } from "../in-flight";
import { mainThreadCpuSeconds } from "../proc-stat";
import { type Job, SLOTS } from "../workloads";
import type { Calls, Prepare, Prepared, Reset, Seen } from "./protocol";

/** Long ago enough for verify to judge it, copied a minute later. */
const WRITTEN_AT_MS = Date.UTC(2026, 0, 1);
const COPIED_AT_MS = WRITTEN_AT_MS + 60_000;
/** Workers leave after the first empty poll of one second: what they do when idle is a benchmark of its own. */
const SETTINGS = { longPollSeconds: 1, emptyPollsBeforeExit: 1, visibilityTimeoutSeconds: 120 };
const NO_TIMES = { firstAtMs: 0, lastAtMs: 0, acknowledgedAtMs: 0, firstCopyAtMs: 0, lastCopyAtMs: 0 };
const PLAIN_DESTINATION = "bench-plain-destination";
const COPIED_KEY = "bytesCopied";

export function makeStage(): Calls {
  let stack: Stack | undefined;
  let job: Job | undefined;
  let bodies: readonly string[] = [];
  let objectsAsked = 0;
  let target = "";
  let copiedBefore = 0;
  let cpuBefore = process.cpuUsage();
  let mainBefore = mainThreadCpuSeconds();
  let copies: Interval[] = [];
  let times = { ...NO_TIMES };

  function ready(): { stack: Stack; job: Job } {
    if (stack === undefined || job === undefined) throw new Error("the cloud of the benchmark has not been prepared");
    return { stack, job };
  }

  async function prepare({ job: wanted, tls }: Prepare): Promise<Prepared> {
    stack = await startStack({
      cloud: { keepRequests: 0, ...(tls === undefined ? {} : { tls }) },
      settings: SETTINGS,
      scheduled: false,
    });
    job = wanted;
    const { cloud, source, destination, queue, system } = stack;
    // S3's test event is no work of anybody's.
    await cloud.s3.flushDeliveries();
    queue.purge();
    await fill(stack, job);
    await cloud.s3.flushDeliveries();
    bodies = inOrder(
      queue.peek().map(({ body }) => body),
      job,
    );
    queue.purge();
    cloud.s3.createBucket(PLAIN_DESTINATION);
    cloud.s3.setLatency(job.latency satisfies Partial<Latency>);
    cloud.log.subscribe(({ at, ms, operation }) => {
      if (times.firstAtMs === 0) times.firstAtMs = at;
      times.lastAtMs = at + ms;
      if (operation === "DeleteMessageBatch") times.acknowledgedAtMs = at + ms;
      if (operation !== "CopyObject" && operation !== "UploadPartCopy") return;
      // Told at its end, in no order of beginnings.
      times.firstCopyAtMs = times.firstCopyAtMs === 0 ? at : Math.min(at, times.firstCopyAtMs);
      times.lastCopyAtMs = at + ms;
      copies.push({ fromMs: at, untilMs: at + ms });
    });
    return {
      endpoint: cloud.endpoint,
      source,
      destination,
      plainDestination: PLAIN_DESTINATION,
      system,
      workerEnvironment: stack.workerEnvironment,
      operatorEnvironment: cloud.environmentFor("operator"),
    };
  }

  function reset({ messages, part }: Reset): void {
    const { stack: at, job: of } = ready();
    const { cloud, destination, queue } = at;
    objectsAsked = part?.objects ?? of.objects.length;
    cloud.s3.setLatency(part?.latency ?? of.latency);
    target = messages || of.copied ? destination : PLAIN_DESTINATION;
    if (!of.copied) {
      cloud.s3.deleteBucket(target, { force: true });
      cloud.s3.createBucket(target);
    }
    queue.purge();
    for (let event = 0; messages && event < of.eventsPerObject; event++) {
      for (const body of bodies.slice(0, objectsAsked)) queue.send(body);
    }
    copiedBefore = cloud.s3.counters()[COPIED_KEY] ?? 0;
    cloud.log.clear();
    times = { ...NO_TIMES };
    copies = [];
    cpuBefore = process.cpuUsage();
    mainBefore = mainThreadCpuSeconds();
  }

  function seen(): Seen {
    const { stack: at, job: of } = ready();
    const { cloud, queue } = at;
    const { user, system } = process.cpuUsage(cpuBefore);
    const mainNow = mainThreadCpuSeconds();
    const requests: Record<string, number> = {};
    const errors: Record<string, number> = {};
    for (const { operation, requests: many, errors: failed } of cloud.log.counters()) {
      requests[operation] = (requests[operation] ?? 0) + many;
      if (failed > 0) errors[operation] = (errors[operation] ?? 0) + failed;
    }
    const names = Object.keys(requests);
    const asked = of.objects.slice(0, objectsAsked);
    const lacking = asked.filter(({ key, size }) => cloud.s3.head(target, key)?.size !== size);
    const { visible, inFlight, delayed } = queue.depth();
    return {
      ...times,
      copies: inFlightOver(copies, SLOTS),
      requests,
      errors,
      maxInFlight: Object.fromEntries(names.map((name) => [name, cloud.log.maxInFlight(name)])),
      busyMs: Object.fromEntries(names.map((name) => [name, cloud.log.busyMs(name)])),
      bytesCopied: (cloud.s3.counters()[COPIED_KEY] ?? 0) - copiedBefore,
      failedObjects: lacking.length,
      messagesLeft: visible + inFlight + delayed,
      cpuSeconds: (user + system) / 1e6,
      mainThreadCpuSeconds: mainNow === undefined || mainBefore === undefined ? undefined : mainNow - mainBefore,
    };
  }

  return {
    prepare,
    // An error is the call's, as of a call to another process.
    reset: (input) => Promise.resolve(input).then(reset),
    seen: () => Promise.resolve().then(seen),
    close: async () => stack?.close(),
  };
}

/** The events in the order of their objects: they were delivered in none. */
function inOrder(bodies: readonly string[], { objects }: Job): readonly string[] {
  const place = new Map(objects.map(({ key }, index) => [key, index]));
  const placeOf = (body: string): number => {
    const parsed = parseMessage(body);
    return place.get(parsed.kind === "events" ? (parsed.events[0]?.key ?? "") : "") ?? 0;
  };
  return bodies
    .map((body) => ({ body, at: placeOf(body) }))
    .sort((one, other) => one.at - other.at)
    .map(({ body }) => body);
}

async function fill({ cloud, source, destination }: Stack, { objects, copied, eventsPerObject }: Job): Promise<void> {
  const notify = eventsPerObject > 0;
  for (const [index, { key, size }] of objects.entries()) {
    const content = { phantomBytes: size, seed: index + 1 };
    await cloud.s3.put(source, key, content, { lastModifiedMs: WRITTEN_AT_MS, notify });
    if (copied) await cloud.s3.put(destination, key, content, { lastModifiedMs: COPIED_AT_MS, notify: false });
  }
}
