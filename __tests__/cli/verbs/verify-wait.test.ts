/** verify --wait as a process on the local cloud: until it is equal, and every way to end before. */
import type { VerifyDocument } from "../../../cli/verify/report";
import { cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);

/** Long before any run, so that nothing counts as on its way; and without an event. */
const old = { lastModifiedMs: Date.UTC(2026, 0, 2, 3, 4, 5), notify: false } as const;

async function documentOf(world: E2E, args: readonly string[]) {
  const { code, stdout, stderr } = await cliOn(world, ["verify", "--wait", "--json", ...args]);
  return { code, stderr, document: JSON.parse(stdout) as VerifyDocument };
}

test("with --repair: the workers bring over what is missing, and it ends equal; twice", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    for (const key of ["a", "dir/b"]) await world.cloud.s3.put(world.source, key, `content of ${key}`, old);
    const outputs = outputsFile(world);
    const args = ["verify", "--deep", "--repair", "--wait", "--outputs", outputs.path];
    const running = startCli(args, world.cloud.environmentFor("operator"));
    await until("the keys in the queue", () => world.requests("SendMessageBatch").length > 0);
    const worker = await world.worker();
    const { code, stdout, stderr } = await running.ended;
    outputs.remove();
    await worker.ended(0);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").slice(0, 12)).toEqual([
      "NOT EQUAL: 2 missing; 0 keys equal.",
      "2 keys enqueued; the workers decide what becomes of each.",
      "Waiting for the workers, at most 30 min; Ctrl-C ends the waiting, not them.",
      "",
      expect.stringMatching(/^Equal after \d+ s\.$/),
      "",
      "EQUAL: 2 keys by their fingerprints.",
      "",
      "side         objects  bytes  LIST  HEAD",
      expect.stringMatching(/^source +2 /),
      expect.stringMatching(/^destination +2 /),
      "",
    ]);
    expect(stdout).not.toContain("Next: ");

    const again = await documentOf(world, ["--deep", "--repair"]);
    expect(again).toMatchObject({
      code: 0,
      stderr: "",
      document: {
        equal: true,
        repair: { enqueued: 0 },
        wait: { outcome: "equal", verifies: 0, queue: null, sentence: "Nothing to wait for." },
      },
    });
    const plain = await cliOn(world, ["verify", "--wait"]);
    expect(plain.stdout.split("\n").slice(0, 3)).toEqual([
      "Nothing to wait for.",
      "",
      "EQUAL: 2 keys, no difference visible by size and time.",
    ]);
  });
});

test("without --repair: what is on its way by itself is waited for", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.put("fresh", "x");
    await world.cloud.s3.flushDeliveries();
    const waiting = documentOf(world, ["--grace", "0"]);
    await until("a look at the queue", () => world.requests("GetQueueAttributes").length > 0);
    const worker = await world.worker();
    const { code, document } = await waiting;
    await worker.ended(0);
    expect({ code, repair: document.repair }).toEqual({ code: 0, repair: null });
    expect(document).toMatchObject({ equal: true, wait: { outcome: "equal", verifies: 1, queue: { visible: 0 } } });
  });
});

test("paused: gives up in time, says what is left and what to do; one document, twice", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "missing", "x", old);
    for (const messages of [1, 2]) {
      const { code, stderr, document } = await documentOf(world, ["--repair", "--timeout", "2s"]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
      expect(document).toMatchObject({ equal: false, counts: { missing: 1 }, repair: { enqueued: 1 } });
      const waits = messages === 1 ? "1 message waits" : "2 messages wait";
      expect(document.wait).toEqual({
        outcome: "timeout",
        seconds: expect.closeTo(2, 0) as number,
        verifies: 0,
        queue: { visible: messages, inFlight: 0, delayed: 0 },
        state: "paused",
        sentence: `Gave up after 2 s: 1 key still differs. Paused: the schedule is off (resume turns it on); ${waits}. Until then nothing is synced.`,
      });
    }
  });
});

test("what cannot be synced is not waited for", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "archived", "x", { ...old, storageClass: "GLACIER" });
    const result = await cliOn(world, ["verify", "--repair", "--wait"]);
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 1, stderr: "" });
    expect(result.stdout).toMatch(
      /^Not waited: 1 key still differs, and no worker can sync what cannot be synced\.\n\nNOT EQUAL: /,
    );
    expect(result.stdout).toContain("\n0 keys enqueued.\n");
    expect(world.requests("GetQueueAttributes")).toEqual([]);
  });
});

test("Ctrl-C while waiting: what is known, one document, exit 1; the keys stay enqueued", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "missing", "x", old);
    const outputs = outputsFile(world);
    const args = ["verify", "--repair", "--wait", "--json", "--outputs", outputs.path];
    const running = startCli(args, world.cloud.environmentFor("operator"));
    // The last that a look asks for before it waits.
    await until("a look", () => world.requests("GetMetricData").length > 0);
    running.kill("SIGINT");
    const { code, stdout, stderr } = await running.ended;
    outputs.remove();
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const { wait } = JSON.parse(stdout) as VerifyDocument;
    expect(wait?.outcome).toBe("interrupted");
    expect(wait?.sentence).toMatch(/^Interrupted after \d+ s of waiting: when last verified, 1 key still differs\./);
    expect(world.queue.depth().visible).toBe(1);
  });
});

test("a look that is refused is an error, not a verdict", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "missing", "x", old);
    const denied = { type: "error", status: 403, code: "AccessDenied" } as const;
    world.cloud.faults.add({ operation: "GetQueueAttributes", principal: "operator", action: denied });
    const result = await cliOn(world, ["verify", "--wait", "--json"]);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/These credentials may not make this call: .*operatorPolicy/);
  });
});

test("wrong usage: every problem at once", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const args = ["--repair", "--dry-run", "--wait", "--log", "--timeout", "8d"];
    expect(await cliOn(world, ["verify", ...args])).toEqual({
      code: 2,
      stdout: "",
      stderr: [
        "Several problems:",
        "  - --timeout 8d must be like 90s, 30m or 2h, at most 7d",
        "  - --wait has nothing to wait for with --dry-run; leave one of them out",
        "  - --log is for a task that nobody waits for; leave --wait or --log out",
        "",
      ].join("\n"),
    });
    expect((await cliOn(world, ["verify", "--timeout", "5m"])).stderr).toBe("--timeout goes with --wait only\n");
  });
});
