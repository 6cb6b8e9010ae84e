/** What a worker and a starter are told. Types only; core/env.ts reads and writes them as environment variables. */

export interface WorkerConfig {
  readonly region: string;
  readonly sourceBucket: string;
  readonly destinationBucket: string;
  /** Only keys that begin with this are synced; "" is all. */
  readonly prefix: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly visibilityTimeoutSeconds: number;
  /** Receives plus failures after which a key goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  readonly longPollSeconds: number;
  readonly emptyPollsBeforeExit: number;
  /** Slots: copy requests in flight. */
  readonly copyConcurrency: number;
  /** Bytes. */
  readonly partSize: number;
  /** Bytes. */
  readonly multipartThreshold: number;
  /** Keys of the source that one listing unit looks at before it shares out the rest. */
  readonly listUnitKeys: number;
  /** Of the destination, where it is not the bucket default S3-managed key. */
  readonly destinationKmsKeyArn?: string;
  /** What carries the calls a worker makes most: our own HTTP exchange, or the AWS SDK. */
  readonly transport: "lean" | "sdk";
  /** Seconds between SIGTERM and our own exit; Fargate Spot kills after 120. */
  readonly drainSeconds: number;
  /** Seconds of systemic failure after which everything is handed off and the worker exits 1. */
  readonly breakerBudgetSeconds: number;
  readonly logLevel: "debug" | "info" | "warn" | "error";
}

export interface StarterConfig {
  readonly queueUrl: string;
  readonly cluster: string;
  /** Family, or family:revision, or ARN. */
  readonly taskDefinition: string;
  /** The family tasks are counted by. */
  readonly taskFamily: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  readonly assignPublicIp: boolean;
  readonly maxWorkers: number;
  readonly messagesPerWorker: number;
  readonly scalingRule: "visible" | "seed";
  readonly spotWeight: number;
  readonly onDemandWeight: number;
  readonly pollIntervalSeconds: number;
}
