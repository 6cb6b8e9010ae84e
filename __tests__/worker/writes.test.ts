/** Rules 3, 4 and 6 for one key: when a write may be sent, and how long it may still land. */
import { MIB } from "../../core/parts";
import { Interruption } from "../../worker/interruption";
import { makeWrites } from "../../worker/writes";
import { makeClock } from "../support/worker-clock";
import { deferred, failure, hang, raise, scripted } from "../support/worker-fakes";

function begin(isHeld: (ms: number) => boolean = () => true) {
  const clock = makeClock();
  const abandon = new AbortController();
  const ensureLease = scripted((ms: number) => isHeld(ms));
  return {
    clock,
    abandon,
    ensureLease,
    writes: makeWrites({ clock, abandon: abandon.signal, ensureLease: (ms) => ensureLease(ms) }),
  };
}

describe("rule 4", () => {
  it.each([
    ["DeleteObject" as const, 0, 60_000],
    ["CopyObject" as const, 0, 60_000],
    ["CopyObject" as const, 1024 * MIB, 60_000 + 102_400],
    ["CompleteMultipartUpload" as const, 1, 900_000],
  ])("asks for a lease that outlives %s of %d bytes: %d ms", async (operation, size, bound) => {
    const { writes, ensureLease } = begin();
    await writes.send(operation, size, async () => "ok");
    expect(ensureLease.calls.map(([ms]) => ms)).toEqual([bound]);
  });

  it("sends nothing when no lease can be held that long", async () => {
    const { writes } = begin(() => false);
    const call = scripted(() => "written");
    await expect(writes.send("CopyObject", 0, call)).rejects.toEqual(new Interruption("lease-lost"));
    expect({ calls: call.calls.length, unsettled: writes.unsettledUntilMs, lands: writes.landsWithinMs() }).toEqual({
      calls: 0,
      unsettled: 0,
      lands: 0,
    });
  });

  it("counts the bound from when the request is sent, not from when the lease was asked for", async () => {
    const { clock, ensureLease, writes } = begin();
    const lease = deferred<boolean>();
    ensureLease.once(() => lease.promise);
    const sent = writes.send("DeleteObject", 0, () => hang()).catch(() => undefined);
    await clock.advance(20_000);
    expect(writes.landsWithinMs()).toBe(0);
    lease.resolve(true);
    await clock.settle();
    expect(writes.landsWithinMs()).toBe(60_000);
    await clock.until(sent);
  });
});

describe("rule 3", () => {
  it("an answered write is settled", async () => {
    const { writes } = begin();
    await expect(writes.send("CopyObject", 0, async () => "etag")).resolves.toBe("etag");
    expect({ until: writes.unsettledUntilMs, lands: writes.landsWithinMs() }).toEqual({ until: 0, lands: 0 });
  });

  it("a refused write is settled: it did not happen", async () => {
    const { writes } = begin();
    await expect(writes.send("CopyObject", 0, () => raise(failure("Throttled", "none")))).rejects.toMatchObject({
      code: "Throttled",
    });
    expect({ until: writes.unsettledUntilMs, lands: writes.landsWithinMs() }).toEqual({ until: 0, lands: 0 });
  });

  it("waits for an answer half of the bound; the write may land until the other half is over", async () => {
    const { clock, writes } = begin();
    const began = clock.monotonicMs();
    const sent = writes.send("CopyObject", 0, () => hang());
    await clock.advance(29_999);
    expect(writes.landsWithinMs()).toBe(30_001);
    await expect(clock.until(sent)).rejects.toMatchObject({ code: "Timeout", effect: "unknown" });
    expect({ until: writes.unsettledUntilMs, lands: writes.landsWithinMs(), now: clock.now }).toEqual({
      until: began + 60_000,
      lands: 30_000,
      now: 30_000,
    });
    await clock.advance(30_001);
    expect(writes.landsWithinMs()).toBe(0);
  });

  it("a later attempt that succeeds does not settle an earlier one without an answer", async () => {
    const { clock, writes } = begin();
    const began = clock.monotonicMs();
    const lost = writes.send("CopyObject", 0, () => raise(failure("Unavailable", "unknown")));
    await lost.catch(() => undefined);
    await clock.advance(1_000);
    await writes.send("CopyObject", 0, async () => "etag");
    expect({ until: writes.unsettledUntilMs, lands: writes.landsWithinMs() }).toEqual({
      until: began + 60_000,
      lands: 59_000,
    });
    writes.settled();
    expect({ until: writes.unsettledUntilMs, lands: writes.landsWithinMs() }).toEqual({ until: 0, lands: 0 });
  });

  it("keeps the latest time at which one of several may land", async () => {
    const { clock, writes } = begin();
    const began = clock.monotonicMs();
    const lose = (operation: "CompleteMultipartUpload" | "DeleteObject") =>
      writes.send(operation, 0, () => raise(failure("Connection", "unknown"))).catch(() => undefined);
    await lose("CompleteMultipartUpload");
    await clock.advance(1_000);
    await lose("DeleteObject");
    expect(writes.unsettledUntilMs).toBe(began + 900_000);
  });

  it("a write that is given up in flight is unsettled", async () => {
    const { abandon, writes } = begin();
    const sent = writes.send("DeleteObject", 0, () => hang());
    await Promise.resolve();
    abandon.abort();
    await expect(sent).rejects.toMatchObject({ code: "Aborted" });
    expect(writes.landsWithinMs()).toBe(60_000);
  });

  it("an error without a known effect counts as unknown", async () => {
    const { writes } = begin();
    await writes.send("DeleteObject", 0, () => raise(new Error("?"))).catch(() => undefined);
    expect(writes.landsWithinMs()).toBe(60_000);
  });
});
