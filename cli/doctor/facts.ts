/** What the checks look at. Each fact is read when it is first asked for, and once. */
import type { Caller, FARGATE_QUOTAS, KeyFacts } from "../../aws/operator/account";
import type { DefaultEncryption, Notifications } from "../../aws/operator/bucket-configuration";
import type { SubnetRoutes } from "../../aws/operator/network";
import type { QueueSetup } from "../../aws/operator/queue-setup";
import type { ScheduleRule } from "../../aws/operator/schedule-rule";
import type { TaskFacts } from "../../aws/operator/task-definition";
import type { StarterConfig, WorkerConfig } from "../../core/config";
import type { DestinationState, SourceState } from "../../core/state";
import type { ListedObject } from "../../core/ports";
import type { System } from "../../core/system";
import type { Parsed } from "../../core/variables";

export interface Facts {
  readonly system: System;
  caller(): Promise<Caller>;
  /** Whether the source bucket exists, and what a HEAD of a key that nobody has says. */
  sourceExists(): Promise<boolean>;
  headSource(key: string): Promise<SourceState>;
  headDestination(key: string): Promise<DestinationState>;
  notifications(): Promise<Notifications>;
  sourceEncryption(): Promise<DefaultEncryption>;
  destinationEncryption(): Promise<DefaultEncryption>;
  key(arn: string): Promise<KeyFacts>;
  queue(): Promise<QueueSetup>;
  deadLetters(): Promise<QueueSetup>;
  starter(): Promise<Parsed<StarterConfig>>;
  rule(): Promise<ScheduleRule & { readonly targets: readonly string[] }>;
  /** Workers in ECS that are not on their way out, those that are starting included. */
  workers(): Promise<number>;
  task(): Promise<TaskFacts & { readonly worker: Parsed<WorkerConfig> }>;
  subnets(ids: readonly string[]): Promise<readonly SubnetRoutes[]>;
  quota(capacity: keyof typeof FARGATE_QUOTAS): Promise<number | undefined>;
  /** The first keys under the prefix. */
  sample(): Promise<Sample>;
  /** Of a source object. */
  tags(key: string): Promise<number>;
}

export interface Sample {
  readonly objects: readonly ListedObject[];
  /** Whether that is all there is. */
  readonly complete: boolean;
}
