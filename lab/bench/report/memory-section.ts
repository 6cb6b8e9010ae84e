/** What docs/performance.md says of memory. Pure. */
import { formatNumber } from "../../../cli/cost/quantities";
import type { MemorySplit } from "../memory-split";
import { typicalRun } from "../result";
import type { Measured } from "./document";
import { table } from "./markdown";

const PARTS: readonly (readonly [what: string, of: (split: MemorySplit) => number | undefined])[] = [
  ["lives", ({ livingMiB }) => livingMiB],
  ["garbage, not collected yet", ({ garbageMiB }) => garbageMiB],
  ["young generation", ({ youngMiB }) => youngMiB],
  ["pages with room", ({ emptyMiB }) => emptyMiB],
  ["outside the heap", ({ outsideMiB }) => outsideMiB],
  ["everything else", ({ restMiB }) => restMiB],
];

/** Empty when no process told. */
export function memorySection(measured: readonly Measured[]): string {
  const rows = measured.flatMap(({ job, result }) => {
    const split = typicalRun(result.runs)?.memory;
    if (split === undefined) return [];
    const cells = PARTS.map(([, of]) => of(split)).map((value) => (value === undefined ? "" : formatNumber(value)));
    return [[job.name, formatNumber(split.rssMiB), ...cells]];
  });
  if (rows.length === 0) return "";
  return `## Where the memory goes

${table(["benchmark", "MiB at the peak", ...PARTS.map(([what]) => what)], rows)}

Of the run with the middle wall time, as the process saw itself every 100 ms, at the look with the most; the parts of a row add up to it. Lives is the most that a full
collection left of the old generation, of code and of large objects; garbage is what lay there beyond that, of
which a worker lets about as much be as lives (\`worker/old-generation.ts\`). The young generation has two halves,
which V8 lets grow to 16 MiB each while much survives; nearly everything a request needs is made and dies there. Everything else is the program and its libraries, V8's own
data and threads, and TLS and sockets: in \`idle\` with hardly a connection, in \`small\` with one of each slot to either bucket.
`;
}

/** What a peak is mostly made of, the largest first. */
export function whyMemory({ result }: Measured): string {
  const split = typicalRun(result.runs)?.memory;
  const link = "[where the memory goes](#where-the-memory-goes)";
  if (split === undefined) return "the process did not tell of what";
  const parts = PARTS.map(([what, of]) => ({ what, mib: of(split) ?? 0 })).sort((one, other) => other.mib - one.mib);
  const named = parts.filter(({ mib }) => mib >= 1).map(({ what, mib }) => `${formatNumber(mib)} ${what}`);
  return `of ${formatNumber(split.rssMiB)} MiB are ${named.join(", ")}: ${link}`;
}
