/** Requests about one key: which limiter they take, for how long, and until when they are made. */
import { MIB } from "../../core/parts";
import { Interruption } from "../../worker/interruption";
import { failure, hang, raise, scripted, watch } from "../support/worker-fakes";
import { beginKey } from "../support/worker-key";

it("holds a slot while a request is in flight, and none while it waits to try again", async () => {
  const { calls, slots, clock } = beginKey();
  const inUse: number[] = [];
  const call = scripted(() => void inUse.push(slots.inUse));
  call.once(() => {
    inUse.push(slots.inUse);
    return raise(failure("Unavailable"));
  });
  const done = calls.begin.upload("ListParts", 0, call);
  await clock.settle();
  expect({ inUse, waiting: slots.inUse }).toEqual({ inUse: [1], waiting: 0 });
  await clock.until(done);
  expect({ inUse, after: slots.inUse }).toEqual({ inUse: [1, 1], after: 0 });
});

it("a request for fewer requests lowers the limit of the bucket it came from, and of no other", async () => {
  const { calls, slots, clock, tally } = beginKey({ slots: 16 });
  const throttledOnce = (): (() => Promise<unknown>) => {
    const call = scripted(() => undefined);
    call.once(() => raise(failure("Throttled")));
    return call;
  };
  await clock.until(calls.begin.readSource("HeadObject", throttledOnce()));
  expect(slots.limit).toBe(16);
  await clock.until(calls.begin.readDestination("HeadObject", throttledOnce()));
  expect(slots.limit).toBe(8);
  await clock.until(calls.begin.write("CopyObject", 0, throttledOnce()));
  expect(slots.limit).toBe(4);
  expect(tally.totals).toMatchObject({ throttles: 3, retries: 0 });
});

it.each([
  ["readSource", (world: ReturnType<typeof beginKey>) => world.calls.begin.readSource("HeadObject", hang), 15_000],
  ["readDestination", (world) => world.calls.begin.readDestination("HeadObject", hang), 15_000],
  ["upload of 128 MiB", (world) => world.calls.begin.upload("UploadPartCopy", 128 * MIB, hang), 60_000 + 12_800],
  ["write of 128 MiB", (world) => world.calls.begin.write("CopyObject", 128 * MIB, hang), (60_000 + 12_800) / 2],
] as [string, (world: ReturnType<typeof beginKey>) => Promise<unknown>, number][])(
  "%s waits for its answer as long as it should",
  async (_, request, timeout) => {
    const world = beginKey();
    const sent = watch(request(world));
    await world.clock.advance(timeout - 1);
    expect(world.log.of("call-failed")).toEqual([]);
    await world.clock.advance(1);
    expect(world.log.of("call-failed")).toMatchObject([{ code: "Timeout", effect: "unknown" }]);
    world.stopping.abort();
    await world.clock.settle();
    expect(sent.state).toBe("rejected");
  },
);

it("what begins something ends with the work on the key; what finishes something ends with the drain budget", async () => {
  const { calls, stopping, abandon } = beginKey();
  stopping.abort();
  await expect(calls.begin.readSource("HeadObject", async () => "x")).rejects.toEqual(new Interruption("stopping"));
  await expect(calls.finish.readSource("HeadObject", async () => "x")).resolves.toBe("x");
  abandon.abort();
  await expect(calls.finish.readSource("HeadObject", async () => "x")).rejects.toEqual(new Interruption("stopping"));
});
