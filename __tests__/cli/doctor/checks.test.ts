/** Each check on a healthy system, and on one with a single thing wrong: the finding and its fix. */
import { type Finding, runChecks } from "../../../cli/doctor/check";
import { CHECKS } from "../../../cli/doctor/checks";
import { oddKeys } from "../../../cli/doctor/checks/objects";
import type { Facts } from "../../../cli/doctor/facts";
import { totalsOf, verdictLine } from "../../../cli/doctor/show";
import { syncError, type ErrorCode } from "../../../core/errors";
import { GIB, MAX_OBJECT_BYTES } from "../../../core/parts";
import { S3_EVENTS } from "../../../core/notifications";
import { ABSENT } from "../../../core/state";
import { ACCOUNT, DLQ_ARN, facts, POLICY, QUEUE, QUEUE_ARN, STARTER, SUBNET, SYSTEM, TASK, WORKER } from "./facts";

const never = new AbortController().signal;

async function findings(check: string, broken: Partial<Facts>): Promise<readonly Finding[]> {
  const results = await runChecks(CHECKS, facts(broken), never);
  return results.filter((result) => result.check === check);
}

function refused(code: ErrorCode, httpStatus = 403) {
  return async (): Promise<never> => {
    throw syncError({ code, operation: "HeadObject", effect: "none", message: "refused", httpStatus });
  };
}

test("a healthy system is ok in every check", async () => {
  const results = await runChecks(CHECKS, facts(), never);
  expect(results.map(({ check, verdict }) => [check, verdict])).toEqual(CHECKS.map(({ id }) => [id, "ok"]));
  expect(results.map(({ check, finding }) => `${check}: ${finding}`)).toEqual([
    "place: eun1-az1 is a zone of eu-north-1",
    "source: src is there; a missing key is a 404",
    "destination: dst--eun1-az1--x-s3 gives a session",
    "notification: all 4 kinds, all keys",
    "queue-policy: s3.amazonaws.com may send for src",
    "queue: kept 10 days, dead letters 14 days",
    "schedule: rate(1 minute) invokes starter",
    "starter: at most 5 workers, Spot 4 : On-Demand 1",
    "task: revision 7: 2 vCPU, 4 GB, 256 copies at once",
    "subnets: 2 in 2 zones lead out, with public addresses",
    "endpoints: both, in the route tables of all subnets",
    "quota: 5 workers need 10 vCPU; Spot 64, On-Demand 64",
    "kms: source AES256, destination AES256",
    "visibility: 120 s; one copy of 256 MiB may take 86 s to land",
    "objects: there are none yet",
  ]);
  expect(verdictLine(totalsOf(results))).toBe("No problem, 15 ok.");
});

const kmsArn = (id: string): string => `arn:aws:kms:eu-north-1:${ACCOUNT}:key/${id}`;
const queue = (change: object): Partial<Facts> => ({ queue: async () => ({ ...QUEUE, ...change }) });
const dead = (change: object): Partial<Facts> => ({
  deadLetters: async () => ({ ...QUEUE, arn: DLQ_ARN, redrive: undefined, ...change }),
});
const worker = (change: object): Partial<Facts> => ({
  task: async () => ({ ...TASK, worker: { ok: true, config: { ...WORKER, ...change } } }),
});
const task = (change: object): Partial<Facts> => ({
  task: async () => ({ ...TASK, worker: { ok: true, config: WORKER }, ...change }),
});
const starter = (change: object): Partial<Facts> => ({
  starter: async () => ({ ok: true, config: { ...STARTER, ...change } }),
});
const notified = (change: object, more: object = {}): Partial<Facts> => ({
  notifications: async () => ({
    queues: [{ queueArn: QUEUE_ARN, events: S3_EVENTS, prefix: "", suffix: "", ...change }],
    others: [],
    eventBridge: false,
    ...more,
  }),
});
const policy = (...statements: object[]): Partial<Facts> =>
  queue({ policy: JSON.stringify({ Statement: statements }) });
const subnets = (change: object, assignPublicIp = true): Partial<Facts> => ({
  ...starter({ assignPublicIp }),
  subnets: async () => [
    { ...SUBNET, ...change },
    { ...SUBNET, subnetId: "subnet-b", zone: "eun1-az2", ...change },
  ],
});
const quotas = (spot: number, onDemand: number): Partial<Facts> => ({
  quota: async (capacity) => (capacity === "FARGATE" ? onDemand : spot),
});
const objects = (...keys: (string | { key: string; size?: number; storageClass?: string })[]): Partial<Facts> => ({
  sample: async () => ({
    objects: keys.map((one) => ({
      size: 1,
      etag: "e",
      lastModified: 0,
      ...(typeof one === "string" ? { key: one } : one),
    })),
    complete: true,
  }),
});

