import { parseStarterEnv, parseWorkerEnv, writeStarterEnv, writeWorkerEnv } from "../../core/env";
import { MIB } from "../../core/parts";
import {
  defaultNamePrefix,
  parseSettings,
  settingNames,
  type Settings,
  starterSettings,
  workerSettings,
} from "../../core/settings";
import { type Setting, SETTINGS } from "../../core/settings-table";

const REGION = { "aws:region": "eu-north-1" };

function settings(raw: Record<string, string>, stack = "dev"): Settings {
  const parsed = parseSettings({ ...REGION, ...raw }, stack);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

function problems(raw: Record<string, string | undefined>): readonly string[] {
  const parsed = parseSettings({ ...REGION, ...raw }, "dev");
  return parsed.ok ? [] : parsed.problems;
}

it("a Region is enough; the defaults are those of the design", () => {
  expect(settings({})).toEqual({
    region: "eu-north-1",
    availabilityZoneId: "eun1-az1",
    prefix: "",
    maxWorkers: 5,
    pollIntervalSeconds: 60,
    taskCpu: 2048,
    taskMemory: 4096,
    visibilityTimeoutSeconds: 120,
    maxReceiveCount: 3,
    queueRetentionDays: 10,
    longPollSeconds: 20,
    emptyPollsBeforeExit: 3,
    messagesPerWorker: 1,
    scalingRule: "visible",
    spotWeight: 4,
    onDemandWeight: 1,
    copyConcurrency: 256,
    partSizeMiB: 128,
    multipartThresholdMiB: 256,
    transport: "lean",
    namePrefix: "s3-to-s3express-sync",
    assignPublicIp: true,
    vpcEndpoints: "create",
    notificationMode: "s3",
    tags: {},
    dashboard: false,
    paused: false,
    logRetentionDays: 30,
    deleteBucketsOnDestroy: false,
  });
});

it("takes the seed's spelling of everything it had, poll rate in minutes", () => {
  const parsed = parseSettings(
    {
      REGION: "eu-west-1",
      SRC_BUCKET: "my-bucket",
      DST_BUCKET: "my-express",
      PREFIX_FILTER: "models/deepseek/",
      MAX_WORKERS: "20",
      LAMBDA_POLL_RATE: "2",
      TASK_CPU: "4096",
      TASK_MEMORY: "8192",
      VISIBILITY_TIMEOUT: "7200",
    },
    "prod",
  );
  expect(parsed).toMatchObject({
    ok: true,
    config: {
      region: "eu-west-1",
      sourceBucket: "my-bucket",
      destinationBucket: "my-express--euw1-az1--x-s3",
      availabilityZoneId: "euw1-az1",
      prefix: "models/deepseek/",
      maxWorkers: 20,
      pollIntervalSeconds: 120,
      taskCpu: 4096,
      taskMemory: 8192,
      visibilityTimeoutSeconds: 7200,
      namePrefix: "s3-to-s3express-sync-prod",
    },
  });
});

const TAG_RULES =
  'it must be a JSON object with text values, such as {"team":"storage"}: at most 48 tags, names of 1 to 128 characters that do not begin with aws:, values of at most 256, both of letters, digits, spaces and _.:/=+-@';

describe("every alias", () => {
  const aliased = Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>).filter(
    (one) => one.alias,
  );

  it.each(aliased.map((one) => [one.variable.name, one.alias?.name ?? ""]))(
    "%s and %s together are an error",
    (name, alias) => {
      expect(problems({ [name]: "1", [alias]: "1" })).toContain(
        `${name} and ${alias} are the same setting; give only one of them`,
      );
    },
  );
});

