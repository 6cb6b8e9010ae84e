/** Preloaded into a measured Node process: at its end it writes what it has used. The name of the file comes by environment. */
import { readFileSync, writeFileSync } from "node:fs";
import { GCProfiler, getHeapSpaceStatistics } from "node:v8";
import { type Look, splitOf } from "./memory-split";
import { mainThreadCpuSeconds } from "./proc-stat";

const file = process.env["BENCH_PROBE_FILE"];
// Children of the measured process are not measured by its file.
delete process.env["BENCH_PROBE_FILE"];

/** Often enough for what grows over seconds, and nothing that could be measured. */
const LOOK_EVERY_MS = 100;

if (file !== undefined) measure(file);

function measure(into: string): void {
  let highest: Look | undefined;
  const look = (): void => {
    const rss = process.memoryUsage.rss();
    if (rss <= (highest?.rss ?? 0)) return;
    highest = { rss, external: process.memoryUsage().external, spaces: getHeapSpaceStatistics() };
  };
  setInterval(look, LOOK_EVERY_MS).unref();
  const collections = new GCProfiler();
  collections.start();
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
    look();
    const full = collections.stop().statistics.filter(({ gcType }) => gcType === "MarkSweepCompact");
    writeFileSync(
      into,
      JSON.stringify({
        cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
        mainThreadCpuSeconds: mainThreadCpuSeconds(),
        peakRssMiB: (ownPeakKib() ?? maxRSS) / 1024,
        memory:
          highest === undefined
            ? undefined
            : splitOf(
                highest,
                full.map(({ afterGC }) => afterGC.heapSpaceStatistics),
              ),
      }),
    );
  });
}

/** getrusage's figure also covers what the process was before it became this program: the memory of whoever started it. */
function ownPeakKib(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [, own] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return own === undefined ? undefined : Number(own);
}
