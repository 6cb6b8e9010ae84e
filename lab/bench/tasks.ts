/** `npm run bench -- tasks`: one worker process against two on the same queue, and what that says about the size of a task. */
import { type BenchIo, withBench } from "./bench";
import { measureWorkers } from "./measure";
import type { BenchOptions } from "./options";
import { median, rounded, type Run } from "./result";
import { type Processes, type TaskRow, taskRows } from "./task-sizes";
import { ALONE, jobOf } from "./workloads";

export interface Tasks {
  readonly measured: readonly Processes[];
  readonly rows: readonly TaskRow[];
}

const PROCESSES = [1, 2];

/** `small`, in turns, so that what else the machine does meets both alike. Medians over the runs. */
export async function measureTasks(
  options: Pick<BenchOptions, "tls" | "runs" | "scale" | "transport" | "profile">,
  io: BenchIo,
): Promise<Tasks> {
  const job = jobOf("small", options.scale);
  const runs: Run[] = [];
  await withBench(job, options, io, async (bench) => {
    for (let number = 1; number <= options.runs; number++) {
      for (const processes of PROCESSES) {
        io.signal.throwIfAborted();
        io.progress(`tasks: run ${number} of ${options.runs}, ${processes} at once`);
        runs.push(await measureWorkers(bench, { ...ALONE, workers: processes }));
      }
    }
  });
  const measured = PROCESSES.map((processes) => {
    const ofThem = runs.filter(({ workers }) => workers === processes);
    return {
      processes,
      objectsPerSecond: rounded(
        median(ofThem.map(({ wallSeconds, startSeconds }) => job.objects.length / (wallSeconds - startSeconds))),
      ),
      cpuSecondsPer1000: rounded(median(ofThem.map(({ cpuSecondsPer1000 }) => cpuSecondsPer1000))),
    };
  });
  return { measured, rows: taskRows(measured) };
}
