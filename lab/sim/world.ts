/** The simulated world: services, network and judge of one run, and what a worker must look like to live in it. */
import type { WorkerConfig } from "../../core/config";
import type { Log } from "../../core/ports";
import type { WorkerDeps } from "../../worker/worker";
import { isInRange } from "../../core/listing";
import { eventBody, keysIn, rangeIn } from "./bodies";
import { DESTINATION_BUCKET, keysOf, PREFIX, SOURCE_BUCKET } from "./config";
import { SimDestination } from "./destination";
import { History } from "./history";
import { EQUAL_AT_REST, Judge } from "./judge";
import { Network } from "./network";
import type { SimProcess } from "./process";
import { SimQueue, type SimMessage } from "./queue";
import type { Random } from "./random";
import type { Scenario } from "./scenario";
import { Scheduler } from "./scheduler";
import { SimSource, type SourceChange } from "./source";
import { EPOCH_MS } from "./time";

/** What is run in the world: the real worker, or a broken one. */
export type RunWorker = (
  config: WorkerConfig,
  deps: WorkerDeps,
  stop: AbortSignal,
) => Promise<{ readonly exitCode: number; readonly reason: string }>;

export class SimWorld {
  readonly scheduler: Scheduler;
  readonly history: History;
  readonly network: Network;
  readonly source: SimSource;
  readonly destination: SimDestination;
  readonly queue: SimQueue;
  readonly deadLetters: SimQueue;
  readonly judge: Judge;
  private readonly refusedKeys: readonly string[];
  /** Events on their way to the queue. */
  eventsUnderWay = 0;
  /** Every worker there has been. */
  readonly processes: SimProcess[] = [];
  /** Set by the workload: when each copy of the next event arrives. */
  eventDelaysMs: () => readonly number[] = () => [0];

  constructor(
    readonly scenario: Scenario,
    random: Random,
  ) {
    this.scheduler = new Scheduler(random.stream("ties"));
    const now = (): number => this.scheduler.now;
    this.history = new History(now);
    this.network = new Network(
      this.scheduler,
      this.history,
      scenario.nemesis,
      random.stream("network"),
      (process, operation, keys) => this.judge.blame("no malformed request", keys[0], `${operation} by ${process.id}`),
    );
    const epochSeconds = (): number => Math.floor((EPOCH_MS + now()) / 1000);
    this.source = new SimSource(SOURCE_BUCKET, scenario.versioned, epochSeconds, (change) =>
      this.sourceChanged(change),
    );
    const lastKey = keysOf(scenario).at(-1);
    this.refusedKeys = scenario.refusesLastKey && lastKey !== undefined ? [lastKey] : [];
    const traits = { refusedKeys: this.refusedKeys, knowsCrc64: scenario.knowsCrc64 };
    this.destination = new SimDestination(DESTINATION_BUCKET, this.source, traits, now, (key, replica) =>
      this.judge.stored(key, replica),
    );
    this.queue = this.makeQueue("m", random, scenario.duplicateDelivery);
    this.deadLetters = this.makeQueue("dead", random, 0);
    const { source, destination, queue, deadLetters, network } = this;
    this.judge = new Judge(
      { source, destination, queue, deadLetters, network },
      this.history,
      now,
      PREFIX,
      scenario.copyConcurrency,
      // With the same message in two hands at once the finer promises mean nothing; what counts is how it ends.
      (promise) => scenario.duplicateDelivery === 0 || promise === EQUAL_AT_REST,
    );
  }

  /** A worker sent a message to the dead-letter queue: with a reason, and not for being interrupted. */
  readonly wroteOff = (_: SimProcess, message: SimMessage): void => {
    if (Object.keys(message.attributes).length === 0)
      this.judge.blame("a dead letter has its reason", message.keys[0], message.id);
    this.judge.deadLettered(
      message,
      message.keys.some((key) => this.refusedKeys.includes(key)),
    );
  };

  /** Keys that are in the dead-letter queue, by themselves or in a range that is. */
  deadKeys(): ReadonlySet<string> {
    const dead = [...this.deadLetters.messages.values()];
    const ranges = dead.map(({ body }) => rangeIn(body)).filter((range) => range !== undefined);
    const listed = this.source.keys().filter((key) => ranges.some((range) => isInRange(key, range)));
    return new Set([...dead.flatMap(({ keys }) => keys), ...listed]);
  }

  logOf(process: SimProcess): Log {
    const line = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
      if (!process.isRunning()) return;
      const key = typeof fields["key"] === "string" ? fields["key"] : undefined;
      this.history.add(process.id, `log ${event}`, key, JSON.stringify({ ...fields, key: undefined }));
      if (event === "internal-error") this.judge.blame("no internal error", key, JSON.stringify(fields));
    };
    return { debug: () => undefined, info: line, warn: line, error: line };
  }

  private makeQueue(label: string, random: Random, duplicateDelivery: number): SimQueue {
    const { visibilitySeconds, maxReceiveCount, staleDeletePower } = this.scenario;
    const traits = { visibilityMs: visibilitySeconds * 1000, maxReceiveCount, staleDeletePower, duplicateDelivery };
    return new SimQueue(label, traits, this.scheduler, random.stream(`queue ${label}`), {
      received: ({ keys }) => keys.forEach((key) => this.judge.delivered(key)),
      deadLettered: (message) => {
        const holder = this.processes.find(({ id }) => id === message.holder);
        this.judge.deadLettered(message, holder?.state === "killed" || holder?.wasFrozen === true);
        this.history.add(
          "sqs",
          "moves to the DLQ",
          message.keys,
          `${message.id} after ${String(message.receives)} receives`,
        );
        this.deadLetters.send(message.body, message.keys, 0, message.attributes);
      },
    });
  }

  private sourceChanged(change: SourceChange): void {
    const { key } = change;
    this.judge.lostWithBucket.delete(key);
    this.judge.compare(key);
    const body = eventBody(SOURCE_BUCKET, change, this.scheduler.now, this.scenario.eventShape);
    for (const delayMs of this.eventDelaysMs()) {
      this.eventsUnderWay++;
      this.scheduler.after(delayMs, () => {
        this.eventsUnderWay--;
        const { id } = this.queue.send(body, keysIn(body), 0, {});
        this.history.add("s3", "event arrives", key, `${id} ${change.eventName}`);
      });
    }
  }
}
