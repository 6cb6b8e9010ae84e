/** The worker's metrics: what happened since the last flush, once a minute, and nothing when nothing did. */
import { type Emf, FAILURE_CLASSES, METRICS, type MetricName, SKIP_REASONS } from "../../core/metrics";
import { makeController } from "../../worker/controller";
import { makeMetrics } from "../../worker/metrics";
import { makeTally, type TallyName } from "../../worker/tally";
import { makeClock } from "../support/worker-clock";
import { makeRecordedLog } from "../support/worker-fakes";

function begin(slotsInUse = 0) {
  const clock = makeClock();
  const log = makeRecordedLog();
  const tally = makeTally();
  const queueUrl = "https://sqs.test/1/work";
  const metrics = makeMetrics({ clock, log, tally, queueUrl, slotsInUse: () => slotsInUse });
  return { clock, log, tally, metrics };
}

it("is silent when nothing happened", async () => {
  const { clock, log, metrics } = begin();
  const stop = makeController();
  const flushing = metrics.flushEvery(stop.signal);
  await clock.advance(10 * 60_000);
  stop.abort();
  await flushing;
  expect(log.lines).toEqual([]);
});

it("tells what was added since the last time, in CloudWatch's embedded format", () => {
  const { log, tally, metrics } = begin(3);
  tally.add("copies", 2);
  tally.add("bytesCopied", 10);
  metrics.lag(1.5);
  metrics.lag(2.5);
  metrics.flush();
  tally.add("copies");
  metrics.flush();
  const [first, second] = log.of("metrics");
  expect(first).toMatchObject({
    Queue: "work",
    ObjectsCopied: 2,
    BytesCopied: 10,
    SyncLagSeconds: [1.5, 2.5],
    SlotsInUse: 3,
    _aws: { CloudWatchMetrics: [{ Namespace: "S3ExpressSync", Dimensions: [["Queue"]] }] },
  });
  expect(second).toMatchObject({ ObjectsCopied: 1 });
  expect(second).not.toHaveProperty("BytesCopied");
  expect(second).not.toHaveProperty("SyncLagSeconds");
});

it("tells the canary's lag beside that of all keys", () => {
  const { log, metrics } = begin();
  metrics.lag(4);
  metrics.canaryLag(4);
  metrics.flush();
  metrics.flush();
  expect(log.of("metrics")).toMatchObject([{ SyncLagSeconds: [4], CanaryLagSeconds: [4] }]);
});

it("counts skips by reason and failures by class, each once", () => {
  const { log, metrics } = begin();
  metrics.skipped("in-sync");
  metrics.skipped("in-sync");
  metrics.skipped("other-bucket");
  metrics.failed("key");
  metrics.flush();
  metrics.flush();
  expect(log.of("metrics")).toMatchObject([
    { Reason: "in-sync", Skipped: 2, _aws: { CloudWatchMetrics: [{ Dimensions: [["Queue", "Reason"]] }] } },
    { Reason: "other-bucket", Skipped: 1 },
    { Class: "key", Failures: 1, _aws: { CloudWatchMetrics: [{ Dimensions: [["Queue", "Class"]] }] } },
  ]);
});

it("is bounded: of very many lags the newest are kept, and at most a hundred samples are written", () => {
  const { log, metrics } = begin();
  for (let i = 0; i < 10_000; i++) metrics.lag(i);
  metrics.flush();
  const samples = (log.of("metrics")[0] as { SyncLagSeconds: number[] }).SyncLagSeconds;
  expect(samples).toHaveLength(100);
  expect(Math.min(...samples)).toBe(8_000);
  expect(Math.max(...samples)).toBe(9_999);
});

it("writes every metric of the worker's, by nothing but the queue and closed sets of reasons and classes", () => {
  const { log, tally, metrics } = begin(7);
  for (const name of Object.keys(tally.totals) as TallyName[]) tally.add(name, 2);
  metrics.lag(1);
  metrics.canaryLag(1);
  for (const reason of SKIP_REASONS) metrics.skipped(reason);
  for (const errorClass of FAILURE_CLASSES) metrics.failed(errorClass);
  metrics.flush();
  const documents = log.of("metrics") as unknown as Emf[];
  const directives = documents.flatMap(({ _aws }) => _aws.CloudWatchMetrics);
  const written = new Set(directives.flatMap((directive) => directive.Metrics.map(({ Name }) => Name)));
  const promised = (Object.keys(METRICS) as MetricName[]).filter((name) => METRICS[name].from === "worker");
  expect([...written].sort()).toEqual([...promised].sort());
  for (const { Dimensions } of directives)
    expect([["Queue"], ["Queue", "Reason"], ["Queue", "Class"]]).toContainEqual(Dimensions[0]);
  const one = 1 + SKIP_REASONS.length + FAILURE_CLASSES.length;
  expect(documents).toHaveLength(one);
});

it("a metric for all that an operator asks for", () => {
  const asked = {
    lag: "SyncLagSeconds",
    copied: "ObjectsCopied",
    bytes: "BytesCopied",
    deleted: "ObjectsDeleted",
    skipped: "Skipped",
    coalesced: "CoalescedEvents",
    throttles: "Throttles",
    retries: "Retries",
    putBacks: "PutBacks",
    handoffs: "Handoffs",
    unstable: "UnstableKeys",
    breaker: "BreakerOpen",
    failures: "Failures",
    slots: "SlotsInUse",
  } as const satisfies Record<string, MetricName>;
  expect(Object.values(asked).map((name) => METRICS[name].from)).toEqual(Object.keys(asked).map(() => "worker"));
  expect([METRICS.Skipped.by, METRICS.Failures.by]).toEqual(["Reason", "Class"]);
});
