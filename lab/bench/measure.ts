/** One run of a job: the cloud as at the beginning, worker processes or the command line, and what both sides saw. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SYSTEM_FIELDS, type SystemField } from "../../core/system";
import { trusting } from "./certificate";
import type { CloudProcess } from "./cloud/client";
import type { Prepared, Seen } from "./cloud/protocol";
import { dollarsOf } from "./dollars";
import { type Ended, run } from "./process";
import type { Run } from "./result";
import { wallParts } from "./wall-parts";
import { ALONE, type Fleet, type Job, partFor, SLOTS } from "./workloads";

export interface Bench {
  readonly job: Job;
  readonly cloud: CloudProcess;
  readonly prepared: Prepared;
  /** Of the authority to trust, as a path. */
  readonly certificate: string | undefined;
  readonly transport: "lean" | "sdk";
  readonly profile: string | undefined;
  readonly signal: AbortSignal;
}

const RUN_TIMEOUT_MS = 600_000;
const COPIES = ["CopyObject", "UploadPartCopy"];

/** @throws Error when a worker fails or leaves anything undone */
export async function measureWorkers(bench: Bench, fleet: Fleet): Promise<Run> {
  const { cloud, prepared } = bench;
  const job = partFor(bench.job, fleet);
  await cloud.reset({ messages: true, part: { objects: job.objects.length, latency: job.latency } });
  const environment = { ...prepared.workerEnvironment, TRANSPORT: bench.transport, ...trusting(bench.certificate) };
  const ended = await Promise.all(
    Array.from({ length: fleet.workers }, () =>
      runNode(bench, [join(process.cwd(), "dist", "worker.cjs")], environment),
    ),
  );
  const seen = await cloud.seen(null);
  for (const worker of ended) requireSuccess("worker", worker);
  if (seen.failedObjects > 0 || seen.messagesLeft > 0) {
    throw new Error(`${seen.failedObjects} objects are not equal and ${seen.messagesLeft} messages are left over`);
  }
  // What a worker does while it waits for the end is not work; a job without work is all waiting.
  const endedAtMs = job.eventsPerObject > 0 && job.objects.length > 0 ? seen.acknowledgedAtMs : seen.lastAtMs;
  return runOf(job, seen, ended, endedAtMs, fleet);
}

/** @throws Error when verify does not find the buckets equal */
export async function measureVerify(bench: Bench): Promise<Run> {
  const { cloud, prepared, job } = bench;
  await cloud.reset({ messages: false });
  const system = Object.entries(prepared.system).map(([field, value]) => [
    SYSTEM_FIELDS[field as SystemField].variable,
    String(value),
  ]);
  const environment = {
    ...prepared.operatorEnvironment,
    ...(Object.fromEntries(system) as Record<string, string>),
    ...trusting(bench.certificate),
  };
  const cli = join(process.cwd(), "dist", "cli.cjs");
  const ended = await runNode(bench, [cli, "verify", "--json"], environment);
  const seen = await cloud.seen(null);
  requireSuccess("verify", ended);
  return runOf(job, seen, [ended], ended.startedAtMs + ended.wallSeconds * 1000, ALONE);
}

async function runNode(bench: Bench, args: readonly string[], environment: Record<string, string>): Promise<Ended> {
  const { profile, signal } = bench;
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const profiling = profile === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", resolve(profile)];
  return run({
    command: process.execPath,
    args: [...profiling, ...args],
    environment,
    probed: true,
    signal,
    timeoutMs: RUN_TIMEOUT_MS,
  });
}

function requireSuccess(what: string, { exitCode, stderr, stdout }: Ended): void {
  if (exitCode === 0) return;
  throw new Error(`the ${what} ended with ${String(exitCode)}: ${stderr || stdout.slice(-2000)}`);
}

function runOf(job: Job, seen: Seen, ended: readonly Ended[], endedAtMs: number, fleet: Fleet): Run {
  const startedAtMs = Math.min(...ended.map((one) => one.startedAtMs));
  const { workers, readsPerSecond } = fleet;
  const wallSeconds = (endedAtMs - startedAtMs) / 1000;
  const cpuSeconds = ended.reduce((sum, one) => sum + one.cpuSeconds, 0);
  const mainThreads = ended.map((one) => one.mainThreadCpuSeconds).filter((one) => one !== undefined);
  const times = {
    startedAtMs,
    firstRequestAtMs: seen.firstAtMs,
    acknowledgedAtMs: endedAtMs,
    copies: workers === 1 ? seen.copies : undefined,
  };
  const copies = COPIES.reduce((sum, name) => sum + (seen.requests[name] ?? 0), 0);
  const copyMs = COPIES.reduce((sum, name) => sum + (seen.busyMs[name] ?? 0), 0);
  const counted = copies > 0 ? COPIES : ["ListObjectsV2"];
  const keys = Math.max(1, job.objects.length);
  const [largest] = [...ended].sort((one, other) => other.peakRssMiB - one.peakRssMiB);
  return {
    wallSeconds,
    startSeconds: (seen.firstAtMs - startedAtMs) / 1000,
    cpuSeconds,
    mainThreadCpuSeconds:
      mainThreads.length < ended.length ? undefined : mainThreads.reduce((sum, one) => sum + one, 0),
    cpuSecondsPer1000: (cpuSeconds / Math.max(1, keys * Math.max(1, job.eventsPerObject))) * 1000,
    cloudCpuSeconds: seen.cpuSeconds,
    cloudMainThreadCpuSeconds: seen.mainThreadCpuSeconds,
    requests: seen.requests,
    errors: seen.errors,
    maxInFlight: Math.max(0, ...counted.map((name) => seen.maxInFlight[name] ?? 0)),
    slotsBusy: copyMs / Math.max(1, seen.lastCopyAtMs - seen.firstCopyAtMs) / (SLOTS * workers),
    wallParts: wallParts(times, SLOTS),
    peakRssMiB: largest?.peakRssMiB ?? 0,
    memory: largest?.memory,
    dollars: dollarsOf({
      requests: seen.requests,
      bytesCopied: seen.bytesCopied,
      workerSeconds: ended.reduce((sum, one) => sum + one.wallSeconds, 0),
    }),
    failedObjects: seen.failedObjects,
    copiesPerKeyAndSecond: copies / keys / Math.max(0.001, (endedAtMs - seen.firstAtMs) / 1000),
    workers,
    readsPerSecond,
    objects: job.objects.length,
  };
}
