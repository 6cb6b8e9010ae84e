/** The ARNs of everything policies speak of. Made from names, so that a preview shows whole policies and tests need no engine. */
import type { Names } from "./names";

/** Where the system is deployed. */
export interface Place {
  /** "aws", "aws-cn", ... */
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}

export interface Arns {
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  readonly cluster: string;
  /** Every task of the cluster. */
  readonly tasks: string;
  /** Every revision of the worker's family. */
  readonly taskDefinitions: string;
  readonly workerRole: string;
  readonly executionRole: string;
  /** Every revision of the verify task. */
  readonly verifyTaskDefinitions: string;
  readonly verifyRole: string;
  readonly verifyRule: string;
  /** With the `:*` that log streams need. */
  readonly workerLogStreams: string;
  readonly starterLogStreams: string;
  readonly eventsRule: string;
  /** The starter's function and the rule that invokes it. */
  readonly starter: string;
  readonly starterRule: string;
  readonly repository: string;
}

export function arnsFor(names: Names, { partition, region, accountId }: Place): Arns {
  const of = (service: string, resource: string): string =>
    `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
  const role = (name: string): string => `arn:${partition}:iam::${accountId}:role/${name}`;
  return {
    sourceBucket: `arn:${partition}:s3:::${names.sourceBucket}`,
    destinationBucket: of("s3express", `bucket/${names.destinationBucket}`),
    queue: of("sqs", names.queue),
    deadLetterQueue: of("sqs", names.deadLetterQueue),
    cluster: of("ecs", `cluster/${names.cluster}`),
    tasks: of("ecs", `task/${names.cluster}/*`),
    taskDefinitions: of("ecs", `task-definition/${names.taskFamily}:*`),
    workerRole: role(names.workerRole),
    executionRole: role(names.executionRole),
    verifyTaskDefinitions: of("ecs", `task-definition/${names.verifyFamily}:*`),
    verifyRole: role(names.verifyRole),
    verifyRule: of("events", `rule/${names.verifyRule}`),
    workerLogStreams: of("logs", `log-group:${names.workerLogGroup}:*`),
    starterLogStreams: of("logs", `log-group:${names.starterLogGroup}:*`),
    eventsRule: of("events", `rule/${names.eventsRule}`),
    starter: of("lambda", `function:${names.starter}`),
    starterRule: of("events", `rule/${names.starterRule}`),
    repository: of("ecr", `repository/${names.repository}`),
  };
}
