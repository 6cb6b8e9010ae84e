/** Keys that never work, and hand-offs that meet a stop: nothing circles for ever, nothing is left open. */
import { encodeEnvelope, handoffUpload, putBack } from "../../core/envelope";
import type { EnvelopeHistory } from "../../core/messages";
import { MIB } from "../../core/parts";
import { beginAttend } from "../support/worker-attend";
import { sourceObject } from "../support/worker-buckets";
import { failure, hang, raise } from "../support/worker-fakes";
import { fingerprint, KEY } from "../support/worker-key";
import { beginRun, eventOf, SECOND } from "../support/worker-run";

const BACKFILL: EnvelopeHistory = { failures: 0, eventTime: 1, firstSeen: 2, origin: "backfill" };
const openUpload = (key: string) => ({ key, content: { headers: {}, metadata: {} }, parts: new Map() });

describe("a key whose every copy ends without an answer", () => {
  it("is dead-lettered on its last allowed failure, after its writes have settled and one more look", async () => {
    const world = beginRun();
    world.put("bad");
    const { destination } = world.buckets;
    const copyObject = destination.copyObject.bind(destination);
    destination.copyObject = async (request, signal) => {
      if (request.key === "bad") throw failure("Unavailable", "unknown");
      return copyObject(request, signal);
    };
    const running = world.run();
    // Other keys work all the time, so this is the key's own failure.
    for (let i = 0; i < 400; i++) {
      world.put(`good${i}`);
      await world.clock.advance(5 * SECOND);
    }
    world.stop.abort();
    await world.clock.until(running);
    expect(world.dead.sent).toHaveLength(1);
    expect(world.dead.sent[0]!.attributes).toMatchObject({ Key: "bad", ErrorCode: "Unavailable" });
    expect(world.log.of("failed-put-back")).toHaveLength(2);
    expect(world.log.of("breaker-open")).toEqual([]);
  });

  it("is clean when the last copy turns out to have worked", async () => {
    const world = beginRun({ maxReceiveCount: 1 });
    world.put("good");
    world.put("late");
    const { destination } = world.buckets;
    const copyObject = destination.copyObject.bind(destination);
    destination.copyObject = async (request, signal) => {
      const result = await copyObject(request, signal);
      if (request.key === "late") throw failure("Timeout", "unknown");
      return result;
    };
    await world.clock.until(world.run());
    expect(world.dead.sent).toEqual([]);
    expect(world.log.of("synced").map(({ key }) => key)).toEqual(["good", "late"]);
  });
});

it("a request that S3 refuses for every key opens the breaker instead of dead-lettering the backlog", async () => {
  const world = beginRun();
  for (let i = 0; i < 30; i++) world.put(`k${i}`);
  world.buckets.always("CopyObject", () => raise(failure("InvalidRequest")));
  await expect(world.clock.until(world.run())).resolves.toMatchObject({ exitCode: 1, reason: "breaker" });
  expect(world.dead.sent).toEqual([]);
});

it("a long multipart copy under the breaker's probe shows that S3 is well by its first part", async () => {
  const world = beginRun({ breakerBudgetSeconds: 60 });
  const size = 400 * 8 * MIB;
  world.buckets.at.source.set("big", sourceObject("e-big", { size }));
  world.queue.put(eventOf("big"));
  world.buckets.once("HeadSource", () => raise(failure("AccessDenied")));
  world.buckets.always("CopyPart", async (apply) => {
    await world.clock.sleep(2 * SECOND);
    return apply();
  });
  await expect(world.clock.until(world.run())).resolves.toMatchObject({ exitCode: 0, reason: "idle" });
});

it("an upload of a dead worker is swept also when its key came in a batch that was split", async () => {
  const world = beginRun();
  for (const key of ["a", "b"]) world.buckets.at.source.set(key, sourceObject(`e-${key}`));
  world.buckets.at.uploads.set("left", openUpload("a"));
  world.queue.put(encodeEnvelope(putBack([{ key: "a" }, { key: "b" }], BACKFILL)), 1);
  await world.clock.until(world.run());
  expect([...world.buckets.at.uploads.keys()]).toEqual([]);
});

