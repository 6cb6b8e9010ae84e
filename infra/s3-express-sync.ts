/** The whole system as one component: what `pulumi up` shows as one tree, and what other Pulumi programs can use. */
import { all, ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { Settings } from "../core/settings";
import type { System } from "../core/system";
import { createAlarms } from "./alarms";
import { arnsFor } from "./arns";
import { createBuckets } from "./buckets";
import { createCanary } from "./canary";
import { createCluster } from "./cluster";
import type { Context } from "./context";
import { createDashboard, dashboardUrl } from "./dashboard";
import { createImage } from "./image";
import { namesFor, systemOf } from "./names";
import { createNetwork } from "./network";
import { adoptedAdvice, type Advice, type Commands, logCommands, nextCommands, reuseCommand } from "./next-commands";
import { createNotification } from "./notification";
import { operatorPolicy } from "./policies/operator";
import { createQueues } from "./queues";
import { createTaskRoles } from "./roles";
import { createSchedule } from "./schedule";
import { createStarter } from "./starter";
import type { Surroundings } from "./surroundings";
import { createTaskDefinition, createWorkerLog } from "./task";
import { createVerify } from "./verify";

export interface S3ExpressSyncArgs {
  /** Checked: from makeSettings in a program of your own, from readSettings in this one. */
  readonly settings: Settings;
  /** From lookAround. */
  readonly surroundings: Surroundings;
}

/** What an operator needs next, ready to paste. */
export interface SyncOutputs {
  /** Name of the general purpose bucket. */
  readonly sourceBucket: string;
  /** Full name of the directory bucket. */
  readonly destinationBucket: string;
  /** Queue of events. */
  readonly queueUrl: Output<string>;
  /** What could not be synced. */
  readonly deadLetterQueueUrl: Output<string>;
  /** Name of the ECS cluster the workers run in. */
  readonly cluster: Output<string>;
  /** Name of the starter's Lambda function. */
  readonly starter: Output<string>;
  /** Commands that follow the logs. */
  readonly logs: Commands;
  /** Commands in the order in which one needs them. */
  readonly next: Commands;
  /** What `npx s3-express-sync` reads. */
  readonly system: Output<System>;
  /** For the person or role that uses it, as the JSON text IAM takes. Attached to nobody. */
  readonly operatorPolicy: string;
  /** Only with the setting `dashboard`. */
  readonly dashboardUrl?: string;
  /** To use the buckets again after `pulumi destroy`. */
  readonly reuseBuckets?: string;
  /** What the owner of an adopted destination may want to add. */
  readonly advice?: Advice;
}

/** Registers everything at once; createSync() is the way to it that checks and looks first. */
export class S3ExpressSync extends ComponentResource {
  readonly outputs: SyncOutputs;

  constructor(name: string, { settings, surroundings }: S3ExpressSyncArgs, options: ComponentResourceOptions = {}) {
    super("s3-express-sync:index:S3ExpressSync", name, {}, options);
    const { place } = surroundings;
    const names = namesFor(settings, place.accountId);
    const context: Context = { name, parent: this, settings, place, names, arns: arnsFor(names, place) };

    const buckets = createBuckets(context, surroundings.ownBuckets);
    const network = createNetwork(context, surroundings.network);
    const image = createImage(context);
    const roles = createTaskRoles(context, image.repositoryArn);
    const log = createWorkerLog(context);

    // Destruction runs backwards: schedule and starter, then the queue, whose absence sends workers home, then the cluster, then
    // what workers needed until their last request.
    const needed = [
      ...buckets.source,
      ...buckets.destination,
      ...network.endpoints,
      network.securityGroup,
      roles.worker.policy,
      roles.execution.policy,
      log,
    ];
    const cluster = createCluster(context, needed);
    const queues = createQueues(context, [cluster.capacity]);
    createTaskDefinition(context, { image, roles, log, queues });
    const notification = createNotification(context, buckets.source, queues);
    createCanary(context, [notification]);

    const starter = createStarter(context, { queues, cluster, network, subnetIds: surroundings.network.subnetIds });
    createSchedule(context, starter);
    createVerify(context, { image, roles, log, queues, cluster, network, subnetIds: surroundings.network.subnetIds });
    createAlarms(context);
    createDashboard(context);

    const reuse = reuseCommand(names, settings);
    const advice = adoptedAdvice(settings, context.arns);
    this.outputs = {
      sourceBucket: names.sourceBucket,
      destinationBucket: names.destinationBucket,
      queueUrl: queues.queue.url,
      deadLetterQueueUrl: queues.deadLetterQueue.url,
      cluster: cluster.cluster.name,
      starter: starter.name,
      logs: logCommands(names, settings),
      next: nextCommands(names, settings),
      system: all([queues.queue.url, queues.deadLetterQueue.url]).apply(([queueUrl, deadLetterQueueUrl]) =>
        systemOf(names, settings, { queueUrl, deadLetterQueueUrl }),
      ),
      operatorPolicy: JSON.stringify(operatorPolicy({ arns: context.arns, ...settings })),
      ...(settings.dashboard ? { dashboardUrl: dashboardUrl(settings.region, names.dashboard) } : {}),
      ...(reuse === undefined ? {} : { reuseBuckets: reuse }),
      ...(advice === undefined ? {} : { advice }),
    };
    this.registerOutputs(this.outputs);
  }
}
