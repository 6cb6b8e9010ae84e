/** The table behind settings.test.ts: one row per value of a setting, and the resources it touches. */
import { json, type Ran, type Recorded } from "../support/pulumi-program";

const KEY = "arn:aws:kms:eu-north-1:123456789012:key/0a";

/** What a value of a setting looks like in the program; given are the resources that differ from the dev stack's. */
export interface Row {
  readonly value: string;
  /** Names behind `sync-`, of resources whose inputs differ. */
  readonly changes: readonly string[];
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
  readonly shows: (ran: Ran) => unknown;
  readonly as: unknown;
  /** Further settings it needs. */
  readonly with?: Readonly<Record<string, string>>;
}

const worker =
  (variable: string) =>
  (ran: Ran): unknown => {
    const [container] = json(ran.find("aws:ecs/taskDefinition:TaskDefinition"), "containerDefinitions") as [
      { environment: { name: string; value: string }[]; image: string },
    ];
    return container.environment.find(({ name }) => name === variable)?.value;
  };
const starter =
  (variable: string) =>
  (ran: Ran): unknown =>
    (ran.find("aws:lambda/function:Function").inputs["environment"] as { variables: Record<string, string> }).variables[
      variable
    ];
const input =
  (type: string, name: string, field: string) =>
  (ran: Ran): unknown =>
    ran.find(type, name).inputs[field];
const named =
  (name: string) =>
  (ran: Ran): Recorded | undefined =>
    ran.resources.find((one) => one.name === `sync-${name}`);

const QUEUE = "aws:sqs/queue:Queue";
const ALL_NAMES = [
  ...["source", "source-private", "source-lifecycle", "destination", "destination-policy", "destination-lifecycle"],
  ...[
    "notification",
    "dlq",
    "queue",
    "queue-policy",
    "cluster",
    "capacity",
    "task",
    "worker-log",
    "starter",
    "starter-log",
  ],
  ...["starter-rule", "starter-target", "starter-permission", "starter-invocations", "workers", "repository"],
  ...["worker-role", "worker-role-policy", "execution-role", "execution-role-policy", "starter-role"],
  ...["starter-role-policy", "endpoint-s3", "endpoint-s3express"],
];
const TAGGED = [
  ...[
    "source",
    "destination",
    "dlq",
    "queue",
    "cluster",
    "task",
    "worker-log",
    "starter",
    "starter-log",
    "starter-rule",
  ],
  ...["workers", "repository", "worker-role", "execution-role", "starter-role", "endpoint-s3", "endpoint-s3express"],
];
const SOURCE_PARTS = ["source", "source-private", "source-lifecycle"];
const DESTINATION_PARTS = ["destination", "destination-policy", "destination-lifecycle"];
/** Those that any stack with an address has. */
const ALARMS = ["dead-letters", "starter-failing", "crash-loop", "no-progress", "breaker", "spot-shortage"];

