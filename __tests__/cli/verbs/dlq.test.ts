/** dlq: every kind of dead letter is listed, shown, redriven and purged; nothing is lost or hidden on the way. */
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { encodeEnvelope, putBack } from "../../../core/envelope";
import { cliOn } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";

jest.setTimeout(180_000);
const settings = { ...BRIEF, maxReceiveCount: 1 };
const history = { failures: 7, eventTime: Date.now(), firstSeen: Date.now(), origin: "worker" } as const;

function text(StringValue: string) {
  return { DataType: "String", StringValue };
}

/** What a worker wrote, in the words of worker/dead-letter.ts. */
function send({ deadLetters }: E2E, key: string, code: string): void {
  deadLetters.send(encodeEnvelope(putBack([{ key }], history)), {
    attributes: {
      ErrorName: text(code),
      ErrorCode: text(code),
      ErrorMessage: text(`CopyObject: ${code} for ${key}`),
      Advice: text(`Do something about ${code}.`),
      Key: text(key),
    },
  });
}

/** A worker that dies holding it: received once, and once more than is allowed. */
async function moveToDeadLetters({ cloud, queue }: E2E): Promise<void> {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName("worker")!;
  const client = new SQSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId, secretAccessKey },
  });
  const receive = new ReceiveMessageCommand({ QueueUrl: queue.url, VisibilityTimeout: 0 });
  await client.send(receive);
  await client.send(receive);
  client.destroy();
}

const dlq = (world: E2E, ...args: string[]) => cliOn(world, ["dlq", ...args]);

test("list, show and redrive: a refused key of a worker, one that SQS moved, and one nobody understands", async () => {
  await withStack({ settings }, async (world) => {
    expect(await dlq(world, "list")).toEqual({ code: 0, stdout: "no dead letters\n", stderr: "" });
    const refusal = { status: 400, code: "KeyTooLongError" };
    world.cloud.faults.add({ operation: "CopyObject", key: "refused", action: { type: "error", ...refusal } });
    await world.put("refused", "r");
    const worker = await world.worker();
    await worker.ended(0);
    await world.put("moved", "m");
    await world.cloud.s3.flushDeliveries();
    await moveToDeadLetters(world);
    world.deadLetters.send("{ not json");
    expect(world.deadLetters.depth()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });

    const list = await dlq(world, "list");
    expect(list).toMatchObject({ code: 0, stderr: "" });
    const lines = list.stdout.split("\n");
    expect(lines[0]).toBe("3 dead letters, 3 reasons");
    expect(lines[2]).toMatch(/^REASON +LETTERS +OLDEST +KEYS$/);
    expect(lines[3]).toMatch(/^KeyRefused +1 +\d+ s +"refused"$/);
    expect(lines[4]).toMatch(/^no-reason-recorded +1 +\d+ s +"moved"$/);
    expect(lines[5]).toMatch(/^unknown-sender +1 +\d+ s +none named$/);
    expect(lines[7]).toBe("KeyRefused: The destination refuses this key. Rename the object at the source.");
    // Nothing is hidden afterwards.
    expect(world.deadLetters.depth()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });

    const json = JSON.parse((await dlq(world, "list", "--json")).stdout) as object;
    expect(json).toMatchObject({ letters: 3, whole: true, groups: [{ reason: "KeyRefused", letters: 1 }, {}, {}] });

    const moved = await dlq(world, "show", "moved");
    expect(moved.code).toBe(0);
    expect(moved.stdout).toMatch(
      /^no-reason-recorded {2}\S+\n {2}why {6}no reason recorded, \d+ receives: a worker died holding it\n/,
    );
    expect(moved.stdout).toMatch(/\n {2}body {5}\{"Records":/);
    const refused = JSON.parse((await dlq(world, "show", "KeyRefused", "--json")).stdout) as object;
    expect(refused).toMatchObject({
      reason: "KeyRefused",
      keys: ["refused"],
      attributes: { ErrorName: "KeyTooLongError" },
    });
    const none = await dlq(world, "show", "nothing");
    expect(none).toEqual({
      code: 1,
      stdout: "",
      stderr: 'No dead letter has the reason or key "nothing" (3 letters looked at).\n',
    });

    const dry = await dlq(world, "redrive", "--all", "--dry-run");
    expect(dry.code).toBe(1);
    expect(dry.stdout).toMatch(
      /^2 dead letters would be redriven, 1 letter stays\n {2}\S+ \(unknown-sender\): not a JSON object: "\{ not json"\n$/,
    );
    expect(world.deadLetters.depth().visible).toBe(3);
    expect(world.queue.depth().visible).toBe(0);

    world.cloud.faults.clear();
    const redriven = await dlq(world, "redrive", "--all");
    expect(redriven).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^2 dead letters redriven, 1 letter stays\n/) as string,
    });
    expect(world.deadLetters.peek().map(({ body, state }) => ({ body, state }))).toEqual([
      { body: "{ not json", state: "ready" },
    ]);
    await (await world.worker()).ended(0);
    await world.expectEqual(1);
    const again = await dlq(world, "redrive", "--reason", "KeyRefused");
    expect(again).toEqual({ code: 0, stdout: "no dead letter is meant: nothing to redrive\n", stderr: "" });
  });
});

