/**
 * The whole loop under virtual time: arrivals, queue, starter, cold starts, workers, Spot interruptions, until everything is copied and
 * the last worker has left. The same scenario gives the same result.
 */
import { seeded } from "../sim/random";
import { looksDueMs } from "../../core/look";
import { invocationEveryMs, makeFleet, type Task } from "./fleet";
import { makeLags } from "./lags";
import { makeLimits } from "./limits";
import { type Lot, lotsOf } from "./lots";
import { exponential, lognormal } from "./luck";
import { type Outcome, outcomeOf } from "./outcome";
import { profileOf } from "./profile";
import { objectsOf, type Scenario } from "./scenario";
import { makeTimetable, type Planned } from "./timetable";
import { makeWaiting } from "./waiting";
import { cutOff, type Held, makePipe, type Pipe } from "./worker";

/** A forecast of the largest job takes a tenth of it. */
const MOST_STEPS = 50_000_000;
const LAGS_PER_LOT = 8;

interface Crew {
  readonly task: Task;
  readonly pipe: Pipe;
  readonly ends: Map<Held, Planned>;
  wake: Planned | undefined;
  leave: Planned | undefined;
}

export function simulate(scenario: Scenario): Outcome {
  const { job, cause, settings, world } = scenario;
  const profile = profileOf(scenario);
  const random = seeded(scenario.seed);
  const choice = random.stream("choice");
  const starts = random.stream("starts");
  const spot = random.stream("spot");
  const time = makeTimetable();
  const waiting = makeWaiting();
  const limits = makeLimits(profile, world);
  const fleet = makeFleet(settings);
  const lags = makeLags();
  const crews = new Set<Crew>();
  const objects = objectsOf(job);
  const extra = { source: 0, destination: 0 };
  let copied = 0;
  let copies = 0;
  let lastCopyMs = 0;
  let firstCopyMs = Infinity;
  let mostWorkers = 0;

  // --- arrivals
  const lots = lotsOf(job, profile, random.stream("arrivals"))[Symbol.iterator]();
  function arrive(): void {
    const next = lots.next();
    if (next.done === true) return;
    const lot = next.value;
    const delayMs = cause === "backfill" ? 0 : world.notificationMs;
    time.at(lot.writtenAt + delayMs, () => {
      offer(lot);
      arrive();
    });
  }

  /** Whoever polls at this moment gets it; else it waits. */
  function offer(lot: Lot): void {
    waiting.put(lot);
    const polling = [...crews].filter(({ task, pipe }) => !task.interrupted && pipe.hasRoom(time.now));
    if (polling.length > 0) receive(choice.pick(polling));
  }

  // --- workers
  function receive(crew: Crew): void {
    const { pipe, task } = crew;
    while (!task.interrupted && pipe.hasRoom(time.now)) {
      const lot = waiting.take();
      if (lot === undefined) break;
      const held = pipe.begin(lot, time.now);
      crew.ends.set(
        held,
        time.at(held.lastMs + profile.copyMs + profile.afterMs, () => finish(crew, held, held.lot)),
      );
    }
    if (waiting.depth().visible > 0) wakeForRoom(crew);
    stayUntilIdle(crew);
  }

  function wakeForRoom(crew: Crew): void {
    crew.wake?.cancel();
    const at = crew.pipe.roomAt(time.now);
    // Never the same moment again: rounding would make it endless.
    crew.wake = Number.isFinite(at) ? time.at(Math.max(at, time.now + 1), () => receive(crew)) : undefined;
  }

  function stayUntilIdle(crew: Crew): void {
    if (crew.leave !== undefined) return;
    const at = crew.pipe.leavesAt();
    crew.leave = time.at(at, () => {
      crew.leave = undefined;
      if (crew.pipe.leavesAt() > time.now) stayUntilIdle(crew);
      else stop(crew);
    });
  }

  function finish(crew: Crew, held: Held, done: Lot): void {
    crew.ends.delete(held);
    crew.pipe.end(held);
    waiting.letGo(done.messages);
    copies += done.copies;
    if (done.objects > 0) count(held, done);
    if (!crew.task.interrupted && waiting.depth().visible > 0) receive(crew);
  }

  /** The objects of a lot are done one after another, as their last requests were sent. */
  function count(held: Held, done: Lot): void {
    copied += done.objects;
    const perObject = held.lot.copies / held.lot.objects;
    const samples = Math.min(done.objects, LAGS_PER_LOT);
    for (let sample = 0; sample < samples; sample++) {
      const index = samples === 1 ? 0 : Math.round((sample * (done.objects - 1)) / (samples - 1));
      const share = held.lot.copies === 1 ? 0 : ((index + 1) * perObject - 1) / (held.lot.copies - 1);
      const sentMs = held.firstMs + (held.lastMs - held.firstMs) * share;
      const doneMs = sentMs + profile.copyMs + profile.afterMs;
      lags.add((doneMs - done.writtenAt) / 1000, done.objects / samples);
      firstCopyMs = Math.min(firstCopyMs, doneMs);
      lastCopyMs = Math.max(lastCopyMs, doneMs);
    }
  }

  function stop(crew: Crew): void {
    crew.wake?.cancel();
    crew.leave?.cancel();
    crews.delete(crew);
    crew.task.stoppedAt = time.now;
  }

  // --- Spot interruptions: what has begun is finished, the rest goes back at once
  function interrupt(crew: Crew): void {
    if (!crews.has(crew)) return;
    crew.task.interrupted = true;
    crew.wake?.cancel();
    crew.leave?.cancel();
    let endsAt = time.now;
    for (const held of crew.pipe.held()) {
      if (held.lastMs > time.now) handBack(crew, held);
      endsAt = Math.max(endsAt, Math.min(held.lastMs, time.now) + profile.copyMs + profile.afterMs);
    }
    time.at(endsAt, () => stop(crew));
  }

  function handBack(crew: Crew, held: Held): void {
    const { done, left, split } = cutOff(held, profile, time.now);
    crew.ends.get(held)?.cancel();
    time.at(time.now + profile.copyMs + profile.afterMs, () => finish(crew, held, done));
    limits.release(left.copies / profile.copies);
    // What is put back is looked at on both sides by whoever gets it.
    extra.source += split;
    extra.destination += cause === "event" ? left.objects : split;
    waiting.letGo(left.messages);
    // An object in parts is handed on when the parts in flight are there.
    time.at(time.now + world.queueMs + split * profile.copyMs, () => offer(left));
  }

  // --- starter and cold starts
  function launch(task: Task): void {
    time.at(time.now + lognormal(starts, world.startSeconds * 1000, world.startSpread), () => {
      task.startedAt = time.now;
      // A worker asks both buckets for one object before it begins: whether it may (aws/preflight.ts).
      extra.source++;
      extra.destination++;
      const pipe = makePipe({ profile, settings, world, limits, startedAt: time.now });
      const crew: Crew = { task, pipe, ends: new Map(), wake: undefined, leave: undefined };
      crews.add(crew);
      mostWorkers = Math.max(mostWorkers, crews.size);
      if (task.capacity === "FARGATE_SPOT" && world.spotInterruptionsPerHour > 0) {
        const afterMs = (exponential(spot) / world.spotInterruptionsPerHour) * 3_600_000;
        // Most workers have left long before: those plans find them gone.
        time.at(time.now + afterMs, () => interrupt(crew));
      }
      receive(crew);
    });
  }

  const isOver = (): boolean => copied >= objects && fleet.tasks.every(({ stoppedAt }) => stoppedAt !== undefined);
  function invoke(at: number, everyMs: number, dueMs: readonly number[]): void {
    time.at(at, () => {
      if (isOver()) return;
      for (const due of dueMs) time.at(time.now + due, look);
      invoke(at + everyMs, everyMs, dueMs);
    });
  }
  function look(): void {
    const depth = waiting.depth();
    time.at(time.now + world.lookMs, () => fleet.look(depth, time.now).forEach(launch));
  }

  arrive();
  const everyMs = world.schedule?.everyMs ?? invocationEveryMs(settings.pollIntervalSeconds);
  const firstMs = world.schedule?.firstMs ?? random.stream("schedule").next() * everyMs;
  const dueMs = world.schedule === undefined ? looksDueMs(settings.pollIntervalSeconds) : [0];
  // The invocation that is under way when the first object is written.
  for (const due of dueMs) if (firstMs - everyMs + due >= 0) time.at(firstMs - everyMs + due, look);
  invoke(firstMs, everyMs, dueMs);
  time.run(MOST_STEPS);
  return outcomeOf(scenario, profile, fleet.tasks, {
    copied,
    copies,
    lastCopyMs,
    firstCopyMs,
    mostWorkers,
    extra,
    lags: lags.summary(),
  });
}
