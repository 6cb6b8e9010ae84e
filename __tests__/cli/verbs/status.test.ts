/** status: from idle to work to trouble, as a person, a script and a watcher see it. */
import { cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);
/** Enabled, and never due while a test runs: looks are triggered. */
const HOURLY = { ...BRIEF, maxWorkers: 2, pollIntervalSeconds: 3600 } as const;

interface StatusDocument {
  readonly state: string;
  readonly attention: boolean;
  readonly sentence: string;
  readonly queue: { readonly visible: number };
  readonly fleet: { readonly running: number };
  readonly workers: readonly { readonly id: string; readonly capacity: string }[];
  readonly activity: { readonly copied?: number };
}

test("idle, waiting, starting, finished, and a dead letter", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const status = (...args: string[]) => cliOn(world, ["status", ...args]);
    await cliOn(world, ["trigger"]);
    const idle = await status();
    expect(idle).toMatchObject({ code: 0, stderr: "" });
    expect(idle.stdout.split("\n")).toEqual([
      "idle: nothing waits, no worker runs",
      "",
      "queue         0 messages waiting, 0 held by workers, 0 delayed",
      "dead letters  none",
      "workers       0 (at most 2)",
      "starter       on, every 60 minutes",
      expect.stringMatching(/^last look {5}\d+ s ago: nothing to do: the queue is empty$/) as string,
      "lag           no live event was finished in the last 15 min",
      "throughput    no copies or deletes in the last 15 min",
      "cost          no work in the last 15 min",
      "",
    ]);

    const hold = world.cloud.faults.hold({ operation: "ReceiveMessage", principal: "worker" });
    for (const key of ["a", "b", "c"]) await world.put(key, key);
    expect((await status("--check")).stdout).toMatch(
      /^3 messages wait for the starter's next look, which comes within 1 h 00 min\n/,
    );
    await cliOn(world, ["trigger"]);
    const starting = await status("--json");
    expect(starting).toMatchObject({ code: 0, stderr: "" });
    const document = JSON.parse(starting.stdout) as StatusDocument;
    expect(document).toMatchObject({
      state: "starting",
      attention: false,
      queue: { visible: 3 },
      fleet: { running: 2 },
    });
    expect(document.sentence).toBe("2 workers starting, 3 messages waiting");
    expect(document.workers.map(({ id }) => id).sort()).toEqual(
      world.cloud.ecs.tasks().map(({ id }) => id).sort(), // prettier-ignore
    );
    hold.release();
    await world.drained();
    await Promise.all(world.workers().map((worker) => worker.ended(0)));

    const finished = await status();
    expect(finished.stdout).toMatch(/^idle: nothing waits, no worker runs\n/);
    expect(finished.stdout).toMatch(
      /\nlag {11}p50 \d+\.\d s, p99 \d+\.\d s, max \d+\.\d s from event to check \(last 15 min\)\n/,
    );
    expect(finished.stdout).toMatch(/\nthroughput {4}3 objects copied, 3 B copied in the last 15 min\n/);
    expect(finished.stdout).toMatch(/\ncost {10}\$0\.\d+ of work in the last 15 min, at list prices of us-east-1\n/);

    world.deadLetters.send("whatever");
    const trouble = await status("--check");
    expect(trouble.code).toBe(1);
    expect(trouble.stdout).toMatch(/^idle: nothing waits, no worker runs; 1 dead letter waits for you \(dlq list\)\n/);
    expect((await status()).code).toBe(0);
  });
});

test("what may not be read is named, what must be read is one readable error", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const action = { type: "error", status: 400, code: "AccessDeniedException", message: "not you" } as const;
    world.cloud.faults.add({ operation: "GetMetricData", action });
    const partly = await cliOn(world, ["status"]);
    expect(partly.code).toBe(0);
    expect(partly.stdout).toMatch(/\nnot read {6}lag and throughput: AccessDeniedException: not you\n/);

    world.cloud.faults.add({ operation: "ListTasks", action });
    const denied = await cliOn(world, ["status"]);
    expect(denied).toMatchObject({ code: 1, stdout: "" });
    expect(denied.stderr).toBe(
      "AccessDeniedException: not you\nThese credentials may not make this call: the stack's output `operatorPolicy` is what the command line needs.\n",
    );
    world.cloud.faults.clear();
    const gone = await cliOn(world, ["status", "--queue-url", `${world.queue.url}-gone`]);
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toMatch(/^QueueDoesNotExist: /);
  });
});

test("--watch prints a line per tick, with --json a document per line, and Ctrl-C ends it with 0", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const outputs = outputsFile(world);
    const environment = world.cloud.environmentFor("operator");
    const watch = (...args: string[]) =>
      startCli(["status", "--watch", "--outputs", outputs.path, ...args], environment);
    try {
      const [people, json] = [watch(), watch("--json")];
      for (const process of [people, json]) {
        await until("two ticks", () => process.printed().stdout.split("\n").length > 2);
        process.kill("SIGINT");
      }
      const ended = await Promise.all([people.ended, json.ended]);
      expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
        { code: 0, stderr: "" },
        { code: 0, stderr: "" },
      ]);
      const lines = ended.map(({ stdout }) => stdout.trimEnd().split("\n"));
      for (const line of lines[0]!)
        expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ idle: nothing waits, no worker runs$/);
      for (const line of lines[1]!) expect(JSON.parse(line)).toMatchObject({ state: "idle" });
      expect(world.requests("GetMetricData").length).toBe(2);
    } finally {
      outputs.remove();
    }
  });
});

test("--watch goes on through an outage, and says so; what does not pass ends it", async () => {
  await withStack({ settings: HOURLY, scheduled: true }, async (world) => {
    const outputs = outputsFile(world);
    const args = ["status", "--watch", "--outputs", outputs.path];
    const running = startCli(args, world.cloud.environmentFor("operator"));
    const ticks = (): number => running.printed().stdout.split("\n").length - 1;
    try {
      await until("a tick", () => ticks() === 1);
      const look = { operation: "GetQueueAttributes", principal: "operator" } as const;
      const outage = world.cloud.faults.add({ ...look, action: { type: "error", status: 500, code: "InternalError" } });
      await until("a look that failed", () => running.printed().stderr !== "");
      outage.remove();
      expect(running.printed().stderr).toMatch(/^InternalError: .*\nLooking again in 5 seconds\.\n$/);
      await until("another tick", () => ticks() > 1);
      world.cloud.faults.add({ ...look, action: { type: "error", status: 403, code: "AccessDenied" } });
      expect(await running.ended).toMatchObject({ code: 1 });
    } finally {
      outputs.remove();
    }
  });
});
