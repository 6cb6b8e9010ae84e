/**
 * One worker as a pipe: objects begin in the order they were received, at the pace of the scarcest resource, and each ends a fixed
 * time after its last copy request has begun. How much it receives is the product's own rule of room (worker/room.ts).
 */
import { makeRoom } from "../../worker/room";
import { MOST_RECEIVES, RECEIVERS } from "../../worker/worker";
import type { Limits } from "./limits";
import type { Lot } from "./lots";
import type { Profile } from "./profile";
import type { ForecastSettings, World } from "./scenario";

/** A lot on its way through a worker; its copy requests begin evenly between two times. */
export interface Held {
  readonly lot: Lot;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface PipeDeps {
  readonly profile: Profile;
  readonly settings: ForecastSettings;
  readonly world: World;
  readonly limits: Limits;
  /** When it began to receive, ms. */
  readonly startedAt: number;
}

export interface Pipe {
  /** Whether it receives now. */
  hasRoom(now: number): boolean;
  /** When it has room again, if nothing else happens. */
  roomAt(now: number): number;
  begin(lot: Lot, now: number): Held;
  /** Its last message is deleted. */
  end(held: Held): void;
  /** What it holds. */
  held(): readonly Held[];
  /** When it leaves, if nothing comes any more: after so many empty polls, and never before its work is done. */
  leavesAt(): number;
}

/** SQS gives at most so many messages per receive. */
const RECEIVE_MOST = 10;

export function makePipe({ profile, settings, world, limits, startedAt }: PipeDeps): Pipe {
  const { copyConcurrency: slots } = settings;
  /** As the worker counts it: one huge object does not keep small ones away. */
  const weight = Math.min(profile.copies, slots);
  const msPerMessage = world.queueMs / (MOST_RECEIVES * RECEIVE_MOST);
  const all = new Set<Held>();
  /** Those that may have unstarted requests, in order. */
  let unbegun: Held[] = [];
  let messages = 0;
  let receivedUntil = startedAt;
  let busyUntil = startedAt;
  let lastReceivedAt = startedAt;
  let endsAt = startedAt;
  let now = startedAt;
  const room = makeRoom({
    slots,
    receivers: RECEIVERS,
    unstarted: () => unbegun.reduce((sum, held) => sum + unstartedOf(held), 0),
    held: () => messages,
    ranges: () => 0,
    keysWhileOpen: () => undefined,
  });

  function unstartedOf({ lot, firstMs, lastMs }: Held): number {
    return lot.objects * weight * (1 - shareBegun(firstMs, lastMs, now));
  }

  function lookAt(time: number): void {
    now = time;
    unbegun = unbegun.filter(({ lastMs }) => lastMs > now);
  }

  return {
    hasRoom(time) {
      lookAt(time);
      return room.messages() > 0;
    },
    roomAt(time) {
      lookAt(time);
      let tooMany = unbegun.reduce((sum, held) => sum + unstartedOf(held), 0) - 2 * slots + 1;
      // Full of messages, not of requests: the end of the next one makes room, and asks again.
      if (tooMany <= 0) return Infinity;
      for (const held of unbegun) {
        const here = unstartedOf(held);
        const from = Math.max(now, held.firstMs);
        if (here >= tooMany) return from + (held.lastMs - from) * (tooMany / here);
        tooMany -= here;
      }
      return Infinity;
    },
    begin(lot, time) {
      lookAt(time);
      receivedUntil = Math.max(receivedUntil, now) + lot.messages * msPerMessage;
      const firstMs = Math.max(receivedUntil + profile.beforeMs, busyUntil);
      const drainMs = (profile.workerMs * lot.copies) / profile.copies;
      busyUntil = Math.max(firstMs + drainMs, limits.reserve(lot.copies / profile.copies, now));
      // The last request of a lot begins one request's share before the next lot may begin.
      const held = { lot, firstMs, lastMs: busyUntil - (busyUntil - firstMs) / lot.copies };
      all.add(held);
      unbegun.push(held);
      messages += lot.messages;
      lastReceivedAt = now;
      endsAt = Math.max(endsAt, held.lastMs + profile.copyMs + profile.afterMs);
      room.filed((lot.objects * weight) / lot.messages);
      return held;
    },
    end(held) {
      all.delete(held);
      messages -= held.lot.messages;
    },
    held: () => [...all],
    leavesAt() {
      const pollMs = settings.longPollSeconds * 1000;
      const polls = Math.max(settings.emptyPollsBeforeExit, Math.ceil((endsAt - lastReceivedAt) / pollMs));
      return lastReceivedAt + polls * pollMs;
    },
  };
}

export function shareBegun(firstMs: number, lastMs: number, now: number): number {
  if (now >= lastMs) return 1;
  return now <= firstMs ? 0 : (now - firstMs) / (lastMs - firstMs);
}

export interface CutOff {
  readonly done: Lot;
  readonly left: Lot;
  /** Objects of what is left of which some parts are copied: 0 or 1. */
  readonly split: number;
}

/** A lot that its worker has to let go of: what it still completes, and what others have to do. */
export function cutOff(held: Held, { copies: perObject, keysPerMessage }: Profile, now: number): CutOff {
  const { lot } = held;
  const begun = Math.floor(lot.copies * shareBegun(held.firstMs, held.lastMs, now));
  // An object that is gone on with has fewer requests to make than a fresh one: it counts as done last.
  const doneObjects = Math.min(lot.objects, Math.floor(begun / perObject));
  const objects = lot.objects - doneObjects;
  const copies = objects === 0 ? 0 : lot.copies - begun;
  const isSplit = objects > 0 && begun > doneObjects * perObject;
  const messages = Math.ceil(objects / keysPerMessage);
  return {
    done: { ...lot, messages: lot.messages - messages, objects: doneObjects, copies: begun },
    left: { messages, objects, copies, writtenAt: lot.writtenAt },
    split: isSplit ? 1 : 0,
  };
}