test("redrive by reason and by key: counters are fresh, the others stay and are not hidden", async () => {
  await withStack({ settings }, async (world) => {
    for (const key of ["a", "b", "c"]) send(world, key, "AccessDenied");
    send(world, "d", "Timeout");
    const byReason = await dlq(world, "redrive", "--reason", "Timeout", "--json");
    expect(JSON.parse(byReason.stdout)).toMatchObject({
      redriven: [{ reason: "Timeout", keys: ["d"] }],
      left: [],
      untried: 0,
    });
    const byKey = await dlq(world, "redrive", "--key", "b");
    expect(byKey).toEqual({ code: 0, stdout: "1 dead letter redriven\n", stderr: "" });
    expect(world.queue.peek().map(({ body }) => JSON.parse(body) as object)).toMatchObject([
      { failures: 0, keys: [{ key: "d" }], eventTime: history.eventTime },
      { failures: 0, keys: [{ key: "b" }] },
    ]);
    expect(world.deadLetters.depth()).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    world.queue.purge();
  });
});

test("a redrive whose deletes fail says so, and repeating it loses nothing", async () => {
  await withStack({ settings }, async (world) => {
    send(world, "a", "Timeout");
    world.cloud.faults.add({
      operation: "DeleteMessageBatch",
      principal: "operator",
      times: 3,
      action: { type: "error", status: 500, code: "InternalError" },
    });
    const failed = await dlq(world, "redrive", "--all");
    expect(failed.code).toBe(1);
    expect(world.queue.depth().visible).toBe(1);
    expect(world.deadLetters.depth()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    world.cloud.faults.clear();
    expect(await dlq(world, "redrive", "--all")).toMatchObject({ code: 0, stdout: "1 dead letter redriven\n" });
    expect([world.queue.depth().visible, world.deadLetters.depth().visible]).toEqual([2, 0]);
    world.queue.purge();
  });
});

test("many letters: every one is seen once, with and without a limit", async () => {
  await withStack({ settings }, async (world) => {
    for (let n = 0; n < 137; n++) send(world, `key-${n}`, n % 2 === 0 ? "AccessDenied" : "Timeout");
    const all = JSON.parse((await dlq(world, "list", "--json")).stdout) as object;
    expect(all).toMatchObject({
      letters: 137,
      whole: true,
      groups: [{ reason: "AccessDenied", letters: 69, moreKeys: 66 }, { letters: 68 }],
    });
    const some = await dlq(world, "list", "--limit", "20", "--json");
    expect(JSON.parse(some.stdout)).toMatchObject({ letters: 20, whole: false });
    expect(some.stderr).toBe("Only 20 messages of about 137 messages looked at: --limit.\n");
    expect(world.deadLetters.depth()).toEqual({ visible: 137, inFlight: 0, delayed: 0 });
  });
});

test("purge asks, and without anybody to ask deletes nothing; --yes deletes a group or all", async () => {
  await withStack({ settings }, async (world) => {
    for (const key of ["a", "b", "c"]) send(world, key, "AccessDenied");
    send(world, "d", "Timeout");
    const refused = {
      code: 1,
      stdout: "",
      stderr: "Nothing was deleted: nobody agreed. Without a terminal to ask at, --yes says so.\n",
    };
    expect(await dlq(world, "purge")).toEqual(refused);
    expect(await dlq(world, "purge", "--reason", "Timeout")).toEqual(refused);
    expect(await dlq(world, "purge", "--dry-run")).toMatchObject({
      code: 0,
      stdout: "4 dead letters would be deleted\n",
    });
    expect(world.deadLetters.depth()).toEqual({ visible: 4, inFlight: 0, delayed: 0 });
    expect(await dlq(world, "purge", "--key", "d", "--yes")).toEqual({
      code: 0,
      stdout: "1 dead letter deleted\n",
      stderr: "",
    });
    expect(world.deadLetters.depth()).toEqual({ visible: 3, inFlight: 0, delayed: 0 });
    expect(await dlq(world, "purge", "--yes", "--json")).toMatchObject({ code: 0 });
    expect(world.deadLetters.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(await dlq(world, "purge", "--yes")).toEqual({ code: 0, stdout: "no dead letters to delete\n", stderr: "" });
    send(world, "e", "Timeout");
    world.cloud.faults.add({
      operation: "PurgeQueue",
      action: { type: "error", status: 403, code: "PurgeQueueInProgress" },
    });
    expect(await dlq(world, "purge", "--yes")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^SQS takes one purge a minute/) as string,
    });
  });
});

test("wrong usage tells what is wrong, and exits 2", async () => {
  await withStack({ settings }, async (world) => {
    const which = "Say which letters: --reason, --key or both; or --all for every letter.\n";
    expect(await dlq(world, "redrive")).toEqual({ code: 2, stdout: "", stderr: which });
    expect(await dlq(world, "redrive", "--all", "--key", "a")).toEqual({ code: 2, stdout: "", stderr: which });
    expect((await dlq(world, "redrive", "--limit", "x")).stderr).toBe(
      `Several problems:\n  - ${which}  - --limit is "x"; it must be a whole number from 1 to 100000\n`,
    );
    expect((await dlq(world, "list", "--limit", "0")).stderr).toBe(
      '--limit is "0"; it must be a whole number from 1 to 100000\n',
    );
    expect((await dlq(world, "show")).code).toBe(2);
    expect((await dlq(world)).code).toBe(2);
    expect((await dlq(world, "lst")).stderr).toMatch(/unknown command 'lst'/);
  });
});
