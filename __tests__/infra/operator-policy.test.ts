/**
 * The operator's policy, from what really happens: every verb runs on the local cloud under an access key of its own, and every request
 * it makes is put to what the policy gives that verb. A request without permission fails, and so does a permission without a
 * request.
 */
import { parseSettings, type Settings } from "../../core/settings";
import { makeProgram } from "../../cli/program";
import { arnsFor } from "../../infra/arns";
import { namesFor } from "../../infra/names";
import {
  OPERATOR_VERBS,
  operatorPolicy,
  type OperatorPolicyInput,
  type OperatorVerb,
} from "../../infra/policies/operator";
import type { LogEntry } from "../../local/http/request-log";
import { BRIEF, type E2E, withStack } from "../support/e2e";
import { until } from "../support/e2e-wait";
import { cli, outputsFile } from "../support/cli";
import { iamCalls, type World } from "./iam-calls";
import { allowedBy, grantsOf, grantsUsed } from "./policy-evaluation";

jest.setTimeout(60_000);
const VERBS = Object.keys(OPERATOR_VERBS) as OperatorVerb[];

let requests: readonly LogEntry[];
let keyOf: { readonly source: string; readonly destination: string };
let settings: Settings;

beforeAll(async () => {
  const cloud = { principals: ["operator", "starter", "worker", ...VERBS] };
  const options = { settings: { ...BRIEF, maxWorkers: 1 }, cloud };
  await withStack(options, async (world) => {
    keyOf = { source: world.cloud.kms.createKey(), destination: world.cloud.kms.createKey() };
    for (const side of ["source", "destination"] as const) {
      world.cloud.s3.configure(world[side], { encryption: { kind: "aws:kms", keyId: keyOf[side] } });
    }
    settings = settingsOf(world);
    await runEveryVerb(world);
    requests = world.cloud.log.entries();
  });
}, 300_000);

async function runEveryVerb(world: E2E): Promise<void> {
  const { cloud, destination, deadLetters, queue } = world;
  const outputs = outputsFile(world);
  const run = async (verb: OperatorVerb, ...args: string[]): Promise<void> => {
    // A lease shorter than a write may take: it is extended before the write.
    const environment = {
      ...cloud.environmentFor(verb),
      VISIBILITY_TIMEOUT: "10",
      LONG_POLL_SECONDS: "1",
      EMPTY_POLLS_BEFORE_EXIT: "1",
    };
    const { code, stderr } = await cli([verb, ...args, "--outputs", outputs.path], environment);
    // 1 is an answer, too: drift, a warning, a letter that stays.
    if (code === 2 || /AccessDenied|no IAM|UnknownOperation|NotImplemented/.test(stderr))
      throw new Error(`${verb}: ${stderr}`);
  };
  const workersLeft = () => Promise.all(world.workers().map((worker) => worker.ended(0)));
  try {
    // While there are workers to be described: none is done before that.
    const first = cloud.faults.hold({ operation: "CopyObject" });
    for (const key of ["a", "dir/b"]) await world.put(key, key);
    await cloud.s3.flushDeliveries();
    await run("trigger");
    await run("trigger", "--dry-run");
    first.release();
    await world.drained();
    await workersLeft();
    await run("doctor", "--probe", "--trigger", "--timeout", "60");
    await workersLeft();
    cloud.s3.delete(destination, "a");
    await cloud.s3.put(destination, "extra", "x");
    deadLetters.send('{"Event":"s3:TestEvent"}');
    deadLetters.send("x");
    // Alone, each of them: who looks at letters holds them for a moment.
    await run(
      "verify",
      "--deep",
      "--repair",
      "--grace",
      "0",
      "--max-delete",
      "10",
      "--yes",
      "--wait",
      "--timeout",
      "2s",
    );
    await run("explain", "nothing");
    await Promise.all([
      run("status"),
      run("logs"),
      run("backfill", "--dry-run"),
      run("cost", "--from-bucket", "--price-region", "us-east-1"),
      run("cost", "--last-run", "--price-region", "us-east-1"),
      run("dlq", "redrive", "--all"),
      run("scale", "2"),
      run("resume"),
    ]);
    await run("backfill");
    cloud.faults.add({
      operation: "CopyObject",
      key: "a",
      times: 1,
      action: { type: "error", status: 400, code: "KeyTooLongError" },
    });
    await run("work", "--dry-run");
    await run("work");
    await run("dlq", "purge", "--reason", "unknown-sender", "--yes");
    deadLetters.send("x");
    await run("dlq", "purge", "--yes");
    const last = cloud.faults.hold({ operation: "CopyObject" });
    await world.put("held", "x");
    await world.runWorker();
    await last.arrived();
    const pausing = run("pause", "--now");
    await until("a worker's stop", () => world.requests("StopTask").length > 0);
    last.release();
    await pausing;
    await run("resume");
    queue.purge();
  } finally {
    outputs.remove();
  }
}

