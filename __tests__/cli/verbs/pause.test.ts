/** pause and resume: the schedule, the workers that drain, and what is said about events that wait. */
import { cli, cliOn, outputsFile, startCli } from "../../support/cli";
import { type E2E, STAYING, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);
const HOURLY = { ...STAYING, pollIntervalSeconds: 3600 } as const;
const STACK = { settings: HOURLY, scheduled: true } as const;
const LATER = "`resume` ends it. A later `pulumi up` follows the stack: `pulumi config set paused true` makes it stay.";
const DATE = /\d{4}-\d\d-\d\d \d\d:\d\d UTC/;

test("pause disables the rule and nothing else; resume enables it; both can be repeated", async () => {
  await withStack(STACK, async (world) => {
    const enabled = () => world.cloud.schedule.rules().map((rule) => rule.enabled);
    const rule = world.system.starterRule;
    const dry = await cliOn(world, ["pause", "--dry-run"]);
    expect(dry.stdout.split("\n")[0]).toBe(`would be paused: ${rule} starts no more workers`);
    expect(enabled()).toEqual([true]);

    const first = await cliOn(world, ["pause"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const [head, backlog, ...rest] = first.stdout.split("\n");
    expect(head).toBe(`paused: ${rule} starts no more workers`);
    expect(backlog).toMatch(
      /^0 messages in the queue; the queue keeps a message 10 days: what arrives from now on expires from .* on$/,
    );
    const [date] = DATE.exec(backlog!)!;
    expect(
      Math.abs(Date.parse(date.replace(" UTC", "Z").replace(" ", "T")) - Date.now() - 10 * 86_400_000),
    ).toBeLessThan(120_000);
    expect(rest).toEqual([LATER, ""]);
    expect(enabled()).toEqual([false]);
    expect((await cliOn(world, ["pause"])).stdout).toMatch(/^was paused already\n/);
    const json = JSON.parse((await cliOn(world, ["pause", "--json"])).stdout) as { readonly eventsExpireFrom: string };
    expect(json).toMatchObject({ wasPaused: true, messages: 0, retentionSeconds: 864_000 });
    expect(Math.abs(Date.parse(json.eventsExpireFrom) - Date.now() - 10 * 86_400_000)).toBeLessThan(120_000);

    await world.put("a", "a");
    await world.cloud.s3.flushDeliveries();
    expect((await cliOn(world, ["status"])).stdout).toMatch(
      /^paused: the schedule is off \(resume turns it on\); 1 message waits\n/,
    );

    const resumed = await cliOn(world, ["resume"]);
    expect(resumed).toMatchObject({ code: 0, stderr: "" });
    expect(resumed.stdout.split("\n")).toEqual([
      `resumed: ${rule} starts workers again, 1 message in the queue`,
      "when it was paused is not known: if that is longer ago than 10 days, as long as the queue keeps a message, events have expired",
      "Find what was missed: s3-express-sync verify --deep",
      "A later `pulumi up` follows the stack: `pulumi config set paused false` makes it stay.",
      "",
    ]);
    expect(enabled()).toEqual([true]);
    expect(await cliOn(world, ["resume"])).toEqual({ code: 0, stdout: `was not paused: ${rule} is on\n`, stderr: "" });
    world.queue.purge();
  });
});

test("resume knows from the schedule's metric how long the pause was", async () => {
  await withStack(STACK, async (world) => {
    const invoked = (daysAgo: number) =>
      world.cloud.cloudwatch.put({
        namespace: "AWS/Events",
        name: "Invocations",
        value: 1,
        dimensions: [{ name: "RuleName", value: world.system.starterRule }],
        at: Date.now() - daysAgo * 86_400_000,
      });
    const resume = async () => {
      world.cloud.schedule.setEnabled(world.system.starterRule, false);
      return JSON.parse((await cliOn(world, ["resume", "--json"])).stdout) as object;
    };
    invoked(12);
    expect(await resume()).toMatchObject({ wasPaused: true, verifyAdvised: true });
    invoked(3);
    expect(await resume()).toMatchObject({ wasPaused: true, verifyAdvised: false });
  });
});

test("what CloudWatch refuses is told, and hinders neither verb", async () => {
  await withStack(STACK, async (world) => {
    await world.put("a", "a");
    await world.cloud.s3.flushDeliveries();
    const action = { type: "error", status: 403, code: "AccessDeniedException" } as const;
    world.cloud.faults.add({ operation: "GetMetricData", action });
    const paused = await cliOn(world, ["pause"]);
    expect(paused).toMatchObject({ code: 0, stdout: expect.stringContaining("(its age is not known)") as string });
    expect(paused.stderr).toMatch(/^How old the oldest message is could not be read: AccessDeniedException: /);
    const resumed = await cliOn(world, ["resume"]);
    expect(resumed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("when it was paused is not known") as string,
    });
    expect(resumed.stderr).toMatch(/^When the schedule last ran could not be read: AccessDeniedException: /);
    world.queue.purge();
  });
});

test("pause --now: workers hand on what they hold and leave; no receive is burnt", async () => {
  await withStack(STACK, async (world) => {
    const worker = await world.worker();
    const slow = world.cloud.faults.hold({ operation: "CopyObject" });
    await world.put("slow", "s");
    await slow.arrived();
    const dry = await cliOn(world, ["pause", "--now", "--dry-run"]);
    expect(dry.stdout.split("\n").slice(2)).toEqual([
      "1 worker would be told to drain: what they hold goes back to the queue",
      LATER,
      "",
    ]);
    expect([world.cloud.schedule.rules()[0]?.enabled, worker.events("signal")]).toEqual([true, []]);
    const outputs = outputsFile(world);
    const pausing = startCli(["pause", "--now", "--outputs", outputs.path], world.cloud.environmentFor("operator"));
    await worker.logged("signal");
    slow.release();
    const paused = await pausing.ended;
    outputs.remove();
    expect(paused).toMatchObject({ code: 0, stderr: "" });
    expect(paused.stdout).toMatch(
      /\n1 worker told to drain: what they hold goes back to the queue\nall workers have left\n/,
    );
    await worker.ended(0);
    expect(world.cloud.ecs.task(worker.arn)).toMatchObject({
      stopCode: "UserInitiated",
      stoppedReason: "s3-express-sync pause --now",
    });
    expect(world.deadLetters.depth().visible).toBe(0);
    const again = await cliOn(world, ["pause", "--now"]);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout.split("\n").slice(2)).toEqual(["no worker runs", LATER, ""]);
    world.queue.purge();
  });
});

