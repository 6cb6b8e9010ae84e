/** What people write: Pulumi.yaml against the table of settings, and every wrong configuration in one error before anything is made. */
import { readFileSync } from "node:fs";
import { type Setting, SETTINGS } from "../../core/settings-table";
import { pulumiDefault, pulumiType } from "../../infra/config";
import {
  notFound,
  problemsOf,
  type ProgramOptions,
  PROJECT,
  type Ran,
  type Recorded,
  runProgram,
} from "../support/pulumi-program";

// The starter's code does not matter here, and making it takes most of a run.
jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

const PRIVATE = { vpcId: "vpc-0a", subnetIds: "subnet-0a,subnet-0b", assignPublicIp: "false" };

interface YamlRow {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string;
}

/** As much YAML as Pulumi.yaml has: two levels of plain scalars under `config:`. */
function projectConfig(): Record<string, YamlRow> {
  const rows: Record<string, Record<string, string>> = {};
  let row: Record<string, string> = {};
  for (const line of readFileSync("Pulumi.yaml", "utf8").split("config:\n")[1]!.split("\n")) {
    const [, name, field, text] = /^ {2}(\w+):$|^ {4}(\w+): (.*)$/.exec(line.replace(/^ {2}(\w+):$/, "  $1:")) ?? [];
    if (name !== undefined) rows[name] = row = {};
    if (field !== undefined) row[field] = text!.startsWith('"') ? (JSON.parse(text!) as string) : text!;
  }
  return rows;
}

describe("Pulumi.yaml", () => {
  it("names the program: Pulumi would run the package's entry otherwise, and delete the stack's resources", () => {
    const { main } = JSON.parse(readFileSync("package.json", "utf8")) as { main?: string };
    expect(main).toBe("dist/component.cjs");
    expect(readFileSync("Pulumi.yaml", "utf8")).toMatch(/^main: index\.ts$/m);
  });

  const settings = Object.values<Setting<unknown>>(SETTINGS as Record<string, Setting<unknown>>);
  const config = projectConfig();

  it.each(
    settings.filter(({ variable }) => !variable.name.includes(":")).map((one) => [one.variable.name, one] as const),
  )("%s", (name, { variable, description, otherwise }) => {
    const words = otherwise === undefined ? description : `${description} Not set: ${otherwise}.`;
    expect(config[name]).toEqual({ type: pulumiType(variable), description: words, default: pulumiDefault(variable) });
  });

  it("has the seed's names, and nothing that is not in the table", () => {
    const aliases = settings.flatMap(({ alias }) => alias?.name ?? []);
    expect(aliases).toHaveLength(9);
    for (const alias of aliases) expect(config[alias]).toMatchObject({ type: "string", default: "" });
    const own = settings.map(({ variable }) => variable.name).filter((name) => !name.includes(":"));
    expect(Object.keys(config).sort()).toEqual([...own, ...aliases].sort());
  });

  it("is this project's, and its defaults are no configuration of their own", async () => {
    expect(readFileSync("Pulumi.yaml", "utf8")).toMatch(new RegExp(`^name: ${PROJECT}$`, "m"));
    const defaults = Object.fromEntries(Object.entries(config).map(([name, row]) => [name, row.default ?? ""]));
    const [bare, full] = [await runProgram(), await runProgram(defaults)];
    expect(full.resources.map((one) => ({ ...one.inputs, code: 0 }))).toEqual(
      bare.resources.map((one) => ({ ...one.inputs, code: 0 })),
    );
  });

  it("lets a seed name stand beside the default of its setting", async () => {
    const ran = await runProgram({ maxWorkers: "5", MAX_WORKERS: "10" });
    expect(JSON.stringify(ran.find("aws:lambda/function:Function").inputs["environment"])).toContain(
      '"MAX_WORKERS":"10"',
    );
  });
});

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

