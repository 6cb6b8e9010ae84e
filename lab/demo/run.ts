/** The demo from code: sets the stage, lets the scenario happen, waits until everybody has left by themselves, compares. */
import { DEFAULTS } from "../../core/env";
import { planCopy, type CopySizes } from "../../core/parts";
import { startStack, type Stack } from "../stack/stack";
import { makeAuthor } from "./author";
import { compare } from "./compare";
import { factsOf } from "./facts";
import { interruptCopy } from "./interrupt";
import { operatorClient, takeInventory } from "./inventory";
import { leftBehind } from "./leftovers";
import { activityOf, liveOf, waitingFor } from "./live";
import { observe, type Observer } from "./observer";
import { FULL_SIZE, makeScenario, type DemoSize, type Scenario } from "./scenario";
import { preface, SIMULATED, TIMES } from "./stage";
import { mib } from "./summary";
import { plural, shortKey, type Moment } from "./timeline";
import { summarise, type DemoResult, type Facts } from "./verdict";
import { SILENT, type View } from "./view";
import { sleep, until } from "./wait";

export interface DemoOptions {
  /** Default 1. */
  readonly seed?: number;
  /** Default: what `npm run demo` does. */
  readonly size?: DemoSize;
  /** Other copy sizes than the defaults, for a smaller run. */
  readonly copySizes?: CopySizes;
  readonly view?: View;
  /** Ends the demo early: everything is closed, then `runDemo` rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** After this the demo says what it waits for and fails. Default 180. */
  readonly watchdogSeconds?: number;
}

/** The demo waited for something that did not come. */
export class DemoStuck extends Error {}

const VIEW_EVERY_MS = 250;
/** Once called off, this long for what is being written right now. */
const LAST_WRITE_MS = 5000;

/** Nothing is left behind, however it ends. @throws the signal's reason, or {@link DemoStuck} */
export async function runDemo(options: DemoOptions = {}): Promise<DemoResult> {
  const { seed = 1, view = SILENT, watchdogSeconds = 180 } = options;
  const { partSize, multipartThreshold } = options.copySizes ?? DEFAULTS;
  const sizes = { partSize, multipartThreshold };
  view.print(preface(seed, sizes));
  const began = performance.now();
  const stack = await startStack({
    cloud: { seed, ecs: { startDelayMs: SIMULATED.startDelayMs } },
    settings: { ...TIMES, ...options.copySizes },
  });
  const stop = new AbortController();
  const callOff = (): void => stop.abort(options.signal?.reason);
  options.signal?.addEventListener("abort", callOff, { once: true });
  if (options.signal?.aborted === true) callOff();

  const elapsedMs = (): number => performance.now() - began;
  const tell = (moment: Moment): void => view.moment(moment, elapsedMs());
  const observer = observe({ ...stack.cloud, tell, partsThere: (key) => partsThere(stack, key) });
  const ticker = setInterval(() => view.live(() => liveOf(stack, observer, elapsedMs())), VIEW_EVERY_MS);
  const watchdog = setTimeout(() => {
    const reasons = waitingFor(activityOf(stack, observer));
    const text = reasons.length === 0 ? "the scenario or the comparison to end" : reasons.join("; ");
    stop.abort(new DemoStuck(`after ${watchdogSeconds} s the demo still waits for: ${text}`));
  }, watchdogSeconds * 1000);

  const acting = act({
    stack,
    observer,
    scenario: makeScenario(seed, options.size ?? FULL_SIZE),
    sizes,
    tell,
    signal: stop.signal,
  });
  let facts: Facts;
  try {
    facts = { ...(await Promise.race([acting, aborted(stop.signal)])), seed, seconds: elapsedMs() / 1000 };
  } finally {
    clearInterval(ticker);
    clearTimeout(watchdog);
    options.signal?.removeEventListener("abort", callOff);
    stop.abort(new Error("the demo is over"));
    await within(LAST_WRITE_MS, acting);
    observer.close();
    view.close();
    await stack.close();
  }
  return summarise({ ...facts, left: { ...facts.left, behind: await leftBehind(stack.cloud) } });
}

interface Stage {
  readonly stack: Stack;
  readonly observer: Observer;
  readonly scenario: Scenario;
  readonly sizes: CopySizes;
  readonly tell: (moment: Moment) => void;
  readonly signal: AbortSignal;
}

async function act(stage: Stage): Promise<Omit<Facts, "seed" | "seconds">> {
  const { stack, observer, scenario, sizes, tell, signal } = stage;
  const { cloud } = stack;
  const { multipart, steps, races } = scenario;
  const client = operatorClient(cloud);
  try {
    const author = makeAuthor(stack, client, signal);
    const note = (text: string): void => tell({ kind: "note", text });
    const plan = planCopy(multipart.bytes, sizes);
    if (plan?.kind !== "multipart") throw new Error("the multipart object is not above the multipart threshold");
    cloud.s3.setLatency(SIMULATED.latency);
    // S3's test event is of no interest here, and no reason to start a worker.
    stack.queue.purge();

    const workersBefore = cloud.ecs.tasks().length;
    const input = { cloud, observer, key: multipart.key, tell, signal };
    const interruption = interruptCopy({ ...input, parts: plan.partCount, partsDone: Math.ceil(plan.partCount / 2) });
    const raced = author.race(races, ({ object }) =>
      note(`source     ${shortKey(object.key)} is overwritten in the middle of its copy`),
    );
    const meanwhile = Promise.all([interruption, raced]);
    meanwhile.catch(() => undefined);

    await author.put(multipart, sizes.partSize);
    note(`source     ${shortKey(multipart.key)} written, ${mib(multipart.bytes)}`);
    await until(() => cloud.ecs.tasks().length > 0, signal);
    cloud.s3.setDelivery(SIMULATED.delivery);
    note(`source     begins ${storyOf(scenario)}`);
    await author.play(steps);
    note("source     does not change any more");
    const [interrupted] = await meanwhile;
    await until(() => waitingFor(activityOf(stack, observer)).length === 0, signal);

    note("comparing  both buckets, read back over HTTP");
    const source = await takeInventory(client, stack.source);
    signal.throwIfAborted();
    const destination = await takeInventory(client, stack.destination);
    return {
      objects: source.length,
      bytes: source.reduce((sum, item) => sum + item.size, 0),
      differences: compare(source, destination),
      workersBefore,
      ...factsOf({ stack, observer, key: multipart.key, plan, interrupted }),
    };
  } finally {
    client.destroy();
  }
}

function storyOf({ steps, races }: Scenario): string {
  const count = (matches: (step: (typeof steps)[number]) => boolean): number => steps.filter(matches).length;
  const puts = (why: string) => count(({ change }) => change.kind === "put" && change.why === why);
  return [
    plural(puts("new"), "upload"),
    plural(puts("overwrite") + races.length, "overwrite"),
    `${plural(
      count(({ change }) => change.kind === "delete"),
      "delete",
    )} (${puts("recreate")} recreated)`,
    plural(
      count(({ change }) => change.kind === "retouch"),
      "metadata-only change",
    ),
  ].join(", ");
}

function partsThere({ cloud, destination }: Stack, key: string): number {
  return cloud.s3.openUploads(destination).find((upload) => upload.key === key)?.parts.length ?? 0;
}

/** Rejects with the signal's reason, once it comes. */
function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const tell = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    if (signal.aborted) tell();
    else signal.addEventListener("abort", tell, { once: true });
  });
}

/** Waits for the end of something, however it ends, and no longer than this. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const ignore = (): void => undefined;
  await Promise.race([work.catch(ignore), sleep(ms, over.signal).catch(ignore)]);
  over.abort();
}