test("pause --now stops what a starter launches that was at work when the rule was switched off", async () => {
  await withStack(STACK, async (world) => {
    const { cloud } = world;
    const copies = cloud.faults.hold({ operation: "CopyObject" });
    const launches = cloud.faults.hold({ operation: "RunTask", principal: "starter" });
    await world.put("slow", "s");
    await cloud.s3.flushDeliveries();
    const look = cloud.lambda.invoke(world.starterName, { time: new Date().toISOString() });
    await launches.arrived();
    // The wait for this one outlasts whatever the starter takes.
    const first = await world.worker();
    await copies.arrived();

    const outputs = outputsFile(world);
    const pausing = startCli(["pause", "--now", "--json", "--outputs", outputs.path], cloud.environmentFor("operator"));
    await first.logged("signal");
    launches.release();
    await look;
    await until("the second worker's stop", () => stopsOf(world) === 2);
    copies.release();
    const paused = await pausing.ended;
    outputs.remove();
    expect(paused).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(paused.stdout)).toMatchObject({ wasPaused: false, workers: 2, workersStopped: 2 });
    expect(cloud.ecs.tasks().map(({ lastStatus }) => lastStatus)).toEqual(["STOPPED", "STOPPED"]);
    world.queue.purge();
  });
});

function stopsOf(world: E2E): number {
  return world.requests("StopTask").length;
}

