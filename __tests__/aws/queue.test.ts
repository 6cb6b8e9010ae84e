import { createHash } from "node:crypto";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { makeQueueClient } from "../../aws/clients";
import { makeQueue } from "../../aws/queue";
import type { Queue } from "../../core/ports";
import { CREDENTIALS, REGION, rejection, signal, startServer, type Reply, type TestServer } from "./support";

let server: TestServer;
let client: SQSClient;
let queue: Queue;
beforeEach(async () => {
  server = await startServer();
  client = makeQueueClient({ region: REGION, endpoint: server.endpoint, credentials: CREDENTIALS });
  queue = makeQueue({ client, queueUrl: `${server.endpoint}/1/q` });
});
afterEach(async () => {
  client.destroy();
  await server.close();
});

const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const json = (body: unknown, status = 200): Reply => ({
  status,
  headers: { "content-type": "application/x-amz-json-1.0" },
  body: JSON.stringify(body),
});
const refused = (name: string, message = "m") => json({ __type: `com.amazonaws.sqs#${name}`, message }, 400);
const sent = () => {
  expect(server.requests).toHaveLength(1);
  const { headers, body } = server.requests[0]!;
  return { operation: headers["x-amz-target"], body: JSON.parse(body) as Record<string, unknown> };
};

describe("receive", () => {
  test("asks for the visibility that deadlines are reckoned with, whatever the queue's own is", async () => {
    server.script = () => json({});
    const made = makeQueue({ client, queueUrl: `${server.endpoint}/1/q`, visibilityTimeoutSeconds: 120 });
    await made.receive(1, 1, signal());
    expect(sent().body).toMatchObject({ VisibilityTimeout: 120 });
  });

  test("asks for what the worker needs and maps the messages", async () => {
    server.script = () =>
      json({
        Messages: [
          {
            MessageId: "m",
            ReceiptHandle: "r",
            Body: "b",
            MD5OfBody: md5("b"),
            Attributes: { ApproximateReceiveCount: "3", SentTimestamp: "1700000000123" },
          },
        ],
      });
    expect(await queue.receive(10, 20, signal())).toEqual([
      { messageId: "m", receiptHandle: "r", body: "b", receiveCount: 3, sentAt: 1_700_000_000_123 },
    ]);
    expect(sent()).toEqual({
      operation: "AmazonSQS.ReceiveMessage",
      body: {
        QueueUrl: `${server.endpoint}/1/q`,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
        MessageSystemAttributeNames: ["ApproximateReceiveCount", "SentTimestamp"],
      },
    });
  });

  test.each<[string, Reply]>([
    ["no list", json({})],
    ["an empty list", json({ Messages: [] })],
  ])("nothing came: %s", async (_, reply) => {
    server.script = () => reply;
    expect(await queue.receive(10, 0, signal())).toEqual([]);
  });

  test("an abort ends a long poll", async () => {
    server.script = () => "hang";
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    expect(await rejection(queue.receive(1, 20, controller.signal))).toMatchObject({ code: "Aborted", effect: "none" });
  });
});

