/** The canary: what the schedule sends is taken by S3, allowed by its policy and by nothing beyond, and synced as a key like any other. */
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { canaryKey } from "../../core/canary";
import { canaryRequest } from "../../infra/canary";
import { canaryPolicy } from "../../infra/policies/canary";
import { namesFor } from "../../infra/names";
import { arnsFor } from "../../infra/arns";
import { parseSettings } from "../../core/settings";
import { withStack, BRIEF } from "../support/e2e";
import { runProgram } from "../support/pulumi-program";

jest.mock("@pulumi/pulumi/runtime/closure/codePaths", () => ({ computeCodePaths: () => Promise.resolve(new Map()) }));
jest.mock("@pulumi/pulumi/runtime/closure/serializeClosure", () => ({
  serializeFunction: () => Promise.resolve({ text: "//", exportName: "handler", containsSecrets: false }),
}));

jest.setTimeout(120_000);

test("it goes the whole way, and its lag is told apart from that of other keys", async () => {
  await withStack({ settings: { ...BRIEF, prefix: "data/" } }, async (world) => {
    const { cloud, source, destination, put, worker, drained, requests } = world;
    const { accessKeyId, secretAccessKey } = cloud.principals.byName("operator")!;
    const client = new S3Client({
      ...{ region: cloud.region, endpoint: cloud.endpoint, forcePathStyle: true },
      credentials: { accessKeyId, secretAccessKey },
    });
    const { Bucket, Key, ...content } = canaryRequest(source, "data/");
    await put("data/other", "x");
    await client.send(new PutObjectCommand({ Bucket, Key, ...content }));
    client.destroy();
    const one = await worker();
    await drained();
    await one.ended(0);
    expect(cloud.s3.head(destination, canaryKey("data/"))?.size).toBe(content["Body"]!.length);
    expect(requests("CopyObject")).toHaveLength(2);
    const lags = one.events("metrics").map((line) => [line["SyncLagSeconds"], line["CanaryLagSeconds"]]);
    expect(lags.flatMap(([all]) => all ?? [])).toHaveLength(2);
    expect(lags.flatMap(([, canary]) => canary ?? [])).toHaveLength(1);
  });
});

test("its role may write this one object, also where the prefix has characters that IAM reads as more than themselves", () => {
  const parsed = parseSettings({ "aws:region": "eu-north-1" }, "dev");
  if (!parsed.ok) throw new Error("the defaults are no configuration");
  const arns = arnsFor(namesFor(parsed.config, "123456789012"), {
    partition: "aws",
    region: "eu-north-1",
    accountId: "123456789012",
  });
  const { Statement } = canaryPolicy(arns, {
    prefix: "a*b/",
    sourceKmsKeyArn: "arn:aws:kms:eu-north-1:123456789012:key/k",
  });
  expect(Statement.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    [["s3:PutObject"], [`${arns.sourceBucket}/a\${*}b/.s3-express-sync-canary`]],
    [["kms:GenerateDataKey"], ["arn:aws:kms:eu-north-1:123456789012:key/k"]],
  ]);
});

test("the schedule, in its partition, after the notification; off while paused; nothing without the setting", async () => {
  const inputs = async (config: Record<string, string>) => {
    const ran = await runProgram({ "aws:region": "eu-north-1", ...config });
    return ran.all("aws:scheduler/schedule:Schedule").map((one) => one.inputs);
  };
  expect(await inputs({})).toEqual([]);
  const [schedule] = await inputs({ "s3-express-sync:canaryMinutes": "1" });
  expect(schedule).toMatchObject({
    scheduleExpression: "rate(1 minute)",
    state: "ENABLED",
    flexibleTimeWindow: { mode: "OFF" },
    target: { arn: "arn:aws:scheduler:::aws-sdk:s3:putObject", retryPolicy: { maximumRetryAttempts: 0 } },
  });
  const [paused] = await inputs({ "s3-express-sync:canaryMinutes": "15", "s3-express-sync:paused": "true" });
  expect(paused).toMatchObject({ scheduleExpression: "rate(15 minutes)", state: "DISABLED" });
});
