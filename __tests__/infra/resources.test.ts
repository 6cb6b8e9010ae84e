/** The dev stack, resource by resource: exact inputs, and what is not there. */
import { STARTER_VARIABLES, WORKER_VARIABLES } from "../../core/env";
import { parseStarterEnv, parseWorkerEnv } from "../../core/env";
import { S3_EVENTS } from "../../infra/events";
import { sourcesHash } from "../../infra/image-sources";
import { json, type Ran, runProgram } from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const QUEUE_URL = "https://sqs.eu-north-1.amazonaws.com/123456789012/s3-to-s3express-sync-q";
const QUEUE_ARN = "arn:aws:sqs:eu-north-1:123456789012:s3-to-s3express-sync-q";

let ran: Ran;

beforeAll(async () => {
  ran = await runProgram();
}, 60_000);

interface Container {
  readonly environment: readonly { readonly name: string; readonly value: string }[];
}

it("is complete: so many of each type, and nothing besides", () => {
  const counts: Record<string, number> = {};
  for (const { type } of ran.resources) {
    const short = type.slice(type.lastIndexOf(":") + 1);
    counts[short] = (counts[short] ?? 0) + 1;
  }
  expect(counts).toEqual({
    S3ExpressSync: 1,
    Bucket: 1,
    BucketPublicAccessBlock: 1,
    BucketLifecycleConfiguration: 2,
    DirectoryBucket: 1,
    BucketPolicy: 1,
    BucketNotification: 1,
    Queue: 2,
    QueuePolicy: 1,
    SecurityGroup: 1,
    VpcEndpoint: 2,
    Repository: 1,
    Image: 1,
    Role: 3,
    RolePolicy: 3,
    LogGroup: 2,
    Cluster: 1,
    ClusterCapacityProviders: 1,
    TaskDefinition: 1,
    Function: 1,
    FunctionEventInvokeConfig: 1,
    EventRule: 1,
    EventTarget: 1,
    Permission: 1,
  });
});

it("queue and dead-letter queue", () => {
  expect(ran.find("aws:sqs/queue:Queue", "queue").inputs).toEqual({
    name: "s3-to-s3express-sync-q",
    visibilityTimeoutSeconds: 120,
    messageRetentionSeconds: 864_000,
    receiveWaitTimeSeconds: 20,
    redrivePolicy: JSON.stringify({
      deadLetterTargetArn: "arn:aws:sqs:eu-north-1:123456789012:s3-to-s3express-sync-dlq",
      maxReceiveCount: 3,
    }),
    sqsManagedSseEnabled: true,
    tags: {},
  });
  expect(ran.find("aws:sqs/queue:Queue", "dlq").inputs).toEqual({
    name: "s3-to-s3express-sync-dlq",
    messageRetentionSeconds: 1_209_600,
    redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [QUEUE_ARN] }),
    sqsManagedSseEnabled: true,
    tags: {},
  });
});

it("only this bucket of this account may send to the queue", () => {
  expect(json(ran.find("aws:sqs/queuePolicy:QueuePolicy"), "policy")).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "SendEvents",
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: ["sqs:SendMessage"],
        Resource: [QUEUE_ARN],
        Condition: {
          ArnEquals: { "aws:SourceArn": "arn:aws:s3:::s3-to-s3express-sync-source-123456789012" },
          StringEquals: { "aws:SourceAccount": "123456789012" },
        },
      },
    ],
  });
});

it("the notification document, after the queue lets S3 in", () => {
  const notification = ran.find("aws:s3/bucketNotification:BucketNotification");
  expect(notification.inputs).toEqual({
    bucket: "s3-to-s3express-sync-source-123456789012",
    queues: [{ id: "s3-to-s3express-sync", queueArn: QUEUE_ARN, events: [...S3_EVENTS] }],
  });
  expect(notification.dependsOn).toContain("sync-queue-policy");
});

