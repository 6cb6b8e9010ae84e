/** What the worker relies on in a `Queue`. */
import type { Queue, QueueMessage } from "../../../core/ports";
import { rejection, signal } from "./fixtures";

export interface QueueSubject {
  /** Empty, with a visibility timeout of at least 30 s. */
  readonly queue: Queue;
  /** The same adapter on a queue that does not exist. */
  readonly missing: Queue;
  /** Attributes and group of the messages that wait, where they can be seen. */
  readonly peek?: () => readonly { attributes: Readonly<Record<string, string>>; groupId: string | undefined }[];
  readonly close: () => Promise<void>;
}

export interface QueueContract {
  readonly name: string;
  readonly make: () => Promise<QueueSubject>;
}

export function describeQueueContract({ name, make }: QueueContract): void {
  describe(`Queue: ${name}`, () => {
    let subject: QueueSubject;
    let queue: Queue;
    beforeEach(async () => {
      subject = await make();
      ({ queue } = subject);
    });
    afterEach(() => subject.close());

    const send = (...bodies: string[]) =>
      queue.send(
        bodies.map((body) => ({ body })),
        signal(),
      );
    /** As many as asked for: one receive may bring fewer. */
    const receive = async (count: number): Promise<readonly QueueMessage[]> => {
      const messages: QueueMessage[] = [];
      for (let tries = 0; messages.length < count && tries < 20; tries++) {
        messages.push(...(await queue.receive(count - messages.length, 1, signal())));
      }
      return messages;
    };

    test("an empty queue gives nothing", async () => {
      expect(await queue.receive(10, 0, signal())).toEqual([]);
    });

    test("a message comes as it was sent, and how often it came", async () => {
      const body = JSON.stringify({ key: "日本/ü 😀 <&>", big: "x".repeat(10_000) });
      const before = Date.now();
      expect(await send(body)).toEqual([undefined]);
      const [message] = await receive(1);
      expect(message).toMatchObject({ body, receiveCount: 1 });
      expect(message!.messageId).not.toBe("");
      expect(message!.sentAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(message!.sentAt).toBeLessThanOrEqual(Date.now() + 1_000);
    });

    test("a message that was received is hidden until its visibility ends", async () => {
      await send("a");
      const [first] = await receive(1);
      expect(await queue.receive(10, 0, signal())).toEqual([]);
      const change = { receiptHandle: first!.receiptHandle, timeoutSeconds: 0 };
      expect(await queue.changeVisibility([change], signal())).toEqual([undefined]);
      const [second] = await receive(1);
      expect(second).toMatchObject({ messageId: first!.messageId, receiveCount: 2, sentAt: first!.sentAt });
      expect(second!.receiptHandle).not.toBe(first!.receiptHandle);
    });

    test("a deleted message never comes again", async () => {
      await send("a", "b");
      const messages = await receive(2);
      const handles = messages.map(({ receiptHandle }) => receiptHandle);
      expect(await queue.delete(handles, signal())).toEqual([undefined, undefined]);
      const [error] = await queue.changeVisibility([{ receiptHandle: handles[0]!, timeoutSeconds: 0 }], signal());
      expect(error === undefined || error.code === "ReceiptInvalid").toBe(true);
      expect(await queue.receive(10, 0, signal())).toEqual([]);
    });

    test("entries fail one by one, in the order of the input", async () => {
      await send("a", "b");
      const [a, b] = (await receive(2)).map(({ receiptHandle }) => receiptHandle);
      const visible = (receiptHandle: string) => ({ receiptHandle, timeoutSeconds: 60 });
      const changes = await queue.changeVisibility([visible(a!), visible("nonsense"), visible(b!)], signal());
      expect(changes.map((error) => error?.code)).toEqual([undefined, "ReceiptInvalid", undefined]);
      const deletes = await queue.delete(["nonsense", a!, b!], signal());
      expect(deletes.map((error) => error?.code)).toEqual(["ReceiptInvalid", undefined, undefined]);
      expect(deletes[0]).toMatchObject({ effect: "none" });
    });

    test("ten at once, and never more than asked for", async () => {
      const bodies = Array.from({ length: 10 }, (_, n) => `m${n}`);
      expect(await send(...bodies)).toEqual(bodies.map(() => undefined));
      expect((await queue.receive(3, 0, signal())).length).toBeLessThanOrEqual(3);
      const handles = Array.from({ length: 11 }, () => "r");
      await expect(queue.delete(handles, signal())).rejects.toThrow(RangeError);
    });

    test("a delayed message waits", async () => {
      await queue.send([{ body: "later", delaySeconds: 2 }], signal());
      expect(await queue.receive(1, 0, signal())).toEqual([]);
      const [message] = await queue.receive(1, 10, signal());
      expect(message).toMatchObject({ body: "later", receiveCount: 1 });
    });

    test("attributes and the group travel along", async () => {
      const attributes = { reason: "KeyRefused", key: "日本" };
      expect(await queue.send([{ body: "b", groupId: "backfill", attributes }], signal())).toEqual([undefined]);
      if (subject.peek !== undefined) expect(subject.peek()).toEqual([{ attributes, groupId: "backfill" }]);
    });

    test("a long poll ends when a message comes, and when it is aborted", async () => {
      const waiting = queue.receive(10, 20, signal());
      await send("a");
      expect(await waiting).toMatchObject([{ body: "a" }]);
      const controller = new AbortController();
      const aborted = queue.receive(10, 20, controller.signal);
      setTimeout(() => controller.abort(), 100);
      expect(await rejection(aborted)).toMatchObject({ code: "Aborted", effect: "none" });
    });

    test("a queue that does not exist", async () => {
      const { missing } = subject;
      expect(await rejection(missing.receive(1, 0, signal()))).toMatchObject({ code: "QueueGone" });
      expect(await rejection(missing.delete(["r"], signal()))).toMatchObject({ code: "QueueGone", effect: "none" });
      expect(await rejection(missing.send([{ body: "b" }], signal()))).toMatchObject({ code: "QueueGone" });
    });
  });
}
