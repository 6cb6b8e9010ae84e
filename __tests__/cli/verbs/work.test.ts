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
