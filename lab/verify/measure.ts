/** What the compare engine costs by itself, without any request: memory and disk per key, CPU per key. */
import { readFileSync } from "node:fs";
import { compare, type CompareDeps } from "../../cli/verify/compare";
import { makeSpill, type Spill } from "../../cli/verify/spill";
import { DEFAULTS } from "../../core/env";
import { systemClock } from "../../worker/clock";
import { sha256 } from "../../worker/digest";
import { rowListingOf } from "./rows";
import { type SimulatedBuckets, type SimulatedOptions, simulatedBuckets } from "./listings";

export interface Measurement {
  readonly objects: number;
  readonly memoryBudgetMiB: number;
  readonly equal: number;
  readonly findings: number;
  readonly listCalls: number;
  readonly wallSeconds: number;
  /** User and system time of the engine alone. */
  readonly cpuSeconds: number;
  /** The same of making up the listings, which `cpuSeconds` does not contain. */
  readonly generatorCpuSeconds: number;
  readonly peakRssMiB: number;
  /** Keys that waited for their counterpart at one time, and the memory each of them took. */
  readonly peakWaitingKeys: number;
  readonly memoryBytesPerWaitingKey: number;
  readonly spilledBytes: number;
  /** Both sides together, spread over all objects. */
  readonly spilledBytesPerObject: number;
}

export interface MeasureOptions extends SimulatedOptions {
  readonly memoryMiB: number;
  readonly spillFolder: string;
  readonly deep: boolean;
}

const MIB = 1024 ** 2;

export async function measure(options: MeasureOptions): Promise<Measurement> {
  const generatorCpuSeconds = await cpuOfListings(options);
  const buckets = simulatedBuckets(options, sha256);
  const spill = makeSpill(options.spillFolder);
  const began = { cpu: process.cpuUsage(), ms: performance.now() };
  try {
    const { deep, memoryMiB, objects } = options;
    const { equal, findings, memory } = await compare(
      { prefix: "", deep, memoryBytes: memoryMiB * MIB, graceSeconds: 0 },
      depsOf(buckets, spill),
    );
    return {
      objects,
      memoryBudgetMiB: memoryMiB,
      equal,
      findings: findings.length,
      listCalls: buckets.calls(),
      wallSeconds: rounded((performance.now() - began.ms) / 1000),
      cpuSeconds: rounded(secondsOf(process.cpuUsage(began.cpu)) - generatorCpuSeconds),
      generatorCpuSeconds: rounded(generatorCpuSeconds),
      peakRssMiB: Math.round(peakRssKib() / 1024),
      peakWaitingKeys: memory.peakKeys,
      memoryBytesPerWaitingKey: rounded(memory.peakBytes / Math.max(1, memory.peakKeys)),
      spilledBytes: memory.spilledBytes,
      spilledBytesPerObject: rounded(memory.spilledBytes / Math.max(1, objects)),
    };
  } finally {
    spill.close();
  }
}

/** CPU seconds of listing both sides without looking at what comes. */
async function cpuOfListings(options: SimulatedOptions): Promise<number> {
  const { source, destination } = simulatedBuckets(options, sha256);
  const { signal } = new AbortController();
  const began = process.cpuUsage();
  for (const listing of [source, destination]) {
    let token: string | undefined;
    do {
      const page = await listing.list({ prefix: "", ...(token === undefined ? {} : { token }) }, signal);
      token = page.token;
    } while (token !== undefined);
  }
  return secondsOf(process.cpuUsage(began));
}

function depsOf(buckets: SimulatedBuckets, spill: Spill): CompareDeps {
  return {
    sourceListing: rowListingOf(buckets.source),
    destinationListing: rowListingOf(buckets.destination),
    source: {
      name: buckets.source.name,
      head: (key) => Promise.resolve(buckets.headSource(key)),
      exists: () => Promise.resolve(true),
    },
    destination: {
      name: buckets.destination.name,
      head: (key) => Promise.resolve(buckets.headDestination(key)),
    },
    clock: systemClock,
    random: Math.random,
    signal: new AbortController().signal,
    concurrency: 256,
    spill,
    digest: sha256,
    sizes: { partSize: DEFAULTS.partSize, multipartThreshold: DEFAULTS.multipartThreshold },
    progress: () => undefined,
    refusals: { of: () => Promise.resolve(undefined), look: null },
  };
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * Of this program alone. On Linux getrusage's figure also covers what the process was before it became this program, which is
 * the memory of whoever started it (fs/exec.c, setmax_mm_hiwater_rss).
 */
function peakRssKib(): number {
  const { maxRSS } = process.resourceUsage();
  if (process.platform !== "linux") return maxRSS;
  const [, own] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return own === undefined ? maxRSS : Number(own);
}
