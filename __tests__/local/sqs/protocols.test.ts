/** SQS over HTTP where the contract does not reach: the query protocol, aborted polls, attributes and admin. */
import { createHash } from "node:crypto";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { startCloud, type Cloud } from "../../../local/cloud";
import { signedFetch } from "../http/signed-fetch";

let cloud: Cloud;
let client: SQSClient;

beforeEach(async () => {
  cloud = await startCloud();
  const credentials = cloud.principals.byName("operator")!;
  client = new SQSClient({ endpoint: cloud.endpoint, region: cloud.region, credentials, maxAttempts: 1 });
});
afterEach(async () => {
  client.destroy();
  await cloud.close();
});

/** A call the way older SDKs and CLIs make it. */
async function query(parameters: Record<string, string>, path = "/"): Promise<{ status: number; xml: string }> {
  const answer = await signedFetch(cloud, "operator", "sqs", {
    method: "POST",
    path,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ Version: "2012-11-05", ...parameters }).toString(),
  });
  return { status: answer.status, xml: await answer.text() };
}

const element = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

test("the query protocol: create, send with attributes, receive, delete", async () => {
  const created = await query({
    Action: "CreateQueue",
    QueueName: "old",
    "Attribute.1.Name": "VisibilityTimeout",
    "Attribute.1.Value": "7",
  });
  const url = element(created.xml, "QueueUrl")!;
  expect(url).toBe(`${cloud.endpoint}/123456789012/old`);
  const path = new URL(url).pathname;
  await query(
    {
      Action: "SendMessage",
      MessageBody: 'a<b>&"c"',
      "MessageAttribute.1.Name": "colour",
      "MessageAttribute.1.Value.DataType": "String",
      "MessageAttribute.1.Value.StringValue": "red",
    },
    path,
  );
  const received = await query(
    { Action: "ReceiveMessage", "AttributeName.1": "All", "MessageAttributeName.1": "All" },
    path,
  );
  expect(received.xml).toContain("<Body>a&#60;b&#62;&#38;&#34;c&#34;</Body>");
  expect(received.xml).toContain(
    "<MessageAttribute><Name>colour</Name><Value><DataType>String</DataType><StringValue>red</StringValue></Value></MessageAttribute>",
  );
  expect(received.xml).toContain("<Attribute><Name>ApproximateReceiveCount</Name><Value>1</Value></Attribute>");
  expect(element(received.xml, "MD5OfBody")).toBe(createHash("md5").update('a<b>&"c"').digest("hex"));
  const deleted = await query(
    {
      Action: "DeleteMessageBatch",
      "DeleteMessageBatchRequestEntry.1.Id": "one",
      "DeleteMessageBatchRequestEntry.1.ReceiptHandle": element(received.xml, "ReceiptHandle")!,
    },
    path,
  );
  expect(deleted.xml).toContain("<DeleteMessageBatchResultEntry><Id>one</Id></DeleteMessageBatchResultEntry>");
  expect(cloud.sqs.queue("old").depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
});

test("errors of the query protocol, and an action there is not", async () => {
  const missing = await query({ Action: "GetQueueUrl", QueueName: "nope" });
  expect([missing.status, element(missing.xml, "Code")]).toEqual([400, "AWS.SimpleQueueService.NonExistentQueue"]);
  expect((await query({ Action: "AddPermission" })).status).toBe(501);
});

test("an aborted long poll swallows nothing", async () => {
  const queue = cloud.sqs.createQueue("q");
  const abort = new AbortController();
  const ended = new Promise<void>((resolve) => cloud.log.subscribe(() => resolve()));
  const held = cloud.faults.hold({ operation: "ReceiveMessage" });
  const poll = client.send(new ReceiveMessageCommand({ QueueUrl: queue.url, WaitTimeSeconds: 20 }), {
    abortSignal: abort.signal,
  });
  poll.catch(() => undefined);
  await held.arrived();
  held.release();
  abort.abort();
  await expect(poll).rejects.toMatchObject({ name: "AbortError" });
  await ended;
  queue.send("kept");
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: queue.url }));
  expect(Messages).toMatchObject([{ Body: "kept" }]);
});