export const rows: Record<string, Row | readonly Row[]> = {
  sourceBucket: {
    value: "my-source-bucket",
    changes: ["notification", "queue-policy", "task", "worker-role-policy"],
    removed: SOURCE_PARTS,
    shows: worker("SRC_BUCKET"),
    as: "my-source-bucket",
  },
  destinationBucket: [
    {
      value: "data--eun1-az1--x-s3",
      changes: ["task", "worker-role-policy"],
      removed: DESTINATION_PARTS,
      shows: worker("DST_BUCKET"),
      as: "data--eun1-az1--x-s3",
    },
    {
      value: "my-express-bucket",
      changes: ["task", "worker-role-policy"],
      removed: DESTINATION_PARTS,
      shows: worker("DST_BUCKET"),
      as: "my-express-bucket--eun1-az1--x-s3",
    },
  ],
  availabilityZoneId: {
    value: "eun1-az3",
    changes: [...DESTINATION_PARTS, "task", "worker-role-policy"],
    shows: worker("DST_BUCKET"),
    as: "s3-to-s3express-sync-123456789012--eun1-az3--x-s3",
  },
  prefix: {
    value: "models/deep seek/ü",
    changes: ["notification", "task"],
    shows: (ran) => [worker("PREFIX_FILTER")(ran), named("notification")(ran)?.inputs["queues"]],
    as: ["models/deep seek/ü", [expect.objectContaining({ filterPrefix: "models/deep+seek/%C3%BC" })]],
  },
  maxWorkers: { value: "9", changes: ["starter"], shows: starter("MAX_WORKERS"), as: "9" },
  pollIntervalSeconds: [
    { value: "10", changes: ["starter"], shows: starter("POLL_INTERVAL_SECONDS"), as: "10" },
    {
      value: "300",
      changes: ["starter", "starter-rule"],
      shows: input("aws:cloudwatch/eventRule:EventRule", "starter-rule", "scheduleExpression"),
      as: "rate(5 minutes)",
    },
  ],
  taskCpu: {
    value: "4096",
    with: { taskMemory: "8192" },
    changes: ["task"],
    shows: input("aws:ecs/taskDefinition:TaskDefinition", "task", "cpu"),
    as: "4096",
  },
  taskMemory: {
    value: "8192",
    changes: ["task"],
    shows: input("aws:ecs/taskDefinition:TaskDefinition", "task", "memory"),
    as: "8192",
  },
  visibilityTimeoutSeconds: {
    value: "7200",
    changes: ["queue", "task"],
    shows: (ran) => [worker("VISIBILITY_TIMEOUT")(ran), input(QUEUE, "queue", "visibilityTimeoutSeconds")(ran)],
    as: ["7200", 7200],
  },
  maxReceiveCount: {
    value: "7",
    changes: ["queue", "task"],
    shows: (ran) => [worker("MAX_RECEIVE_COUNT")(ran), json(ran.find(QUEUE, "queue"), "redrivePolicy")],
    as: ["7", expect.objectContaining({ maxReceiveCount: 7 })],
  },
  queueRetentionDays: {
    value: "4",
    changes: ["queue"],
    shows: input(QUEUE, "queue", "messageRetentionSeconds"),
    as: 345_600,
  },
  longPollSeconds: {
    value: "5",
    changes: ["queue", "task"],
    shows: (ran) => [worker("LONG_POLL_SECONDS")(ran), input(QUEUE, "queue", "receiveWaitTimeSeconds")(ran)],
    as: ["5", 5],
  },
  emptyPollsBeforeExit: { value: "9", changes: ["task"], shows: worker("EMPTY_POLLS_BEFORE_EXIT"), as: "9" },
  messagesPerWorker: { value: "50", changes: ["starter"], shows: starter("MESSAGES_PER_WORKER"), as: "50" },
  scalingRule: { value: "seed", changes: ["starter"], shows: starter("SCALING_RULE"), as: "seed" },
  spotWeight: { value: "0", changes: ["starter"], shows: starter("SPOT_WEIGHT"), as: "0" },
  onDemandWeight: { value: "0", changes: ["starter"], shows: starter("ON_DEMAND_WEIGHT"), as: "0" },
  copyConcurrency: { value: "64", changes: ["task"], shows: worker("COPY_CONCURRENCY"), as: "64" },
  partSizeMiB: { value: "64", changes: ["task"], shows: worker("PART_SIZE_MIB"), as: "64" },
  multipartThresholdMiB: { value: "5120", changes: ["task"], shows: worker("MULTIPART_THRESHOLD_MIB"), as: "5120" },
  transport: { value: "sdk", changes: ["task"], shows: worker("TRANSPORT"), as: "sdk" },
  namePrefix: {
    value: "mirror",
    changes: ALL_NAMES.filter((name) => !["capacity", "source-private", "starter-invocations"].includes(name)).concat(
      "capacity",
      "source-private",
      "starter-invocations",
    ),
    shows: input("aws:ecs/cluster:Cluster", "cluster", "name"),
    as: "mirror-cluster",
  },
  vpcId: {
    value: "vpc-0b",
    changes: ["starter", "workers", "endpoint-s3", "endpoint-s3express"],
    shows: starter("SUBNETS"),
    as: "subnet-0c,subnet-0d",
  },
  subnetIds: {
    value: "subnet-0e,subnet-0f",
    with: { vpcId: "vpc-0b" },
    changes: ["starter", "workers", "endpoint-s3", "endpoint-s3express"],
    shows: (ran) => [starter("SUBNETS")(ran), input("aws:ec2/securityGroup:SecurityGroup", "workers", "vpcId")(ran)],
    as: ["subnet-0e,subnet-0f", "vpc-0b"],
  },
  vpcEndpoints: {
    value: "none",
    changes: [],
    removed: ["endpoint-s3", "endpoint-s3express"],
    shows: (ran) => ran.all("aws:ec2/vpcEndpoint:VpcEndpoint"),
    as: [],
  },
  notificationMode: {
    value: "eventbridge",
    with: { prefix: "in/" },
    changes: ["notification", "queue-policy", "task"],
    added: ["events", "events-target"],
    shows: (ran) => [
      named("notification")(ran)?.inputs["eventbridge"],
      json(named("events")(ran)!, "eventPattern"),
      json(named("queue-policy")(ran)!, "policy"),
    ],
    as: [
      true,
      {
        source: ["aws.s3"],
        "detail-type": ["Object Created", "Object Deleted", "Object Restore Completed"],
        detail: {
          bucket: { name: ["s3-to-s3express-sync-source-123456789012"] },
          object: { key: [{ prefix: "in/" }] },
        },
      },
      expect.objectContaining({
        Statement: [
          expect.objectContaining({
            Principal: { Service: "events.amazonaws.com" },
            Condition: {
              ArnEquals: { "aws:SourceArn": "arn:aws:events:eu-north-1:123456789012:rule/s3-to-s3express-sync-events" },
              StringEquals: { "aws:SourceAccount": "123456789012" },
            },
          }),
        ],
      }),
    ],
  },
  sourceKmsKeyArn: [
    {
      value: KEY,
      changes: ["worker-role-policy"],
      added: ["source-encryption"],
      shows: (ran) => JSON.stringify(json(named("worker-role-policy")(ran)!, "policy")),
      as: expect.stringContaining(`"Action":["kms:Decrypt"],"Resource":["${KEY}"]`),
    },
    {
      value: "arn:aws:kms:eu-north-1:123456789012:alias/mine",
      changes: ["worker-role-policy"],
      added: ["source-encryption"],
      shows: (ran) => JSON.stringify(json(named("worker-role-policy")(ran)!, "policy")),
      as: expect.stringContaining(
        '"Resource":["arn:aws:kms:eu-north-1:123456789012:key/*"],"Condition":{"ForAnyValue:StringEquals":{"kms:ResourceAliases":"alias/mine"}}',
      ),
    },
  ],
  destinationKmsKeyArn: {
    value: KEY,
    changes: ["worker-role-policy", "task"],
    added: ["destination-encryption"],
    shows: (ran) => [
      worker("DESTINATION_KMS_KEY_ARN")(ran),
      JSON.stringify(json(named("worker-role-policy")(ran)!, "policy")),
      named("destination-encryption")(ran)?.inputs["rules"],
    ],
    as: [
      KEY,
      expect.stringContaining(`"Action":["kms:Decrypt","kms:GenerateDataKey"],"Resource":["${KEY}"]`),
      [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY },
          bucketKeyEnabled: true,
        },
      ],
    ],
  },
  permissionsBoundaryArn: {
    value: "arn:aws:iam::123456789012:policy/boundary",
    changes: ["worker-role", "execution-role", "starter-role"],
    shows: (ran) => ran.all("aws:iam/role:Role").map(({ inputs }) => inputs["permissionsBoundary"]),
    as: Array(3).fill("arn:aws:iam::123456789012:policy/boundary"),
  },
  tags: {
    value: '{"team":"storage"}',
    changes: TAGGED,
    shows: (ran) =>
      ran.resources
        .filter(({ inputs }) => "tags" in inputs)
        .map(({ inputs }) => (inputs["tags"] as { team: string }).team),
    as: Array(TAGGED.length).fill("storage"),
  },
  imageUri: [
    {
      value: "public.ecr.aws/mine/worker:1",
      changes: ["task", "execution-role-policy"],
      removed: ["repository", "image"],
      shows: (ran) => JSON.stringify(json(named("execution-role-policy")(ran)!, "policy")),
      as: expect.not.stringContaining("ecr:"),
    },
    {
      value: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/worker@sha256:0",
      changes: ["task", "execution-role-policy"],
      removed: ["repository", "image"],
      shows: (ran) => JSON.stringify(json(named("execution-role-policy")(ran)!, "policy")),
      as: expect.stringContaining('"Resource":["arn:aws:ecr:eu-west-1:123456789012:repository/team/worker"]'),
    },
  ],
  dashboard: {
    value: "true",
    changes: [],
    added: ["dashboard"],
    shows: (ran) => [named("dashboard")(ran)?.inputs["dashboardName"], ran.outputs.dashboardUrl],
    as: ["s3-to-s3express-sync", expect.stringContaining("#dashboards/dashboard/s3-to-s3express-sync")],
  },
  alarmEmail: {
    value: "ops@example.com",
    changes: [],
    added: ["alarms", "alarms-mail", ...ALARMS.map((alarm) => `alarm-${alarm}`)],
    shows: input("aws:sns/topicSubscription:TopicSubscription", "alarms-mail", "endpoint"),
    as: "ops@example.com",
  },
  lagObjectiveSeconds: {
    value: "600",
    with: { alarmEmail: "ops@example.com" },
    changes: [],
    added: ["alarms", "alarms-mail", ...[...ALARMS, "lag"].map((alarm) => `alarm-${alarm}`)],
    shows: (ran) => named("alarm-lag")(ran)?.inputs,
    as: expect.objectContaining({ metricName: "SyncLagSeconds", threshold: 600, extendedStatistic: "p99" }),
  },
  paused: {
    value: "true",
    changes: ["starter", "starter-rule"],
    shows: (ran) => [starter("MAX_WORKERS")(ran), named("starter-rule")(ran)?.inputs["state"]],
    as: ["0", "DISABLED"],
  },
  logRetentionDays: {
    value: "7",
    changes: ["worker-log", "starter-log"],
    shows: (ran) => ran.all("aws:cloudwatch/logGroup:LogGroup").map(({ inputs }) => inputs["retentionInDays"]),
    as: [7, 7],
  },
  deleteBucketsOnDestroy: {
    value: "true",
    changes: ["source", "source-private", "destination"],
    shows: (ran) => ["source", "destination"].map((name) => named(name)(ran)?.retainOnDelete),
    as: [false, false],
  },
  verifySchedule: {
    value: "cron(0 3 ? * SUN *)",
    changes: [],
    added: [
      ...["verify", "verify-role", "verify-role-policy", "verify-rule", "verify-target"],
      ...["verify-rule-role", "verify-rule-role-policy"],
    ],
    shows: input("aws:cloudwatch/eventRule:EventRule", "verify-rule", "scheduleExpression"),
    as: "cron(0 3 ? * SUN *)",
  },
  canaryMinutes: {
    value: "15",
    with: { alarmEmail: "ops@example.com" },
    changes: [],
    added: [
      "alarms",
      "alarms-mail",
      ...[...ALARMS, "canary"].map((alarm) => `alarm-${alarm}`),
      ...["canary", "canary-role", "canary-role-policy"],
    ],
    shows: input("aws:scheduler/schedule:Schedule", "canary", "scheduleExpression"),
    as: "rate(15 minutes)",
  },
  reservedConcurrency: {
    value: "1",
    changes: ["starter"],
    shows: input("aws:lambda/function:Function", "starter", "reservedConcurrentExecutions"),
    as: 1,
  },
};

/** Settings whose values have tests of their own, and why. */
export const ELSEWHERE: Record<string, string> = {
  "aws:region": "__tests__/infra/pulumi-yaml.test.ts: beside the seed's REGION",
  assignPublicIp: "__tests__/infra/refused-configuration.test.ts: needs private subnets",
};
