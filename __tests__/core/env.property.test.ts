import * as fc from "fast-check";
import type { StarterConfig, WorkerConfig } from "../../core/config";
import { LIMITS, TRANSPORTS, parseStarterEnv, parseWorkerEnv, writeStarterEnv, writeWorkerEnv } from "../../core/env";
import { utf8Length } from "../../core/fingerprint";
import { MIB } from "../../core/parts";
import { defaultZone } from "../../core/zones";
import { anyString, unicode } from "./arbitraries";

const within = ([min, max]: readonly [number, number]): fc.Arbitrary<number> => fc.integer({ min, max });
const region = fc.constantFrom("us-east-1", "eu-north-1", "ap-northeast-1");
const id = fc.stringMatching(/^[a-z0-9]{3,20}$/);

const worker: fc.Arbitrary<WorkerConfig> = region.chain((where) =>
  fc.record(
    {
      region: fc.constant(where),
      sourceBucket: id,
      destinationBucket: id.map((base) => `${base}--${defaultZone(where) ?? ""}--x-s3`),
      prefix: unicode(30).filter((text) => !text.includes("\0") && utf8Length(text) <= 1024),
      queueUrl: id.map((name) => `https://sqs.test/1/${name}`),
      deadLetterQueueUrl: id.map((name) => `http://127.0.0.1:1/dead/${name}`),
      visibilityTimeoutSeconds: fc.integer({ min: 25, max: LIMITS.visibilityTimeoutSeconds[1] }),
      maxReceiveCount: within(LIMITS.maxReceiveCount),
      longPollSeconds: within(LIMITS.longPollSeconds),
      emptyPollsBeforeExit: within(LIMITS.emptyPollsBeforeExit),
      copyConcurrency: within(LIMITS.copyConcurrency),
      partSize: within(LIMITS.partSizeMiB).map((mib) => mib * MIB),
      multipartThreshold: within(LIMITS.multipartThresholdMiB).map((mib) => mib * MIB),
      destinationKmsKeyArn: id.map((key) => `arn:aws:kms:${where}:123456789012:key/${key}`),
      transport: fc.constantFrom(...TRANSPORTS),
      drainSeconds: within(LIMITS.drainSeconds),
      breakerBudgetSeconds: within(LIMITS.breakerBudgetSeconds),
      listUnitKeys: within(LIMITS.listUnitKeys),
      logLevel: fc.constantFrom("debug" as const, "info" as const, "warn" as const, "error" as const),
    },
    {
      requiredKeys: [
        "region",
        "sourceBucket",
        "destinationBucket",
        "prefix",
        "queueUrl",
        "deadLetterQueueUrl",
        "visibilityTimeoutSeconds",
        "maxReceiveCount",
        "longPollSeconds",
        "emptyPollsBeforeExit",
        "copyConcurrency",
        "partSize",
        "multipartThreshold",
        "transport",
        "drainSeconds",
        "breakerBudgetSeconds",
        "listUnitKeys",
        "logLevel",
      ],
      noNullPrototype: true,
    },
  ),
);

const starter: fc.Arbitrary<StarterConfig> = fc.record(
  {
    queueUrl: id.map((name) => `https://sqs.test/1/${name}`),
    cluster: id,
    taskDefinition: id.map((family) => `${family}:3`),
    taskFamily: id,
    subnets: fc.array(
      id.map((text) => `subnet-${text}`),
      { minLength: 1, maxLength: 6 },
    ),
    securityGroups: fc.array(
      id.map((text) => `sg-${text}`),
      { maxLength: 5 },
    ),
    assignPublicIp: fc.boolean(),
    maxWorkers: within(LIMITS.maxWorkers),
    messagesPerWorker: within(LIMITS.messagesPerWorker),
    scalingRule: fc.constantFrom("visible" as const, "seed" as const),
    spotWeight: within(LIMITS.capacityWeight),
    onDemandWeight: fc.integer({ min: 1, max: 1000 }),
    pollIntervalSeconds: fc.oneof(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 1440 }).map((n) => n * 60),
    ),
  },
  { noNullPrototype: true },
);

it("a worker's configuration survives the environment", () => {
  fc.assert(
    fc.property(worker, (config) => expect(parseWorkerEnv(writeWorkerEnv(config))).toEqual({ ok: true, config })),
  );
});

it("a starter's configuration survives the environment", () => {
  fc.assert(
    fc.property(starter, (config) => expect(parseStarterEnv(writeStarterEnv(config))).toEqual({ ok: true, config })),
  );
});

it("any environment gives a configuration or problems that each name a variable; never an exception", () => {
  fc.assert(
    fc.property(
      worker,
      fc.dictionary(fc.constantFrom("REGION", "DST_BUCKET", "PART_SIZE_MIB", "LOG_LEVEL", "QUEUE_URL"), anyString(20)),
      (config, noise) => {
        const parsed = parseWorkerEnv({ ...writeWorkerEnv(config), ...noise });
        if (!parsed.ok) for (const problem of parsed.problems) expect(problem).toMatch(/^[A-Z_]+ is .+; .+/s);
      },
    ),
  );
});
