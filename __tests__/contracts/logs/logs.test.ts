/** What a reader of CloudWatch Logs may rely on, fact by fact, with the page that says so ("API X": CloudWatch Logs API Reference). */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type FilterLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { asOperator, refused, useCloud } from "../local-cloud";

const START = Date.UTC(2026, 0, 1);

describe("CloudWatch Logs contract on the local cloud", () => {
  const cloud = useCloud({ logs: { scanPerCall: 4 } });
  let client: CloudWatchLogsClient;
  let groups = 0;
  beforeAll(() => {
    client = new CloudWatchLogsClient(asOperator(cloud()));
  });
  afterAll(() => client.destroy());

  /** `[stream, ms after START, message]` */
  function groupOf(...lines: [string, number, string][]): string {
    const group = `/contract/${++groups}`;
    cloud().logs.createGroup(group);
    for (const [stream, after, message] of lines) cloud().logs.put({ group, stream, at: START + after, message });
    return group;
  }
  const filter = (input: FilterLogEventsCommandInput) => client.send(new FilterLogEventsCommand(input));
  /** Messages of each page, until there is no token. */
  async function pages(input: FilterLogEventsCommandInput): Promise<string[][]> {
    const found: string[][] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ ...input, nextToken });
      found.push((page.events ?? []).map((event) => event.message ?? ""));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }

  test("events of all streams come in order of time, each with stream, times and an id of its own (API FilterLogEvents)", async () => {
    const logGroupName = groupOf(["b", 2, "second"], ["a", 1, "first"], ["a", 2, "third"]);
    const { events } = await filter({ logGroupName });
    expect(events).toMatchObject([
      { logStreamName: "a", timestamp: START + 1, message: "first" },
      { logStreamName: "b", timestamp: START + 2, message: "second" },
      { logStreamName: "a", timestamp: START + 2, message: "third" },
    ]);
    expect(new Set(events!.map((event) => event.eventId)).size).toBe(3);
    expect(events![0]!.ingestionTime).toBeGreaterThan(START);
  });

  test("startTime and endTime are both inclusive (API FilterLogEvents)", async () => {
    const logGroupName = groupOf(["s", 1, "1"], ["s", 2, "2"], ["s", 3, "3"], ["s", 4, "4"]);
    expect(await pages({ logGroupName, startTime: START + 2, endTime: START + 3 })).toEqual([["2", "3"]]);
  });

  test("streams by name or by prefix, not both; a named one must exist (API FilterLogEvents)", async () => {
    const logGroupName = groupOf(["worker/a", 1, "1"], ["worker/b", 2, "2"], ["starter/a", 3, "3"]);
    expect(await pages({ logGroupName, logStreamNames: ["worker/b", "starter/a"] })).toEqual([["2", "3"]]);
    expect(await pages({ logGroupName, logStreamNamePrefix: "worker/" })).toEqual([["1", "2"]]);
    expect(await refused(filter({ logGroupName, logStreamNames: ["worker/a"], logStreamNamePrefix: "w" }))).toBe(
      "InvalidParameterException",
    );
    expect(await refused(filter({ logGroupName, logStreamNames: ["none"] }))).toBe("ResourceNotFoundException");
  });

  test("a page has at most `limit` events and the token goes on behind it (API FilterLogEvents)", async () => {
    const logGroupName = groupOf(["s", 1, "1"], ["s", 1, "2"], ["s", 2, "3"]);
    expect(await pages({ logGroupName, limit: 2 })).toEqual([["1", "2"], ["3"]]);
  });

  test("a page can be empty although there is more: the token says so (API FilterLogEvents)", async () => {
    const lines = [1, 2, 3, 4, 5].map((n): [string, number, string] => ["s", n, n === 5 ? "wanted" : "other"]);
    expect(await pages({ logGroupName: groupOf(...lines), filterPattern: "wanted" })).toEqual([[], ["wanted"]]);
  });

  test("a page ends at 1 MB (API FilterLogEvents)", async () => {
    const [a, b] = ["a".repeat(600_000), "b".repeat(600_000)];
    const found = await pages({ logGroupName: groupOf(["s", 1, a], ["s", 2, b]) });
    expect(found.map((page) => page.map((message) => message.charAt(0)))).toEqual([["a"], ["b"]]);
  });

  test("startFromHead false: the latest first, also on the following pages; needs a startTime since 2024 (API FilterLogEvents)", async () => {
    const logGroupName = groupOf(["s", 1, "1"], ["s", 2, "2"], ["s", 3, "3"]);
    expect(await pages({ logGroupName, startTime: START, startFromHead: false, limit: 2 })).toEqual([
      ["3", "2"],
      ["1"],
    ]);
    expect(await refused(filter({ logGroupName, startFromHead: false }))).toBe("InvalidParameterException");
  });

  test("new events appear behind the last token's end with a new request from the last time on: how one follows a log (API FilterLogEvents, startTime and nextToken)", async () => {
    const logGroupName = groupOf(["s", 1, "1"]);
    expect(await pages({ logGroupName })).toEqual([["1"]]);
    cloud().logs.put({ group: logGroupName, stream: "s", at: START + 2, message: "2" });
    expect(await pages({ logGroupName, startTime: START + 2 })).toEqual([["2"]]);
  });

  test.each([
    ["a term, anywhere, in its own case", "ERROR", ["ERROR WARN message", "Exiting with ERRORCODE: -1"]],
    ["terms: all of them", "ERROR WARN", ["ERROR WARN message"]],
    ["?terms: any of them", "?ERROR ?WARN", ["ERROR WARN message", "Exiting with ERRORCODE: -1", "WARN message"]],
    ["-term: not this one", "message -ERROR", ["WARN message"]],
    ["a phrase in quotation marks", '"with ERRORCODE: -1"', ["Exiting with ERRORCODE: -1"]],
    ["JSON", '{ $.level = "error" && $.attempt >= 2 }', ['{"level":"error","attempt":2}']],
  ])("filter pattern: %s (User Guide, Filter pattern syntax)", async (_what, filterPattern, expected) => {
    const messages = [
      "ERROR WARN message",
      "Exiting with ERRORCODE: -1",
      "WARN message",
      '{"level":"error","attempt":2}',
      '{"level":"error","attempt":1}',
    ];
    const logGroupName = groupOf(...messages.map((text, i): [string, number, string] => ["s", i, text]));
    expect((await pages({ logGroupName, filterPattern })).flat()).toEqual(expected);
  });

  test("InvalidParameterException: a term with other characters, an open JSON pattern, a bad limit, a bad token (API FilterLogEvents, Errors)", async () => {
    const logGroupName = groupOf();
    for (const more of [{ filterPattern: "a-b" }, { filterPattern: "{ $.a = " }, { limit: 0 }, { nextToken: "x" }]) {
      expect(await refused(filter({ logGroupName, ...more }))).toBe("InvalidParameterException");
    }
    expect(await refused(filter({}))).toBe("InvalidParameterException");
  });

  test("ResourceNotFoundException for a group that does not exist; an ARN is as good as a name (API FilterLogEvents)", async () => {
    const missing = { logGroupName: "/none" };
    expect(await refused(filter(missing))).toBe("ResourceNotFoundException");
    expect(await refused(client.send(new DescribeLogStreamsCommand(missing)))).toBe("ResourceNotFoundException");
    const name = groupOf(["s", 1, "1"]);
    const { logGroups } = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    expect(await pages({ logGroupIdentifier: logGroups![0]!.logGroupArn })).toEqual([["1"]]);
  });

  test("groups by prefix, in order of their names, page by page, with ARN and retention (API DescribeLogGroups)", async () => {
    cloud().logs.createGroup("/groups/b", { retentionInDays: 14 });
    await client.send(new CreateLogGroupCommand({ logGroupName: "/groups/a" }));
    const list = (more: object) =>
      client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/groups/", limit: 1, ...more }));
    const first = await list({});
    const second = await list({ nextToken: first.nextToken });
    expect([first.logGroups, second.logGroups]).toMatchObject([
      [
        {
          logGroupName: "/groups/a",
          storedBytes: 0,
          arn: `arn:aws:logs:eu-north-1:123456789012:log-group:/groups/a:*`,
        },
      ],
      [{ logGroupName: "/groups/b", retentionInDays: 14 }],
    ]);
    expect(second.nextToken).toBeUndefined();
    expect(await refused(client.send(new CreateLogGroupCommand({ logGroupName: "/groups/a" })))).toBe(
      "ResourceAlreadyExistsException",
    );
  });

  test("streams by name, or by their last event (not with a prefix), both directions (API DescribeLogStreams)", async () => {
    const logGroupName = groupOf(["old", 1, "1"], ["a-new", 9, "2"], ["old", 3, "3"]);
    const list = async (more: object) =>
      (await client.send(new DescribeLogStreamsCommand({ logGroupName, ...more }))).logStreams!;
    expect(await list({ logStreamNamePrefix: "o" })).toMatchObject([
      { logStreamName: "old", firstEventTimestamp: START + 1, lastEventTimestamp: START + 3 },
    ]);
    const names = async (more: object) => (await list(more)).map((stream) => stream.logStreamName);
    expect(await names({})).toEqual(["a-new", "old"]);
    expect(await names({ orderBy: "LastEventTime" })).toEqual(["old", "a-new"]);
    expect(await names({ orderBy: "LastEventTime", descending: true })).toEqual(["a-new", "old"]);
    expect(await refused(list({ orderBy: "LastEventTime", logStreamNamePrefix: "o" }))).toBe(
      "InvalidParameterException",
    );
  });

  test("an operation that is not served is NotImplemented, and every request is logged with who, what and on which group", async () => {
    const logGroupName = groupOf(["s", 1, "1"]);
    const attempt = client.send(new GetLogEventsCommand({ logGroupName, logStreamName: "s" }));
    await expect(attempt).rejects.toMatchObject({ $metadata: { httpStatusCode: 501 } });
    await filter({ logGroupName });
    expect(cloud().log.entries({ service: "logs", resource: logGroupName })).toMatchObject([
      { principal: "operator", operation: "FilterLogEvents", status: 200 },
    ]);
  });
});
