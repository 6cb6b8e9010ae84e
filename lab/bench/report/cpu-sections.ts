/** What docs/performance.md says of where CPU and wall time go. Pure. */
import { formatNumber } from "../../../cli/cost/quantities";
import { limitOf } from "../busy";
import type { CpuShares } from "../profile/shares";
import { AREA_HEAD, areaRows, BUSY_HEAD, busyRows, idleSentence, WALL_HEAD, wallCells } from "../profile/table";
import { type Run, typicalRun } from "../result";
import { wallRows } from "../wall-parts";
import type { Name } from "../workloads";
import type { Measured } from "./document";
import { table } from "./markdown";

/** @param shares of `small` over TLS */
export function cpuSection(measured: readonly Measured[], shares: CpuShares, cores: number): string {
  return `## Where the CPU goes

${table(AREA_HEAD, areaRows(shares))}

The main thread in one more run of \`small\` over TLS with a CPU profile, a look every millisecond until the last message is acknowledged (\`npm run bench -- profile small --tls\`; any
benchmark can be named). ${idleSentence(shares)} A wait for a core counts as busy. What V8's and Node's helpers do (texts, maps, buffers, files) counts for their caller.
The profile costs time itself, so that run's figures are in no other table.
${limitSection(runOf(measured, "small"), cores)}`;
}

function limitSection(run: Run | undefined, cores: number): string {
  if (run === undefined) return "";
  return `
### What limits \`small\`

${table(BUSY_HEAD, busyRows(run, cores))}

Of the run with the middle wall time, ${formatNumber(run.wallSeconds)} s, without a profile. Other threads are V8's helpers, which compile and collect garbage, and libuv's pool. ${limitOf(run, cores)}`;
}

/** What the process costs when there is nothing to do. */
export function startSentence(measured: readonly Measured[]): string {
  const run = runOf(measured, "idle");
  return run === undefined
    ? ""
    : `A worker that finds nothing to do takes ${formatNumber(run.cpuSeconds)} CPU s to start, to look, and to leave.`;
}

export function wallSection(measured: readonly Measured[]): string {
  const large = measured.find(({ job }) => job.name === "large");
  const run = runOf(measured, "large");
  if (large === undefined || run?.wallParts === undefined) return "";
  return `## The wall of \`large\`

${table(WALL_HEAD, wallCells(wallRows(run.wallParts, large.result.idealSeconds)))}

Of the run with the middle wall time, as the cloud saw its copy requests; each row goes on where the one above it ends. Lost are a row's seconds times the part of
the slots that had no copy request. With the requests that took too long it adds up to wall minus ideal.
`;
}

function runOf(measured: readonly Measured[], name: Name): Run | undefined {
  const found = measured.find(({ job }) => job.name === name);
  return found === undefined ? undefined : typicalRun(found.result.runs);
}
