/** What docs/performance.md says of the queue, of the size of a task, and of the settings. Pure. */
import { formatDollars, formatNumber } from "../../../cli/cost/quantities";
import type { QueueCost } from "../queue-cost";
import { bestTask } from "../task-sizes";
import type { Tasks } from "../tasks";
import { FLEET_HEAD, fleetRows } from "../fleet-rows";
import type { Measured } from "./document";
import { table } from "./markdown";

export function queueSection(calls: readonly QueueCost[]): string {
  return `## The queue

${table(
  ["call, ten messages each", "CPU s per 1,000 calls", "CPU s per 1,000 objects", "dollars per million objects"],
  calls.map((one) => [
    one.call,
    String(one.cpuPer1000Calls),
    String(one.cpuPer1000Objects),
    formatDollars(one.dollarsPerMillionObjects),
  ]),
)}

Through the worker's transport, without TLS (\`npm run bench -- queue\`). An object takes a receive and a delete, and a visibility change for every third of
\`visibilityTimeoutSeconds\` that it is held: a small one takes none.`;
}

export function tasksSection({ measured, rows }: Tasks): string {
  return `## One process or two, and how large a task

${table(
  ["worker processes on one queue", "objects/s", "CPU s per 1,000 objects"],
  measured.map((one) => [
    String(one.processes),
    formatNumber(one.objectsPerSecond),
    formatNumber(one.cpuSecondsPer1000),
  ]),
)}

\`small\` over TLS, in turns on the same cloud (\`npm run bench -- tasks\`). The local cloud has the same cores, so two processes take from it what it needs to answer
them: their objects per second say little, their CPU includes a second start. What a task of Fargate would do is reckoned from the CPU per object, and
is at most what each process did alone:

${table(
  ["vCPU", "GB", "processes", "objects/s", "dollars of the task per million objects"],
  rows.map((row) => [
    String(row.cpus),
    String(row.gigabytes),
    String(row.processes),
    formatNumber(row.objectsPerSecond),
    formatDollars(row.dollarsPerMillion),
  ]),
)}

${verdict({ measured, rows })} Beside the requests of a million objects, more than a thousand dollars of copies, no size matters. A vCPU of Fargate is not a
core of this machine, and nothing was measured there.`;
}

/** @param measured of the benchmark `fleet` */
export function fleetSection({ job, result }: Measured): string {
  return `## Several workers on one queue

${table(FLEET_HEAD, fleetRows(job, result.runs))}

Over plain HTTP (\`npm run bench -- fleet\`), forty times slower than in \`small\`: 1.2 s per copy and 0.4 s per HEAD, so that eight workers, the local cloud and the cores that they share are
not the limit. What is possible is what the slots of all workers take at 1.2 s per copy, or, in the last row, two HEADs of each object at a source that gives as many
below one prefix, as a bucket of S3 Standard does with more. Objects per second count from the first request to the last message acknowledged: filling and emptying the
slots, and the starts of the other workers, are in it. SlowDown halves a worker's HEADs at once, and no key is put back for it.`;
}

function verdict({ rows }: Tasks): string {
  const best = bestTask(rows);
  const two = rows.find(({ processes }) => processes === 2);
  if (best === undefined || two === undefined) return "Nothing was measured that says which is the better buy.";
  const [less, more] = [best.dollarsPerMillion, two.dollarsPerMillion];
  const size = `${best.cpus} vCPU and ${best.gigabytes} GB`;
  return less <= more
    ? `The better buy is one process in a task of ${size}: two in a larger one cost ${formatNumber(more / less)} times as much per object.`
    : `The better buy of one process is a task of ${size}; two in a larger one would cost ${formatNumber(more / less)} times as much per object.`;
}

export function settingsSection({ rows }: Tasks): string {
  const best = bestTask(rows) ?? { cpus: 1, gigabytes: 2 };
  const size = `${best.cpus * 1024} / ${best.gigabytes * 1024}`;
  return `## Settings by size of object

The four rows of the shell deployment, reckoned again from the model (2 s fixed and 60 to 75 MiB/s per stream on S3 Standard, [unproven](unproven.md))
and from the figures above. The task is the better buy of the section before: small objects are what takes the most CPU, larger ones wait for their streams.

| objects | \`copyConcurrency\` | \`taskCpu\` / \`taskMemory\` | \`multipartThresholdMiB\` / \`partSizeMiB\` | what limits |
| --- | --- | --- | --- | --- |
| below 100 MB | 256 | ${size} | 256 / 128 | the CPU: a worker is one thread, so a second vCPU waits; more workers instead of larger ones |
| 100 MB to 1 GB | 256 | ${size} | 256 / 128 | the streams |
| above 5 GB | 256 | ${size} | 256 / 128 | the streams: every part is one, so one object uses all slots |
| above 50 GB | 256 | ${size} | 256 / 128, larger by itself above 1.22 TiB | the streams; the lease is extended by heartbeats, so \`visibilityTimeoutSeconds\` stays |`;
}
