import * as fc from "fast-check";
import {
  emf,
  MAX_EMF_METRICS,
  MAX_EMF_SAMPLES,
  METRICS,
  type MetricName,
  NAMESPACE,
  queueDimension,
} from "../../core/metrics";

it("writes the embedded metric format", () => {
  expect(emf(NAMESPACE, 1_700_000_000_000, { Queue: "q" }, { ObjectsCopied: 2, SyncLagSeconds: [1.5, 3] })).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: "S3ExpressSync",
          Dimensions: [["Queue"]],
          Metrics: [
            { Name: "SyncLagSeconds", Unit: "Seconds" },
            { Name: "ObjectsCopied", Unit: "Count" },
          ],
        },
      ],
    },
    Queue: "q",
    SyncLagSeconds: [1.5, 3],
    ObjectsCopied: 2,
  });
});

it.each([
  ["no values", {}],
  ["zeros", { ObjectsCopied: 0, Throttles: 0 }],
  ["no samples", { SyncLagSeconds: [] }],
  ["what is no number", { BytesCopied: NaN, SyncLagSeconds: [NaN, Infinity] }],
])("writes nothing when nothing happened: %s", (_, values) => {
  expect(emf(NAMESPACE, 1, { Queue: "q" }, values)).toBeUndefined();
});

it("samples of 0 happened", () => {
  expect(emf(NAMESPACE, 1, {}, { SyncLagSeconds: [0] })).toMatchObject({ SyncLagSeconds: [0] });
});

it("thins out more samples than EMF takes, ends kept", () => {
  const lags = Array.from({ length: 1000 }, (_, index) => 999 - index);
  const written = emf(NAMESPACE, 1, {}, { SyncLagSeconds: lags })?.["SyncLagSeconds"] as number[];
  expect(written).toHaveLength(MAX_EMF_SAMPLES);
  expect([written[0], written.at(-1)]).toEqual([0, 999]);
});

it("refuses more dimensions than EMF takes", () => {
  const dimensions = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`D${index}`, "x"]));
  expect(() => emf(NAMESPACE, 1, dimensions, { ObjectsCopied: 1 })).toThrow("31 dimensions, EMF has 30");
});

it("any values make a document whose every metric is declared and present", () => {
  const names = Object.keys(METRICS) as MetricName[];
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.double(), fc.array(fc.double()))), (values) => {
      const document = emf(NAMESPACE, 1, { Queue: "q" }, values);
      if (document === undefined) return;
      const metrics = document._aws.CloudWatchMetrics[0]?.Metrics ?? [];
      expect(metrics.length).toBeGreaterThan(0);
      expect(metrics.length).toBeLessThanOrEqual(MAX_EMF_METRICS);
      for (const { Name } of metrics) expect([document[Name]].flat().every(Number.isFinite)).toBe(true);
      expect(Object.keys(document).sort()).toEqual(["Queue", "_aws", ...metrics.map(({ Name }) => Name)].sort());
    }),
  );
});

it("every metric says what it is, and fits into one document", () => {
  expect(Object.keys(METRICS).length).toBeLessThanOrEqual(MAX_EMF_METRICS);
  for (const [name, { about }] of Object.entries(METRICS)) {
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(about).toMatch(/^\S.*\.$/);
  }
});

it.each([
  ["https://sqs.eu-north-1.amazonaws.com/123/my-q", "my-q"],
  ["http://127.0.0.1:9324/0/local-q", "local-q"],
])("the queue of %s is %s", (url, Queue) => {
  expect(queueDimension(url)).toEqual({ Queue });
});
