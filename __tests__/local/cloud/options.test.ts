/** Every option of the local cloud, in both spellings, as a process. */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListDirectoryBucketsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { LOCAL_OPTIONS, readLocalOptions } from "../../../local/options";
import type { LogEntry } from "../../../local/http/request-log";
import type { Told } from "../../../local/told";
import { endAll, SPELLINGS, startLocal } from "../../support/local-process";

jest.setTimeout(60_000);

const FAST = "fast--use1-az4--x-s3";
let temp: string;
let clients: { destroy(): void }[];
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), "local-options-test-"));
  clients = [];
});
afterEach(async () => {
  await endAll();
  for (const client of clients) client.destroy();
  rmSync(temp, { recursive: true });
});

function clientOf<T extends { destroy(): void }>(make: new (config: object) => T, { environment }: Told): T {
  const client = new make({
    endpoint: environment["AWS_ENDPOINT_URL"],
    region: environment["AWS_REGION"],
    credentials: {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"],
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"],
    },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

const run = (args: readonly string[]) =>
  new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });

describe.each(SPELLINGS)("%s", (_spelling, program) => {
  test("--json: the first line says all, and nothing follows it", async () => {
    const local = await startLocal(program, ["--seed", "7"]);
    expect(local.told).toMatchObject({
      endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as unknown,
      buckets: ["local-destination--eun1-az1--x-s3", "local-source"],
      source: "local-source",
      destination: "local-destination--eun1-az1--x-s3",
      queueUrl: `${local.told.endpoint}/123456789012/local-events`,
      seed: 7,
    });
    expect(local.told.environment).toMatchObject({
      AWS_ENDPOINT_URL: local.told.endpoint,
      AWS_REGION: "eu-north-1",
      AWS_ACCESS_KEY_ID: "AKIALOCALOPERATOR",
    });
    const health = await fetch(`${local.told.endpoint}/_cloud/health`);
    expect(await health.json()).toMatchObject({ status: "ok", seed: 7, region: "eu-north-1" });
    const { code, stdout, stderr } = await local.end("SIGTERM");
    expect({ code, lines: stdout.split("\n").length, stderr }).toEqual({ code: 0, lines: 2, stderr: "" });
  });

  test("--bucket, several, of both kinds, with versions and events; --region", async () => {
    const specs = ["plain", "kept:versioned:events", FAST].flatMap((spec) => ["--bucket", spec]);
    const local = await startLocal(program, [...specs, "--region", "us-east-1"]);
    expect(local.told).toMatchObject({ buckets: [FAST, "kept", "plain"], source: "kept", destination: FAST });
    const s3 = clientOf(S3Client, local.told);
    const names = (list: { Buckets?: { Name?: string | undefined }[] | undefined }) =>
      list.Buckets!.map(({ Name }) => Name);
    expect(names(await s3.send(new ListBucketsCommand({})))).toEqual(["kept", "plain"]);
    expect(names(await s3.send(new ListDirectoryBucketsCommand({})))).toEqual([FAST]);
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: "kept" }))).Status).toBe("Enabled");
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: "plain" }))).Status).toBeUndefined();
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: "plain" }))).LocationConstraint).toBeFalsy();
    await s3.send(new PutObjectCommand({ Bucket: "plain", Key: "silent", Body: "x" }));
    await s3.send(new PutObjectCommand({ Bucket: "kept", Key: "heard", Body: "x" }));
    const receive = new ReceiveMessageCommand({
      QueueUrl: local.told.queueUrl,
      WaitTimeSeconds: 5,
      MaxNumberOfMessages: 10,
    });
    const { Messages } = await clientOf(SQSClient, local.told).send(receive);
    expect(Messages!.map(({ Body }) => Body)).toEqual([expect.stringContaining('"key":"heard"')]);
    expect((await local.end("SIGINT")).code).toBe(0);
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("--directory: all is there again after %s", async (signal) => {
    const args = ["--directory", join(temp, "deep", "cloud"), "--bucket", "plain:versioned", "--bucket", FAST];
    const first = await startLocal(program, args);
    const body = Buffer.alloc(100_000, "large");
    for (const Bucket of ["plain", FAST]) {
      const put = { Bucket, Key: "dir/k", Body: body, Metadata: { who: "me" }, CacheControl: "no-store" };
      await clientOf(S3Client, first.told).send(new PutObjectCommand(put));
    }
    await clientOf(S3Client, first.told).send(new CreateBucketCommand({ Bucket: "made-later" }));
    await first.end(signal);
    const second = await startLocal(program, args);
    expect(second.told).toMatchObject({ buckets: [FAST, "made-later", "plain"], directory: args[1] });
    for (const Bucket of ["plain", FAST]) {
      const again = clientOf(S3Client, second.told);
      const got = await again.send(new GetObjectCommand({ Bucket, Key: "dir/k" }));
      expect(got).toMatchObject({ Metadata: { who: "me" }, CacheControl: "no-store" });
      expect(Buffer.from(await got.Body!.transformToByteArray())).toEqual(body);
    }
    const again = clientOf(S3Client, second.told);
    expect((await again.send(new GetBucketVersioningCommand({ Bucket: "plain" }))).Status).toBe("Enabled");
    expect((await second.end("SIGTERM")).code).toBe(0);
  });

  test("--directory: a second cloud on it is exit 1 with what to do", async () => {
    const first = await startLocal(program, ["--directory", temp]);
    const { code, stdout, stderr } = await run([...program, "--port", "0", "--directory", temp]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`The directory ${temp} is in use by process ${first.pid}. End it or choose another`);
    await first.end("SIGTERM");
    expect(readdirSync(temp)).toEqual(["s3"]);
  });

  test("--log: a line per request, appended", async () => {
    const file = join(temp, "requests.ndjson");
    writeFileSync(file, "");
    for (const key of ["one", "two"]) {
      const local = await startLocal(program, ["--log", file, "--bucket", FAST]);
      await clientOf(S3Client, local.told).send(new PutObjectCommand({ Bucket: FAST, Key: key, Body: "x" }));
      await local.end("SIGTERM");
    }
    const entries = readFileSync(file, "utf8").trim().split("\n");
    const parsed = entries.map((line) => JSON.parse(line) as LogEntry);
    expect(parsed.map(({ operation, key, status }) => [operation, key, status])).toEqual([
      ["CreateSession", undefined, 200],
      ["PutObject", "one", 200],
      ["CreateSession", undefined, 200],
      ["PutObject", "two", 200],
    ]);
  });

  test("--log into a directory that does not exist is exit 1 and leaves nothing behind", async () => {
    const scratch = mkdtempSync(join(temp, "tmp-"));
    const start = startLocal(program, ["--log", join(temp, "gone", "x")], { TMPDIR: scratch });
    await expect(start).rejects.toThrow("no such file or directory");
    expect(readdirSync(scratch)).toEqual([]);
  });

  test("--seed: the same requests, the same ETags and version ids; another seed, others", async () => {
    const made = async (seed: string) => {
      const local = await startLocal(program, ["--seed", seed, "--bucket", "kept:versioned", "--bucket", FAST]);
      const { VersionId } = await clientOf(S3Client, local.told).send(
        new PutObjectCommand({ Bucket: "kept", Key: "k", Body: "x" }),
      );
      const s3 = clientOf(S3Client, local.told);
      await s3.send(new PutObjectCommand({ Bucket: FAST, Key: "k", Body: "x" }));
      const { ETag } = await s3.send(new HeadObjectCommand({ Bucket: FAST, Key: "k" }));
      await local.end("SIGTERM");
      return [VersionId, ETag];
    };
    const [first, second, other] = [await made("5"), await made("5"), await made("6")];
    expect(second).toEqual(first);
    expect(other[0]).not.toBe(first[0]);
    expect(other[1]).not.toBe(first[1]);
  });

  test("wrong usage is exit 2 and names every problem", async () => {
    const wrong = ["--bucket", "Large", "--bucket", "a-b:public", "--bucket", `${FAST}:versioned`, "--region", "north"];
    const { code, stdout, stderr } = await run([...program, "--port", "x", ...wrong, "--directory", ""]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    for (const problem of [
      '--port must be a whole number from 0 to 65535, not "x"',
      '--bucket Large: bucket "Large" is no valid name',
      '--bucket a-b:public: behind the name may stand :versioned and :events, not ":public"',
      `--bucket ${FAST}:versioned: bucket "${FAST}": directory buckets have no versioning`,
      '--region must be a Region\'s name like eu-north-1, not "north"',
      '--directory must be a path, not ""',
    ])
      expect(stderr).toContain(problem);
  });

  test("--help names every option", async () => {
    const { code, stdout } = await run([...program, "--help"]);
    expect(code).toBe(0);
    for (const name of [...Object.keys(LOCAL_OPTIONS), "json"]) expect(stdout).toContain(`--${name}`);
  });
});

test("without options: the example's buckets, on the usual port, and nothing that would override the cloud's defaults", () => {
  expect(readLocalOptions({})).toEqual({ port: 4566 });
});
