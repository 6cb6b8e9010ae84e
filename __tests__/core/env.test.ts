import { formatProblems, parseStarterEnv, parseWorkerEnv, writeStarterEnv, writeWorkerEnv } from "../../core/env";
import { GIB, MIB } from "../../core/parts";

const WORKER = {
  REGION: "eu-west-1",
  SRC_BUCKET: "src",
  DST_BUCKET: "dst--euw1-az1--x-s3",
  QUEUE_URL: "https://sqs.eu-west-1.amazonaws.com/1/q",
  DLQ_URL: "https://sqs.eu-west-1.amazonaws.com/1/dlq",
};
const STARTER = {
  QUEUE_URL: WORKER.QUEUE_URL,
  CLUSTER: "sync-cluster",
  TASK_DEFINITION: "arn:aws:ecs:eu-west-1:123456789012:task-definition/sync-task:7",
  TASK_FAMILY: "sync-task",
  SUBNETS: "subnet-1,subnet-2",
};

const workerProblems = (changes: Record<string, string | undefined>): readonly string[] => {
  const parsed = parseWorkerEnv({ ...WORKER, ...changes });
  return parsed.ok ? [] : parsed.problems;
};
const starterProblems = (changes: Record<string, string | undefined>): readonly string[] => {
  const parsed = parseStarterEnv({ ...STARTER, ...changes });
  return parsed.ok ? [] : parsed.problems;
};

it("a worker needs five variables, the rest has defaults", () => {
  expect(parseWorkerEnv(WORKER)).toEqual({
    ok: true,
    config: {
      region: "eu-west-1",
      sourceBucket: "src",
      destinationBucket: "dst--euw1-az1--x-s3",
      prefix: "",
      queueUrl: WORKER.QUEUE_URL,
      deadLetterQueueUrl: WORKER.DLQ_URL,
      visibilityTimeoutSeconds: 120,
      maxReceiveCount: 3,
      longPollSeconds: 20,
      emptyPollsBeforeExit: 3,
      copyConcurrency: 256,
      partSize: 128 * MIB,
      multipartThreshold: 256 * MIB,
      transport: "lean",
      drainSeconds: 90,
      breakerBudgetSeconds: 900,
      listUnitKeys: 10_000,
      logLevel: "info",
    },
  });
});

