/** work: a worker on this machine, on the same queue. */
import { outputsFile, startCli } from "../../support/cli";
import { type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(120_000);

const BRIEFLY = { LONG_POLL_SECONDS: "1", EMPTY_POLLS_BEFORE_EXIT: "1" };

function startWork(world: E2E, args: readonly string[] = [], environment: Readonly<Record<string, string>> = BRIEFLY) {
  const outputs = outputsFile(world);
  const started = startCli(["work", "--outputs", outputs.path, ...args], {
    ...world.cloud.environmentFor("operator"),
    ...environment,
  });
  const ended = started.ended.finally(outputs.remove);
  return { ...started, ended };
}

test("works until nothing is left, says what it did, and does nothing the second time", async () => {
  await withStack({}, async (world) => {
    await world.put("a b", "hello");
    await world.put("gone", "x");
    world.cloud.s3.delete(world.source, "gone");
    const { code, stdout, stderr } = await startWork(world).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const lines = stdout.split("\n");
    expect(lines[0]).toBe(
      `Worker for s3://${world.source}/ -> ${world.destination}. Ctrl-C: it finishes what it began and hands back the rest.`,
    );
    expect(lines).toContain("copied    a b  5 B");
    expect(lines).toContain("deleted   gone");
    // The events of the deleted key may meet in one look or have one each.
    expect(lines.at(-2)).toMatch(/^Nothing left to do\. 1 object copied \(5 B\), \d deleted, \d in sync\.$/);
    await world.expectEqual();
    const again = await startWork(world).ended;
    expect(again.stdout).toMatch(/\nNothing left to do\. 0 objects copied \(0 B\), 0 deleted, 0 in sync\.\n$/);
  });
});

test("--json is the worker's own log; Ctrl-C finishes what it began and hands back the rest", async () => {
  await withStack({}, async (world) => {
    const moment = world.cloud.faults.hold({ operation: "CopyObject" });
    for (const key of ["a", "b", "c"]) await world.put(key, key);
    const work = startWork(world, ["--json"], { COPY_CONCURRENCY: "1" });
    await moment.arrived();
    work.kill("SIGINT");
    await until("it has heard", () => work.printed().stdout.includes('"stopping"'));
    moment.release();
    const { code, stdout } = await work.ended;
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; copies?: number });
    expect(events.map(({ event }) => event)).toEqual(
      expect.arrayContaining(["worker-started", "synced", "handed-off"]),
    );
    expect(events.at(-1)).toMatchObject({ event: "worker-finished", reason: "stopped", copies: 1 });
    expect((await startWork(world).ended).code).toBe(0);
    await world.expectEqual();
  });
});

test("wrong tuning variables and a wrong set-up: every problem at once", async () => {
  await withStack({}, async (world) => {
    const wrong = await startWork(world, [], { COPY_CONCURRENCY: "many", LONG_POLL_SECONDS: "0" }).ended;
    expect(wrong).toMatchObject({ code: 2, stdout: "" });
    expect(wrong.stderr).toMatch(
      /^Several problems:\n {2}- LONG_POLL_SECONDS is "0"; .*\n {2}- COPY_CONCURRENCY is "many"; /,
    );
    const gone = await startWork(world, ["--source-bucket", "nobody-has-this"]).ended;
    expect(gone.code).toBe(1);
    expect(gone.stderr).toMatch(
      /^The worker cannot begin:\n {2}- source bucket nobody-has-this: The bucket does not exist/,
    );
  });
});

