/** What s3-express-sync and every other user of SQS may rely on, fact by fact, with the page that says so. */
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
  type Message,
} from "@aws-sdk/client-sqs";
import type { QueueUnderTest, SqsTarget } from "./target";

export function describeSqsContract(
  name: string,
  start: () => Promise<SqsTarget>,
  options = { canSkipHours: true },
): void {
  describe(`SQS contract on ${name}`, () => {
    let target: SqsTarget;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target.close());

    const send = (queue: QueueUnderTest, body: string, more: object = {}) =>
      target.client.send(new SendMessageCommand({ QueueUrl: queue.url, MessageBody: body, ...more }));
    const receive = async (queue: QueueUnderTest, more: object = {}): Promise<Message[]> =>
      (await target.client.send(receiveCommand(queue, more))).Messages ?? [];
    const receiveCommand = (queue: QueueUnderTest, more: object = {}) =>
      new ReceiveMessageCommand({
        QueueUrl: queue.url,
        MaxNumberOfMessages: 10,
        MessageSystemAttributeNames: ["All"],
        ...more,
      });
    const remove = (queue: QueueUnderTest, message: Message) =>
      target.client.send(new DeleteMessageCommand({ QueueUrl: queue.url, ReceiptHandle: message.ReceiptHandle! }));
    const hide = (queue: QueueUnderTest, message: Message, seconds: number) =>
      target.client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queue.url,
          ReceiptHandle: message.ReceiptHandle!,
          VisibilityTimeout: seconds,
        }),
      );
    const counts = async (queue: QueueUnderTest) => {
      const names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
      ] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: [...names] });
      const { Attributes } = await target.client.send(command);
      return names.map((attribute) => Number(Attributes?.[attribute]));
    };

    describe("sending and receiving (API SendMessage, ReceiveMessage)", () => {
      test("a received message is hidden, and reappears when its visibility timeout ends (Developer Guide, visibility timeout)", async () => {
        const queue = await target.createQueue({ VisibilityTimeout: "2" });
        await send(queue, "hello");
        const [first] = await receive(queue, { WaitTimeSeconds: 1 });
        expect(first).toMatchObject({ Body: "hello", Attributes: { ApproximateReceiveCount: "1" } });
        expect(await receive(queue)).toEqual([]);
        await target.elapse(2_100);
        const [second] = await receive(queue, { WaitTimeSeconds: 1 });
        expect(second).toMatchObject({ MessageId: first!.MessageId, Attributes: { ApproximateReceiveCount: "2" } });
        expect(second!.ReceiptHandle).not.toBe(first!.ReceiptHandle);
      });

      test("attributes arrive with types; digests are verified by the SDK (API SendMessage)", async () => {
        const queue = await target.createQueue();
        const MessageAttributes = {
          text: { DataType: "String", StringValue: "grüße" },
          number: { DataType: "Number.int", StringValue: "42" },
          bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1, 2, 255]) },
        };
        const sent = await send(queue, "b", { MessageAttributes, MessageGroupId: "tenant" });
        const [message] = await receive(queue, { MessageAttributeNames: ["All"], WaitTimeSeconds: 1 });
        expect(message!.MessageAttributes).toEqual(MessageAttributes);
        expect(message!.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
        expect(message!.Attributes).toMatchObject({
          MessageGroupId: "tenant",
          SentTimestamp: expect.stringMatching(/^\d{13}$/) as string,
        });
      });

      test("attributes come only when asked for (API ReceiveMessage)", async () => {
        const queue = await target.createQueue();
        await send(queue, "b", { MessageAttributes: { a: { DataType: "String", StringValue: "x" } } });
        const [message] = await receive(queue, {
          MessageSystemAttributeNames: ["ApproximateReceiveCount"],
          WaitTimeSeconds: 1,
        });
        expect(message!.MessageAttributes).toBeUndefined();
        expect(Object.keys(message!.Attributes!)).toEqual(["ApproximateReceiveCount"]);
      });

      test("DelaySeconds of the message beats the queue's (API SendMessage)", async () => {
        const queue = await target.createQueue({ DelaySeconds: "2" });
        await send(queue, "queue delay");
        await send(queue, "none", { DelaySeconds: 0 });
        expect((await receive(queue, { WaitTimeSeconds: 1 })).map((m) => m.Body)).toEqual(["none"]);
        await target.elapse(2_100);
        expect((await receive(queue, { WaitTimeSeconds: 1 })).map((m) => m.Body)).toEqual(["queue delay"]);
      });

      test("a long poll returns as soon as a message arrives (Developer Guide, long polling)", async () => {
        const queue = await target.createQueue({ ReceiveMessageWaitTimeSeconds: "20" });
        const waiting = target.elapseDuring(() => receive(queue), 1);
        await send(queue, "wake");
        expect((await waiting).map((m) => m.Body)).toEqual(["wake"]);
      });

      test("a long poll on an empty queue answers no messages after its time", async () => {
        const queue = await target.createQueue();
        expect(await target.elapseDuring(() => receive(queue, { WaitTimeSeconds: 1 }), 1_100)).toEqual([]);
      });

      test("a long poll sees a message whose visibility ends meanwhile", async () => {
        const queue = await target.createQueue({ VisibilityTimeout: "1" });
        await send(queue, "again");
        await receive(queue, { WaitTimeSeconds: 1 });
        const again = await target.elapseDuring(() => receive(queue, { WaitTimeSeconds: 20 }), 1_100);
        expect(again.map((m) => m.Body)).toEqual(["again"]);
      });

      test("counts: visible, in flight, delayed (API GetQueueAttributes)", async () => {
        const queue = await target.createQueue();
        for (const body of ["a", "b", "c"]) await send(queue, body);
        await send(queue, "late", { DelaySeconds: 900 });
        const [one] = await receive(queue, { MaxNumberOfMessages: 1, WaitTimeSeconds: 1 });
        expect(await counts(queue)).toEqual([2, 1, 1]);
        await remove(queue, one!);
        expect(await counts(queue)).toEqual([2, 0, 1]);
      });
    });

    describe("visibility (API ChangeMessageVisibility)", () => {
      test("counts from the call, and 0 gives the message back", async () => {
        const queue = await target.createQueue({ VisibilityTimeout: "2" });
        await send(queue, "m");
        const [first] = await receive(queue, { WaitTimeSeconds: 1 });
        await target.elapse(1_000);
        await hide(queue, first!, 3);
        await target.elapse(1_900);
        expect(await receive(queue)).toEqual([]);
        await hide(queue, first!, 0);
        expect(await receive(queue, { WaitTimeSeconds: 1 })).toHaveLength(1);
      });

      test("a message that is not in flight is MessageNotInflight", async () => {
        const queue = await target.createQueue({ VisibilityTimeout: "1" });
        await send(queue, "m");
        const [first] = await receive(queue, { WaitTimeSeconds: 1 });
        await target.elapse(1_100);
        await expect(hide(queue, first!, 10)).rejects.toMatchObject({ name: "MessageNotInflight" });
      });

      test("a handle that never was is ReceiptHandleIsInvalid, for delete and visibility", async () => {
        const queue = await target.createQueue();
        await expect(remove(queue, { ReceiptHandle: "garbage" })).rejects.toMatchObject({
          name: "ReceiptHandleIsInvalid",
        });
        await expect(hide(queue, { ReceiptHandle: "garbage" }, 1)).rejects.toMatchObject({
          name: "ReceiptHandleIsInvalid",
        });
      });

      test("deleting twice succeeds (API DeleteMessage)", async () => {
        const queue = await target.createQueue();
        await send(queue, "m");
        const [message] = await receive(queue, { WaitTimeSeconds: 1 });
        await remove(queue, message!);
        await remove(queue, message!);
        expect(await counts(queue)).toEqual([0, 0, 0]);
      });

      if (options.canSkipHours) {
        test("12 hours from the receive are the end: an error, not clipped", async () => {
          const queue = await target.createQueue();
          await send(queue, "m");
          const [message] = await receive(queue);
          await hide(queue, message!, 43_200);
          await target.elapse(11 * 3_600_000);
          await hide(queue, message!, 3_600);
          await expect(hide(queue, message!, 3_601)).rejects.toMatchObject({ name: "InvalidParameterValue" });
        });

        test("messages are gone after the retention period (API SetQueueAttributes)", async () => {
          const queue = await target.createQueue({ MessageRetentionPeriod: "60" });
          await send(queue, "m");
          await target.elapse(60_000);
          expect(await counts(queue)).toEqual([0, 0, 0]);
        });
      }
    });

    describe("batches (API SendMessageBatch, DeleteMessageBatch, ChangeMessageVisibilityBatch)", () => {
      const batch = (queue: QueueUnderTest, ids: string[], body = "x") =>
        target.client.send(
          new SendMessageBatchCommand({ QueueUrl: queue.url, Entries: ids.map((Id) => ({ Id, MessageBody: body })) }),
        );

      test.each([
        ["EmptyBatchRequest", []],
        ["TooManyEntriesInBatchRequest", Array.from({ length: 11 }, (_, i) => `id${i}`)],
        ["BatchEntryIdsNotDistinct", ["same", "same"]],
        ["InvalidBatchEntryId", ["not allowed!"]],
      ])("%s (API SendMessageBatch)", async (errorName, ids) => {
        await expect(batch(await target.createQueue(), ids)).rejects.toMatchObject({ name: errorName });
      });

      test("1 MiB is the limit of a batch (BatchRequestTooLong) and of a message (API SendMessageBatch)", async () => {
        const queue = await target.createQueue();
        await expect(batch(queue, ["a", "b"], "x".repeat(600_000))).rejects.toMatchObject({
          name: "BatchRequestTooLong",
        });
        await expect(send(queue, "x".repeat(1_048_577))).rejects.toMatchObject({ name: "InvalidParameterValue" });
        await send(queue, "x".repeat(1_048_576));
      });

      test("entries fail one by one inside a 200 (API DeleteMessageBatch, ChangeMessageVisibilityBatch)", async () => {
        const queue = await target.createQueue();
        await batch(queue, ["a", "b"]);
        const messages = await receive(queue, { WaitTimeSeconds: 1 });
        const good = messages[0]!.ReceiptHandle!;
        const changed = await target.client.send(
          new ChangeMessageVisibilityBatchCommand({
            QueueUrl: queue.url,
            Entries: [
              { Id: "good", ReceiptHandle: good, VisibilityTimeout: 60 },
              { Id: "bad", ReceiptHandle: "garbage", VisibilityTimeout: 60 },
            ],
          }),
        );
        const deleted = await target.client.send(
          new DeleteMessageBatchCommand({
            QueueUrl: queue.url,
            Entries: [
              { Id: "good", ReceiptHandle: good },
              { Id: "bad", ReceiptHandle: "garbage" },
            ],
          }),
        );
        for (const answer of [changed, deleted]) {
          expect(answer.Successful).toEqual([{ Id: "good" }]);
          expect(answer.Failed).toMatchObject([{ Id: "bad", SenderFault: true, Code: "ReceiptHandleIsInvalid" }]);
        }
      });
    });

    describe("dead letters (Developer Guide, dead-letter queues)", () => {
      const withDeadLetters = async (maxReceiveCount: number) => {
        const dead = await target.createQueue();
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
        const queue = await target.createQueue({ VisibilityTimeout: "1", RedrivePolicy });
        return { dead, queue };
      };

      test("after maxReceiveCount receives the message moves, with its id and its first SentTimestamp", async () => {
        const { dead, queue } = await withDeadLetters(2);
        await send(queue, "poison");
        const [first] = await receive(queue, { WaitTimeSeconds: 1 });
        await hide(queue, first!, 0);
        const [second] = await receive(queue, { WaitTimeSeconds: 1 });
        await target.elapse(1_100);
        expect(second!.Attributes!["ApproximateReceiveCount"]).toBe("2");
        expect(await receive(queue)).toEqual([]);
        const [moved] = await receive(dead, { WaitTimeSeconds: 1 });
        expect(moved).toMatchObject({
          MessageId: first!.MessageId,
          Body: "poison",
          Attributes: { SentTimestamp: first!.Attributes!["SentTimestamp"], DeadLetterQueueSourceArn: queue.arn },
        });
      });

      test("StartMessageMoveTask brings dead letters back as new messages (API StartMessageMoveTask)", async () => {
        const { dead, queue } = await withDeadLetters(1);
        await send(queue, "retry me");
        const [first] = await receive(queue, { WaitTimeSeconds: 1 });
        await hide(queue, first!, 0);
        expect(await receive(queue)).toEqual([]);
        await target.client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
        const [again] = await receive(queue, { WaitTimeSeconds: 20 });
        expect(again).toMatchObject({ Body: "retry me", Attributes: { ApproximateReceiveCount: "1" } });
      });

      test("a source that is nobody's dead-letter queue is refused", async () => {
        const queue = await target.createQueue();
        await expect(
          target.client.send(new StartMessageMoveTaskCommand({ SourceArn: queue.arn })),
        ).rejects.toMatchObject({
          name: "InvalidParameterValue",
        });
      });
    });

    describe("errors (the Errors section of each API page)", () => {
      test("a queue that does not exist is QueueDoesNotExist, by name and by address", async () => {
        const missing = { name: "QueueDoesNotExist", Code: "AWS.SimpleQueueService.NonExistentQueue" };
        await expect(
          target.client.send(new GetQueueUrlCommand({ QueueName: "contract-no-such" })),
        ).rejects.toMatchObject(missing);
        const queue = await target.createQueue();
        await expect(receive({ ...queue, url: `${queue.url}-gone` })).rejects.toMatchObject(missing);
      });

      test.each([
        ["MaxNumberOfMessages", 11],
        ["WaitTimeSeconds", 21],
        ["VisibilityTimeout", 43_201],
      ])("%s out of range is InvalidParameterValue (API ReceiveMessage)", async (member, value) => {
        const queue = await target.createQueue();
        await expect(receive(queue, { [member]: value })).rejects.toMatchObject({ name: "InvalidParameterValue" });
      });

      test("characters that XML does not allow are InvalidMessageContents (API SendMessage)", async () => {
        await expect(send(await target.createQueue(), "a\u0000b")).rejects.toMatchObject({
          name: "InvalidMessageContents",
        });
      });
    });
  });
}