test("the log names queue, operation and principal", async () => {
  const queue = cloud.sqs.createQueue("q");
  await client.send(new ReceiveMessageCommand({ QueueUrl: queue.url }));
  expect(cloud.log.entries()).toMatchObject([
    { service: "sqs", operation: "ReceiveMessage", resource: "q", principal: "operator", status: 200 },
  ]);
});

test("creating again is the same queue, with other attributes an error", async () => {
  const create = (VisibilityTimeout: string) =>
    client.send(new CreateQueueCommand({ QueueName: "q", Attributes: { VisibilityTimeout } }));
  expect((await create("5")).QueueUrl).toBe((await create("5")).QueueUrl);
  await expect(create("6")).rejects.toMatchObject({ name: "QueueNameExists" });
  await expect(client.send(new CreateQueueCommand({ QueueName: "q.fifo" }))).rejects.toMatchObject({
    name: "InvalidParameterValue",
  });
});

test("attributes: checked, shown, and unknown ones refused", async () => {
  const { url, arn } = cloud.sqs.createQueue("q", { MessageRetentionPeriod: "864000" });
  const set = (Attributes: Record<string, string>) =>
    client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
  await set({ VisibilityTimeout: "120", Policy: "{}" });
  await expect(set({ VisibilityTimeout: "43201" })).rejects.toMatchObject({ name: "InvalidAttributeValue" });
  await expect(set({ Nonsense: "1" })).rejects.toMatchObject({ name: "InvalidAttributeName" });
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }));
  expect(Attributes).toMatchObject({
    QueueArn: arn,
    VisibilityTimeout: "120",
    MessageRetentionPeriod: "864000",
    Policy: "{}",
  });
});

test("redrive: the target must exist and allow it; sources are listed", async () => {
  const dead = cloud.sqs.createQueue("dead", { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
  expect(() => cloud.sqs.createQueue("q", { RedrivePolicy })).toThrow("does not permit");
  expect(() => cloud.sqs.createQueue("q", { RedrivePolicy: RedrivePolicy.replace(":dead", ":none") })).toThrow(
    "does not exist",
  );
  dead.setAttributes({
    RedriveAllowPolicy: JSON.stringify({
      redrivePermission: "byQueue",
      sourceQueueArns: [dead.arn.replace(":dead", ":q")],
    }),
  });
  const queue = cloud.sqs.createQueue("q", { RedrivePolicy });
  const { queueUrls } = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url }));
  expect(queueUrls).toEqual([queue.url]);
});

test("a move task stops at a message that has no source queue", async () => {
  const dead = cloud.sqs.createQueue("dead");
  cloud.sqs.createQueue("q", { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }) });
  dead.send("sent here directly");
  await client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
  const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }));
  expect(Results).toMatchObject([{ Status: "FAILED", FailureReason: "CouldNotDetermineMessageSource" }]);
  const target = cloud.sqs.createQueue("target");
  await client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn, DestinationArn: target.arn }));
  expect(target.peek().map((message) => message.body)).toEqual(["sent here directly"]);
});

test("lists are paged", async () => {
  for (const name of ["a1", "a2", "b1"]) cloud.sqs.createQueue(name);
  const first = await client.send(new ListQueuesCommand({ MaxResults: 2 }));
  const second = await client.send(new ListQueuesCommand({ MaxResults: 2, NextToken: first.NextToken }));
  expect([first.QueueUrls?.length, second.QueueUrls?.length, second.NextToken]).toEqual([2, 1, undefined]);
  expect((await client.send(new ListQueuesCommand({ QueueNamePrefix: "b" }))).QueueUrls).toHaveLength(1);
});

test("peeking shows state and changes nothing", async () => {
  const queue = cloud.sqs.createQueue("q");
  queue.send("a", { groupId: "g", attributes: { reason: { DataType: "String", StringValue: "why" } } });
  queue.send("later", { delaySeconds: 60 });
  expect(queue.peek()).toMatchObject([
    { body: "a", state: "ready", groupId: "g", receiveCount: 0, attributes: { reason: { StringValue: "why" } } },
    { body: "later", state: "delayed" },
  ]);
  expect(queue.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
  queue.purge();
  expect(queue.peek()).toEqual([]);
});