function settingsOf({ source, destination }: E2E): Settings {
  const parsed = parseSettings(
    { "aws:region": "eu-north-1", sourceBucket: source, destinationBucket: destination },
    "dev",
  );
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

function worldOf(keys: boolean): World & OperatorPolicyInput {
  const names = namesFor(settings, "123456789012");
  const arns = arnsFor(names, { partition: "aws", region: "eu-north-1", accountId: "123456789012" });
  return {
    arns,
    prefix: "",
    source: names.sourceBucket,
    destination: names.destinationBucket,
    queues: { [names.queue]: arns.queue, [names.deadLetterQueue]: arns.deadLetterQueue },
    family: names.taskFamily,
    ...(keys ? { sourceKmsKeyArn: keyOf.source, destinationKmsKeyArn: keyOf.destination } : {}),
  };
}

/** Calls that nobody allows, and grants that nobody uses. */
function judge(verb: OperatorVerb, keys: boolean): { missing: object[]; unused: string[] } {
  const world = worldOf(keys);
  const document = operatorPolicy(world, [verb]);
  const calls = requests
    .filter((entry) => entry.principal === verb && (keys || entry.service !== "kms"))
    .flatMap((entry) => iamCalls(entry, world));
  const used = new Set(calls.flatMap((call) => grantsUsed(document, call)));
  return {
    missing: calls.filter((call) => allowedBy(document, call).length === 0),
    unused: grantsOf(document).filter((grant) => !used.has(grant)),
  };
}

it.each(VERBS)("%s: everything it does, and nothing it does not", (verb) => {
  expect(judge(verb, false)).toEqual({ missing: [], unused: [] });
});

it.each(VERBS)("%s, where both buckets are encrypted with keys of KMS", (verb) => {
  expect(judge(verb, true)).toEqual({ missing: [], unused: [] });
});

it("every verb of the command line is there, but for the local cloud's", () => {
  const shell = { run: () => Promise.resolve(), runAsked: () => Promise.resolve() };
  const program = makeProgram(shell, { writeOut: () => undefined, writeErr: () => undefined });
  const names = program.commands.map((command) => command.name()).filter((name) => name !== "local");
  expect(names.sort()).toEqual([...VERBS].sort());
});

it("is one document IAM takes: unique names, no wildcard where a resource can be named, short enough", () => {
  const { Statement: statements } = operatorPolicy(worldOf(true));
  const sids = statements.map(({ Sid }) => Sid);
  expect(new Set(sids).size).toBe(sids.length);
  for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  const anywhere = statements.filter(({ Resource }) => Resource.includes("*")).flatMap(({ Action }) => Action);
  expect(anywhere.sort()).toEqual([
    "cloudwatch:GetMetricData",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ecs:DescribeTaskDefinition",
    "ecs:ListTasks",
    "servicequotas:GetServiceQuota",
  ]);
  for (const { Action } of statements) for (const action of Action) expect(action).not.toMatch(/\*/);
  // IAM quotas: a managed policy has at most 6,144 characters. With names as long as they may be:
  const longest = parseSettings(
    {
      "aws:region": "us-west-2",
      availabilityZoneId: "usw2-az1",
      sourceBucket: "s".repeat(63),
      destinationBucket: `${"d".repeat(63 - 16)}--usw2-az1--x-s3`,
      namePrefix: "n".repeat(40),
    },
    "dev",
  );
  if (!longest.ok) throw new Error(longest.problems.join());
  const names = namesFor(longest.config, "123456789012");
  const arns = arnsFor(names, { partition: "aws", region: "us-west-2", accountId: "123456789012" });
  const text = JSON.stringify(operatorPolicy({ ...worldOf(true), arns, prefix: "p".repeat(100) }));
  expect(text.length).toBeLessThan(6_144);
  expect(text).toContain("n".repeat(40));
});

it.each([
  ["", "arn:aws:s3:::s3-to-s3express-sync-source/.s3-express-sync-probe/*"],
  ["models/", "arn:aws:s3:::s3-to-s3express-sync-source/models/.s3-express-sync-probe/*"],
  ["a*b?${c}日本/", "arn:aws:s3:::s3-to-s3express-sync-source/a${*}b${?}${$}{c}*/.s3-express-sync-probe/*"],
])("the probe writes below the prefix %j and nowhere else", (prefix, resource) => {
  const { Statement: statements } = operatorPolicy({ ...worldOf(false), prefix }, ["doctor"]);
  expect(statements.find(({ Sid }) => Sid === "Probe")).toMatchObject({
    Action: ["s3:PutObject", "s3:DeleteObject"],
    Resource: [resource],
  });
});

it("the judge itself: a verb without its permission is found, and a permission without its verb", () => {
  const world = worldOf(false);
  const [pause] = requests.filter(({ principal, operation }) => principal === "pause" && operation === "DisableRule");
  const calls = iamCalls(pause!, world);
  expect(calls.map((call) => allowedBy(operatorPolicy(world, ["resume"]), call))).toEqual([[]]);
  expect(calls.map((call) => allowedBy(operatorPolicy(world, ["pause"]), call).length)).toEqual([1]);
});
