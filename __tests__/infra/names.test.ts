import fc from "fast-check";
import { isGeneralPurposeBucketName, parseDirectoryBucketName } from "../../core/zones";
import { isNamePrefix } from "../../core/settings-table";
import { defaultNamePrefix, parseSettings, type Settings } from "../../core/settings";
import { arnsFor } from "../../infra/arns";
import { namesFor } from "../../infra/names";
import { json, type Ran, runProgram } from "../support/pulumi-program";
import { LOOKED_UP, namesIn, SEED_COMMANDS } from "./seed-names";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const ACCOUNT = "123456789012";

function settingsWith(raw: Record<string, string>): Settings {
  const parsed = parseSettings({ "aws:region": "ap-northeast-1", ...raw }, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

describe("every command of the shell deployment finds its resource in the dev stack", () => {
  let ran: Ran;
  beforeAll(async () => {
    ran = await runProgram();
  }, 60_000);

  it.each(SEED_COMMANDS)("%s", (command) => {
    const names = namesIn(command);
    expect(names.length).toBeGreaterThan(0);
    for (const [by, name] of names) {
      const [type, property] = LOOKED_UP[by]!;
      expect(ran.all(type).map(({ inputs }) => inputs[property])).toContain(name);
    }
  });

  it("the policy belongs to the role, and the log group to the function and the task", () => {
    expect(ran.find("aws:iam/rolePolicy:RolePolicy", "starter-role-policy").inputs["role"]).toBe(
      "s3-to-s3express-sync-starter-role",
    );
    const container = json(ran.find("aws:ecs/taskDefinition:TaskDefinition"), "containerDefinitions");
    expect(JSON.stringify(container)).toContain('"awslogs-group":"/ecs/s3-to-s3express-sync-task"');
  });
});

it("whatever the prefix, every name is one AWS takes", () => {
  const prefixes = fc.stringMatching(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/).filter(isNamePrefix);
  fc.assert(
    fc.property(prefixes, (namePrefix) => {
      const names = namesFor(settingsWith({ namePrefix }), ACCOUNT);
      expect(isGeneralPurposeBucketName(names.sourceBucket)).toBe(true);
      expect(parseDirectoryBucketName(names.destinationBucket)).toMatchObject({ zoneId: "apne1-az1" });
      for (const role of [names.workerRole, names.executionRole, names.starterRole, names.starter]) {
        expect(role.length).toBeLessThanOrEqual(64);
      }
      for (const queue of [names.queue, names.deadLetterQueue]) expect(queue).toMatch(/^[\w-]{1,80}$/);
    }),
  );
});

it.each(["sg-sync", "sthree-sync", "amzn-s3-demo-sync", "a--b", "a-", "1a", "ab", "Abc", "x".repeat(41)])(
  "%s begins no name",
  (prefix) => expect(isNamePrefix(prefix)).toBe(false),
);

it("stacks whose names begin alike have names of their own", () => {
  const [a, b] = ["production-eu-north-1-blue", "production-eu-north-1-green"].map(defaultNamePrefix);
  expect(a).not.toBe(b);
  for (const prefix of [a!, b!]) expect(isNamePrefix(prefix)).toBe(true);
});

it("long prefixes with the same beginning get different buckets", () => {
  const [a, b] = ["one", "two"].map((end) =>
    namesFor(settingsWith({ namePrefix: `${"x".repeat(36)}-${end}` }), ACCOUNT),
  );
  expect(a!.destinationBucket).not.toBe(b!.destinationBucket);
  expect(a!.destinationBucket).toHaveLength(63);
});

it("adopted buckets keep their names", () => {
  const settings = settingsWith({ sourceBucket: "my.dotted.bucket", destinationBucket: "mine" });
  expect(namesFor(settings, ACCOUNT)).toMatchObject({
    sourceBucket: "my.dotted.bucket",
    destinationBucket: "mine--apne1-az1--x-s3",
  });
});

it("ARNs, in every partition", () => {
  const names = namesFor(settingsWith({}), ACCOUNT);
  const place = { partition: "aws-cn", region: "cn-north-1", accountId: ACCOUNT };
  expect(arnsFor(names, place)).toMatchObject({
    sourceBucket: "arn:aws-cn:s3:::s3-to-s3express-sync-source-123456789012",
    destinationBucket:
      "arn:aws-cn:s3express:cn-north-1:123456789012:bucket/s3-to-s3express-sync-123456789012--apne1-az1--x-s3",
    cluster: "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/s3-to-s3express-sync-cluster",
    taskDefinitions: "arn:aws-cn:ecs:cn-north-1:123456789012:task-definition/s3-to-s3express-sync-task:*",
    workerRole: "arn:aws-cn:iam::123456789012:role/s3-to-s3express-sync-task-role",
  });
});
