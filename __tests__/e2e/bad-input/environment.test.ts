/** A worker that is told nonsense, or may do nothing: every problem at once, exit 1, and nothing is touched. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { BRIEF, withStack } from "../../support/e2e";
import { within } from "../../support/e2e-wait";
import { workerProcess } from "../../support/e2e-worker";

jest.setTimeout(120_000);

const NEEDED = {
  REGION: "eu-north-1",
  SRC_BUCKET: "source-bucket",
  DST_BUCKET: "base--eun1-az1--x-s3",
  QUEUE_URL: "http://127.0.0.1:1/1/queue",
  DLQ_URL: "http://127.0.0.1:1/1/dlq",
};

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `node dist/worker.cjs` with exactly this environment. */
function runWith(environment: Readonly<Record<string, string>>): Promise<Ended> {
  const bundle = join(process.cwd(), "dist", "worker.cjs");
  const child = spawn(process.execPath, [bundle], { env: { PATH: process.env["PATH"] ?? "", ...environment } });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => (output[stream] += text));
  }
  return within(
    "the worker's end",
    new Promise((resolve) => child.once("close", (code) => resolve({ code, ...output }))),
  );
}

test("nothing set: every variable that is needed is named, and nothing else is printed", async () => {
  const { code, stdout, stderr } = await runWith({});
  const lines = stderr.trimEnd().split("\n");
  expect({ code, stdout, first: lines[0] }).toEqual({
    code: 1,
    stdout: "",
    first: "5 problems in the configuration:",
  });
  expect(lines.slice(1).map((line) => /^ {2}- (\w+) /.exec(line)?.[1])).toEqual([
    "REGION",
    "SRC_BUCKET",
    "DST_BUCKET",
    "QUEUE_URL",
    "DLQ_URL",
  ]);
});

test("contradictory and out of range: all of it in one list", async () => {
  const { code, stdout, stderr } = await runWith({
    ...NEEDED,
    REGION: "us-east-1",
    DLQ_URL: NEEDED.QUEUE_URL,
    COPY_CONCURRENCY: "many",
    MAX_RECEIVE_COUNT: "0",
    VISIBILITY_TIMEOUT: "5",
    PART_SIZE_MIB: "4",
    LOG_LEVEL: "loud",
    PREFIX_FILTER: "x".repeat(1025),
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const lines = stderr.trimEnd().split("\n");
  expect(lines[0]).toBe("8 problems in the configuration:");
  for (const part of [
    "COPY_CONCURRENCY",
    "MAX_RECEIVE_COUNT",
    "VISIBILITY_TIMEOUT",
    "PART_SIZE_MIB",
    "LOG_LEVEL",
    "PREFIX_FILTER",
    "DLQ_URL is the same queue as QUEUE_URL",
    'DST_BUCKET is in zone eun1-az1 of eu-north-1, but REGION is "us-east-1"',
  ]) {
    expect(lines.slice(1).filter((line) => line.includes(part))).toHaveLength(1);
  }
});

test("the buckets are swapped: said of both", async () => {
  const { code, stderr } = await runWith({
    ...NEEDED,
    SRC_BUCKET: NEEDED.DST_BUCKET,
    DST_BUCKET: NEEDED.SRC_BUCKET,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^2 problems in the configuration:\n {2}- SRC_BUCKET .*\n {2}- DST_BUCKET .*\n$/);
});

test("no permission at start: every bucket is named with what to do, nothing is received", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, queue, put, runWorker, requests }) => {
    cloud.s3.setPolicy("worker", () => false);
    await put("k", "content");
    const one = workerProcess(cloud.ecs, await runWorker());
    await one.ended(1);
    const [line] = one.events("set-up-problems");
    expect(line?.["problems"]).toEqual([
      expect.stringMatching(/^source bucket .*s3:ListBucket/) as string,
      expect.stringMatching(/^destination bucket .*s3express:CreateSession/) as string,
    ]);
    expect(one.events("worker-started")).toEqual([]);
    expect(requests("ReceiveMessage")).toEqual([]);
    expect(queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });
});

test("nothing exists: buckets and queue are named together", async () => {
  await withStack({ settings: BRIEF }, async ({ cloud, workerEnvironment }) => {
    const { code, stderr } = await runWith({
      ...workerEnvironment,
      SRC_BUCKET: "nobody-has-this",
      DST_BUCKET: "nor-this--eun1-az1--x-s3",
      QUEUE_URL: `${cloud.endpoint}/${cloud.accountId}/nor-this`,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^3 problems in the configuration:/);
    for (const what of ["nobody-has-this", "nor-this--eun1-az1--x-s3", "queue"]) expect(stderr).toContain(what);
  });
});
