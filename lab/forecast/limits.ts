/** What S3 gives to the whole fleet together: requests per second of the source's prefixes and of the directory bucket. */
import type { Profile } from "./profile";
import type { World } from "./scenario";

export interface Limits {
  /**
   * Reserves the requests of `objects` that were received at `now` (ms); the answer is when the last of them may be sent. Who comes
   * first is served first, at exactly the limit.
   */
  reserve(objects: number, now: number): number;
  /** Gives back what was reserved and will not be sent. */
  release(objects: number): void;
}

interface Limit {
  readonly msPerObject: number;
  /** Everything that was reserved has been sent by then. */
  until: number;
}

export function makeLimits(profile: Profile, world: World): Limits {
  const limits: Limit[] = [
    (1000 * profile.sourceReads) / (world.prefixes * world.sourceReadsPerSecond),
    (1000 * profile.expressReads) / world.expressReadsPerSecond,
    (1000 * profile.expressWrites) / world.expressWritesPerSecond,
  ].map((msPerObject) => ({ msPerObject, until: 0 }));
  return {
    reserve(objects, now) {
      for (const limit of limits) limit.until = Math.max(limit.until, now) + objects * limit.msPerObject;
      return Math.max(...limits.map(({ until }) => until));
    },
    release(objects) {
      for (const limit of limits) limit.until -= objects * limit.msPerObject;
    },
  };
}