test("what is wrong with the call is found before anything is changed", async () => {
  await withStack(STACK, async (world) => {
    const other = world.system.queueUrl.replace(/[^/]+$/, "nobody");
    for (const wrong of [
      ["--queue-url", other],
      ["--cluster", "nobody"],
      ["--now", "--starter", "nobody"],
    ]) {
      const { code, stdout, stderr } = await cliOn(world, ["pause", ...wrong]);
      expect({ wrong, code, stdout }).toEqual({ wrong, code: 1, stdout: "" });
      expect(stderr).toMatch(/^\w+: .*\nIt is not there under this name in this Region\./);
    }
    expect(world.cloud.schedule.rules()[0]?.enabled).toBe(true);
    expect(world.requests("DisableRule")).toEqual([]);
  });
});

test("what fails once the rule is off is told together with that", async () => {
  await withStack(STACK, async (world) => {
    const worker = await world.worker();
    world.cloud.faults.add({
      operation: "StopTask",
      action: { type: "error", status: 400, code: "AccessDeniedException", message: "no" },
    });
    const { code, stderr } = await cliOn(world, ["pause", "--now"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^${PAUSED(world)}\nAccessDeniedException: no\nThese credentials may not make this call`),
    );
    expect(world.cloud.schedule.rules()[0]?.enabled).toBe(false);
    worker.interrupt();
    await worker.ended(0);
  });
});

/** As a pattern. */
const PAUSED = ({ system }: E2E): string =>
  `It is paused: ${system.starterRule} starts no more workers \\(\`resume\` ends it\\)\\. What came after that failed:`;

test("--no-wait without --now is wrong usage, told with all else that is wrong", async () => {
  const problem = "--no-wait is for --now: without it there is nothing to wait for";
  const unknown = await cli(["pause", "--no-wait", "--dry-run"]);
  expect(unknown).toMatchObject({ code: 2, stdout: "" });
  expect(unknown.stderr).toMatch(new RegExp(`^Several problems:\n  - ${problem}\n  - Which system\\? Not known:\n`));
  await withStack(STACK, async (world) => {
    expect(await cliOn(world, ["pause", "--no-wait"])).toEqual({ code: 2, stdout: "", stderr: `${problem}\n` });
    expect(world.requests("DisableRule")).toEqual([]);
  });
});

test("--no-wait does not wait; Ctrl-C while waiting leaves the pause in force", async () => {
  await withStack(STACK, async (world) => {
    const worker = await world.worker();
    const slow = world.cloud.faults.hold({ operation: "CopyObject" });
    await world.put("slow", "s");
    await slow.arrived();
    const left = await cliOn(world, ["pause", "--now", "--no-wait"]);
    expect(left).toMatchObject({ code: 0, stderr: "" });
    expect(left.stdout.split("\n").slice(2)).toEqual([
      "1 worker told to drain: what they hold goes back to the queue",
      "A starter that was at work may launch workers until its minute is over: `pause --now` again stops those.",
      LATER,
      "",
    ]);
    const outputs = outputsFile(world);
    const waiting = startCli(["pause", "--now", "--outputs", outputs.path], world.cloud.environmentFor("operator"));
    while (!waiting.printed().stdout.includes("told to drain")) await new Promise((resolve) => setImmediate(resolve));
    waiting.kill("SIGINT");
    const interrupted = await waiting.ended;
    expect(interrupted.code).toBe(1);
    expect(interrupted.stderr).toMatch(new RegExp(`^${PAUSED(world)}\nInterrupted\\.\n$`));
    outputs.remove();
    expect(world.cloud.schedule.rules()[0]?.enabled).toBe(false);
    slow.release();
    await worker.ended(0);
    world.queue.purge();
  });
});

test("a rule that is not there, or must not be switched, is one readable error", async () => {
  await withStack(STACK, async (world) => {
    const gone = await cliOn(world, ["pause", "--starter-rule", "nobody"]);
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toMatch(/^ResourceNotFoundException: .*nobody/);
    world.cloud.faults.add({
      operation: "DisableRule",
      action: { type: "error", status: 400, code: "AccessDeniedException", message: "no" },
    });
    const denied = await cliOn(world, ["pause"]);
    expect(denied.stderr).toMatch(/^AccessDeniedException: no\nThese credentials may not make this call/);
    expect(world.cloud.schedule.rules()[0]?.enabled).toBe(true);
  });
});
