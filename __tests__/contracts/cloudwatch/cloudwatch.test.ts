/** What a reader of CloudWatch metrics may rely on, fact by fact, with the page that says so ("API X": CloudWatch API Reference). */
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import { asOperator, refused, useCloud } from "../local-cloud";

const START = Date.UTC(2026, 0, 1, 12);
const at = (seconds: number) => new Date(START + seconds * 1000);

describe("CloudWatch contract on the local cloud", () => {
  const cloud = useCloud();
  let client: CloudWatchClient;
  beforeAll(() => {
    client = new CloudWatchClient(asOperator(cloud()));
    const put = (seconds: number, value: number) =>
      cloud().cloudwatch.put({
        namespace: "N",
        name: "lag",
        value,
        unit: "Seconds",
        dimensions: [{ name: "Stack", value: "s" }],
        at: at(seconds).getTime(),
      });
    for (const [seconds, value] of [
      [0, 1],
      [10, 2],
      [59.9, 3],
      [60, 10],
      [119, 20],
      [180, 7],
    ] as const)
      put(seconds, value);
  });
  afterAll(() => client.destroy());

  const query = (more: object = {}, Stat = "Sum", Period = 60): MetricDataQuery => ({
    Id: "q",
    MetricStat: {
      Metric: { Namespace: "N", MetricName: "lag", Dimensions: [{ Name: "Stack", Value: "s" }] },
      Period,
      Stat,
    },
    ...more,
  });
  const get = (queries: MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}) =>
    client.send(
      new GetMetricDataCommand({
        MetricDataQueries: queries,
        StartTime: at(0),
        EndTime: at(600),
        ScanBy: "TimestampAscending",
        ...more,
      }),
    );
  const values = async (queries: MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}) =>
    (await get(queries, more)).MetricDataResults!.map((result) => result.Values);

  test("one point per period that has data, at the period's start (API GetMetricData)", async () => {
    expect((await get([query({ Label: "Lag" })])).MetricDataResults).toEqual([
      { Id: "q", Label: "Lag", Timestamps: [at(0), at(60), at(180)], Values: [6, 30, 7], StatusCode: "Complete" },
    ]);
  });

  test("newest first unless asked otherwise (API GetMetricData, ScanBy)", async () => {
    expect(await values([query()], { ScanBy: undefined })).toEqual([[7, 30, 6]]);
  });

  test.each([
    ["Average", [2, 15, 7]],
    ["Minimum", [1, 10, 7]],
    ["Maximum", [3, 20, 7]],
    ["SampleCount", [3, 2, 1]],
    ["p50", [2, 10, 7]],
    ["p99.9", [3, 20, 7]],
  ])("%s (User Guide, CloudWatch statistics definitions)", async (stat, expected) => {
    expect(await values([query({}, stat)])).toEqual([expected]);
  });

  test("the start is inclusive and rounded down to the minute, the end exclusive (API GetMetricData)", async () => {
    expect(await values([query()], { StartTime: at(65), EndTime: at(180) })).toEqual([[30]]);
  });

  test("periods below a minute: 1, 5, 10, 20 and 30 seconds, others must be whole minutes (API MetricStat, Period)", async () => {
    expect(await values([query({}, "Sum", 30)])).toEqual([[3, 3, 10, 20, 7]]);
    expect(await refused(get([query({}, "Sum", 45)]))).toBe("ValidationException");
  });

  test("another unit than the data's has no data; a metric that does not exist neither (API MetricStat, Unit)", async () => {
    const stat = query().MetricStat!;
    expect(await values([query({ MetricStat: { ...stat, Unit: "Bytes" } })])).toEqual([[]]);
    const other = { ...stat.Metric!, Dimensions: [{ Name: "Stack", Value: "other" }] };
    expect(await values([query({ MetricStat: { ...stat, Metric: other } })])).toEqual([[]]);
  });

  test("MaxDatapoints ends a page; the token goes on, over the queries in turn (API GetMetricData)", async () => {
    const queries = [query(), query({ Id: "r" }, "Maximum")];
    const first = await get(queries, { MaxDatapoints: 2 });
    expect(first.MetricDataResults).toMatchObject([
      { Id: "q", Values: [6, 30], StatusCode: "PartialData" },
      { Id: "r", Values: [], StatusCode: "PartialData" },
    ]);
    const second = await get(queries, { MaxDatapoints: 2, NextToken: first.NextToken });
    const third = await get(queries, { MaxDatapoints: 2, NextToken: second.NextToken });
    expect([second, third].map((page) => page.MetricDataResults!.map(({ Id, Values }) => [Id, Values]))).toEqual([
      [
        ["q", [7]],
        ["r", [3]],
      ],
      [["r", [20, 7]]],
    ]);
    expect(third.NextToken).toBeUndefined();
    expect(await refused(get(queries, { NextToken: "x" }))).toBe("InvalidNextToken");
  });

  test("ReturnData false computes without showing (API MetricDataQuery)", async () => {
    expect(await values([query({ ReturnData: false }), query({ Id: "r" })])).toEqual([[6, 30, 7]]);
  });

  test.each<[string, MetricDataQuery[], Partial<GetMetricDataCommandInput>]>([
    ["no query", [], {}],
    ["an Id that begins with a capital", [query({ Id: "Q" })], {}],
    ["an Id twice", [query(), query()], {}],
    ["a statistic that does not exist", [query({}, "Median")], {}],
    ["an expression: not served here", [{ Id: "e", Expression: "SUM(METRICS())" }], {}],
    ["a start that is not before the end", [query()], { StartTime: at(5), EndTime: at(5) }],
  ])(
    "ValidationError, which the SDK calls ValidationException: %s (API GetMetricData)",
    async (_what, queries, more) => {
      expect(await refused(get(queries, more))).toBe("ValidationException");
    },
  );

  test("metrics by namespace, name and dimensions (API ListMetrics, DimensionFilter)", async () => {
    cloud().cloudwatch.put({ namespace: "L", name: "a", value: 1, dimensions: [{ name: "D", value: "1" }] });
    cloud().cloudwatch.put({ namespace: "L", name: "a", value: 1, dimensions: [{ name: "D", value: "2" }] });
    cloud().cloudwatch.put({ namespace: "L", name: "b", value: 1, at: at(0).getTime() });
    const list = async (more: object) =>
      (await client.send(new ListMetricsCommand({ Namespace: "L", ...more }))).Metrics!.map(
        ({ MetricName, Dimensions }) =>
          MetricName! + Dimensions!.map(({ Name, Value }) => `,${Name}=${Value}`).join(""),
      );
    expect(await list({})).toEqual(["a,D=1", "a,D=2", "b"]);
    expect(await list({ MetricName: "b" })).toEqual(["b"]);
    expect(await list({ Dimensions: [{ Name: "D" }] })).toEqual(["a,D=1", "a,D=2"]);
    expect(await list({ Dimensions: [{ Name: "D", Value: "2" }] })).toEqual(["a,D=2"]);
    expect(await list({ RecentlyActive: "PT3H" })).toEqual(["a,D=1", "a,D=2"]);
  });

  test("metrics embedded in a log line, numbers and arrays, once per dimension set (User Guide, embedded metric format)", async () => {
    const message = JSON.stringify({
      _aws: {
        Timestamp: START,
        CloudWatchMetrics: [
          {
            Namespace: "E",
            Dimensions: [["Stack"], []],
            Metrics: [{ Name: "lag", Unit: "Seconds" }, { Name: "bytes" }],
          },
        ],
      },
      Stack: "s",
      lag: [1, 2, 9],
      bytes: 5,
    });
    cloud().logs.put({ group: "/g", stream: "s", at: START, message });
    const stat = (
      MetricName: string,
      Dimensions: { Name: string; Value: string }[],
    ): MetricDataQuery["MetricStat"] => ({
      Metric: { Namespace: "E", MetricName, Dimensions },
      Period: 60,
      Stat: "Sum",
    });
    const queries = [
      query({ Id: "a", MetricStat: stat("lag", [{ Name: "Stack", Value: "s" }]) }),
      query({ Id: "b", MetricStat: stat("lag", []) }),
      query({ Id: "c", MetricStat: stat("bytes", []) }),
    ];
    expect(await values(queries)).toEqual([[12], [12], [5]]);
  });

  test("queues report what is sent, received and deleted, depth and age (SQS Developer Guide, available CloudWatch metrics)", async () => {
    const queue = cloud().sqs.createQueue("metrics");
    queue.send("visible");
    queue.send("later", { delaySeconds: 900 });
    const stats: [string, string, string][] = [
      ["sent", "NumberOfMessagesSent", "Sum"],
      ["received", "NumberOfMessagesReceived", "Sum"],
      ["visible", "ApproximateNumberOfMessagesVisible", "Maximum"],
      ["flying", "ApproximateNumberOfMessagesNotVisible", "Maximum"],
      ["delayed", "ApproximateNumberOfMessagesDelayed", "Maximum"],
      ["age", "ApproximateAgeOfOldestMessage", "Minimum"],
    ];
    const queries = stats.map(([Id, MetricName, Stat]) => ({
      Id,
      MetricStat: {
        Metric: { Namespace: "AWS/SQS", MetricName, Dimensions: [{ Name: "QueueName", Value: "metrics" }] },
        Period: 3600,
        Stat,
      },
    }));
    const now = Date.now();
    const found = await values(queries, { StartTime: new Date(now - 3_600_000), EndTime: new Date(now + 60_000) });
    expect(found.map((series) => series!.at(-1))).toEqual([2, undefined, 1, 0, 1, 0]);
  });

  test("there are no alarms (API DescribeAlarms); an operation that is not served is NotImplemented; requests are logged with their namespace", async () => {
    expect((await client.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([]);
    const statistics = { Namespace: "N", MetricName: "lag", StartTime: at(0), EndTime: at(60), Period: 60 };
    await expect(client.send(new GetMetricStatisticsCommand(statistics))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
    await get([query()]);
    expect(cloud().log.entries({ service: "monitoring", operation: "GetMetricData" }).at(-1)).toMatchObject({
      principal: "operator",
      resource: "N",
    });
  });
});
