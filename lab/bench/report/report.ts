/** `npm run bench -- report`: measures everything and writes docs/performance.md and its picture. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type BenchIo, runBench } from "../bench";
import { measureCeiling } from "../ceiling";
import type { BenchOptions } from "../options";
import { measurePeers } from "../peers/peers";
import { measureShares } from "../profile/measure";
import { measureQueue } from "../queue-cost";
import { measureTasks } from "../tasks";
import { jobOf, type Name } from "../workloads";
import { type Allocations, type Measured, performanceDocument } from "./document";
import { barsSvg } from "./svg";

const ORDER: readonly Name[] = ["small", "large", "giant", "mixed", "hot-key", "verify", "idle"];

/** @param folder where the documents are */
export async function writeReport(options: BenchOptions, io: BenchIo, folder: string): Promise<void> {
  const machine = machineNow();
  const measured: Measured[] = [];
  for (const name of ORDER) {
    const tls = name === "small";
    const job = jobOf(name, options.scale);
    const peers = tls && options.peers ? measurePeers : undefined;
    measured.push({ job, tls, result: await runBench(job, { ...options, tls }, io, peers) });
  }
  const shares = await measureShares(jobOf("small", options.scale), { ...options, tls: true }, io);
  io.progress("ceiling, queue and allocations");
  const findings = {
    measured,
    shares,
    cores: cpus().length,
    ceiling: await measureCeiling(options.runs, options.scale),
    queue: await measureQueue(options.runs, options.scale),
    tasks: await measureTasks({ ...options, tls: true }, io),
    fleet: await measureFleet(options, io),
    allocations: await measureAllocations(),
    machine,
    command: commandOf(options),
  };
  const small = measured.find(({ job }) => job.name === "small")?.result;
  const bars = [
    { label: "s3-express-sync, checked", value: small?.cpuSecondsPer1000 ?? 0, isOurs: true },
    ...(small?.peers ?? [])
      .filter(({ failedObjects }) => failedObjects === 0)
      .map((peer) => ({ label: peer.name, value: peer.cpuSecondsPer1000, isOurs: false })),
  ];
  const svg = barsSvg("CPU seconds per 1,000 small objects over TLS", bars, (value) => value.toFixed(2));
  await writeFile(join(folder, "performance-cpu.svg"), svg);
  await writeFile(join(folder, "performance.md"), performanceDocument(findings));
}

/** Once: it takes longer than all others together, and its rows are held against each other. */
async function measureFleet(options: BenchOptions, io: BenchIo): Promise<Measured> {
  const job = jobOf("fleet", options.scale);
  return { job, tls: false, result: await runBench(job, { ...options, tls: false, runs: 1 }, io) };
}

async function measureAllocations(): Promise<Allocations> {
  const program = join(process.cwd(), "dist", "bench-allocations.cjs");
  const flags = ["--expose-gc", "--max-semi-space-size=256", "--min-semi-space-size=256"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program]);
  return JSON.parse(stdout) as Allocations;
}

function machineNow(): string {
  const all = cpus();
  const load = loadavg()[0] ?? 0;
  return `${all.length} cores (${(all[0]?.model ?? "unknown").trim()}), Node ${process.version}, with a load of ${load.toFixed(1)} by other programs when it began`;
}

function commandOf({ peers, runs, scale }: BenchOptions): string {
  const more = `${peers ? " --peers" : ""}${runs === 3 ? "" : ` --runs ${runs}`}${scale === 1 ? "" : ` --scale ${scale}`}`;
  return `npm run bench -- report${more}`;
}