type Row = readonly [
  check: string,
  what: string,
  broken: Partial<Facts>,
  verdict: string,
  finding: string,
  fix: string,
];

const ROWS: readonly Row[] = [
  [
    "place",
    "another Region",
    { system: { ...SYSTEM, region: "eu-west-1" } },
    "problem",
    "is in eun1-az1 of eu-north-1, the system in eu-west-1",
    "must be in one Region",
  ],
  [
    "place",
    "no directory bucket",
    { system: { ...SYSTEM, destinationBucket: "dst" } },
    "problem",
    "dst is no name of a directory bucket",
    "BASE--ZONEID--x-s3",
  ],
  [
    "place",
    "no general purpose bucket",
    { system: { ...SYSTEM, sourceBucket: "s--eun1-az1--x-s3" } },
    "problem",
    "is no name of a general purpose bucket",
    "Set sourceBucket",
  ],
  [
    "place",
    "an unknown zone",
    { system: { ...SYSTEM, destinationBucket: "dst--eun1-az9--x-s3" } },
    "warning",
    "zone eun1-az9 is not in this tool's table",
    "a zone of eu-north-1",
  ],
  ["source", "missing", { sourceExists: async () => false }, "problem", "src does not exist", "pulumi up"],
  [
    "source",
    "no ListBucket",
    { headSource: refused("AccessDenied") },
    "problem",
    "a HEAD of a missing key in src is refused",
    "s3:ListBucket",
  ],
  [
    "destination",
    "missing",
    { headDestination: refused("NoSuchBucket", 404) },
    "problem",
    "dst--eun1-az1--x-s3 does not exist",
    "Make the directory bucket",
  ],
  [
    "destination",
    "no session",
    { headDestination: refused("Session") },
    "problem",
    "no session for dst--eun1-az1--x-s3",
    "s3express:CreateSession",
  ],
  [
    "destination",
    "asleep",
    { headDestination: refused("Unavailable", 503) },
    "problem",
    "answers with a server error",
    "90 days",
  ],
  ["notification", "none", notified({}, { queues: [] }), "problem", `src sends no events to ${QUEUE_ARN}`, "pulumi up"],
  ["notification", "another queue", notified({ queueArn: DLQ_ARN }), "problem", `but to ${DLQ_ARN}`, "verify --repair"],
  [
    "notification",
    "an event missing",
    notified({ events: S3_EVENTS.slice(0, 2) }),
    "problem",
    "not told of s3:LifecycleExpiration:*, s3:ObjectRestore:Completed",
    "verify --repair",
  ],
  [
    "notification",
    "too narrow",
    notified({ prefix: "a/" }),
    "problem",
    "only keys that begin with a/ are sent; the system syncs all",
    "must be the prefix setting",
  ],
  ["notification", "a suffix", notified({ suffix: ".csv" }), "problem", "and end with .csv", "without a suffix"],
  [
    "notification",
    "EventBridge",
    notified({}, { queues: [], eventBridge: true }),
    "warning",
    "sends to EventBridge",
    "doctor --probe",
  ],
  ["queue-policy", "none", queue({ policy: undefined }), "problem", "does not let s3.amazonaws.com send", "pulumi up"],
  [
    "queue-policy",
    "another bucket",
    policy({ ...POLICY, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:s3:::other" } } }),
    "problem",
    "does not let",
    "lost",
  ],
  [
    "queue-policy",
    "denied",
    policy(POLICY, { ...POLICY, Effect: "Deny", Principal: "*", Condition: {} }),
    "problem",
    "denies s3.amazonaws.com",
    "pulumi up",
  ],
  [
    "queue-policy",
    "not understood",
    policy({ ...POLICY, Condition: { DateLessThan: { "aws:CurrentTime": "2030" } } }),
    "warning",
    "not understood here",
    "doctor --probe",
  ],
  [
    "queue",
    "no dead letters",
    queue({ redrive: undefined }),
    "problem",
    "has no dead-letter queue",
    "come back for ever",
  ],
  [
    "queue",
    "other dead letters",
    queue({ redrive: { deadLetterQueueArn: "x", maxReceiveCount: 3 } }),
    "problem",
    `dead letters to x, the worker to ${DLQ_ARN}`,
    "one place to look",
  ],
  [
    "queue",
    "other count",
    queue({ redrive: { deadLetterQueueArn: DLQ_ARN, maxReceiveCount: 9 } }),
    "warning",
    "gives up after 9 receives, the worker after 3",
    "carry no reason",
  ],
  [
    "queue",
    "dead letters kept shorter",
    dead({ retentionSeconds: 86_400 }),
    "warning",
    "dead letters are kept 24 h 00 min, messages 10 days",
    "keeps its age",
  ],
  [
    "queue",
    "short retention",
    queue({ retentionSeconds: 3600 }),
    "warning",
    "kept 1 h 00 min only",
    "queueRetentionDays",
  ],
  [
    "queue",
    "small messages",
    queue({ maximumMessageSize: 1024 }),
    "problem",
    "messages above 1.0 KiB are refused",
    "1 MiB",
  ],
  [
    "schedule",
    "paused",
    { rule: async () => ({ enabled: false, expression: "", targets: ["arn:aws:lambda:r:1:function:starter"] }) },
    "warning",
    "rule is disabled: the system is paused",
    "`resume`",
  ],
  [
    "schedule",
    "no target",
    { rule: async () => ({ enabled: true, expression: "", targets: [] }) },
    "problem",
    "rule does not invoke starter",
    "pulumi up",
  ],
  [
    "schedule",
    "another target",
    { rule: async () => ({ enabled: true, expression: "", targets: ["arn:aws:lambda:r:1:function:starter2"] }) },
    "problem",
    "but arn:aws:lambda:r:1:function:starter2",
    "pulumi up",
  ],
  [
    "starter",
    "incomplete",
    { starter: async () => ({ ok: false, problems: ["QUEUE_URL is not set"] }) },
    "problem",
    "QUEUE_URL is not set",
    "environment of starter",
  ],
  [
    "starter",
    "another queue",
    starter({ queueUrl: SYSTEM.deadLetterQueueUrl }),
    "problem",
    "another queue",
    "two systems",
  ],
  [
    "starter",
    "another cluster",
    starter({ cluster: "arn:aws:ecs:r:1:cluster/other" }),
    "problem",
    "another cluster: other, not cluster",
    "two systems",
  ],
  ["starter", "no workers allowed", starter({ maxWorkers: 0 }), "warning", "maxWorkers is 0", "`scale N`"],
  [
    "task",
    "incomplete",
    task({ worker: { ok: false, problems: ["REGION is not set"] } }),
    "problem",
    "REGION is not set",
    "new revision",
  ],
  [
    "task",
    "another bucket",
    worker({ destinationBucket: "x--eun1-az1--x-s3" }),
    "problem",
    "its destination bucket is x--eun1-az1--x-s3",
    "pulumi up",
  ],
  ["task", "another prefix", worker({ prefix: "a/" }), "problem", 'its prefix is a/, the system\'s ""', "pulumi up"],
  ["task", "no such size", task({ memory: 512 }), "problem", "with taskCpu 2048 Fargate offers", "pulumi up"],
  [
    "task",
    "killed too early",
    task({ stopTimeoutSeconds: 30 }),
    "warning",
    "kills it 30 s after SIGTERM, but draining may take 90 s",
    "at least 95",
  ],
  [
    "subnets",
    "no way out",
    subnets({ routes: [] }),
    "problem",
    "subnet-a has no route to an internet gateway",
    "assignPublicIp to false",
  ],
  [
    "subnets",
    "public without address",
    subnets({}, false),
    "problem",
    "takes nothing from tasks without a public address",
    "assignPublicIp to true",
  ],
  [
    "subnets",
    "private without endpoints",
    subnets({ routes: [], interfaces: ["sqs", "logs"] }, false),
    "problem",
    "no interface endpoint for ecr.api, ecr.dkr",
    "NAT gateway",
  ],
  [
    "subnets",
    "one zone",
    { subnets: async () => [SUBNET] },
    "warning",
    "all workers run in one zone, eun1-az1",
    "several zones",
  ],
  [
    "subnets",
    "gone",
    {
      subnets: async () => {
        throw Object.assign(new Error("subnet-a does not exist"), { name: "InvalidSubnetID.NotFound" });
      },
    },
    "problem",
    "subnet-a does not exist",
    "Set subnetIds",
  ],
  [
    "endpoints",
    "one missing",
    subnets({ gateways: ["s3"] }),
    "warning",
    "subnet-a, subnet-b: no gateway endpoint for s3express",
    "it is free",
  ],
  [
    "endpoints",
    "stranded",
    subnets({ gateways: ["s3express"], routes: [] }, false),
    "problem",
    "no gateway endpoint for s3, and no other way",
    "vpcEndpoints to create",
  ],
  ["quota", "Spot", quotas(6, 64), "problem", "5 workers need 8 vCPU of Spot, the quota is 6", "at least 8"],
  ["quota", "On-Demand", quotas(64, 1), "problem", "5 workers need 2 vCPU On-Demand, the quota is 1", "at least 2"],
  [
    "quota",
    "no stand-in for Spot",
    quotas(64, 6),
    "warning",
    "all 5 workers would be On-Demand: 10 vCPU, the quota is 6",
    "at least 10",
  ],
  [
    "kms",
    "unknown to the worker",
    { destinationEncryption: async () => ({ algorithm: "aws:kms", keyArn: kmsArn("k") }) },
    "problem",
    "which the worker does not know of",
    `destinationKmsKeyArn ${kmsArn("k")}`,
  ],
  [
    "kms",
    "another key",
    {
      ...worker({ destinationKmsKeyArn: kmsArn("a") }),
      destinationEncryption: async () => ({ algorithm: "aws:kms", keyArn: kmsArn("b") }),
    },
    "problem",
    `names the key ${kmsArn("a")}, the bucket ${kmsArn("b")}`,
    "takes no other",
  ],
  [
    "kms",
    "not encrypted with it",
    worker({ destinationKmsKeyArn: kmsArn("a") }),
    "problem",
    "encrypts with AES256",
    "config rm destinationKmsKeyArn",
  ],
  [
    "kms",
    "disabled",
    {
      sourceEncryption: async () => ({ algorithm: "aws:kms", keyArn: kmsArn("s") }),
      key: async (arn) => ({ arn, state: "Disabled", managedByAws: false }),
    },
    "problem",
    `the source's key ${kmsArn("s")} is Disabled`,
    "Enable the key",
  ],
  [
    "kms",
    "gone",
    {
      sourceEncryption: async () => ({ algorithm: "aws:kms", keyArn: kmsArn("s") }),
      key: async () => {
        throw Object.assign(new Error("no key"), { name: "NotFoundException" });
      },
    },
    "problem",
    "does not exist",
    "default encryption",
  ],
  [
    "visibility",
    "two values",
    queue({ visibilityTimeoutSeconds: 30 }),
    "warning",
    "hides a message 30 s, the worker asks for 120 s",
    "pulumi up",
  ],
  [
    "visibility",
    "two hours",
    { ...queue({ visibilityTimeoutSeconds: 7200 }), ...worker({ visibilityTimeoutSeconds: 7200 }) },
    "warning",
    "comes back after 2 h 00 min",
    "extends it for the longest copy (86 s)",
  ],
  [
    "visibility",
    "too short",
    { ...queue({ visibilityTimeoutSeconds: 25 }), ...worker({ visibilityTimeoutSeconds: 25 }) },
    "warning",
    "hidden 25 s only",
    "two workers",
  ],
  [
    "objects",
    "archived",
    objects("a", { key: "cold", storageClass: "GLACIER" }),
    "warning",
    '1 object archived, such as "cold"',
    "ObjectRestore:Completed",
  ],
  [
    "objects",
    "odd",
    objects("a", "dir/", "b//c"),
    "warning",
    '2 keys of a kind that AWS does not document for directory buckets, such as "dir/", "b//c"',
    "doctor --probe --probe-name",
  ],
  [
    "objects",
    "too large",
    objects({ key: "big", size: MAX_OBJECT_BYTES + 1 }),
    "problem",
    "1 object above 48.8 TiB",
    "Split",
  ],
  [
    "objects",
    "tagged",
    { ...objects("a", "b"), tags: async (key) => (key === "b" ? 2 : 0) },
    "warning",
    '1 of 2 have tags, such as "b"',
    "not carried over",
  ],
  [
    "objects",
    "customer's key",
    { ...objects("a", "b"), headSource: async (key) => (key === "b" ? refused("CustomerKeyRequired", 400)() : ABSENT) },
    "problem",
    '1 of 2 under a customer\'s key (SSE-C), such as "b"',
    "SSE-S3",
  ],
];

test.each(ROWS)("%s: %s", async (check, _what, broken, verdict, finding, fix) => {
  const found = await findings(check, broken);
  const worst = found.find((one) => one.verdict !== "ok");
  expect(worst).toMatchObject({
    verdict,
    finding: expect.stringContaining(finding) as string,
    fix: expect.stringContaining(fix) as string,
  });
});

test("every check is broken by some row", () => {
  expect([...new Set(ROWS.map(([check]) => check))].sort()).toEqual(CHECKS.map(({ id }) => id).sort());
});

test.each<readonly [string, string, Partial<Facts>, string]>([
  [
    "a prefix that the filter covers",
    "notification",
    { system: { ...SYSTEM, prefix: "a b/" }, ...notified({ prefix: "a+b/" }) },
    "all 4 kinds, keys that begin with a b/",
  ],
  [
    "two entries for one queue",
    "notification",
    notified(
      {},
      {
        queues: [
          { queueArn: QUEUE_ARN, events: S3_EVENTS, prefix: "x", suffix: "" },
          { queueArn: QUEUE_ARN, events: S3_EVENTS, prefix: "", suffix: "" },
        ],
      },
    ),
    "all 4 kinds, all keys",
  ],
  [
    "NAT",
    "subnets",
    subnets({ routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-1" }] }, false),
    "2 in 2 zones lead out",
  ],
  [
    "the key both agree on",
    "kms",
    {
      ...worker({ destinationKmsKeyArn: kmsArn("k") }),
      destinationEncryption: async () => ({ algorithm: "aws:kms", keyArn: kmsArn("k") }),
    },
    "source AES256, destination aws:kms",
  ],
  [
    "a copy longer than the visibility",
    "visibility",
    worker({ multipartThreshold: 5 * GIB }),
    "120 s; one copy of 5.0 GiB may take 572 s to land, for which the lease is extended first",
  ],
])("no finding: %s", async (_what, check, changed, text) => {
  const found = await findings(check, changed);
  expect(found).toEqual([expect.objectContaining({ verdict: "ok", finding: text })]);
});

test("what may not be looked at is unknown with a reason, and hides no other check", async () => {
  const denied = Object.assign(new Error("not authorized to perform: ec2:DescribeSubnets"), {
    name: "UnauthorizedOperation",
  });
  const results = await runChecks(
    CHECKS,
    facts({
      subnets: async () => {
        throw denied;
      },
      quota: async () => {
        throw new Error("socket hang up");
      },
      headDestination: refused("Timeout"),
    }),
    never,
  );
  const of = (id: string) => results.find(({ check }) => check === id);
  expect(of("subnets")).toMatchObject({
    verdict: "unknown",
    finding: "not permitted to look: not authorized to perform: ec2:DescribeSubnets",
    fix: expect.stringContaining("operator's policy") as string,
  });
  expect(of("quota")).toMatchObject({ verdict: "unknown", finding: "could not be looked at: socket hang up" });
  expect(of("destination")).toMatchObject({
    verdict: "unknown",
    finding: expect.stringMatching(/^could not be looked at: Timeout: /) as string,
  });
  expect(verdictLine(totalsOf(results))).toBe("No problem, 4 could not be looked at, 11 ok.");
});

test.each([
  ["queue", "queue", "QueueDoesNotExist"],
  ["schedule", "rule", "ResourceNotFoundException"],
  ["starter", "starter", "ResourceNotFoundException"],
  ["task", "task", "ClientException"],
] as const)("%s: what is not there is a problem, not a question", async (id, fact, name) => {
  const gone = Object.assign(new Error("no such thing"), { name });
  const results = await runChecks(CHECKS, facts({ [fact]: () => Promise.reject(gone) }), never);
  const problems = results.filter(({ verdict }) => verdict === "problem");
  expect(problems).toMatchObject([{ check: id, finding: "it does not exist: no such thing" }]);
  // What depends on it could not be looked at: one cause, one problem.
  expect(results.some(({ verdict }) => verdict === "unknown")).toBe(id !== "schedule");
});

test("keys that a directory bucket may treat otherwise", () => {
  const odd = ["/lead", "trail/", "a//b", "a/./b", "..", "a/..", "tab\tkey", "del\u007f", "d"];
  const plain = ["a b", "日本/ü", "x.y", "d/e", "...", "a/...b"];
  expect(oddKeys([...plain, ...odd])).toEqual(odd);
});