describe("the destination and its zone", () => {
  it.each([
    ["a base", { destinationBucket: "fast" }, "fast--eun1-az1--x-s3", "eun1-az1"],
    [
      "a base in another zone",
      { destinationBucket: "fast", availabilityZoneId: "eun1-az3" },
      "fast--eun1-az3--x-s3",
      "eun1-az3",
    ],
    ["a full name", { destinationBucket: "fast--eun1-az2--x-s3" }, "fast--eun1-az2--x-s3", "eun1-az2"],
  ])("%s", (_, raw, name, zone) => {
    expect(settings(raw)).toMatchObject({ destinationBucket: name, availabilityZoneId: zone });
  });

  it("a zone the table does not know yet is taken when it is given", () => {
    const raw = { "aws:region": "eu-central-1", availabilityZoneId: "euc1-az2", destinationBucket: "fast" };
    expect(settings(raw).destinationBucket).toBe("fast--euc1-az2--x-s3");
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "contradicting zones",
      { destinationBucket: "fast--eun1-az2--x-s3", availabilityZoneId: "eun1-az1" },
      "destinationBucket is in zone eun1-az2, but availabilityZoneId is eun1-az1; leave availabilityZoneId out",
    ],
    [
      "another Region's zone",
      { destinationBucket: "fast--euw1-az1--x-s3" },
      "zone euw1-az1 is in eu-west-1, but aws:region is eu-north-1; both buckets must be in one Region",
    ],
    [
      "a base that breaks the rules",
      { destinationBucket: "Fast" },
      'destinationBucket is "Fast"; its full name must be BASE--ZONEID--x-s3, at most 63 characters: lower-case letters, digits and hyphens, such as data--euw1-az1--x-s3',
    ],
    [
      "a directory bucket as source",
      { sourceBucket: "fast--eun1-az1--x-s3" },
      'sourceBucket is "fast--eun1-az1--x-s3"; a directory bucket sends no events, so it can only be the destination',
    ],
    [
      "a Region without Express",
      { "aws:region": "eu-south-1" },
      "availabilityZoneId is not set and no Express zone of eu-south-1 is known; give its id, or choose one of us-east-1, us-east-2, us-west-2, ap-south-1, ap-northeast-1, eu-west-1, eu-north-1",
    ],
  ])("%s", (_, raw, problem) => {
    expect(problems(raw)).toEqual([problem]);
  });
});

describe("one problem each", () => {
  it.each<[Record<string, string | undefined>, string]>([
    [{ "aws:region": undefined }, "aws:region is not set; it must be an AWS Region such as eu-north-1"],
    [{ maxWorkers: "five" }, 'maxWorkers is "five"; it must be a whole number from 0 to 5000 (0 pauses)'],
    [{ MAX_WORKERS: "five" }, 'MAX_WORKERS is "five"; it must be a whole number from 0 to 5000 (0 pauses)'],
    [{ LAMBDA_POLL_RATE: "1.5" }, 'LAMBDA_POLL_RATE is "1.5"; it must be a whole number from 1 to 1440 minutes'],
    [
      { pollIntervalSeconds: "90" },
      "pollIntervalSeconds is 90; above 60 it must be a multiple of 60, because schedules count in whole minutes",
    ],
    [
      { taskCpu: "512", taskMemory: "8192" },
      "taskMemory is 8192; with taskCpu 512 Fargate offers 1024, 2048, 3072, 4096 MiB",
    ],
    [
      { spotWeight: "0", onDemandWeight: "0" },
      "spotWeight and onDemandWeight are both 0; give at least one of them a weight of 1 or more",
    ],
    [
      { subnetIds: "subnet-1,subnet-2" },
      "subnetIds without vpcId; the security group has to be made in the same VPC, so give its id",
    ],
    [
      { destinationKmsKeyArn: "arn:aws:kms:eu-north-1:123456789012:alias/mine" },
      "destinationKmsKeyArn is an alias; a directory bucket takes only the ARN of the key itself",
    ],
    ...["[1]", '{"a":1}', '{"aws:x":"y"}', '{"AWS:x":"y"}', '{"":"y"}', '{"a#":"y"}', '{"a":"<y>"}'].map(
      (tags): [Record<string, string>, string] => [{ tags }, `tags is ${JSON.stringify(tags)}; ${TAG_RULES}`],
    ),
    [{ verifySchedule: "daily" }, 'verifySchedule is "daily"; it must be rate(...) or cron(...)'],
    [
      { namePrefix: "Sync" },
      'namePrefix is "Sync"; it must be 3 to 40 lower-case letters, digits and single hyphens that do not begin with sg-, sthree-, amzn-s3-demo-',
    ],
    [{ maxworkers: "5" }, "maxworkers is not a setting; did you mean maxWorkers?"],
    [{ colour: "red" }, "colour is not a setting"],
  ])("%j", (raw, problem) => {
    expect(problems(raw)).toEqual([problem]);
  });

  it("tags: as many and as long as AWS takes, in any script", () => {
    const tags = (entries: readonly (readonly [string, string])[]): Record<string, string> => ({
      tags: JSON.stringify(Object.fromEntries(entries)),
    });
    const many = (count: number) => Array.from({ length: count }, (_, index) => [`t${index}`, ""] as const);
    expect(problems(tags(many(48)))).toEqual([]);
    expect(problems(tags(many(49)))).toHaveLength(1);
    expect(problems(tags([["n".repeat(128), "v".repeat(256)]]))).toEqual([]);
    expect(problems(tags([["n".repeat(129), ""]]))).toHaveLength(1);
    expect(problems(tags([["n", "v".repeat(257)]]))).toHaveLength(1);
    expect(problems(tags([["cost centre/日本", "a+b=c@d_e.f:g-h"]]))).toEqual([]);
    expect(problems(tags([["team:aws:x", "aws:y"]]))).toEqual([]);
  });

  it("logRetentionDays takes what CloudWatch takes", () => {
    expect(settings({ logRetentionDays: "400" }).logRetentionDays).toBe(400);
    expect(problems({ logRetentionDays: "10" })).toHaveLength(1);
  });
});