it("two hand-offs of one waiting key each go on with their own upload", async () => {
  const world = beginRun({ copyConcurrency: 1 });
  for (const key of ["x1", "x2"]) world.put(key);
  world.buckets.at.source.set("K", sourceObject("e-K"));
  for (const id of ["U1", "U2"]) {
    world.queue.put(encodeEnvelope(handoffUpload({ key: "K" }, BACKFILL, { id, fingerprint: "f" })));
  }
  // One has the slot and the other waits for it, so there is room for a message of each receiver.
  world.buckets.always("CopyObject", () => hang());
  const running = world.run();
  await world.clock.advance(SECOND);
  world.stop.abort();
  await world.clock.until(running);
  const uploads = world.handedBack().flatMap((each) => (each.kind === "handoff" ? [each.upload?.id] : []));
  expect(uploads.sort()).toEqual(["U1", "U2"]);
});

it("without a queue nobody can go on with a handed-off upload: it is aborted", async () => {
  const large = sourceObject("large", { size: 20 * MIB });
  const world = beginAttend({ queueExists: false });
  world.buckets.at.source.set(KEY, large);
  world.buckets.at.uploads.set("U", openUpload(KEY));
  world.deliver("a", { upload: { id: "U", fingerprint: fingerprint(large) }, mustLook: true });
  world.send.once(() => false);
  world.buckets.once("HeadSource", async (apply) => {
    world.stopping.abort();
    return apply();
  });
  await world.clock.until(world.begin());
  expect([...world.buckets.at.uploads.keys()]).toEqual([]);
});

it("an upload whose hand-off SQS does not take is aborted: nobody would hear of it", async () => {
  const large = sourceObject("large", { size: 200 * MIB });
  const world = beginAttend();
  world.buckets.at.source.set(KEY, large);
  world.deliver("a");
  world.send.once(() => false);
  world.buckets.once("CopyPart", (apply) => {
    world.stopping.abort();
    return apply();
  });
  await world.clock.until(world.begin());
  expect(world.buckets.sent("CreateUpload")).toHaveLength(1);
  expect([...world.buckets.at.uploads.keys()]).toEqual([]);
});

describe("uploads that nobody owns are looked for by whoever takes the key next", () => {
  const SIZE = 32 * MIB;
  const bulk = (history = BACKFILL): string => encodeEnvelope(putBack([{ key: "K", size: SIZE }], history));

  function beginWithLostCreate() {
    const world = beginRun();
    world.buckets.at.source.set("K", sourceObject("e-K", { size: SIZE }));
    world.queue.put(bulk());
    world.buckets.once("CreateUpload", (apply) => {
      apply();
      return raise(failure("Unavailable", "unknown"));
    });
    return world;
  }

  it("after an interruption that came before they were looked for", async () => {
    const world = beginWithLostCreate();
    world.buckets.always("CopyPart", () => hang());
    const running = world.run();
    await world.clock.advance(5 * SECOND);
    world.stop.abort();
    await world.clock.until(running);
    expect(world.handedBack()).toMatchObject([{ kind: "handoff", failures: 0, origin: "backfill", sweep: true }]);
  });

  it("and not again once they were", async () => {
    const world = beginRun();
    world.buckets.at.source.set("K", sourceObject("e-K", { size: SIZE }));
    world.buckets.at.uploads.set("left", openUpload("K"));
    world.queue.put(bulk({ ...BACKFILL, sweep: true }));
    world.buckets.always("CopyPart", () => hang());
    const running = world.run();
    await world.clock.advance(5 * SECOND);
    world.stop.abort();
    await world.clock.until(running);
    expect(world.buckets.sent("AbortUpload")).toEqual(["AbortUpload left"]);
    const [handed] = world.handedBack();
    expect(handed).toMatchObject({ kind: "handoff", failures: 0, origin: "backfill" });
    expect(handed).not.toHaveProperty("sweep");
  });

  it("by a redrive, when the key was given up before the sweep had worked", async () => {
    const world = beginRun();
    world.buckets.at.source.set("K", sourceObject("e-K"));
    world.buckets.at.uploads.set("left", openUpload("K"));
    world.queue.put(bulk({ ...BACKFILL, failures: 2 }));
    world.buckets.always("ListUploads", () => raise(failure("Unavailable", "unknown")));
    const running = world.run();
    for (let i = 0; i < 400; i++) {
      world.put(`good${i}`);
      await world.clock.advance(SECOND);
    }
    await world.clock.until(running);
    const [letter] = world.dead.sent;
    expect(JSON.parse(letter!.body)).toMatchObject({ failures: 0, origin: "backfill", sweep: true });
  });
});
