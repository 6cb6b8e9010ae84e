/** Every wrong configuration: one error with all that is wrong, before anything is made. */
import { notFound, problemsOf, type ProgramOptions, refusing } from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const PRIVATE = { vpcId: "vpc-0a", subnetIds: "subnet-0a,subnet-0b", assignPublicIp: "false" };

const bad: Record<
  string,
  [config: Record<string, string>, problems: readonly (string | RegExp)[], options?: ProgramOptions]
> = {
  "no Region": [{ "aws:region": "" }, [/^aws:region is not set/]],
  "a bad source name": [{ sourceBucket: "Under_Score" }, [/^sourceBucket is "Under_Score"; it must be 3 to 63/]],
  "a directory bucket as source": [{ sourceBucket: "a--eun1-az1--x-s3" }, [/directory bucket sends no events/]],
  "a bad destination name": [
    { destinationBucket: "dotted.name" },
    [/^destinationBucket is "dotted.name"; its full name/],
  ],
  "a zone that contradicts the name": [
    { destinationBucket: "data--eun1-az1--x-s3", availabilityZoneId: "eun1-az2" },
    [/in zone eun1-az1, but availabilityZoneId is eun1-az2/],
  ],
  "a zone of another Region": [
    { availabilityZoneId: "use1-az4" },
    [/zone use1-az4 is in us-east-1, but aws:region is eu-north-1/],
  ],
  "a Fargate size that does not exist": [
    { taskCpu: "2048", taskMemory: "2048" },
    [/^taskMemory is 2048; with taskCpu 2048/],
  ],
  "weights of zero": [{ spotWeight: "0", onDemandWeight: "0" }, [/are both 0/]],
  "a schedule of a minute and a half": [{ pollIntervalSeconds: "90" }, [/^pollIntervalSeconds is 90/]],
  "both spellings": [
    { maxWorkers: "6", MAX_WORKERS: "7" },
    ["maxWorkers and MAX_WORKERS are the same setting; give only one of them"],
  ],
  "a misspelt setting": [
    { maxWorker: "6", max_workers: "5" },
    [/^maxWorker is not a setting/, /did you mean maxWorkers/],
  ],
  "no public address in public subnets": [{ assignPublicIp: "false" }, [/^assignPublicIp is false without subnetIds/]],
  "no room for the canary's name": [
    { canaryMinutes: "5", prefix: "p".repeat(1002) },
    ["prefix leaves no room for the canary's name; with canaryMinutes it has at most 1001 bytes"],
  ],
  "a canary in seconds": [{ canaryMinutes: "0.5" }, [/^canaryMinutes is "0.5"/]],
  "a tag that AWS keeps for itself": [{ tags: '{"aws:team":"storage"}' }, [/^tags is .* do not begin with aws:,/]],
  "a schedule in words": [{ verifySchedule: "daily" }, [/^verifySchedule is "daily"; it must be rate/]],
  "everything at once": [
    {
      sourceBucket: "X",
      canaryMinutes: "never",
      assignPublicIp: "false",
      taskCpu: "7",
      spotWeight: "-1",
      tags: "[]",
      logRetentionDays: "31",
    },
    [/^taskCpu/, /^spotWeight/, /^tags/, /^canaryMinutes/, /^logRetentionDays/, /^sourceBucket/, /^assignPublicIp/],
  ],
  "a source that is not there": [
    { sourceBucket: "my-bucket" },
    [
      "sourceBucket my-bucket cannot be used: empty result. Give one that your credentials may read, or leave the setting out to have one created",
    ],
    {
      answers: {
        getBucket: () => {
          throw notFound("empty result");
        },
      },
    },
  ],
  "a source in another Region": [
    { sourceBucket: "my-bucket" },
    [/is in us-east-1, but aws:region is eu-north-1/],
    { answers: { getBucket: () => ({ bucketRegion: "us-east-1" }) } },
  ],
  "notifications that may not be read": [
    { sourceBucket: "my-bucket" },
    [
      "the notifications of my-bucket cannot be read: AccessDenied. To see whose they are, `up` needs s3:GetBucketNotification on it",
    ],
    { answers: refusing("getBucketNotification") },
  ],
  "directory buckets that may not be listed": [
    { destinationBucket: "absent" },
    [
      "the directory buckets cannot be listed: AccessDenied. `up` needs s3express:ListAllMyDirectoryBuckets to look for destinationBucket absent--eun1-az1--x-s3",
    ],
    { answers: refusing("getDirectoryBuckets") },
  ],
  "a destination that is not there": [
    { destinationBucket: "absent" },
    [/^destinationBucket absent--eun1-az1--x-s3 does not exist/],
  ],
  "trap 23: replacing the bucket's notification document: somebody else's entries stop the program": [
    { sourceBucket: "my-bucket" },
    [
      /^bucket my-bucket has notifications that are not this stack's.*: \(no id\): s3:ObjectRemoved:\* to arn:aws:sns:y; thumbs: s3:ObjectCreated:\* to arn:aws:lambda:x; delivery to EventBridge\. Enable EventBridge on the bucket and set notificationMode/,
    ],
    {
      answers: {
        getBucketNotification: () => ({
          queues: [
            {
              id: "s3-to-s3express-sync",
              queueArn: "arn:aws:sqs:eu-north-1:123456789012:s3-to-s3express-sync-q",
              events: [],
            },
          ],
          lambdaFunctions: [{ id: "thumbs", lambdaFunctionArn: "arn:aws:lambda:x", events: ["s3:ObjectCreated:*"] }],
          topics: [{ topicArn: "arn:aws:sns:y", events: ["s3:ObjectRemoved:*"] }],
          eventbridge: true,
        }),
      },
    },
  ],
  "EventBridge that the owner has not enabled": [
    { sourceBucket: "my-bucket", notificationMode: "eventbridge" },
    [/does not send to EventBridge; its owner has to enable it/],
  ],
  "private subnets that lead nowhere": [
    PRIVATE,
    ["subnet-0a", "subnet-0b"].map(
      (id) => `${id} has no way out of the VPC, and the VPC has no endpoint for sqs, ecr.api, ecr.dkr, logs`,
    ),
    { answers: { getRouteTable: () => ({ routes: [] }) } },
  ],
  "a public address in private subnets": [
    { ...PRIVATE, assignPublicIp: "true" },
    [/^subnet-0a has no route to an internet gateway/, /^subnet-0b/],
    { answers: { getRouteTable: () => ({ routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0" }] }) } },
  ],
  "no public address behind an internet gateway": [PRIVATE, [/^subnet-0a leads to an internet gateway/, /^subnet-0b/]],
  "gateway endpoints that are not there": [
    { ...PRIVATE, assignPublicIp: "true", vpcEndpoints: "existing" },
    ["vpcEndpoints is existing, and the VPC has no endpoint for s3, s3express"],
  ],
  "no default VPC": [
    {},
    ["eu-north-1 has no default VPC; give vpcId"],
    {
      answers: {
        getVpc: () => {
          throw notFound("no matching EC2 VPC found");
        },
      },
    },
  ],
  "a VPC without public subnets": [
    { vpcId: "vpc-0a" },
    ["vpc-0a has no public subnets; give vpcId and subnetIds"],
    { answers: { getSubnets: () => ({ ids: [] }) } },
  ],
};

it.each(Object.entries(bad))("refused, with everything that is wrong: %s", async (_, [config, expected, options]) => {
  const problems = await problemsOf(config, options);
  expect(problems).toHaveLength(expected.length);
  problems.forEach((problem, index) => {
    const wanted = expected[index]!;
    if (typeof wanted === "string") expect(problem).toBe(wanted);
    else expect(problem).toMatch(wanted);
  });
});
