/**
 * Least privilege, from what really happens: worker and starter run on the local cloud, and every request they make there is put to
 * the policies the program generates. A request without permission fails, and so does a permission without a request.
 */
import { encodeEnvelope, listWork } from "../../core/envelope";
import { parseSettings, type Settings } from "../../core/settings";
import { arnsFor, type Arns } from "../../infra/arns";
import { namesFor } from "../../infra/names";
import type { PolicyDocument } from "../../infra/policies/document";
import { executionPolicy } from "../../infra/policies/execution";
import { starterPolicy } from "../../infra/policies/starter";
import { workerPolicy } from "../../infra/policies/worker";
import type { LogEntry } from "../../local/http/request-log";
import { startStack } from "../../lab/stack/stack";
import { iamCalls, type World } from "./iam-calls";
import { allowedBy, grantsOf, grantsUsed } from "./policy-evaluation";

const MIB = 1024 * 1024;
const KEY = (id: string): string => `arn:aws:kms:eu-north-1:123456789012:key/${id}`;

let requests: readonly LogEntry[];
let settings: Settings;

beforeAll(async () => {
  const stack = await startStack({
    settings: {
      ...{ longPollSeconds: 1, emptyPollsBeforeExit: 60, visibilityTimeoutSeconds: 10, maxReceiveCount: 1 },
      ...{ partSize: 5 * MIB, multipartThreshold: 5 * MIB, maxWorkers: 1, copyConcurrency: 4 },
    },
    scheduled: false,
  });
  try {
    settings = settingsOf(stack.source, stack.destination);
    const { cloud, source, destination } = stack;
    // Refused for good: goes to the dead-letter queue.
    const refusal = { status: 400, code: "KeyTooLongError" };
    cloud.faults.add({ operation: "CopyObject", key: "refused", action: { type: "error", ...refusal } });
    // Slow enough to be interrupted in the middle.
    cloud.faults.add({ operation: "UploadPartCopy", key: "long", action: { type: "delay", ms: 2_000 } });
    await cloud.s3.put(source, "small", Buffer.from("hello"));
    await cloud.s3.put(source, "large", Buffer.alloc(11 * MIB));
    await cloud.s3.put(source, "gone", Buffer.from("x"));
    await cloud.s3.put(source, "refused", Buffer.from("x"));
    cloud.s3.delete(source, "gone");
    await cloud.s3.flushDeliveries();
    await cloud.lambda.invoke(stack.starterName, {});
    await until(() => cloud.s3.head(destination, "large") !== undefined && stack.deadLetters.depth().visible > 0);
    // A backfill: ranges are listed on both sides, keys compared, what is missing queued.
    for (let n = 0; n < 20; n++) await cloud.s3.put(source, `existing/${n}`, Buffer.from("x"));
    await cloud.s3.flushDeliveries();
    await until(() => cloud.s3.list(destination, "existing/").length === 20);
    cloud.s3.delete(destination, "existing/7");
    const time = { eventTime: Date.now(), firstSeen: Date.now() };
    stack.queue.send(encodeEnvelope(listWork({ prefix: "existing/" }, { ...time, failures: 0, origin: "backfill" })));
    await until(() => cloud.s3.head(destination, "existing/7") !== undefined);
    await cloud.s3.put(source, "long", Buffer.alloc(60 * MIB));
    await cloud.s3.flushDeliveries();
    await until(() => partsOf(cloud.log.entries(), "long") > 0);
    // An interruption: what is left of the long key is handed to the next worker.
    const [task] = cloud.ecs.tasks();
    cloud.ecs.interruptSpot(task!.taskArn);
    await cloud.ecs.stopped(task!.taskArn);
    await cloud.lambda.invoke(stack.starterName, {});
    requests = cloud.log.entries().filter(({ principal }) => principal === "worker" || principal === "starter");
  } finally {
    await stack.close();
  }
}, 180_000);

