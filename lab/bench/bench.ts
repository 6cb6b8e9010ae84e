/** One benchmark from its job to its result. */
import { makeCertificate } from "./certificate";
import { startCloudProcess } from "./cloud/client";
import { type Bench, measureVerify, measureWorkers } from "./measure";
import type { BenchOptions } from "./options";
import { type BenchResult, type PeerResult, resultOf, type Run } from "./result";
import { ALONE, FLEETS, idealSeconds, type Job, SLOTS } from "./workloads";

export interface BenchIo {
  readonly signal: AbortSignal;
  /** What is being done right now. */
  readonly progress: (text: string) => void;
}

export type MeasurePeers = (bench: Bench, io: BenchIo) => Promise<readonly PeerResult[]>;

/** @param peers measured after our own runs, on the same cloud */
export async function runBench(
  job: Job,
  options: Omit<BenchOptions, "name" | "json" | "peers" | "scale">,
  io: BenchIo,
  peers?: MeasurePeers,
): Promise<BenchResult> {
  return withBench(job, options, io, async (bench) => {
    const fleets = job.name === "fleet" ? FLEETS : [ALONE];
    const runs: Run[] = [];
    for (let number = 1; number <= options.runs; number++) {
      io.signal.throwIfAborted();
      io.progress(`${job.name}: run ${number} of ${options.runs}`);
      if (job.name === "verify") runs.push(await measureVerify(bench));
      else for (const fleet of fleets) runs.push(await measureWorkers(bench, fleet));
    }
    return resultOf(
      job.name,
      idealSeconds(job, SLOTS * Math.max(...fleets.map(({ workers }) => workers))),
      runs,
      peers === undefined ? [] : await peers(bench, io),
    );
  });
}

/** The cloud of a job in a process of its own, as long as it is used. */
export async function withBench<T>(
  job: Job,
  { tls: isTls, transport, profile }: Pick<BenchOptions, "tls" | "transport" | "profile">,
  io: BenchIo,
  use: (bench: Bench) => Promise<T>,
): Promise<T> {
  const certificate = isTls ? await makeCertificate() : undefined;
  const cloud = startCloudProcess();
  try {
    io.progress(`${job.name}: preparing ${job.objects.length} objects`);
    const tls = certificate === undefined ? undefined : { key: certificate.key, cert: certificate.cert };
    const prepared = await cloud.prepare({ job, tls });
    return await use({
      ...{ job, cloud, prepared, transport, profile },
      certificate: certificate?.path,
      signal: io.signal,
    });
  } finally {
    await cloud.end();
    await certificate?.remove();
  }
}
