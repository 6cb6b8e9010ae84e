/** verify as a process on the local cloud, where a key's copy is refused: HEADs are well on both sides, only a dead letter tells. */
import type { VerifyDocument } from "../../../cli/verify/report";
import { cli, cliOn } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);

/** Long before any run, so that nothing counts as on its way; and without an event. */
const old = { lastModifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5), notify: false } as const;
const REASON = /^KeyRefused: CopyObject: .*; it is among the dead letters$/;

async function documentOf(world: E2E, ...args: readonly string[]) {
  const { code, stdout, stderr } = await cliOn(world, ["verify", "--json", ...args]);
  return { code, stderr, document: JSON.parse(stdout) as VerifyDocument };
}

async function work(world: E2E): Promise<void> {
  const worker = await world.worker();
  await world.drained();
  await worker.ended(0);
}

const repair = (world: E2E) => documentOf(world, "--deep", "--repair");
const NOTHING_SENT = { enqueued: 0, dryRun: false, deletes: { kind: "none", why: "no-extras" } };

/** Refuses the copies of these keys, by name. */
function refuse({ cloud }: E2E, code: string, status: number, ...keys: string[]): void {
  for (const key of keys) {
    cloud.faults.add({ operation: "CopyObject", key, action: { type: "error", status, code } });
  }
}

test("is unsyncable while the source stays as it was, is never queued again, and is repaired once it has changed", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { cloud, source, destination, deadLetters } = world;
    await cloud.s3.put(source, "refused", "x", old);
    await cloud.s3.put(source, "well", "x", old);
    // An older state is there.
    await cloud.s3.put(destination, "kept", "older", { ...old, lastModifiedMs: old.lastModifiedMs - 1_000 });
    await cloud.s3.put(source, "kept", "newer", old);
    refuse(world, "KeyTooLongError", 400, "refused", "kept");
    const before = await repair(world);
    expect(before.document).toMatchObject({
      repair: { enqueued: 3 },
      deadLetters: { read: 0, unread: 0, problem: null },
    });
    await work(world);
    expect(deadLetters.depth().visible).toBe(2);

    for (const again of [await documentOf(world), await documentOf(world, "--deep")]) {
      expect(again).toMatchObject({ code: 1, stderr: "" });
      expect(again.document).toMatchObject({
        verdict: "NOT EQUAL: 2 unsyncable; 1 key equal.",
        counts: { missing: 0, stale: 0, different: 0, unsyncable: 2 },
        deadLetters: { read: 2, unread: 0, problem: null },
      });
      expect(again.document.examples.unsyncable).toEqual([
        {
          ...{ key: "kept", kind: "unsyncable", sourceSize: 5, destinationSize: 5 },
          reason: expect.stringMatching(/^KeyRefused: .*; the destination keeps an older state; it is among/) as string,
        },
        { key: "refused", kind: "unsyncable", sourceSize: 1, reason: expect.stringMatching(REASON) as string },
      ]);
    }
    cloud.log.clear();
    for (const once of [await repair(world), await repair(world)]) {
      expect(once).toMatchObject({ code: 1, document: { counts: { unsyncable: 2 }, repair: NOTHING_SENT } });
    }
    expect(world.requests("SendMessageBatch")).toEqual([]);
    // All were given back, and none is lost.
    expect(deadLetters.depth()).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
    const task = await cliOn(world, ["verify", "--deep", "--repair", "--log"]);
    expect(task.stdout).toContain('"Queue":"s3-to-s3express-sync-q","Unsyncable":2,');
    expect(task.stdout).not.toContain('"Drift"');

    const waited = await documentOf(world, "--deep", "--repair", "--wait");
    expect(waited.document.wait).toMatchObject({ outcome: "different", verifies: 0 });
    expect(waited.document.wait?.sentence).toContain("no worker can sync what cannot be synced");

    // Changed without an event: the letter says nothing about this state.
    await cloud.s3.put(source, "refused", "y", { ...old, lastModifiedMs: old.lastModifiedMs + 60_000 });
    cloud.faults.clear();
    const changed = await repair(world);
    expect(changed.document).toMatchObject({ counts: { missing: 1, unsyncable: 1 }, repair: { enqueued: 1 } });
    await work(world);
    expect(cloud.s3.head(destination, "refused")).toMatchObject({ size: 1 });
    // The same state, and the cause is gone at the destination: that takes a redrive.
    expect(await repair(world)).toMatchObject({ document: { counts: { unsyncable: 1 }, repair: NOTHING_SENT } });
    expect(await cliOn(world, ["dlq", "redrive", "--key", "kept"])).toMatchObject({ code: 0 });
    await work(world);
    expect(await documentOf(world, "--deep")).toMatchObject({ code: 0, document: { equal: true, equalKeys: 3 } });
    expect((await documentOf(world, "--deep")).document.deadLetters).toBeNull();
  });
});

