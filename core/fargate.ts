/** The task sizes Fargate offers (API RegisterTaskDefinition, memory). CPU in units (1024 = 1 vCPU), memory in MiB. */

interface MemoryRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

const GIB_IN_MIB = 1024;

/** Allowed memory by CPU units. 256 units also take half a GiB, which is not on its step. */
export const FARGATE_SIZES: Readonly<Record<string, MemoryRange>> = {
  "256": { from: 1 * GIB_IN_MIB, to: 2 * GIB_IN_MIB, step: GIB_IN_MIB },
  "512": { from: 1 * GIB_IN_MIB, to: 4 * GIB_IN_MIB, step: GIB_IN_MIB },
  "1024": { from: 2 * GIB_IN_MIB, to: 8 * GIB_IN_MIB, step: GIB_IN_MIB },
  "2048": { from: 4 * GIB_IN_MIB, to: 16 * GIB_IN_MIB, step: GIB_IN_MIB },
  "4096": { from: 8 * GIB_IN_MIB, to: 30 * GIB_IN_MIB, step: GIB_IN_MIB },
  "8192": { from: 16 * GIB_IN_MIB, to: 60 * GIB_IN_MIB, step: 4 * GIB_IN_MIB },
  "16384": { from: 32 * GIB_IN_MIB, to: 120 * GIB_IN_MIB, step: 8 * GIB_IN_MIB },
};

/** The memory sizes that go with a number of CPU units, ascending; empty for a number Fargate does not offer. */
export function fargateMemorySizes(cpu: number): readonly number[] {
  const range = Object.hasOwn(FARGATE_SIZES, String(cpu)) ? FARGATE_SIZES[String(cpu)] : undefined;
  if (range === undefined) return [];
  const count = (range.to - range.from) / range.step + 1;
  const sizes = Array.from({ length: count }, (_, index) => range.from + index * range.step);
  return cpu === 256 ? [512, ...sizes] : sizes;
}

/** Undefined when Fargate runs tasks of this size, else what to choose instead. */
export function fargateSizeProblem(cpu: number, memory: number): string | undefined {
  const sizes = fargateMemorySizes(cpu);
  if (sizes.length === 0) {
    return `taskCpu is ${cpu}; Fargate offers ${Object.keys(FARGATE_SIZES).join(", ")} CPU units`;
  }
  if (sizes.includes(memory)) return undefined;
  return `taskMemory is ${memory}; with taskCpu ${cpu} Fargate offers ${sizes.join(", ")} MiB`;
}
