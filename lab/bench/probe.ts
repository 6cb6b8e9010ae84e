/** Preloaded into a measured Node process: at its end it writes what it has used. The name of the file comes by environment. */
import { readFileSync, writeFileSync } from "node:fs";
import { mainThreadCpuSeconds } from "./proc-stat";

const file = process.env["BENCH_PROBE_FILE"];
// Children of the measured process are not measured by its file.
delete process.env["BENCH_PROBE_FILE"];

process.on("exit", () => {
  if (file === undefined) return;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(
    file,
    JSON.stringify({
      cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
      mainThreadCpuSeconds: mainThreadCpuSeconds(),
      peakRssMiB: (ownPeakKib() ?? maxRSS) / 1024,
    }),
  );
});

/** getrusage's figure also covers what the process was before it became this program: the memory of whoever started it. */
function ownPeakKib(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const [, own] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return own === undefined ? undefined : Number(own);
}