test("a letter whose reason may pass changes no kind, and its reason is told; a purged one is made anew, once", async () => {
  await withStack({ settings: { ...BRIEF, maxReceiveCount: 1 } }, async (world) => {
    const { cloud, source, deadLetters } = world;
    for (const key of ["denied", "refused", "well"]) await cloud.s3.put(source, key, "x", old);
    refuse(world, "AccessDenied", 403, "denied");
    refuse(world, "KeyTooLongError", 400, "refused");
    await repair(world);
    await work(world);
    expect(deadLetters.depth().visible).toBe(2);
    const { document } = await documentOf(world, "--deep");
    expect(document.counts).toMatchObject({ missing: 1, unsyncable: 1 });
    expect(document.examples.missing?.[0]?.reason).toMatch(
      /^the destination has no such object; its dead letter says AccessDenied: CopyObject: /,
    );
    deadLetters.purge();
    // Workers would hold the denied key if no other went through.
    await cloud.s3.put(source, "well too", "x", old);
    expect((await repair(world)).document).toMatchObject({ counts: { missing: 3 }, repair: { enqueued: 3 } });
    await work(world);
    expect((await repair(world)).document).toMatchObject({
      counts: { missing: 1, unsyncable: 1 },
      repair: { enqueued: 1 },
    });
    world.queue.purge();
  });
});

test("--repair --wait: what the workers find refused ends the waiting, however new it is", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "refused", "x", old);
    refuse(world, "KeyTooLongError", 400, "refused", "new");
    const waiting = documentOf(world, "--deep", "--repair", "--wait");
    await until("the key in the queue", () => world.requests("SendMessageBatch").length > 0);
    await work(world);
    const { code, document } = await waiting;
    expect({ code, counts: document.counts }).toMatchObject({ code: 1, counts: { unsyncable: 1, missing: 0 } });
    expect(document.wait).toMatchObject({ outcome: "different", verifies: 1 });
    expect(document.wait?.sentence).toMatch(/They cannot be synced; the reasons are below\./);
    // Without its letter it would be in motion for five minutes.
    await world.put("new", "x");
    await work(world);
    const fresh = await documentOf(world, "--deep", "--wait");
    expect(fresh.document).toMatchObject({ counts: { unsyncable: 2, "in-motion": 0 }, wait: { verifies: 0 } });
  });
});

test("where the dead letters cannot be looked at, it goes on as without them, and says so in a line", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { cloud, system, source } = world;
    await cloud.s3.put(source, "refused", "x", old);
    refuse(world, "KeyTooLongError", 400, "refused");
    await repair(world);
    await work(world);
    const open = "Keys whose copy is refused are not told from those that wait for one";
    const which = ["--region", system.region, "--source-bucket", source, "--destination-bucket", world.destination];
    const unknown = await cli(["verify", ...which], cloud.environmentFor("operator"));
    expect(unknown).toMatchObject({ code: 1, stderr: "" });
    expect(unknown.stdout).toContain("NOT EQUAL: 1 missing; 0 keys equal.\n");
    expect(unknown.stdout).toContain(`\n\n${open}: the dead-letter queue is not known (--dlq-url).\n\n`);
    const told = await cli(
      ["verify", ...which, "--dlq-url", system.deadLetterQueueUrl],
      cloud.environmentFor("operator"),
    );
    expect(told.stdout).toContain("NOT EQUAL: 1 unsyncable; 0 keys equal.\n");

    cloud.faults.add({ operation: "ReceiveMessage", action: { type: "error", status: 403, code: "AccessDenied" } });
    const denied = await documentOf(world);
    expect(denied).toMatchObject({ code: 1, stderr: "", document: { counts: { missing: 1 } } });
    expect(denied.document.deadLetters).toMatchObject({
      read: 0,
      problem: expect.stringMatching(/^the dead-letter queue cannot be read: AccessDenied/) as string,
    });
    const task = await cliOn(world, ["verify", "--log"]);
    expect(task.stdout).toContain('"event":"verify-dead-letters-unread"');
    expect(task.stdout).toContain(`"why":"${open}: the dead-letter queue cannot be read: AccessDenied`);
    cloud.faults.clear();
  });
});
