/** One run with a CPU profile of the worker, or of verify. The profile costs time itself: of that run only the shares are used. */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchIo, withBench } from "../bench";
import { type Bench, measureVerify, measureWorkers } from "../measure";
import type { BenchOptions } from "../options";
import type { Run } from "../result";
import { ALONE, type Job } from "../workloads";
import type { CpuProfile } from "./cpu-profile";
import { type CpuShares, cpuShares } from "./shares";
import { sourcesOf } from "./sources";

export interface Profiled {
  /** Without a profile. */
  readonly run: Run;
  readonly shares: CpuShares;
}

type Options = Pick<BenchOptions, "tls" | "transport" | "profile">;

/** A run without a profile, and one with it. The profile is kept where `--profile` says. */
export function measureProfile(job: Job, options: Options, io: BenchIo): Promise<Profiled> {
  return withBench(job, { ...options, profile: undefined }, io, async (bench) => {
    io.progress(`${job.name}: without a profile`);
    const run = await once(bench);
    return { run, shares: await sharesOf(bench, options.profile, io) };
  });
}

/** Only the run with a profile. */
export function measureShares(job: Job, options: Options, io: BenchIo): Promise<CpuShares> {
  return withBench(job, { ...options, profile: undefined }, io, (bench) => sharesOf(bench, options.profile, io));
}

/** @param keep folder in which the profile is left */
async function sharesOf(bench: Bench, keep: string | undefined, io: BenchIo): Promise<CpuShares> {
  io.signal.throwIfAborted();
  io.progress(`${bench.job.name}: with a profile`);
  const folder = await mkdtemp(join(tmpdir(), "s3-express-sync-profile-"));
  try {
    const { wallSeconds } = await once({ ...bench, profile: folder });
    const [file] = mainThreadProfiles(await readdir(folder));
    if (file === undefined) throw new Error(`Node.js ${process.version} has left no CPU profile of the main thread`);
    if (keep !== undefined) {
      await mkdir(keep, { recursive: true });
      await copyFile(join(folder, file), join(keep, file));
    }
    const profile = JSON.parse(await readFile(join(folder, file), "utf8")) as CpuProfile;
    // What a worker does after its last message is no part of its wall either.
    return cpuShares(profile, sourcesOf(bench.job.copied ? "cli.cjs" : "worker.cjs"), wallSeconds);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function once(bench: Bench): Promise<Run> {
  return bench.job.copied ? measureVerify(bench) : measureWorkers(bench, ALONE);
}

/** CPU.date.time.process.thread.sequence.cpuprofile (Node.js, command-line options, `--cpu-prof`); the main thread is number 0. */
function mainThreadProfiles(files: readonly string[]): readonly string[] {
  return files.filter((file) => /\.0\.\d+\.cpuprofile$/.test(file));
}