test("--dry-run: the system, the tuning, what waits; nothing is received and nothing changes, twice", async () => {
  await withStack({ settings: { prefix: "in/" } }, async (world) => {
    await world.put("in/a", "hello");
    await world.cloud.s3.flushDeliveries();
    world.queue.send("later", { delaySeconds: 600 });
    const before = world.queue.peek();
    const tuned = { ...BRIEFLY, COPY_CONCURRENCY: "8", PART_SIZE_MIB: "64" };
    for (let run = 1; run <= 2; run++) {
      const { code, stdout, stderr } = await startWork(world, ["--dry-run"], tuned).ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout.split("\n")).toEqual([
        `A worker could begin: s3://${world.source}/in/ -> ${world.destination}, eu-north-1. Nothing was received, nothing changed.`,
        "",
        "queue     1 message waiting, 0 held by workers, 1 delayed",
        "copies    8 requests at once, above 256 MiB in parts of 64.0 MiB",
        "receives  long poll 1 s, ends after 1 empty poll",
        "messages  hidden for 120 s, a dead letter after 3 failures",
        "stopping  within 90 s; gives up after 900 s in which all fails",
        "",
      ]);
    }
    const json = await startWork(world, ["--dry-run", "--json"]).ended;
    expect(JSON.parse(json.stdout)).toMatchObject({
      dryRun: true,
      system: {
        sourceBucket: world.source,
        destinationBucket: world.destination,
        prefix: "in/",
        queueUrl: world.queue.url,
      },
      tuning: { longPollSeconds: 1, copyConcurrency: 256, partSize: 128 * 1024 ** 2 },
      queue: { visible: 1, inFlight: 0, delayed: 1 },
      problems: [],
      undecided: [],
    });
    expect(world.queue.peek()).toEqual(before);
    const made = world.requests(undefined, { principal: "operator" }).map(({ operation }) => operation);
    expect([...new Set(made)].sort()).toEqual([
      ...["CreateSession", "DeleteMessageBatch", "GetQueueAttributes", "HeadBucket", "HeadObject"],
    ]);
    world.queue.purge();
  });
});

test("--dry-run of a wrong set-up names every problem; of one that does not answer, what is not decided", async () => {
  await withStack({}, async (world) => {
    const gone = ["--source-bucket", "nobody-has-this", "--queue-url", `${world.queue.url}-gone`];
    const wrong = await startWork(world, ["--dry-run", ...gone]).ended;
    expect(wrong).toMatchObject({ code: 1, stdout: "" });
    expect(wrong.stderr).toMatch(
      /^The worker cannot begin:\n {2}- source bucket nobody-has-this: The bucket does not exist.*\n {2}- queue: The queue does not exist.*\n$/,
    );
    const json = await startWork(world, ["--dry-run", "--json", ...gone]).ended;
    expect(json).toMatchObject({ code: 1, stderr: wrong.stderr });
    expect(JSON.parse(json.stdout)).toMatchObject({
      problems: [expect.stringMatching(/^source bucket /), expect.stringMatching(/^queue: /)],
    });
    const usage = await startWork(world, ["--dry-run"], { COPY_CONCURRENCY: "many" }).ended;
    expect(usage).toMatchObject({ code: 2, stdout: "" });

    const { faults } = world.cloud;
    faults.add({ operation: "HeadBucket", action: { type: "error", status: 503, code: "SlowDown" } });
    const denied = { type: "error", status: 403, code: "AccessDenied" } as const;
    faults.add({ operation: "GetQueueAttributes", action: denied });
    const undecided = await startWork(world, ["--dry-run"]).ended;
    expect(undecided.code).toBe(0);
    expect(undecided.stderr).toMatch(new RegExp(`^No answer for now, source bucket ${world.source}: .*\n$`));
    expect(undecided.stdout).toContain("\nqueue     not read: these credentials may not see its depth\n");
  });
});

test("Ctrl-C ends --dry-run while something does not answer", async () => {
  await withStack({}, async (world) => {
    const moment = world.cloud.faults.hold({ operation: "HeadBucket" });
    const work = startWork(world, ["--dry-run"]);
    await moment.arrived();
    work.kill("SIGINT");
    expect(await work.ended).toEqual({ code: 1, stdout: "", stderr: "Interrupted.\n" });
    moment.release();
  });
});
