/**
 * Where the parts of one deployed system are: the stack's output `system`, which the command line reads. Types and their
 * table only; the names are made in infra/names.ts.
 */

export interface System {
  readonly region: string;
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  /** Only keys that begin with this are synced; "" is all. */
  readonly prefix: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly cluster: string;
  /** The family the workers' tasks are counted by. */
  readonly taskFamily: string;
  /** Name of the starter's Lambda function. */
  readonly starter: string;
  /** Name of the EventBridge rule that invokes it. */
  readonly starterRule: string;
  readonly workerLogGroup: string;
  readonly starterLogGroup: string;
}

export type SystemField = keyof System;

interface FieldTraits {
  /** Environment variable that gives it; where worker or starter have one, theirs. */
  readonly variable: string;
  /** Option of the command line, without the dashes. */
  readonly flag: string;
  readonly about: string;
}

/** How each field can be told to the command line, beside the stack's output. */
export const SYSTEM_FIELDS = {
  region: { variable: "REGION", flag: "region", about: "AWS Region" },
  sourceBucket: { variable: "SRC_BUCKET", flag: "source-bucket", about: "general purpose bucket" },
  destinationBucket: { variable: "DST_BUCKET", flag: "destination-bucket", about: "directory bucket, full name" },
  prefix: { variable: "PREFIX_FILTER", flag: "system-prefix", about: "prefix the system syncs" },
  queueUrl: { variable: "QUEUE_URL", flag: "queue-url", about: "queue of events" },
  deadLetterQueueUrl: { variable: "DLQ_URL", flag: "dlq-url", about: "dead-letter queue" },
  cluster: { variable: "CLUSTER", flag: "cluster", about: "ECS cluster" },
  taskFamily: { variable: "TASK_FAMILY", flag: "task-family", about: "family of the worker's task definition" },
  starter: { variable: "STARTER_FUNCTION", flag: "starter", about: "name of the starter function" },
  starterRule: { variable: "STARTER_RULE", flag: "starter-rule", about: "name of the rule that invokes the starter" },
  workerLogGroup: { variable: "WORKER_LOG_GROUP", flag: "worker-log-group", about: "log group of the workers" },
  starterLogGroup: { variable: "STARTER_LOG_GROUP", flag: "starter-log-group", about: "log group of the starter" },
} as const satisfies Record<SystemField, FieldTraits>;

export const SYSTEM_FIELD_NAMES = Object.keys(SYSTEM_FIELDS) as SystemField[];
