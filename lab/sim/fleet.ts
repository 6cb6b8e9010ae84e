/** The starter and the machines: launches workers while messages are visible, and interrupts them as the scenario says. */
import { EXIT_MARGIN_MS } from "../../worker/drain";
import type { CallMoment } from "./network";
import { clockPort, destinationPort, listingPort, sourcePort } from "./ports";
import { SimProcess } from "./process";
import { queuePort } from "./queue-ports";
import { hashText, type Random } from "./random";
import type { Interrupt, Scenario } from "./scenario";
import { MINUTE, SECOND } from "./time";
import type { RunWorker, SimWorld } from "./world";
import { simConfig } from "./config";

/** Between SIGTERM and SIGKILL (ECS `stopTimeout`). */
const STOP_TIMEOUT_MS = 120 * SECOND;

export class Fleet {
  private launching = 0;
  private readonly random: Random;

  constructor(
    private readonly world: SimWorld,
    private readonly scenario: Scenario,
    private readonly runWorker: RunWorker,
    random: Random,
    private readonly more: () => boolean,
  ) {
    this.random = random;
    world.network.watch((moment) => this.interruptAt(moment));
  }

  get live(): number {
    return this.world.processes.filter((process) => process.isRunning()).length + this.launching;
  }

  start(): void {
    for (let i = 0; i < this.scenario.firstWorkers; i++) this.launchIn(this.random.int(0, 2_000));
    this.lookAgain();
  }

  /** Once a minute, as the schedule does. */
  private lookAgain(): void {
    this.world.scheduler.after(MINUTE, () => {
      const visible = this.world.queue.visibleCount();
      for (let i = 0; i < visible && this.live < this.scenario.maxWorkers; i++)
        this.launchIn(this.random.int(1, 30) * SECOND);
      if (this.more() || this.live > 0) this.lookAgain();
    });
  }

  private launchIn(ms: number): void {
    this.launching++;
    this.world.scheduler.after(ms, () => {
      this.launching--;
      this.world.scheduler.wake(() => this.launch());
    });
  }

  private launch(): void {
    const { world } = this;
    const ordinal = this.world.processes.length;
    const process = new SimProcess(`w${String(ordinal)}`, ordinal, world.scheduler.now);
    this.world.processes.push(process);
    const luck = this.random.stream(process.id);
    world.history.add(process.id, "worker starts", undefined);
    const queue = queuePort(world, process);
    const { network, judge, deadLetters: queueOfTheDead } = world;
    const deadLetters = queuePort({ network, judge, queue: queueOfTheDead, sent: world.wroteOff }, process);
    const deps = {
      source: sourcePort(world, process),
      destination: destinationPort(world, process),
      sourceListing: listingPort(world, process, "source"),
      destinationListing: listingPort(world, process, "destination"),
      queue,
      heartbeats: queue,
      deadLetters,
      clock: clockPort(world.network, process, luck.int(-120, 120) * SECOND),
      log: world.logOf(process),
      random: () => luck.next(),
      digest,
    };
    this.runWorker(simConfig(this.scenario, ordinal), deps, process.stop.signal).then(
      ({ exitCode, reason }) => this.end(process, `worker exits ${String(exitCode)}`, reason),
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.end(process, "worker crashes", text);
        if (process.state === "ended") world.judge.blame("no crash", undefined, `${process.id}: ${text}`);
      },
    );
  }

  private end(process: SimProcess, what: string, detail: string): void {
    if (!process.isRunning()) return;
    process.state = "ended";
    this.world.scheduler.forget(process.id);
    this.world.history.add(process.id, what, undefined, detail);
  }

  private interruptAt(moment: CallMoment): void {
    for (const interrupt of this.scenario.interrupts) {
      const { worker, operation, call, phase } = interrupt;
      if (worker !== moment.process.ordinal || phase !== moment.phase) continue;
      const reached =
        operation === ""
          ? call === moment.ordinal
          : operation === moment.operation && call === moment.ordinalOfOperation;
      if (reached) this.interrupt(moment.process, interrupt);
    }
  }

  private interrupt(process: SimProcess, { kind, seconds }: Interrupt): void {
    const { scheduler, history } = this.world;
    if (!process.isRunning()) return;
    history.add(process.id, kind === "freeze" ? `freeze for ${String(seconds)} s` : kind, undefined);
    if (kind === "kill") this.kill(process);
    if (kind === "freeze") {
      process.frozenUntilMs = Math.max(process.frozenUntilMs, scheduler.now + seconds * SECOND);
      process.wasFrozen = true;
    }
    if (kind === "term") {
      // Not inside the worker's own call: a signal arrives between two turns of the event loop.
      scheduler.after(Math.max(0, process.frozenUntilMs - scheduler.now), () => this.terminate(process));
      scheduler.after(STOP_TIMEOUT_MS, () => this.killLate(process));
    }
  }

  /** What the process edge does (worker/main.ts): stops the worker, and cuts it off when it does not end in time. */
  private terminate(process: SimProcess): void {
    const { scheduler, history, judge } = this.world;
    const termAtMs = scheduler.now;
    scheduler.wake(() => process.stop.abort());
    scheduler.after(simConfig(this.scenario, process.ordinal).drainSeconds * SECOND + EXIT_MARGIN_MS, () => {
      if (!process.isRunning()) return;
      this.kill(process);
      history.add(process.id, "cuts itself off", undefined);
      if (process.lastFaultAtMs >= termAtMs || process.wasFrozen) return;
      judge.blame("leaves by itself after SIGTERM when nothing is in its way", undefined, process.id);
    });
  }

  private kill(process: SimProcess): void {
    process.state = "killed";
    this.world.scheduler.forget(process.id);
  }

  private killLate(process: SimProcess): void {
    if (!process.isRunning()) return;
    this.kill(process);
    this.world.history.add(process.id, "killed after 120 s", undefined);
    if (!process.wasFrozen) {
      this.world.judge.blame("ends within 120 s of SIGTERM", undefined, process.id);
    }
  }
}

/** Short and deterministic; the product's SHA-256 would only cost time here. */
function digest(text: string): string {
  return hashText(text, 1).toString(36) + hashText(text, 2).toString(36);
}
