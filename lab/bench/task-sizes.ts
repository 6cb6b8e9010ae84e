/** Which Fargate task is the better buy, out of what one and two worker processes were measured to do. Pure. */
import { dollarsOf, type TaskSize } from "./dollars";
import { rounded } from "./result";

/** So many worker processes beside each other on one queue. */
export interface Processes {
  readonly processes: number;
  /** From the first request to the last message acknowledged. */
  readonly objectsPerSecond: number;
  /** All of them together. */
  readonly cpuSecondsPer1000: number;
}

export interface TaskRow {
  readonly cpus: number;
  readonly gigabytes: number;
  readonly processes: number;
  /** Reckoned: see {@link taskRows}. */
  readonly objectsPerSecond: number;
  /** Of the task's time; requests cost the same whoever sends them. */
  readonly dollarsPerMillion: number;
}

/** Sizes with the least memory that Fargate has for them (ECS Developer Guide, task CPU and memory), and processes that can use them. */
const SIZES = [
  { cpus: 0.5, gigabytes: 1, processes: 1 },
  { cpus: 1, gigabytes: 2, processes: 1 },
  { cpus: 2, gigabytes: 4, processes: 1 },
  { cpus: 2, gigabytes: 4, processes: 2 },
] as const;

/**
 * A task does what its CPUs suffice for at the measured CPU per object, and no more than its processes did with a core each. What two
 * processes did here is not taken for the limit of two, since the local cloud had a part of their cores.
 */
export function taskRows(measured: readonly Processes[]): readonly TaskRow[] {
  const alone = measured.find(({ processes }) => processes === 1);
  return SIZES.flatMap((size) => {
    const found = measured.find(({ processes }) => processes === size.processes);
    if (found === undefined || alone === undefined) return [];
    const ofCpu = (size.cpus / found.cpuSecondsPer1000) * 1000;
    const objectsPerSecond = Math.min(ofCpu, size.processes * alone.objectsPerSecond);
    const dollarsPerMillion = dollarsOf({
      requests: {},
      bytesCopied: 0,
      workerSeconds: 1e6 / objectsPerSecond,
      task: size satisfies TaskSize,
    });
    return [{ ...size, objectsPerSecond: rounded(objectsPerSecond), dollarsPerMillion: rounded(dollarsPerMillion) }];
  });
}

/**
 * Fewest dollars among tasks of one worker process, which is what the image runs. Undefined without a measurement.
 * @param rows of {@link taskRows}
 */
export function bestTask(rows: readonly TaskRow[]): TaskRow | undefined {
  return rows
    .filter(({ processes }) => processes === 1)
    .reduce<TaskRow | undefined>(
      (best, row) => (best === undefined || row.dollarsPerMillion < best.dollarsPerMillion ? row : best),
      undefined,
    );
}