it("both buckets, and what lifecycle rules of a directory bucket need", () => {
  expect(ran.find("aws:s3/bucket:Bucket").inputs).toEqual({
    bucket: "s3-to-s3express-sync-source-123456789012",
    forceDestroy: false,
    tags: {},
  });
  expect(ran.find("aws:s3/directoryBucket:DirectoryBucket").inputs).toEqual({
    bucket: "s3-to-s3express-sync-123456789012--eun1-az1--x-s3",
    location: { name: "eun1-az1", type: "AvailabilityZone" },
    forceDestroy: false,
    tags: {},
  });
  const lifecycle = ran.find(
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "destination-lifecycle",
  );
  expect(lifecycle.inputs["rules"]).toEqual([
    {
      id: "abort-incomplete-uploads",
      status: "Enabled",
      filter: { prefix: "" },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
    },
  ]);
  expect(lifecycle.dependsOn).toContain("sync-destination-policy");
  expect(json(ran.find("aws:s3/bucketPolicy:BucketPolicy"), "policy")).toMatchObject({
    Statement: [
      {
        Principal: { Service: "lifecycle.s3.amazonaws.com" },
        Action: ["s3express:CreateSession"],
        Resource: [
          "arn:aws:s3express:eu-north-1:123456789012:bucket/s3-to-s3express-sync-123456789012--eun1-az1--x-s3",
        ],
        Condition: { StringEquals: { "s3express:SessionMode": "ReadWrite" } },
      },
    ],
  });
});

it("a cluster with both kinds of capacity and without paid insights", () => {
  expect(ran.find("aws:ecs/cluster:Cluster").inputs).toEqual({
    name: "s3-to-s3express-sync-cluster",
    settings: [{ name: "containerInsights", value: "disabled" }],
    tags: {},
  });
  expect(ran.find("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders").inputs).toEqual({
    clusterName: "s3-to-s3express-sync-cluster",
    capacityProviders: ["FARGATE", "FARGATE_SPOT"],
  });
});

it("the task: ARM64, nothing to write to, nobody's root, the longest farewell", () => {
  const task = ran.find("aws:ecs/taskDefinition:TaskDefinition");
  expect(task.inputs).toEqual({
    family: "s3-to-s3express-sync-task",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "2048",
    memory: "4096",
    runtimePlatform: { cpuArchitecture: "ARM64", operatingSystemFamily: "LINUX" },
    executionRoleArn: "arn:mock:aws:iam/role:Role:s3-to-s3express-sync-execution-role",
    taskRoleArn: "arn:mock:aws:iam/role:Role:s3-to-s3express-sync-task-role",
    containerDefinitions: expect.any(String) as string,
    tags: {},
  });
  expect(json(task, "containerDefinitions")).toEqual([
    {
      name: "worker",
      image: `123456789012.dkr.ecr.eu-north-1.amazonaws.com/s3-to-s3express-sync:${sourcesHash(".")}`,
      essential: true,
      user: "1000:1000",
      readonlyRootFilesystem: true,
      linuxParameters: { capabilities: { drop: ["ALL"] } },
      stopTimeout: 120,
      environment: expect.any(Array) as object[],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/ecs/s3-to-s3express-sync-task",
          "awslogs-region": "eu-north-1",
          "awslogs-stream-prefix": "worker",
        },
      },
    },
  ]);
});

it("the worker's environment: exactly the variables the worker reads, and it can read them", () => {
  const [worker] = json(ran.find("aws:ecs/taskDefinition:TaskDefinition"), "containerDefinitions") as [Container];
  const environment = Object.fromEntries(worker.environment.map(({ name, value }) => [name, value]));
  const optional = Object.values(WORKER_VARIABLES).filter((variable) => "optional" in variable);
  const expected = Object.values(WORKER_VARIABLES).filter((variable) => !optional.includes(variable));
  expect(Object.keys(environment).sort()).toEqual(expected.map((variable) => variable.name).sort());
  expect(parseWorkerEnv(environment)).toMatchObject({
    ok: true,
    config: { queueUrl: QUEUE_URL, deadLetterQueueUrl: QUEUE_URL.replace(/q$/, "dlq"), region: "eu-north-1" },
  });
});

it("the starter's environment: exactly the variables the starter reads, and it can read them", () => {
  const { variables } = ran.find("aws:lambda/function:Function").inputs["environment"] as {
    variables: Record<string, string>;
  };
  expect(Object.keys(variables).sort()).toEqual(
    Object.values(STARTER_VARIABLES)
      .map(({ name }) => name)
      .sort(),
  );
  expect(parseStarterEnv(variables)).toEqual({
    ok: true,
    config: {
      queueUrl: QUEUE_URL,
      cluster: "s3-to-s3express-sync-cluster",
      taskDefinition: "s3-to-s3express-sync-task",
      taskFamily: "s3-to-s3express-sync-task",
      subnets: ["subnet-0a", "subnet-0b"],
      securityGroups: ["sg-0workers"],
      assignPublicIp: true,
      maxWorkers: 5,
      messagesPerWorker: 1,
      scalingRule: "visible",
      spotWeight: 4,
      onDemandWeight: 1,
      pollIntervalSeconds: 60,
    },
  });
});

