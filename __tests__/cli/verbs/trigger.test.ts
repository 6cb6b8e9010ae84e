/** trigger: runs the starter now and says what it decided. */
import { cliOn } from "../../support/cli";
import { withStack } from "../../support/e2e";

jest.setTimeout(120_000);
const settings = { longPollSeconds: 1, emptyPollsBeforeExit: 1, maxWorkers: 2 } as const;

test("launches what is missing, then has nothing to do", async () => {
  await withStack({ settings }, async (world) => {
    expect(await cliOn(world, ["trigger", "--dry-run"])).toEqual({
      code: 0,
      stdout: "nothing to do: the queue is empty\n",
      stderr: "",
    });
    const idle = await cliOn(world, ["trigger"]);
    expect(idle).toEqual({ code: 0, stdout: "nothing to do: the queue is empty\n", stderr: "" });
    const hold = world.cloud.faults.hold({ operation: "ReceiveMessage" });
    for (const key of ["a", "b", "c"]) await world.put(key, key);
    const looked = world.requests(["RunTask", "Invoke"]).length;
    for (let run = 1; run <= 2; run++) {
      expect(await cliOn(world, ["trigger", "--dry-run"])).toEqual({
        code: 0,
        stdout: "2 workers would be launched (2 Spot, 0 On-Demand) for 3 messages, 0 running before\n",
        stderr: "",
      });
    }
    expect(JSON.parse((await cliOn(world, ["trigger", "--dry-run", "--json"])).stdout)).toMatchObject({
      ...{
        dryRun: true,
        launch: 2,
        capacity: { FARGATE_SPOT: 2, FARGATE: 0 },
        visible: 3,
        running: 0,
        reason: "launch",
      },
    });
    expect(world.requests(["RunTask", "Invoke"])).toHaveLength(looked);
    const busy = await cliOn(world, ["trigger"]);
    expect(busy).toEqual({
      code: 0,
      stdout: "2 workers launched (2 Spot, 0 On-Demand) for 3 messages, 0 running before\n",
      stderr: "",
    });
    const again = await cliOn(world, ["trigger", "--json"]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ launched: 0, looks: [{ running: 2, reason: "at-max-workers" }] });
    hold.release();
    await world.drained();
  });
});

test("a starter that fails, or is not there, is one readable error", async () => {
  await withStack({}, async (world) => {
    world.cloud.lambda.createFunction({
      name: "broken",
      module: "dist/starter.cjs",
      environment: world.cloud.environmentFor("starter"),
      timeoutSeconds: 10,
    });
    const broken = await cliOn(world, ["trigger", "--starter", "broken"]);
    expect(broken).toMatchObject({ code: 1, stdout: "" });
    expect(broken.stderr).toMatch(
      /^The starter broken failed: \d+ problems in the configuration:\n {2}- QUEUE_URL is not set/,
    );
    const dry = await cliOn(world, ["trigger", "--starter", "broken", "--dry-run"]);
    expect({ ...dry, stderr: dry.stderr.split("\n").slice(0, 2) }).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        expect.stringMatching(/^The starter broken would fail: \d+ problems in the configuration:$/),
        expect.stringMatching(/^ {2}- QUEUE_URL is not set/),
      ],
    });
    const gone = await cliOn(world, ["trigger", "--starter", "nobody"]);
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toMatch(/^ResourceNotFoundException: .*nobody/);
    expect(gone.stderr).not.toMatch(/\n {4}at /);
  });
});