describe("batches", () => {
  test("answers are mapped back to the order of the input", async () => {
    server.script = () =>
      json({
        Successful: [{ Id: "2" }, { Id: "0" }],
        Failed: [{ Id: "1", Code: "ReceiptHandleIsInvalid", Message: "m", SenderFault: true }],
      });
    const [first, second, third, fourth] = await queue.delete(["a", "b", "c", "d"], signal());
    expect([first, third]).toEqual([undefined, undefined]);
    expect(second).toMatchObject({ code: "ReceiptInvalid", effect: "none", operation: "DeleteMessageBatch" });
    // Not mentioned at all: nobody knows.
    expect(fourth).toMatchObject({ code: "Unknown", effect: "unknown" });
  });

  test.each([
    ["MessageNotInflight", "m", true, "ReceiptInvalid", "none"],
    [
      "InvalidParameterValue",
      "Value r for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.",
      true,
      "ReceiptInvalid",
      "none",
    ],
    [
      "InvalidParameterValue",
      "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
      true,
      "ReceiptInvalid",
      "none",
    ],
    ["InternalError", "m", false, "Unavailable", "unknown"],
    ["RequestThrottled", "m", false, "Throttled", "unknown"],
    ["Mystery", "m", false, "Unknown", "unknown"],
  ])("an entry that failed with %s (%s)", async (Code, Message, SenderFault, code, effect) => {
    server.script = () => json({ Failed: [{ Id: "0", Code, Message, SenderFault }] });
    const [error] = await queue.changeVisibility([{ receiptHandle: "r", timeoutSeconds: 5 }], signal());
    expect(error).toMatchObject({ code, effect, awsName: Code });
  });

  test("changeVisibility", async () => {
    server.script = () => json({ Successful: [{ Id: "0" }, { Id: "1" }] });
    const entries = [
      { receiptHandle: "r0", timeoutSeconds: 0 },
      { receiptHandle: "r1", timeoutSeconds: 120 },
    ];
    expect(await queue.changeVisibility(entries, signal())).toEqual([undefined, undefined]);
    expect(sent()).toMatchObject({
      operation: "AmazonSQS.ChangeMessageVisibilityBatch",
      body: {
        Entries: [
          { Id: "0", ReceiptHandle: "r0", VisibilityTimeout: 0 },
          { Id: "1", ReceiptHandle: "r1", VisibilityTimeout: 120 },
        ],
      },
    });
  });

  test("send: delay, group and attributes, and nothing that was not asked for", async () => {
    server.script = () =>
      json({
        Successful: [
          { Id: "0", MD5OfMessageBody: md5("plain") },
          { Id: "1", MD5OfMessageBody: md5("full") },
        ],
      });
    await queue.send(
      [
        { body: "plain" },
        { body: "full", delaySeconds: 900, groupId: "backfill", attributes: { reason: "Ünlesbar", empty: "" } },
      ],
      signal(),
    );
    expect(sent().body.Entries).toEqual([
      { Id: "0", MessageBody: "plain" },
      {
        Id: "1",
        MessageBody: "full",
        DelaySeconds: 900,
        MessageGroupId: "backfill",
        MessageAttributes: { reason: { DataType: "String", StringValue: "Ünlesbar" } },
      },
    ]);
  });

  test("nothing to do asks nobody; more than ten is a mistake of the caller", async () => {
    expect(await queue.delete([], signal())).toEqual([]);
    const eleven = Array.from({ length: 11 }, (_, n) => `r${n}`);
    await expect(queue.delete(eleven, signal())).rejects.toThrow(RangeError);
    expect(server.requests).toEqual([]);
  });
});

test.each<[string, Reply, object]>([
  ["QueueDoesNotExist", refused("QueueDoesNotExist"), { code: "QueueGone", effect: "none" }],
  [
    "the query protocol's name",
    {
      ...(refused("QueueDoesNotExist") as object),
      headers: { "x-amzn-query-error": "AWS.SimpleQueueService.NonExistentQueue;Sender" },
    },
    { code: "QueueGone", effect: "none" },
  ],
  ["AccessDenied", refused("AccessDeniedException"), { code: "AccessDenied", effect: "none" }],
  ["throttling", refused("RequestThrottled"), { code: "Throttled", effect: "none" }],
  ["500", json({ __type: "InternalError" }, 500), { code: "Unavailable", effect: "unknown" }],
  ["503 in HTML", { status: 503, body: "<html/>" }, { code: "Unavailable", effect: "unknown" }],
  ["a reset", "reset", { code: "Connection", effect: "unknown" }],
])("a whole call that fails rejects: %s", async (_, reply, expected) => {
  server.script = () => reply;
  const error = await rejection(queue.delete(["r"], signal()));
  expect(error).toMatchObject({ operation: "DeleteMessageBatch", ...expected });
  expect(server.requests).toHaveLength(1);
});

test("each kind of call uses its client", async () => {
  const others = [1, 2].map(() =>
    makeQueueClient({ region: REGION, endpoint: server.endpoint, credentials: CREDENTIALS }),
  );
  const [polling, heartbeat] = others as [SQSClient, SQSClient];
  const used: string[] = [];
  for (const [name, each] of Object.entries({ client, polling, heartbeat })) {
    each.middlewareStack.add((next, context) => (args) => {
      used.push(`${name} ${String(context.commandName)}`);
      return next(args);
    });
  }
  const split = makeQueue({ client, polling, heartbeat, queueUrl: `${server.endpoint}/1/q` });
  server.script = () => json({ Successful: [{ Id: "0", MD5OfMessageBody: md5("b") }] });
  await split.receive(1, 0, signal());
  await split.changeVisibility([{ receiptHandle: "r", timeoutSeconds: 1 }], signal());
  await split.delete(["r"], signal());
  await split.send([{ body: "b" }], signal());
  expect(used).toEqual([
    "polling ReceiveMessageCommand",
    "heartbeat ChangeMessageVisibilityBatchCommand",
    "client DeleteMessageBatchCommand",
    "client SendMessageBatchCommand",
  ]);
  for (const each of others) each.destroy();
});
