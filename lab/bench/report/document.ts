/** docs/performance.md out of the results. Pure: every figure in it was measured by the command that wrote it. */
import { formatDollars, formatNumber } from "../../../cli/cost/quantities";
import type { Ceiling } from "../ceiling";
import type { QueueCost } from "../queue-cost";
import type { CpuShares } from "../profile/shares";
import { type BenchResult, spread } from "../result";
import type { Tasks } from "../tasks";
import { type Job, SLOTS } from "../workloads";
import { fleetSection, queueSection, settingsSection, tasksSection } from "./buy-sections";
import { cpuSection, startSentence, wallSection } from "./cpu-sections";
import { table } from "./markdown";
import { memorySection } from "./memory-section";
import { targetRows } from "./targets";

export interface Measured {
  readonly job: Job;
  readonly result: BenchResult;
  readonly tls: boolean;
}

export interface Allocations {
  readonly lean: number;
  readonly nodeHttpUnsigned: number;
  readonly sdk: number;
  /** Of one key. */
  readonly listedRow: number;
  readonly listedObject: number;
}

export interface Findings {
  readonly measured: readonly Measured[];
  readonly ceiling: readonly Ceiling[];
  readonly allocations: Allocations;
  readonly queue: readonly QueueCost[];
  readonly tasks: Tasks;
  readonly fleet: Measured;
  /** Of one more run of `small` over TLS, with a profile. */
  readonly shares: CpuShares;
  readonly cores: number;
  /** "2 x Model name, Node v20.1.2, load 0.5". */
  readonly machine: string;
  readonly command: string;
}

export function performanceDocument({
  measured,
  ceiling,
  allocations,
  queue,
  tasks,
  fleet,
  shares,
  cores,
  machine,
  command,
}: Findings): string {
  return `# Performance

For whoever wants to know what a worker costs, and how well it keeps S3 busy. Written by \`${command}\`; not edited by hand.

Measured with \`${command}\` on ${machine}, the local cloud in a process of its own on the same cores. Objects are phantoms: they have a
size and an identity, but no bytes, and the cloud answers after the time that its model of S3 says. So these figures show what
the worker costs and how well it keeps its ${SLOTS} slots busy; how fast S3 itself is, they do not show. Nothing here was measured on AWS.
With \`--scale\` every job is only that part of what its description says; the start of the process then weighs more.

${table(
  ["benchmark", "objects", "wall, s", "ideal, s", "wall / ideal", "CPU s per 1,000", "in flight", "MiB", "dollars"],
  measured.map(row),
)}

Wall is the median from the start of the process to the last message acknowledged, smallest and largest in brackets; CPU is user
and system time of the worker alone, its start and its leaving included. Ideal is what the copies take at least in ${SLOTS} slots. Dollars are list prices of us-east-1
for the requests, the bytes and the worker's time.

${measured.map(({ job, tls }) => `- \`${job.name}\`${tls ? " over TLS" : ""}: ${job.about}.`).join("\n")}

## What was aimed at

${table(["benchmark", "", "aim", "measured", ""], targetRows(measured, shares))}

CPU and wall seconds depend on what else the machine does: a worker that shares its cores with other programs waits for them, is
interrupted often, and each return costs it caches. With a load above the number of cores the wall times say little. The counts below do not
depend on it.

## Requests

${table(
  ["benchmark", "requests"],
  measured.map(({ job, result }) => [
    job.name,
    Object.entries(result.requests)
      .map(([name, count]) => `${name} ${formatNumber(count)}`)
      .join(", "),
  ]),
)}

A fresh object takes HEAD, copy, HEAD, a tenth of a receive and a tenth of a delete. A test holds the worker to exactly these.

${cpuSection(measured, shares, cores)}

### What a request takes

One HEAD allocates ${formatNumber(allocations.lean)} bytes of heap through the worker's transport, ${formatNumber(allocations.nodeHttpUnsigned)} through \`node:http\` without a
signature, and ${formatNumber(allocations.sdk)} through the SDK. A test holds the first to 0.6 of the second and to a tenth of the third.
A key of a listing allocates ${formatNumber(allocations.listedRow)} bytes as \`verify\` reads it, ${formatNumber(allocations.listedObject)} as an object; a test holds the first to a tenth of the second.

${ceiling.map((one) => `- ${one.server}: ${formatNumber(one.requestsPerSecond)} HEADs/s at 256 in flight; ${one.clientCpuPer1000} CPU s of the client per 1,000 requests.`).join("\n")}

The client of that measurement is the transport alone: signing, sending, reading. Three requests of it are the floor of \`small\`. ${startSentence(measured)}

${memorySection(measured)}
${wallSection(measured)}
${queueSection(queue)}
${peersSection(measured)}
![CPU seconds per 1,000 objects](performance-cpu.svg)

${tasksSection(tasks)}

${fleetSection(fleet)}

${settingsSection(tasks)}
`;
}

function row({ job, result, tls }: Measured): string[] {
  const { runs, wallSeconds, idealSeconds, cpuSecondsPer1000, maxInFlight, peakRssMiB, dollars } = result;
  const [least, most] = spread(runs.map((run) => run.wallSeconds));
  return [
    `${job.name}${tls ? " (TLS)" : ""}`,
    formatNumber(job.objects.length),
    `${formatNumber(wallSeconds)} (${formatNumber(least)} to ${formatNumber(most)})`,
    idealSeconds > 0 ? formatNumber(idealSeconds) : "",
    idealSeconds > 0 ? formatNumber(wallSeconds / idealSeconds) : "",
    formatNumber(cpuSecondsPer1000),
    formatNumber(maxInFlight),
    formatNumber(peakRssMiB),
    formatDollars(dollars),
  ];
}

function peersSection(measured: readonly Measured[]): string {
  const withPeers = measured.filter(({ result }) => result.peers.length > 0);
  if (withPeers.length === 0) return "";
  const rows = withPeers.flatMap(({ job, result }) =>
    result.peers.map((peer) => [
      job.name,
      `${peer.name} ${peer.version}`,
      ...(peer.failedObjects > 0
        ? ["failed", "", "", ""]
        : [
            formatNumber(peer.wallSeconds),
            formatNumber(peer.wallSeconds / result.wallSeconds),
            formatNumber(peer.cpuSecondsPer1000),
            formatNumber(peer.cpuSecondsPer1000 / result.cpuSecondsPer1000),
          ]),
      peer.peakRssMiB > 0 ? formatNumber(peer.peakRssMiB) : "not seen",
      formatNumber(peer.failedObjects),
    ]),
  );
  return `
## Other tools on the same cloud

Into a general purpose bucket, since most of them cannot write to a directory bucket. Each copies once and looks at nothing afterwards; the worker also reads and acknowledges an event and looks before and behind each copy.

${table(["benchmark", "tool", "wall, s", "x ours", "CPU s per 1,000", "x ours", "MiB", "failed"], rows)}
`;
}
