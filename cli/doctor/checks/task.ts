/** The worker's task definition: complete, about this system, and with time to drain. */
import { fargateSizeProblem } from "../../../core/fargate";
import type { System } from "../../../core/system";
import { type Check, type Finding, orOk, problem, warning } from "../check";
import type { Facts } from "../facts";

export const taskCheck: Check = {
  id: "task",
  title: "worker's task definition",
  // What ECS calls a family that it does not have (API DescribeTaskDefinition).
  gone: ["ClientException"],
  run: async (facts) => judgeTask(await facts.task(), facts.system),
};

const UP = "Run `pulumi up`: it makes a new revision, which the next worker gets.";
/** Between the end of the drain and Fargate's SIGKILL: the last requests. */
const EXIT_SECONDS = 5;

export function judgeTask(task: Awaited<ReturnType<Facts["task"]>>, system: System): readonly Finding[] {
  const { worker, cpu, memory, stopTimeoutSeconds, revision } = task;
  if (!worker.ok) return worker.problems.map((text) => problem(text, UP));
  const { config } = worker;
  const size = fargateSizeProblem(cpu, memory);
  const least = config.drainSeconds + EXIT_SECONDS;
  const differs = (what: string, its: string, ours: string): readonly Finding[] =>
    its === ours ? [] : [problem(`its ${what} is ${its || '""'}, the system's ${ours || '""'}`, UP)];
  return orOk(
    [
      ...differs("source bucket", config.sourceBucket, system.sourceBucket),
      ...differs("destination bucket", config.destinationBucket, system.destinationBucket),
      ...differs("prefix", config.prefix, system.prefix),
      ...differs("queue", config.queueUrl, system.queueUrl),
      ...differs("dead-letter queue", config.deadLetterQueueUrl, system.deadLetterQueueUrl),
      ...differs("Region", config.region, system.region),
      ...(size === undefined ? [] : [problem(size, UP)]),
      ...(stopTimeoutSeconds < least
        ? [
            warning(
              `ECS kills it ${stopTimeoutSeconds} s after SIGTERM, but draining may take ${config.drainSeconds} s`,
              `Set stopTimeout to 120 (Fargate's most), at least ${least}: a copy that is cut off begins again.`,
            ),
          ]
        : []),
    ],
    `revision ${revision}: ${cpu / 1024} vCPU, ${memory / 1024} GB, ${config.copyConcurrency} copies at once`,
  );
}