it("a starter needs five variables, the rest has defaults", () => {
  expect(parseStarterEnv(STARTER)).toEqual({
    ok: true,
    config: {
      queueUrl: WORKER.QUEUE_URL,
      cluster: "sync-cluster",
      taskDefinition: STARTER.TASK_DEFINITION,
      taskFamily: "sync-task",
      subnets: ["subnet-1", "subnet-2"],
      securityGroups: [],
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

it("takes the seed's sizes and other variables of the process", () => {
  const parsed = parseWorkerEnv({
    ...WORKER,
    PATH: "/bin",
    VISIBILITY_TIMEOUT: "7200",
    PART_SIZE_MIB: "64",
    MULTIPART_THRESHOLD_MIB: "5120",
    PREFIX_FILTER: " models/日本",
  });
  expect(parsed).toMatchObject({
    ok: true,
    config: { visibilityTimeoutSeconds: 7200, partSize: 64 * MIB, multipartThreshold: 5 * GIB, prefix: " models/日本" },
  });
});

it("reports every problem at once, rules over several variables included", () => {
  const parsed = parseWorkerEnv({
    REGION: "eu-north-1",
    DST_BUCKET: "dst--euw1-az1--x-s3",
    QUEUE_URL: "http://q/1",
    DLQ_URL: "http://q/1",
    COPY_CONCURRENCY: "lots",
  });
  expect(parsed.ok ? [] : parsed.problems).toEqual([
    "SRC_BUCKET is not set; it must be the name of a general purpose bucket (3 to 63 lower-case letters, digits, dots and hyphens), not a directory bucket",
    'COPY_CONCURRENCY is "lots"; it must be a whole number from 1 to 4096',
    "DLQ_URL is the same queue as QUEUE_URL, so a dead letter would come back as work; give the dead-letter queue",
    'DST_BUCKET is in zone euw1-az1 of eu-west-1, but REGION is "eu-north-1"; both must be the same Region',
  ]);
});

describe("one bad variable of the worker", () => {
  it.each([
    ["REGION", "Ireland", 'REGION is "Ireland"; it must be an AWS Region such as eu-north-1'],
    ["VISIBILITY_TIMEOUT", "9", 'VISIBILITY_TIMEOUT is "9"; it must be a whole number from 10 to 43200 seconds'],
    [
      "VISIBILITY_TIMEOUT",
      "43201",
      'VISIBILITY_TIMEOUT is "43201"; it must be a whole number from 10 to 43200 seconds',
    ],
    ["VISIBILITY_TIMEOUT", "1e3", 'VISIBILITY_TIMEOUT is "1e3"; it must be a whole number from 10 to 43200 seconds'],
    ["MAX_RECEIVE_COUNT", "0", 'MAX_RECEIVE_COUNT is "0"; it must be a whole number from 1 to 1000'],
    ["LONG_POLL_SECONDS", "21", 'LONG_POLL_SECONDS is "21"; it must be a whole number from 1 to 20 seconds'],
    ["PART_SIZE_MIB", "4", 'PART_SIZE_MIB is "4"; it must be a whole number from 5 to 5120 MiB'],
    ["PART_SIZE_MIB", "64.5", 'PART_SIZE_MIB is "64.5"; it must be a whole number from 5 to 5120 MiB'],
    [
      "MULTIPART_THRESHOLD_MIB",
      "5121",
      'MULTIPART_THRESHOLD_MIB is "5121"; it must be a whole number from 5 to 5120 MiB',
    ],
    ["DRAIN_SECONDS", "116", 'DRAIN_SECONDS is "116"; it must be a whole number from 5 to 115 seconds'],
    ["DRAIN_SECONDS", " 60", 'DRAIN_SECONDS is " 60"; it must be a whole number from 5 to 115 seconds'],
    ["LOG_LEVEL", "INFO", 'LOG_LEVEL is "INFO"; it must be one of debug, info, warn, error'],
    ["DESTINATION_KMS_KEY_ARN", "alias/x", 'DESTINATION_KMS_KEY_ARN is "alias/x"; it must be the ARN of a KMS key'],
    [
      "PREFIX_FILTER",
      "a\0b",
      'PREFIX_FILTER is "a\\u0000b"; it must be at most 1024 bytes of valid Unicode without NUL',
    ],
    [
      "PREFIX_FILTER",
      "\ud800",
      'PREFIX_FILTER is "\\ud800"; it must be at most 1024 bytes of valid Unicode without NUL',
    ],
  ])("%s=%j", (name, value, problem) => {
    expect(workerProblems({ [name]: value })).toEqual([problem]);
  });

  it.each(["dst--euw1-az1--x-s3", "Src", "a..b", "ab", "-src", "x".repeat(64)])("SRC_BUCKET=%s", (name) => {
    expect(workerProblems({ SRC_BUCKET: name })).toHaveLength(1);
  });

  it.each([
    "dst",
    "dst--x-s3",
    "dst--euw1--x-s3",
    "Dst--euw1-az1--x-s3",
    "d.s--euw1-az1--x-s3",
    `${"x".repeat(48)}--euw1-az1--x-s3`,
  ])("DST_BUCKET=%s", (name) => {
    expect(workerProblems({ DST_BUCKET: name })).toHaveLength(1);
  });

  it.each(["sqs/queue", "ftp://x/q", "https://user:secret@host/q", "https://host/a b"])(
    "QUEUE_URL=%s is not repeated",
    (value) => {
      const problems = workerProblems({ QUEUE_URL: value });
      expect(problems).toEqual([
        `QUEUE_URL is *** (${value.length} characters); it must be an http or https URL without a user name`,
      ]);
    },
  );

  it("shows no more than 80 characters of a value", () => {
    expect(workerProblems({ LOG_LEVEL: "x".repeat(500) })[0]).toContain(`"${"x".repeat(80)}"...;`);
  });
});

it("takes queues of a local cloud and a destination zone no table knows yet", () => {
  expect(workerProblems({ QUEUE_URL: "http://127.0.0.1:9324/0/q", DST_BUCKET: "d--euw9-az9--x-s3" })).toEqual([]);
});

describe("one bad variable of the starter", () => {
  it.each<[Record<string, string | undefined>, string]>([
    [{ SUBNETS: undefined }, "SUBNETS is not set; it must be subnet ids, separated by commas"],
    [{ SUBNETS: "subnet-1," }, 'SUBNETS is "subnet-1,"; it must be subnet ids, separated by commas'],
    [{ TASK_FAMILY: "a:1" }, 'TASK_FAMILY is "a:1"; it must be the family of the worker\'s task definition'],
    [{ ASSIGN_PUBLIC_IP: "yes" }, 'ASSIGN_PUBLIC_IP is "yes"; it must be true or false'],
    [{ MAX_WORKERS: "-1" }, 'MAX_WORKERS is "-1"; it must be a whole number from 0 to 5000 (0 pauses)'],
    [{ SCALING_RULE: "both" }, 'SCALING_RULE is "both"; it must be one of visible, seed'],
    [
      { SPOT_WEIGHT: "0", ON_DEMAND_WEIGHT: "0" },
      "SPOT_WEIGHT and ON_DEMAND_WEIGHT are both 0; give at least one of them a weight of 1 or more",
    ],
    [
      { POLL_INTERVAL_SECONDS: "90" },
      "POLL_INTERVAL_SECONDS is 90; above 60 it must be a multiple of 60, because schedules count in whole minutes",
    ],
  ])("%j", (changes, problem) => {
    expect(starterProblems(changes)).toEqual([problem]);
  });

  it.each(["15", "60", "120", "86400"])("POLL_INTERVAL_SECONDS=%s is fine", (value) => {
    expect(starterProblems({ POLL_INTERVAL_SECONDS: value })).toEqual([]);
  });
});

it("prints problems one a line", () => {
  expect(formatProblems(["a", "b"])).toBe("2 problems in the configuration:\n  - a\n  - b");
  expect(formatProblems(["a"])).toBe("1 problem in the configuration:\n  - a");
});

it("leaves out what is not set when writing", () => {
  const worker = parseWorkerEnv(WORKER);
  const starter = parseStarterEnv(STARTER);
  if (!worker.ok || !starter.ok) throw new Error("both are complete");
  expect(writeWorkerEnv(worker.config)).not.toHaveProperty("DESTINATION_KMS_KEY_ARN");
  expect(writeStarterEnv(starter.config)).toMatchObject({
    SUBNETS: "subnet-1,subnet-2",
    SECURITY_GROUPS: "",
    MAX_WORKERS: "5",
  });
});

it("a part size that is no whole number of MiB is not silently rounded on its way to the worker", () => {
  const parsed = parseWorkerEnv(WORKER);
  if (!parsed.ok) throw new Error("complete");
  const again = parseWorkerEnv(writeWorkerEnv({ ...parsed.config, partSize: 6 * MIB + 1 }));
  expect(again.ok).toBe(false);
});

it.each([
  ["10", "20", false],
  ["24", "20", false],
  ["25", "20", true],
  ["10", "5", true],
])(
  "a visibility of %s s with a long poll of %s s is %p: a message must outlast the poll it came with",
  (v, poll, ok) => {
    const parsed = parseWorkerEnv({ ...WORKER, VISIBILITY_TIMEOUT: v, LONG_POLL_SECONDS: poll });
    expect(parsed.ok).toBe(ok);
    if (!parsed.ok) {
      expect(parsed.problems).toEqual([
        `VISIBILITY_TIMEOUT is ${v}; with LONG_POLL_SECONDS ${poll} it must be at least 25, or a message could be visible to others before it has arrived`,
      ]);
    }
  },
);

describe("AWS_ENDPOINT_URL, which the SDK reads by itself", () => {
  const allowed = "it must be an http or https URL without a user name, or not set";

  it("may be set, for all services or for one", () => {
    const good = { AWS_ENDPOINT_URL: "http://127.0.0.1:4566", AWS_ENDPOINT_URL_SQS: "https://vpce-1.sqs.example/" };
    expect([...workerProblems(good), ...starterProblems(good)]).toEqual([]);
    expect([...workerProblems({ AWS_ENDPOINT_URL: "" }), ...starterProblems({ AWS_ENDPOINT_URL: "" })]).toEqual([]);
  });

  it.each(["rubbish", "127.0.0.1:4566", "http://", "http://h:99999", "ftp://h", "http://user:secret@h"])(
    "%j is a problem of its own, without repeating what may be a secret",
    (bad) => {
      const text = `is *** (${bad.length} characters); ${allowed}`;
      expect(workerProblems({ AWS_ENDPOINT_URL: bad, AWS_ENDPOINT_URL_S3: bad, AWS_ENDPOINT_URL_SQS: bad })).toEqual([
        `AWS_ENDPOINT_URL ${text}`,
        `AWS_ENDPOINT_URL_S3 ${text}`,
        `AWS_ENDPOINT_URL_SQS ${text}`,
      ]);
      expect(starterProblems({ AWS_ENDPOINT_URL_ECS: bad, AWS_ENDPOINT_URL_S3: bad })).toEqual([
        `AWS_ENDPOINT_URL_ECS ${text}`,
      ]);
    },
  );
});

it("a queue URL that no client could use is refused, not tried for a quarter of an hour", () => {
  expect(workerProblems({ QUEUE_URL: "http://host:99999/1/q" })).toEqual([
    "QUEUE_URL is *** (21 characters); it must be an http or https URL without a user name",
  ]);
});
