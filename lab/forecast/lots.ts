/**
 * Lots: messages that are treated alike and travel together. A small job has one message per lot; of a billion objects a lot holds
 * thousands, so that the simulation has about {@link MOST_LOTS} of them however large the job is.
 */
import type { Random } from "../sim/random";
import { gamma } from "./luck";
import type { Profile } from "./profile";
import { type Backlog, type Job, objectsOf, type Stream } from "./scenario";

export interface Lot {
  readonly messages: number;
  readonly objects: number;
  /** Copy requests that are still to be made; fewer than all of them after a hand-off. */
  readonly copies: number;
  /** When the last of its objects was written at the source, ms: all of them count as written then. */
  readonly writtenAt: number;
}

const MOST_LOTS = 100_000;
/** A burst comes at the beginning of each such period. */
const BURST_PERIOD_MS = 600_000;

/** Lots in the order they arrive. */
export function lotsOf(job: Job, profile: Profile, random: Random): Iterable<Lot> {
  return job.kind === "backlog" ? backlog(job, profile) : stream(job, profile, random);
}

/** Messages of one lot. */
export function messagesPerLot(job: Job, { keysPerMessage }: Profile): number {
  return Math.max(1, Math.ceil(objectsOf(job) / keysPerMessage / MOST_LOTS));
}

function* backlog(job: Backlog, profile: Profile): Iterable<Lot> {
  const most = messagesPerLot(job, profile) * profile.keysPerMessage;
  for (let left = job.objects; left > 0; left -= most) yield lotOf(Math.min(most, left), profile, 0);
}

function* stream(job: Stream, profile: Profile, random: Random): Iterable<Lot> {
  const most = messagesPerLot(job, profile) * profile.keysPerMessage;
  const distanceMs = 1000 / job.perSecond;
  let evenMs = 0;
  for (let left = objectsOf(job); left > 0; left -= most) {
    const objects = Math.min(most, left);
    evenMs += gamma(random, objects) * distanceMs;
    yield lotOf(objects, profile, inBursts(evenMs, job.burst));
  }
}

function lotOf(objects: number, profile: Profile, writtenAt: number): Lot {
  const messages = Math.ceil(objects / profile.keysPerMessage);
  return { messages, objects, copies: objects * profile.copies, writtenAt };
}

function inBursts(evenMs: number, burst: number): number {
  const begun = Math.floor(evenMs / BURST_PERIOD_MS) * BURST_PERIOD_MS;
  return begun + (evenMs - begun) / burst;
}
