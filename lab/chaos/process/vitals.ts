/** How much memory and how many file descriptors (sockets among them) the workers use. From /proc, so on Linux only. */
import { readdirSync, readFileSync } from "node:fs";
import type { Stack } from "../../stack/stack";

export interface Vitals {
  /** Most that any worker used; 0 where there is no /proc. */
  readonly peakMemoryMiB: number;
  readonly peakDescriptors: number;
  close(): void;
}

const EVERY_MS = 250;

export function watchVitals({ cloud }: Stack): Vitals {
  let peakMemoryMiB = 0;
  let peakDescriptors = 0;
  const look = (): void => {
    for (const { pid } of cloud.ecs.tasks({ lastStatus: "RUNNING" })) {
      if (pid === undefined) continue;
      try {
        const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
        peakMemoryMiB = Math.max(peakMemoryMiB, Math.round(Number(kibibytes) / 1024));
        peakDescriptors = Math.max(peakDescriptors, readdirSync(`/proc/${pid}/fd`).length);
      } catch {
        // It has just ended, or there is no /proc.
      }
    }
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    get peakMemoryMiB() {
      return peakMemoryMiB;
    },
    get peakDescriptors() {
      return peakDescriptors;
    },
    close: () => clearInterval(timer),
  };
}
