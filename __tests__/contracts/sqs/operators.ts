/** What an operator of queues may rely on, fact by fact, with the page that says so (SQS API Reference). */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import type { SqsTarget } from "./target";

export function describeSqsOperatorContract(name: string, start: () => Promise<SqsTarget>): void {
  describe(`SQS for operators on ${name}`, () => {
    let target: SqsTarget;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target.close());
    const nameOf = (url: string) => url.slice(url.lastIndexOf("/") + 1);

    test("a queue is found by its name, and by the beginning of it (API GetQueueUrl, ListQueues)", async () => {
      const { url } = await target.createQueue();
      expect((await target.client.send(new GetQueueUrlCommand({ QueueName: nameOf(url) }))).QueueUrl).toBe(url);
      const listed = await target.client.send(new ListQueuesCommand({ QueueNamePrefix: nameOf(url) }));
      expect(listed.QueueUrls).toEqual([url]);
    });

    test("attributes All: counts, times, settings and the policy as it was set (API GetQueueAttributes)", async () => {
      const { url, arn } = await target.createQueue({ VisibilityTimeout: "77" });
      const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Resource: arn,
            Condition: { Bool: { "aws:SecureTransport": "x" } },
          },
        ],
      });
      await target.client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
      const { Attributes } = await target.client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
      );
      expect(Attributes).toMatchObject({
        QueueArn: arn,
        Policy,
        VisibilityTimeout: "77",
        ApproximateNumberOfMessages: "0",
        ApproximateNumberOfMessagesNotVisible: "0",
        ApproximateNumberOfMessagesDelayed: "0",
        CreatedTimestamp: expect.stringMatching(/^\d{10}$/) as string,
      });
    });

    test("the queues whose dead letters a queue takes, page by page (API ListDeadLetterSourceQueues)", async () => {
      const dead = await target.createQueue();
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
      const sources = [await target.createQueue({ RedrivePolicy }), await target.createQueue({ RedrivePolicy })];
      const page = (NextToken?: string) =>
        target.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.url, MaxResults: 1, NextToken }));
      const first = await page();
      const second = await page(first.NextToken);
      expect([...first.queueUrls!, ...second.queueUrls!].sort()).toEqual(sources.map(({ url }) => url).sort());
    });

    test("a purge deletes everything, in flight included; a second one within 60 seconds is PurgeQueueInProgress (API PurgeQueue)", async () => {
      const { url } = await target.createQueue();
      const purge = () => target.client.send(new PurgeQueueCommand({ QueueUrl: url }));
      for (const MessageBody of ["a", "b"])
        await target.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
      const received = await target.client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 1 }));
      await purge();
      await expect(purge()).rejects.toMatchObject({ name: "PurgeQueueInProgress" });
      await target.elapse(60_000);
      const { Attributes } = await target.client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
      );
      expect(Attributes).toMatchObject({
        ApproximateNumberOfMessages: "0",
        ApproximateNumberOfMessagesNotVisible: "0",
      });
      const [{ ReceiptHandle }] = received.Messages as [{ ReceiptHandle: string }];
      await target.client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
      await purge();
    });

    test("move tasks of a queue, the newest first, with what they moved (API ListMessageMoveTasks)", async () => {
      const dead = await target.createQueue();
      await target.createQueue({
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 }),
      });
      const elsewhere = await target.createQueue();
      await target.client.send(new SendMessageCommand({ QueueUrl: dead.url, MessageBody: "m" }));
      const input = { SourceArn: dead.arn, DestinationArn: elsewhere.arn };
      await target.client.send(new StartMessageMoveTaskCommand(input));
      await target.client.send(new ReceiveMessageCommand({ QueueUrl: elsewhere.url, WaitTimeSeconds: 20 }));
      const { Results } = await target.client.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }));
      expect(Results).toMatchObject([{ ...input, ApproximateNumberOfMessagesMoved: 1 }]);
    });
  });
}