it("reports everything at once", () => {
  expect(
    problems({ maxWorkers: "x", DST_BUCKET: "Fast", taskMemory: "1", nonsense: "1", sourceBucket: "No" }),
  ).toHaveLength(5);
});

it("optional settings are taken as they are", () => {
  const raw = {
    vpcId: "vpc-0a",
    subnetIds: "subnet-1,subnet-2",
    tags: '{"team":"storage"}',
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
    destinationKmsKeyArn: "arn:aws:kms:eu-north-1:123456789012:key/1",
    verifySchedule: "rate(1 day)",
    alarmEmail: "ops@example.com",
    reservedConcurrency: "1",
  };
  expect(settings(raw)).toMatchObject({
    ...raw,
    subnetIds: ["subnet-1", "subnet-2"],
    tags: { team: "storage" },
    reservedConcurrency: 1,
  });
});

it.each([
  ["dev", "s3-to-s3express-sync"],
  ["prod", "s3-to-s3express-sync-prod"],
  ["Team_A.test", "s3-to-s3express-sync-team-a-test"],
  ["_x..y_", "s3-to-s3express-sync-x-y"],
  ["___", "s3-to-s3express-sync-stack"],
  ["a-very-long-stack-name-indeed", "s3-to-s3express-sync-a-very-long-m7tvg5"],
])("stack %s: %s", (stack, name) => {
  expect(defaultNamePrefix(stack)).toBe(name);
  expect(settings({ namePrefix: name }).namePrefix).toBe(name);
});

it("what settings decide passes through both environments", () => {
  const given = settings({ partSizeMiB: "64", multipartThresholdMiB: "5120", prefix: "p/", maxWorkers: "9" });
  const worker = {
    ...workerSettings(given),
    sourceBucket: "src",
    destinationBucket: "dst--eun1-az1--x-s3",
    queueUrl: "https://q/1",
    deadLetterQueueUrl: "https://q/2",
  };
  expect(worker.partSize).toBe(64 * MIB);
  expect(parseWorkerEnv(writeWorkerEnv(worker))).toEqual({ ok: true, config: worker });
  const starter = {
    ...starterSettings(given),
    queueUrl: "https://q/1",
    cluster: "c",
    taskDefinition: "f:1",
    taskFamily: "f",
    subnets: ["subnet-1"],
    securityGroups: ["sg-1"],
  };
  expect(parseStarterEnv(writeStarterEnv(starter))).toEqual({ ok: true, config: starter });
});

it("paused means no workers at all", () => {
  expect(starterSettings(settings({ paused: "true" })).maxWorkers).toBe(0);
});

it("every setting is described, and no name is used twice", () => {
  for (const setting of Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>)) {
    expect(setting.description).toMatch(/^\S.*\.$/);
    expect(setting.goesTo.length).toBeGreaterThan(0);
    // A setting that may be left out says what happens then.
    if (setting.variable.optional === true) expect(setting.otherwise).toMatch(/\S/);
  }
  expect(new Set(settingNames()).size).toBe(settingNames().length);
});
