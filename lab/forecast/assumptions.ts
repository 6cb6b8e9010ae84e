/** What a forecast assumes and leaves out, in sentences. Pure. */
import { MIB } from "../../core/parts";
import type { Scenario } from "./scenario";

export function assumptionsOf({ world, settings, cause }: Scenario): readonly string[] {
  const { copyConcurrency: slots } = settings;
  return [
    `A worker receives ${world.startSeconds} s after RunTask, half of the time sooner; one in six takes more than ${world.startSpread} times as long (lognormal). No start fails, and Spot capacity is never short.`,
    `A Spot worker is interrupted ${world.spotInterruptionsPerHour} times an hour, with the warning; the copy requests in flight it finishes, however long they take, and the rest goes back to the queue. Nobody kills workers.`,
    `HEAD, create and complete take ${world.requestMs} ms; a copy request ${world.copyMs} ms without bytes, growing to ${world.copyFixedMs} ms at 64 MiB, and its bytes at ${Math.round(world.streamBytesPerSecond / MIB)} MiB/s. They always take the same time: percentiles of the lag have no slow requests in them.`,
    `Requests cost a worker ${world.requestCpuMs} ms of CPU on one thread, and ${slots} are in flight at most.`,
    `The source's ${world.prefixes === 1 ? "one prefix takes" : `${world.prefixes} prefixes take`} ${world.sourceReadsPerSecond.toLocaleString("en-US")} HEADs and copy reads a second each, and the directory bucket ${world.expressWritesPerSecond.toLocaleString("en-US")} writes; workers share them without loss. Real throttling costs more than it says here.`,
    cause === "backfill"
      ? "All messages of the backfill are in the queue from the beginning; listing, which goes on while the first are copied, takes no time here."
      : `A notification takes ${world.notificationMs / 1000} s. Events of one key that come together are copied once in truth, and one by one here.`,
    `All objects have the same size, and no copy fails. Within a worker they flow: one begins every so many milliseconds. They come one after another, where a worker really shares its slots among two keys per slot: with objects in parts each ends somewhat later than it says here. Of large jobs many messages travel together (a lot).`,
    `What is received goes to a worker picked by chance among those that poll. The queue's depth is exact, the schedule never late, and a look of the starter takes ${world.lookMs / 1000} s.`,
    `Dollars: as \`s3-express-sync cost\`, until the last worker has left. Keeping the replicas is not in them.`,
  ];
}
