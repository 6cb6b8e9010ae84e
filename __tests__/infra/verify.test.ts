/** The scheduled verify: its resources, its permissions, and its command as it stands in the task definition, run on the local cloud. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alarmTable } from "../../infra/alarm-table";
import { arnsFor } from "../../infra/arns";
import { namesFor } from "../../infra/names";
import { verifyPolicy, verifyRulePolicy } from "../../infra/policies/verify";
import { parseSettings, type Settings } from "../../core/settings";
import { cli } from "../support/cli";
import { BRIEF, withStack } from "../support/e2e";
import { json, type Ran, runProgram } from "../support/pulumi-program";
import { iamCalls, type World } from "./iam-calls";
import { allowedBy, grantsOf, grantsUsed } from "./policy-evaluation";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

jest.setTimeout(120_000);

const ACCOUNT = "123456789012";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";

interface Container {
  readonly entryPoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
}

let ran: Ran;
beforeAll(async () => {
  ran = await runProgram({ verifySchedule: "rate(1 day)", prefix: "models/", alarmEmail: "ops@example.com" });
});

function settingsWith(raw: Record<string, string>): Settings {
  const parsed = parseSettings({ "aws:region": "eu-north-1", ...raw }, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

function arns() {
  return arnsFor(namesFor(settingsWith({}), ACCOUNT), { partition: "aws", region: "eu-north-1", accountId: ACCOUNT });
}

test("a task family of its own: a role of its own, a volume for what does not fit into memory, the worker's image", () => {
  const task = ran.find(TASK, "verify");
  expect(task.inputs).toMatchObject({
    family: "s3-to-s3express-sync-verify",
    cpu: "1024",
    memory: "4096",
    ephemeralStorage: { sizeInGib: 100 },
    volumes: [{ name: "spill" }],
    taskRoleArn: "arn:mock:aws:iam/role:Role:s3-to-s3express-sync-verify-role",
    executionRoleArn: "arn:mock:aws:iam/role:Role:s3-to-s3express-sync-execution-role",
  });
  const [worker] = json(ran.find(TASK, "task"), "containerDefinitions") as [object & { image: string }];
  expect(json(task, "containerDefinitions")).toEqual([
    {
      ...worker,
      name: "verify",
      entryPoint: ["node", "/app/cli.cjs"],
      command: [...["verify", "--deep", "--repair", "--log"], ...["--memory", "2048", "--spill-dir", "/spill"]],
      mountPoints: [{ sourceVolume: "spill", containerPath: "/spill" }],
      environment: [
        { name: "DLQ_URL", value: `https://sqs.eu-north-1.amazonaws.com/${ACCOUNT}/s3-to-s3express-sync-dlq` },
        { name: "DST_BUCKET", value: `s3-to-s3express-sync-${ACCOUNT}--eun1-az1--x-s3` },
        { name: "PREFIX_FILTER", value: "models/" },
        { name: "QUEUE_URL", value: `https://sqs.eu-north-1.amazonaws.com/${ACCOUNT}/s3-to-s3express-sync-q` },
        { name: "REGION", value: "eu-north-1" },
        { name: "SRC_BUCKET", value: `s3-to-s3express-sync-source-${ACCOUNT}` },
      ],
      logConfiguration: {
        logDriver: "awslogs",
        options: {
          "awslogs-group": "/ecs/s3-to-s3express-sync-task",
          "awslogs-region": "eu-north-1",
          "awslogs-stream-prefix": "verify",
        },
      },
    },
  ]);
});

test("a rule starts one of it, On-Demand, where workers run", () => {
  expect(ran.find("aws:cloudwatch/eventRule:EventRule", "verify-rule").inputs).toMatchObject({
    name: "s3-to-s3express-sync-verify-rule",
    scheduleExpression: "rate(1 day)",
    state: "ENABLED",
  });
  const target = ran.find("aws:cloudwatch/eventTarget:EventTarget", "verify-target");
  expect(target.inputs).toMatchObject({
    rule: "s3-to-s3express-sync-verify-rule",
    roleArn: "arn:mock:aws:iam/role:Role:s3-to-s3express-sync-verify-rule-role",
    ecsTarget: {
      taskCount: 1,
      launchType: "FARGATE",
      networkConfiguration: {
        subnets: ["subnet-0a", "subnet-0b"],
        securityGroups: ["sg-0workers"],
        assignPublicIp: true,
      },
    },
  });
  expect(target.dependsOn).toContain("sync-verify-rule-role-policy");
});

test("the rule's role: this family on this cluster, and exactly two roles to pass", () => {
  expect(json(ran.find("aws:iam/rolePolicy:RolePolicy", "verify-rule-role-policy"), "policy")).toEqual(
    verifyRulePolicy(arns()),
  );
  expect(verifyRulePolicy(arns()).Statement).toEqual([
    {
      Sid: "StartVerify",
      Effect: "Allow",
      Action: ["ecs:RunTask"],
      Resource: [`arn:aws:ecs:eu-north-1:${ACCOUNT}:task-definition/s3-to-s3express-sync-verify:*`],
      Condition: {
        ArnEquals: { "ecs:cluster": `arn:aws:ecs:eu-north-1:${ACCOUNT}:cluster/s3-to-s3express-sync-cluster` },
      },
    },
    {
      Sid: "TagVerify",
      Effect: "Allow",
      Action: ["ecs:TagResource"],
      Resource: ["arn:aws:ecs:eu-north-1:123456789012:task/s3-to-s3express-sync-cluster/*"],
      Condition: { StringEquals: { "ecs:CreateAction": "RunTask" } },
    },
    {
      Sid: "PassRoles",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: ["verify-role", "execution-role"].map(
        (role) => `arn:aws:iam::${ACCOUNT}:role/s3-to-s3express-sync-${role}`,
      ),
      Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    },
  ]);
  const trusts = (name: string) => JSON.stringify(json(ran.find("aws:iam/role:Role", name), "assumeRolePolicy"));
  expect(trusts("verify-rule-role")).toContain('"Service":"events.amazonaws.com"');
  expect(trusts("verify-role")).toContain('"Service":"ecs-tasks.amazonaws.com"');
});

test("alarms on drift, on a run without a result, and on one that could not be started", () => {
  const names = namesFor(settingsWith({}), ACCOUNT);
  const ids = alarmTable(names, settingsWith({ verifySchedule: "rate(1 day)" })).map(({ id }) => id);
  expect(ids.slice(-3)).toEqual(["drift", "verify-failing", "verify-not-started"]);
  expect(alarmTable(names, settingsWith({})).map(({ id }) => id)).not.toContain("drift");
  expect(ran.find("aws:cloudwatch/metricAlarm:MetricAlarm", "alarm-drift").inputs).toMatchObject({
    namespace: "S3ExpressSync",
    metricName: "Drift",
    dimensions: { Queue: "s3-to-s3express-sync-q" },
    statistic: "Maximum",
    threshold: 0,
    treatMissingData: "notBreaching",
    alarmDescription: expect.stringContaining("verify --repair --max-delete") as string,
  });
});

test("while the stack is paused it does not run: everything that waits would be drift", async () => {
  const paused = await runProgram({ verifySchedule: "rate(1 day)", paused: "true" });
  expect(paused.find("aws:cloudwatch/eventRule:EventRule", "verify-rule").inputs["state"]).toBe("DISABLED");
});

test("its command, as it stands, on the local cloud: what it does is what it may do", async () => {
  const [container] = json(ran.find(TASK, "verify"), "containerDefinitions") as [Container];
  expect(container.entryPoint).toEqual(["node", "/app/cli.cjs"]);
  const spill = mkdtempSync(join(tmpdir(), "verify-task-"));
  const cloudOptions = { principals: ["operator", "starter", "worker", "verify"] };
  await withStack({ settings: BRIEF, cloud: cloudOptions }, async (world) => {
    const old = { lastModifiedMs: Date.UTC(2026, 0, 1), notify: false };
    await world.cloud.s3.put(world.source, "models/missing", "x", old);
    await world.cloud.s3.put(world.destination, "models/extra", "x", old);
    await world.cloud.s3.put(world.destination, "outside", "x", old);
    world.deadLetters.send("x");
    world.cloud.log.clear();
    const variables = { ...Object.fromEntries(container.environment.map(({ name, value }) => [name, value])) };
    const here = {
      ...{ SRC_BUCKET: world.source, DST_BUCKET: world.destination },
      ...{ QUEUE_URL: world.queue.url, DLQ_URL: world.deadLetters.url },
    };
    const command = container.command.map((part) => (part === "/spill" ? spill : part));
    const result = await cli(command, {
      ...variables,
      ...here,
      REGION: world.cloud.region,
      ...world.cloud.environmentFor("verify"),
    });
    expect(result).toMatchObject({ code: 1, stderr: "" });
    expect(result.stdout).toContain('"Drift":2');
    expect(world.queue.depth().visible).toBe(1);
    expect(world.deadLetters.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(world.cloud.s3.head(world.destination, "models/extra")).toBeDefined();

    const requests = world.cloud.log.entries({ principal: "verify" });
    const policy = verifyPolicy({ arns: arns() });
    const iam: World = {
      arns: arns(),
      source: world.source,
      destination: world.destination,
      queues: { "s3-to-s3express-sync-q": arns().queue, "s3-to-s3express-sync-dlq": arns().deadLetterQueue },
      family: "",
    };
    const calls = requests.flatMap((entry) => iamCalls(entry, iam));
    expect(calls.filter((call) => allowedBy(policy, call).length === 0)).toEqual([]);
    const used = new Set(calls.flatMap((call) => grantsUsed(policy, call)));
    expect(grantsOf(policy).filter((grant) => !used.has(grant))).toEqual([]);
    expect([...new Set(requests.map(({ operation }) => operation))].sort()).toEqual([
      ...["ChangeMessageVisibilityBatch", "CreateSession", "GetQueueAttributes", "HeadBucket", "HeadObject"],
      ...["ListObjectsV2", "ReceiveMessage", "SendMessageBatch"],
    ]);
    // And the judge finds a write.
    const write = iamCalls({ ...requests[0]!, operation: "DeleteObject", resource: world.destination }, iam);
    expect(write.filter((call) => allowedBy(policy, call).length > 0)).toEqual([]);
  });
  expect(readdirSync(spill)).toEqual([]);
  rmSync(spill, { recursive: true });
});

test("with keys of KMS it may decrypt with them, and nothing more", () => {
  const key = (id: string): string => `arn:aws:kms:eu-north-1:${ACCOUNT}:key/${id}`;
  const policy = verifyPolicy({ arns: arns(), sourceKmsKeyArn: key("a"), destinationKmsKeyArn: key("b") });
  expect(grantsOf(policy).filter((grant) => grant.startsWith("kms:"))).toEqual([
    `kms:Decrypt ${key("a")}`,
    `kms:Decrypt ${key("b")}`,
  ]);
});

test("no wildcard in what it is granted", () => {
  for (const grant of [...grantsOf(verifyPolicy({ arns: arns() })), ...grantsOf(verifyRulePolicy(arns()))]) {
    expect(grant).not.toMatch(/ \*$/);
    expect(grant.split(" ")[0]).not.toContain("*");
  }
});
