/** What must be true of every resource, whatever the settings. Recorded inputs: this does not prove that AWS accepts them. */
import { readFileSync } from "node:fs";
import { json, type Ran, type Recorded, runProgram } from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const KEY = "arn:aws:kms:eu-north-1:123456789012:key/0a";

const variants: Record<string, Record<string, string>> = {
  "the dev stack": {},
  "everything on": {
    prefix: "models/deep seek/",
    sourceKmsKeyArn: KEY,
    destinationKmsKeyArn: KEY,
    permissionsBoundaryArn: "arn:aws:iam::123456789012:policy/boundary",
    alarmEmail: "ops@example.com",
    lagObjectiveSeconds: "300",
    dashboard: "true",
    notificationMode: "eventbridge",
    tags: '{"team":"storage"}',
    reservedConcurrency: "1",
  },
  "adopted buckets": { sourceBucket: "my-source-bucket", destinationBucket: "my-express-bucket" },
  "buckets deleted with the stack": { deleteBucketsOnDestroy: "true", tags: '{"team":"storage","cost":"7"}' },
  "verify on a schedule": { verifySchedule: "rate(1 day)", tags: '{"team":"storage"}' },
};

interface Statement {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Actions for which IAM knows no resource, and where the condition has to do instead. */
const UNNAMEABLE: Readonly<Record<string, string | undefined>> = {
  "ecr:GetAuthorizationToken": undefined,
  "ecs:ListTasks": "ecs:cluster",
};

const ran = new Map<string, Ran>();

beforeAll(async () => {
  for (const [name, config] of Object.entries(variants)) ran.set(name, await runProgram(config));
}, 120_000);

/** Whether the provider's own types take tags for it: `aws:sqs/queue:Queue` is declared in sqs/queue.d.ts, with QueueArgs. */
function takesTags(type: string): boolean {
  const [provider = "", module = "", name = ""] = type.split(":");
  const file = module.includes("/") ? module : `${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const declared = readFileSync(`node_modules/@pulumi/${provider}/${file}.d.ts`, "utf8");
  const [, args] = declared.split(`export interface ${name}Args {`);
  if (args === undefined) throw new Error(`no ${name}Args in the types of ${type}`);
  return /^ {4}tags\?:/m.test(args);
}

function statementsOf(policy: Recorded): readonly Statement[] {
  return (json(policy, "policy") as { Statement: readonly Statement[] }).Statement;
}

describe.each(Object.keys(variants))("%s", (name) => {
  const of = (type: string): readonly Recorded[] => ran.get(name)!.all(type);
  const policies = (): readonly Recorded[] => [
    ...of("aws:iam/rolePolicy:RolePolicy"),
    ...of("aws:sqs/queuePolicy:QueuePolicy"),
    ...of("aws:s3/bucketPolicy:BucketPolicy"),
  ];

  it("grants no wildcard action, and no wildcard resource where one can be named", () => {
    expect(policies().length).toBeGreaterThan(3);
    for (const { Action, Resource, Condition } of policies().flatMap(statementsOf)) {
      for (const action of Action) expect(action).toMatch(/^[a-z0-9]+:[A-Za-z]+$/);
      if (!Resource.includes("*")) continue;
      expect(Resource).toEqual(["*"]);
      for (const action of Action) {
        expect(Object.keys(UNNAMEABLE)).toContain(action);
        const key = UNNAMEABLE[action];
        if (key !== undefined) expect(Object.values(Condition ?? {}).flatMap((one) => Object.keys(one))).toContain(key);
      }
    }
  });

  it("names account and Region in every ARN that has them", () => {
    for (const { Resource } of policies().flatMap(statementsOf)) {
      for (const arn of Resource.filter((one) => one !== "*" && !one.startsWith("arn:aws:s3:::"))) {
        expect(arn).toMatch(/^arn:aws:(iam:|[a-z0-9]+:eu-north-1):123456789012:[^*]+(:\*|\/\*)?$/);
      }
    }
  });

  it("lists the bucket without a prefix condition", () => {
    expect(JSON.stringify(ran.get(name)!.resources.map((one) => one.inputs))).not.toContain("s3:prefix");
  });

  it("tags everything that takes tags", () => {
    const tags = JSON.parse(variants[name]!["tags"] ?? "{}") as object;
    const taggable = ran.get(name)!.resources.filter(({ type }) => /^awsx?:/.test(type) && takesTags(type));
    expect(taggable.length).toBeGreaterThan(10);
    // An empty setting says nothing about one resource; it is the variant with tags that decides.
    for (const resource of taggable) {
      expect([resource.name, resource.inputs["tags"]]).toEqual([resource.name, expect.objectContaining(tags)]);
    }
  });

  it("keeps every created general purpose bucket private", () => {
    const blocks = of("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").map((one) => one.inputs);
    const buckets = of("aws:s3/bucket:Bucket").map((one) => one.inputs["bucket"]);
    expect(blocks.map((one) => one["bucket"])).toEqual(buckets);
    const all = { blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true };
    for (const block of blocks) expect(block).toMatchObject(all);
  });

  it("encrypts every queue", () => {
    const queues = of("aws:sqs/queue:Queue");
    expect(queues).toHaveLength(2);
    for (const queue of queues) expect(queue.inputs["sqsManagedSseEnabled"]).toBe(true);
  });

  it("keeps no log for ever", () => {
    const groups = of("aws:cloudwatch/logGroup:LogGroup");
    expect(groups).toHaveLength(2);
    for (const group of groups) expect(group.inputs["retentionInDays"]).toBeGreaterThan(0);
  });

  it("has the role of nobody but its own: no managed policy, no second role for the function", () => {
    const roles = name === "verify on a schedule" ? 5 : 3;
    expect(of("aws:iam/role:Role").map((one) => one.name)).toHaveLength(roles);
    expect(of("aws:iam/rolePolicyAttachment:RolePolicyAttachment")).toEqual([]);
  });

  it("opens no port", () => {
    for (const group of of("aws:ec2/securityGroup:SecurityGroup")) expect(group.inputs["ingress"]).toEqual([]);
  });

  it("tells no secret and no mail address in its outputs", () => {
    expect(JSON.stringify(ran.get(name)!.outputs)).not.toMatch(/@example|secret|AKIA/i);
  });

  it("retains the data buckets, with their encryption, and nothing else", () => {
    const kept = ran.get(name)!.resources.filter((one) => one.retainOnDelete);
    const data = ["aws:s3/bucket:Bucket", "aws:s3/directoryBucket:DirectoryBucket"];
    const created = [...data, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"];
    const expected = name === "buckets deleted with the stack" ? [] : created.flatMap(of);
    expect(kept.map((one) => one.name).sort()).toEqual(expected.map((one) => one.name).sort());
  });

  it("deletes in an order in which nothing is missed: schedule, starter, queue, cluster, what workers need", () => {
    const resources = ran.get(name)!.resources;
    const needs = (from: string, to: string): boolean => {
      const { dependsOn } = resources.find((one) => one.name === from)!;
      return dependsOn.includes(to) || dependsOn.some((next) => needs(next, to));
    };
    const order: readonly (readonly [first: string, then: string])[] = [
      ["sync-starter-target", "sync-starter"],
      ["sync-starter", "sync-queue"],
      ["sync-starter", "sync-starter-role-policy"],
      ["sync-queue", "sync-capacity"],
      ["sync-capacity", "sync-cluster"],
      ["sync-cluster", "sync-workers"],
      ["sync-cluster", "sync-worker-role-policy"],
      ["sync-cluster", "sync-worker-log"],
      ["sync-cluster", "sync-endpoint-s3express"],
    ];
    for (const [first, then] of order) expect([first, then, needs(first, then)]).toEqual([first, then, true]);
  });

  it("is the same the second time", async () => {
    const again = await runProgram(variants[name]);
    const inputs = (one: Ran): object =>
      Object.fromEntries(one.resources.map((resource) => [resource.name, { ...resource.inputs, code: undefined }]));
    expect(inputs(again)).toEqual(inputs(ran.get(name)!));
    expect(again.outputs).toEqual(ran.get(name)!.outputs);
  });
});

it("tasks that a rule starts get the tags of their definition", () => {
  const targets = ran.get("verify on a schedule")!.all("aws:cloudwatch/eventTarget:EventTarget");
  const tasks = targets.flatMap(({ inputs }) => inputs["ecsTarget"] ?? []);
  expect(tasks).toEqual([expect.objectContaining({ propagateTags: "TASK_DEFINITION" })]);
});

it("knows what takes tags", () => {
  expect(takesTags("aws:sqs/queue:Queue")).toBe(true);
  expect(takesTags("awsx:ecr:Repository")).toBe(true);
  expect(takesTags("aws:sqs/queuePolicy:QueuePolicy")).toBe(false);
});

it("two stacks of one account share no name", async () => {
  const [dev, other] = [ran.get("the dev stack")!, await runProgram({}, { stack: "Prod.EU" })];
  const physical = ({ resources }: Ran): readonly unknown[] =>
    resources
      .filter((one) => !one.type.includes("Attachment") && one.inputs["role"] === undefined)
      .flatMap(({ inputs, type }) =>
        type.includes("Policy:") ? [] : [inputs["name"], inputs["family"], inputs["dashboardName"]],
      )
      .filter((name) => typeof name === "string");
  expect(physical(dev).length).toBeGreaterThan(10);
  expect(physical(dev).filter((name) => physical(other).includes(name))).toEqual([]);
  expect(other.outputs.sourceBucket).toBe("s3-to-s3express-sync-prod-eu-source-123456789012");
});