it("the starter: small, on ARM, with its own role and log, never retried", () => {
  const starter = ran.find("aws:lambda/function:Function");
  expect(starter.inputs).toMatchObject({
    name: "s3-to-s3express-sync-starter",
    runtime: "nodejs22.x",
    architectures: ["arm64"],
    memorySize: 128,
    timeout: 60,
    role: "arn:mock:aws:iam/role:Role:s3-to-s3express-sync-starter-role",
    loggingConfig: { logFormat: "Text", logGroup: "/aws/lambda/s3-to-s3express-sync-starter" },
  });
  expect(starter.inputs).not.toHaveProperty("reservedConcurrentExecutions");
  expect(starter.ignoreChanges).toEqual([]);
  expect(ran.find("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig").inputs).toEqual({
    functionName: "s3-to-s3express-sync-starter",
    maximumRetryAttempts: 0,
    maximumEventAgeInSeconds: 60,
  });
});

it("the schedule: a rule that may invoke this function, without late retries", () => {
  expect(ran.find("aws:cloudwatch/eventRule:EventRule").inputs).toMatchObject({
    name: "s3-to-s3express-sync-starter-rule",
    scheduleExpression: "rate(1 minute)",
    state: "ENABLED",
  });
  expect(ran.find("aws:cloudwatch/eventTarget:EventTarget").inputs).toMatchObject({
    rule: "s3-to-s3express-sync-starter-rule",
    retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
  });
  expect(ran.find("aws:lambda/permission:Permission").inputs).toEqual({
    statementId: "schedule",
    action: "lambda:InvokeFunction",
    function: "s3-to-s3express-sync-starter",
    principal: "events.amazonaws.com",
    sourceArn: "arn:mock:aws:cloudwatch/eventRule:EventRule:s3-to-s3express-sync-starter-rule",
  });
});

it("the network: the default VPC's public subnets, both gateway endpoints", () => {
  expect(ran.all("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) => inputs)).toEqual(
    ["s3", "s3express"].map((service) => ({
      vpcId: "vpc-0default",
      serviceName: `com.amazonaws.eu-north-1.${service}`,
      vpcEndpointType: "Gateway",
      routeTableIds: ["rtb-0a", "rtb-0b"],
      tags: { Name: `s3-to-s3express-sync-${service}`, "s3-express-sync:stack": "s3-express-sync/dev" },
    })),
  );
});

it("the image: built here for ARM64, in a repository that scans and forgets", () => {
  expect(ran.find("awsx:ecr:Repository").inputs).toMatchObject({
    name: "s3-to-s3express-sync",
    forceDelete: true,
    imageScanningConfiguration: { scanOnPush: true },
    lifecyclePolicy: { rules: [{ tagStatus: "any", maximumNumberOfImages: 5 }] },
  });
  expect(ran.find("awsx:ecr:Image").inputs).toEqual({
    repositoryUrl: "123456789012.dkr.ecr.eu-north-1.amazonaws.com/the-repository",
    context: ".",
    dockerfile: "./Dockerfile",
    platform: "linux/arm64",
    imageTag: sourcesHash("."),
  });
  expect(ran.find("aws:ecs/taskDefinition:TaskDefinition").dependsOn).toContain("sync-image");
});

it("tells what an operator needs, attached to nobody", () => {
  const { Statement: statements } = JSON.parse(ran.outputs.operatorPolicy as string) as {
    readonly Statement: readonly { readonly Action: readonly string[]; readonly Resource: readonly string[] }[];
  };
  const pausing = statements.filter(({ Action }) => Action.includes("events:DisableRule"));
  expect(pausing.map(({ Resource }) => Resource)).toEqual([
    ["arn:aws:events:eu-north-1:123456789012:rule/s3-to-s3express-sync-starter-rule"],
  ]);
});