function settingsOf(source: string, destination: string): Settings {
  const raw = {
    "aws:region": "eu-north-1",
    sourceBucket: source,
    destinationBucket: destination,
    sourceKmsKeyArn: KEY("a"),
    destinationKmsKeyArn: KEY("b"),
  };
  const parsed = parseSettings(raw, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

function partsOf(entries: readonly LogEntry[], key: string): number {
  return entries.filter((entry) => entry.operation === "UploadPartCopy" && entry.key === key).length;
}

async function until(reached: () => boolean): Promise<void> {
  const end = Date.now() + 90_000;
  while (!reached()) {
    if (Date.now() > end) throw new Error("not reached in 90 s");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function worldOf(keys: boolean): World & { readonly arns: Arns } {
  const names = namesFor(settings, "123456789012");
  const arns = arnsFor(names, { partition: "aws", region: "eu-north-1", accountId: "123456789012" });
  return {
    arns,
    source: names.sourceBucket,
    destination: names.destinationBucket,
    queues: { [names.queue]: arns.queue, [names.deadLetterQueue]: arns.deadLetterQueue },
    family: names.taskFamily,
    ...(keys ? { sourceKmsKeyArn: KEY("a"), destinationKmsKeyArn: KEY("b") } : {}),
  };
}

/** Calls that nobody allows, and grants that nobody uses. */
function judge(principal: string, document: PolicyDocument, world: World): { missing: object[]; unused: string[] } {
  const calls = requests.filter((entry) => entry.principal === principal).flatMap((entry) => iamCalls(entry, world));
  const used = new Set(calls.flatMap((call) => grantsUsed(document, call)));
  return {
    missing: calls.filter((call) => allowedBy(document, call).length === 0),
    unused: grantsOf(document).filter((grant) => !used.has(grant)),
  };
}

it("the run contained every operation of worker and starter", () => {
  const operations = (principal: string): readonly string[] =>
    [...new Set(requests.filter((one) => one.principal === principal).map((one) => one.operation))].sort();
  expect(operations("starter")).toEqual(["DescribeTasks", "GetQueueAttributes", "ListTasks", "RunTask"]);
  for (const operation of [
    "HeadObject",
    "HeadBucket",
    "CopyObject",
    "UploadPartCopy",
    "DeleteObject",
    "CreateSession",
    "ListObjectsV2",
  ]) {
    expect(operations("worker")).toContain(operation);
  }
  const queue = ["ReceiveMessage", "DeleteMessageBatch", "ChangeMessageVisibilityBatch", "SendMessageBatch"];
  for (const operation of queue) expect(operations("worker")).toContain(operation);
});

it("the worker's policy: everything it does, and nothing it does not", () => {
  const world = worldOf(false);
  expect(judge("worker", workerPolicy({ arns: world.arns }), world)).toEqual({ missing: [], unused: [] });
});

it("the worker's policy with keys of KMS", () => {
  const world = worldOf(true);
  const { sourceKmsKeyArn, destinationKmsKeyArn, arns } = world;
  const document = workerPolicy({ arns, sourceKmsKeyArn, destinationKmsKeyArn });
  expect(judge("worker", document, world)).toEqual({ missing: [], unused: [] });
});

it("the starter's policy: everything it does, and nothing it does not but to write its log", () => {
  const world = worldOf(false);
  const { missing, unused } = judge("starter", starterPolicy(world.arns), world);
  expect(missing).toEqual([]);
  // Lambda writes the log with the function's role (Lambda guide, CloudWatch Logs permissions).
  expect(unused).toEqual(
    ["logs:CreateLogStream", "logs:PutLogEvents"].map((action) => `${action} ${world.arns.starterLogStreams}`),
  );
});

it("Fargate's own policy: what the guide lists for the image and the awslogs driver", () => {
  const { arns } = worldOf(false);
  expect(grantsOf(executionPolicy(arns, arns.repository))).toEqual([
    `logs:CreateLogStream ${arns.workerLogStreams}`,
    `logs:PutLogEvents ${arns.workerLogStreams}`,
    "ecr:GetAuthorizationToken *",
    `ecr:BatchCheckLayerAvailability ${arns.repository}`,
    `ecr:BatchGetImage ${arns.repository}`,
    `ecr:GetDownloadUrlForLayer ${arns.repository}`,
  ]);
});

it("the judge itself: a missing statement and a superfluous one are found", () => {
  const world = worldOf(false);
  const whole = workerPolicy({ arns: world.arns });
  const less = { ...whole, Statement: whole.Statement.filter(({ Sid }) => Sid !== "BuryWork") };
  expect(judge("worker", less, world).missing).not.toEqual([]);
  const [first] = whole.Statement;
  const more = { ...whole, Statement: [...whole.Statement, { ...first!, Action: ["s3:PutObject"] }] };
  expect(judge("worker", more, world).unused).toEqual([`s3:PutObject ${world.arns.sourceBucket}`]);
});
