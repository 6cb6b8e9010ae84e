/** What CloudWatch measured and what it did not; what the starter's log says; what the starter is told. */
import { billOf } from "../../../cli/cost/bill";
import { usageOf } from "../../../cli/cost/last-run";
import { type ActivityPoints, activityOf, activityQueries } from "../../../cli/status/activity";
import { limitsOf } from "../../../cli/status/limits";
import { readStarterLog } from "../../../cli/status/starter-log";
import { LIST_PRICES } from "../../../core/cost";
import { METRICS } from "../../../core/metrics";

const NOW = 10_000_000;
const NOTHING: ActivityPoints = {
  oldest: [],
  messagesDone: [],
  lagP50: [],
  lagP99: [],
  lagCount: [],
  lagMax: [],
  copied: [],
  bytesCopied: [],
  deleted: [],
  retries: [],
  running: [],
  launched: [],
};
const points = (...values: readonly number[]) =>
  values.map((value, index) => ({ at: NOW - (values.length - index) * 60_000, value }));

it("asks for metrics that exist, of this queue", () => {
  const queries = Object.values(activityQueries("https://sqs.eu-north-1.amazonaws.com/1/my-q"));
  for (const { namespace, metric, dimensions, periodSeconds } of queries) {
    expect(periodSeconds).toBe(60);
    if (namespace === "S3ExpressSync") {
      expect(Object.keys(METRICS)).toContain(metric);
      expect(dimensions).toEqual({ Queue: "my-q" });
    } else {
      expect([namespace, dimensions]).toEqual(["AWS/SQS", { QueueName: "my-q" }]);
    }
  }
});

it("without a point nothing is claimed", () => {
  expect(activityOf(NOTHING, NOW)).toEqual({ windowSeconds: 900 });
});

it("sums, the percentiles of the lag, the newest age, the rate of the last minutes", () => {
  const measured = {
    ...NOTHING,
    oldest: points(500, 42),
    messagesDone: points(1, 1, 1, 1, 1, 1, 1, 60, 120),
    lagP50: points(9, 1, 1.2),
    lagP99: points(10, 1.5, 1.4),
    lagCount: points(1, 3, 1),
    lagMax: points(10, 1.5, 1.4),
    copied: points(3, 4),
    bytesCopied: points(1024),
    deleted: points(0),
  };
  expect(activityOf(measured, NOW)).toMatchObject({
    windowSeconds: 900,
    oldest: { seconds: 42, at: NOW - 60_000 },
    // Three of five keys were in the minute with 1 s.
    lag: { p50Seconds: 1, p99Seconds: 10, maxSeconds: 10 },
    copied: 7,
    bytesCopied: 1024,
    deleted: 0,
    messagesDone: 187,
    messagesPerSecond: 183 / 300,
  });
});

it("dollars are those of the last run's bill, and nothing measured is not $0", () => {
  const measured = {
    ...NOTHING,
    copied: points(3, 4),
    bytesCopied: points(1024),
    retries: points(2),
    running: points(1, 2),
    launched: points(1),
  };
  const workers = { runs: 1, seconds: 240 };
  const usage = usageOf({ copied: 7, bytes: 1024, deleted: 0, retries: 2, workers });
  expect(activityOf(measured, NOW).dollars).toBe(billOf(usage, LIST_PRICES.dollars).dollars);
  expect(activityOf({ ...NOTHING, retries: points(1) }, NOW).dollars).toBeUndefined();
});

it("a burst within a minute is no higher a rate than that minute's", () => {
  const burst = { ...NOTHING, messagesDone: [{ at: NOW - 5_000, value: 60 }] };
  expect(activityOf(burst, NOW).messagesPerSecond).toBe(1);
});

const line = (at: number, message: string) => ({ id: String(at), at, stream: "s", message });
const look = '{"level":"info","event":"look","look":0,"launched":0,"reason":"nothing-to-do","problems":[]}';

it.each([
  [
    '2026-11-25T10:00:00Z\t1\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"2 problems:\\n  - \\"x\\" is wrong"}',
    "2 problems:",
  ],
  ["2026-11-25T10:00:00Z 1 Task timed out after 60.00 seconds", "Task timed out after 60.00 seconds"],
  ["RequestId: 1 Error: Runtime exited with error: signal: killed\n", "Runtime exited with error: signal: killed"],
  ["Error: GetQueueAttributes failed: AccessDenied: no", "GetQueueAttributes failed: AccessDenied: no"],
])("a failure of the starter: %s", (message, text) => {
  expect(readStarterLog([line(1, look), line(2, message)])).toMatchObject({
    lastLook: { at: 1, look: { reason: "nothing-to-do" } },
    lastFailure: { at: 2, text },
  });
});

it.each([
  "START RequestId: 1 Version: $LATEST",
  "END RequestId: 1",
  "    at main (x.js:1:1)",
  '{"event":"other"}',
  '{"look"',
])("no failure and no look: %s", (message) => {
  expect(readStarterLog([line(1, message)])).toEqual({});
});

it("reads the starter's environment as the starter does", () => {
  expect(limitsOf({})).toEqual({ maxWorkers: 5, pollSeconds: 60 });
  expect(limitsOf({ MAX_WORKERS: "0", POLL_INTERVAL_SECONDS: "10" })).toEqual({ maxWorkers: 0, pollSeconds: 10 });
  expect(limitsOf({ MAX_WORKERS: "many" })).toEqual({ maxWorkers: undefined, pollSeconds: 60 });
});