describe("adopted buckets belong to someone else", () => {
  it("nothing is written on them but the notification document, which was empty", async () => {
    const ran = await runProgram({ sourceBucket: "my-source-bucket", destinationBucket: "data--eun1-az1--x-s3" });
    const s3 = ran.resources.filter(({ type }) => type.startsWith("aws:s3/")).map(({ name }) => name);
    expect(s3).toEqual(["sync-notification"]);
    expect(ran.outputs.next).toHaveProperty("backfill");
    expect(Object.keys(ran.outputs.next as object)[0]).toBe("backfill");
    expect(ran.outputs.reuseBuckets).toBeUndefined();
    const { addToBucketPolicy, addToLifecycleRules } = ran.outputs.advice as Record<string, string>;
    expect(JSON.parse(addToBucketPolicy!)).toMatchObject({
      Principal: { Service: "lifecycle.s3.amazonaws.com" },
      Action: ["s3express:CreateSession"],
      Resource: ["arn:aws:s3express:eu-north-1:123456789012:bucket/data--eun1-az1--x-s3"],
    });
    expect(JSON.parse(addToLifecycleRules!)).toMatchObject({
      Status: "Enabled",
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
    });
  });

  it("not even that through EventBridge", async () => {
    const config = { sourceBucket: "my-source-bucket", notificationMode: "eventbridge" };
    const answers = { getBucketNotification: () => ({ eventbridge: true }) };
    const ran = await runProgram(config, { answers });
    expect(ran.all("aws:s3/bucketNotification:BucketNotification")).toEqual([]);
    expect(ran.find("aws:cloudwatch/eventRule:EventRule", "events").inputs["name"]).toBe("s3-to-s3express-sync-events");
  });

  it("our own entry is no obstacle to the next `up`", async () => {
    const own = {
      queueArn: "arn:aws:sqs:eu-north-1:123456789012:s3-to-s3express-sync-q",
      events: ["s3:ObjectCreated:*"],
    };
    const answers = { getBucketNotification: () => ({ queues: [own], eventbridge: false }) };
    expect(await problemsOf({ sourceBucket: "my-source-bucket" }, { answers })).toEqual([]);
  });

  it("the notifications of created buckets are not asked about", async () => {
    expect((await runProgram()).asked).not.toContain("getBucketNotification");
  });
});

describe("created buckets that are there already", () => {
  const SOURCE = "s3-to-s3express-sync-source-123456789012";
  const DESTINATION = "s3-to-s3express-sync-123456789012--eun1-az1--x-s3";
  const left = {
    getBucket: () => ({ bucketRegion: "eu-north-1" }),
    getDirectoryBuckets: () => ({ buckets: ["other--eun1-az1--x-s3", DESTINATION] }),
  };
  const imported = (ran: Ran): readonly string[] => ran.resources.flatMap(({ importId }) => importId || []).sort();

  it("are taken in, and everything else is as ever", async () => {
    const [first, again] = [await runProgram(), await runProgram({}, { answers: left })];
    expect(imported(first)).toEqual([]);
    expect(imported(again)).toEqual([DESTINATION, SOURCE]);
    const withoutImport = (ran: Ran): object =>
      Object.fromEntries(ran.resources.map((one) => [one.name, { ...one, importId: "", inputs: withoutCode(one) }]));
    expect(withoutImport(again)).toEqual(withoutImport(first));
  });

  it.each<[string, Record<string, string>, ProgramOptions["answers"], readonly string[]]>([
    ["only the one that is there", {}, { getBucket: left.getBucket }, [SOURCE]],
    ["not one in another Region", {}, { getBucket: () => ({ bucketRegion: "us-east-1" }) }, []],
    ["not what nobody may look at", {}, { ...left, ...refusing("getBucket", "getDirectoryBuckets") }, []],
    ["not an adopted one", { sourceBucket: "my-source-bucket" }, left, [DESTINATION]],
    ["not those that go with the stack", { deleteBucketsOnDestroy: "true" }, left, []],
  ])("%s", async (_, config, answers, expected) => {
    expect(imported(await runProgram(config, { answers: answers! }))).toEqual(expected);
  });
});

function withoutCode({ inputs }: Recorded): object {
  return { ...inputs, code: 0 };
}

function refusing(...names: readonly string[]): NonNullable<ProgramOptions["answers"]> {
  const refuse = (): never => {
    throw notFound("AccessDenied");
  };
  return Object.fromEntries(names.map((name) => [name, refuse]));
}

it("with the seed's REGION instead of aws:region everything, data sources included, uses a provider of that Region", async () => {
  const ran = await runProgram({ REGION: "eu-west-1" });
  const provider = ran.resources.find(({ type }) => type === "pulumi:providers:aws");
  expect(provider?.inputs).toMatchObject({ region: "eu-west-1" });
  const foreign = ran.resources.filter(
    ({ type, provider: used }) => type.startsWith("aws:") && !used.includes("::aws::"),
  );
  expect(foreign).toEqual([]);
  expect(ran.outputs.destinationBucket).toMatch(/--euw1-az1--x-s3$/);
});
