import fc from "fast-check";
import { embeddedValues } from "../../../local/cloudwatch/emf";
import { getMetricData } from "../../../local/cloudwatch/get-metric-data";
import { MetricStore } from "../../../local/cloudwatch/metric-store";
import { statisticOf } from "../../../local/cloudwatch/statistics";

const ID = { namespace: "N", name: "m", dimensions: [] };
const sampled = (values: readonly number[]) => values.map((value) => ({ at: 0, value, unit: "None", count: 1 }));
const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 });

describe("statistics", () => {
  test("are those of the values, however they are grouped into samples", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const grouped = [...new Set(values)].map((value) => ({
          at: 0,
          value,
          unit: "None",
          count: values.filter((one) => one === value).length,
        }));
        for (const samples of [sampled(values), grouped]) {
          const sum = values.reduce((a, b) => a + b, 0);
          expect(
            ["Sum", "SampleCount", "Average", "Minimum", "Maximum"].map((name) => statisticOf(name)!(samples)),
          ).toEqual([sum, values.length, sum / values.length, Math.min(...values), Math.max(...values)]);
        }
      }),
    );
  });

  test("pNN is a value of the data that at least NN percent do not exceed, and the smallest such", () => {
    fc.assert(
      fc.property(
        numbers,
        fc.double({ min: 0, max: 100, noNaN: true }).map((p) => p.toFixed(2)),
        (values, p) => {
          const found = statisticOf(`p${p}`)!(sampled(values));
          const share = (limit: number) => values.filter((value) => value <= limit).length;
          const needed = Math.max(1, Math.ceil((Number(p) / 100) * values.length));
          expect(values).toContain(found);
          expect(share(found)).toBeGreaterThanOrEqual(needed);
          expect(values.filter((value) => value < found).length).toBeLessThan(needed);
        },
      ),
    );
  });

  test.each(["p101", "p", "pp", "tm99", "sum", "toString", "p1000"])("%s is none", (name) => {
    expect(statisticOf(name)).toBeUndefined();
  });
});

describe("samples", () => {
  test("sums over all periods are the sum of what was put, in any order and at any period", () => {
    const put = fc.record({ at: fc.integer({ min: 0, max: 599_999 }), value: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.array(put), fc.constantFrom(1, 5, 30, 60, 300), (puts, Period) => {
        const store = new MetricStore();
        for (const { at, value } of puts) store.put(ID, at, value, "None");
        const stat = { Metric: { Namespace: "N", MetricName: "m" }, Period, Stat: "Sum" };
        const input = { MetricDataQueries: [{ Id: "q", MetricStat: stat }], StartTime: 0, EndTime: 600 };
        const [result] = getMetricData(store, input)["MetricDataResults"] as {
          Timestamps: number[];
          Values: number[];
        }[];
        const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
        expect(sum(result!.Values)).toBe(sum(puts.map(({ value }) => value)));
        expect(result!.Timestamps).toEqual(
          [...new Set(puts.map(({ at }) => Math.floor(at / 1000 / Period) * Period))].sort((a, b) => b - a),
        );
      }),
    );
  });

  test("a metric keeps its last samples only", () => {
    const store = new MetricStore(100);
    for (let second = 0; second < 1_000; second++) store.put(ID, second * 1000, second, "None");
    const kept = store.samples(ID, 0, 1e9);
    expect(kept.length).toBeLessThan(200);
    expect(kept.at(-1)).toMatchObject({ value: 999 });
  });

  test("equal values of one second take no more room", () => {
    const store = new MetricStore();
    for (let i = 0; i < 1_000; i++) store.put(ID, i, 1, "Count");
    expect(store.samples(ID, 0, 1_000)).toEqual([{ at: 0, value: 1, unit: "Count", count: 1_000 }]);
  });

  test("the order of dimensions makes no other metric", () => {
    const store = new MetricStore();
    const [a, b] = [
      { name: "a", value: "1" },
      { name: "b", value: "2" },
    ];
    store.put({ ...ID, dimensions: [a, b] }, 0, 1, "None");
    store.put({ ...ID, dimensions: [b, a] }, 0, 1, "None");
    expect(store.metrics()).toHaveLength(1);
  });

  test("all problems of the queries are named at once", () => {
    const MetricDataQueries = [{ Id: "Q" }, { Id: "e", Expression: "a+b" }];
    const attempt = () => getMetricData(new MetricStore(), { MetricDataQueries, StartTime: 0, EndTime: 1 });
    expect(attempt).toThrow(/Id Q must begin.*Id e: the local cloud evaluates no expressions/);
  });
});

describe("embedded metrics (User Guide, Specification: Embedded metric format)", () => {
  const directive = { Namespace: "N", Dimensions: [["d"]], Metrics: [{ Name: "m", Unit: "Count" }] };
  const line = (more: object = {}, change: object = {}, aws: object = {}) =>
    JSON.stringify({
      _aws: { Timestamp: 5, CloudWatchMetrics: [{ ...directive, ...change }], ...aws },
      d: "x",
      m: 1,
      ...more,
    });
  const found = (text: string) => embeddedValues(text).map(({ id, value }) => [id.dimensions.length, value]);

  test("a value, with its time, unit and dimensions", () => {
    expect(embeddedValues(line())).toEqual([
      { id: { namespace: "N", name: "m", dimensions: [{ name: "d", value: "x" }] }, at: 5, value: 1, unit: "Count" },
    ]);
  });

  test("arrays of any numbers, once for each dimension set", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 100 }), (m) => {
        const values = m.map((value) => (value === 0 ? 0 : value));
        const expected = [...values.map((value) => [1, value]), ...values.map((value) => [0, value])];
        expect(found(line({ m: values }, { Dimensions: [["d"], []] }))).toEqual(expected);
      }),
    );
  });

  test.each<[string, string]>([
    ["more than 100 values", line({ m: Array<number>(101).fill(1) })],
    ["a value that is text", line({ m: "1" })],
    ["an array with text", line({ m: [1, "2"] })],
    ["a missing value", line({ m: undefined })],
    ["a dimension that is a number", line({ d: 1 })],
    ["a missing dimension", line({ d: undefined })],
    ["no namespace", line({}, { Namespace: undefined })],
    ["no dimension sets", line({}, { Dimensions: undefined })],
    ["no timestamp", line({}, {}, { Timestamp: undefined })],
    ["something before the document", `x ${line()}`],
    ["a document about something else", JSON.stringify({ text: '"_aws"' })],
  ])("no metric from %s", (_what, text) => {
    expect(found(text)).toEqual([]);
  });

  test("a dimension set that cannot be filled does not cost the others theirs", () => {
    expect(found(line({}, { Dimensions: [["d"], ["none"]] }))).toEqual([[1, 1]]);
  });

  test("never throws, whatever the line", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const document = `{"_aws":${text},"m":1}`;
        expect(Array.isArray(embeddedValues(document))).toBe(true);
        expect(Array.isArray(embeddedValues(`{"_aws":{"Timestamp":1,"CloudWatchMetrics":${text}}}`))).toBe(true);
        expect(Array.isArray(embeddedValues(`{"_aws":{"Timestamp":1,"CloudWatchMetrics":[${text}]}}`))).toBe(true);
      }),
    );
  });
});
