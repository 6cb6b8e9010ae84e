/** logs: what worker and starter wrote, found by level and key, followed, and as it was written. */
import { cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, STAYING, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);

/** Everything that a filter pattern or a terminal could take for something else. */
const ODD_KEY = 'odd "quoted" \\ *日本/ü && $.key {x}';

test("before the starter has looked its log is not there: told, and no error", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    for (const times of [1, 2]) {
      expect({ times, ...(await cliOn(world, ["logs"])) }).toEqual({
        times,
        code: 0,
        stdout: "",
        stderr: `${world.system.starterLogGroup} does not exist: nothing has run yet, or the system's log group is another one.\n`,
      });
    }
  });
});

test("lines of both in order, by level, by key, metrics only when asked for, JSON as written", async () => {
  await withStack({ settings: { ...BRIEF, maxWorkers: 1 } }, async (world) => {
    for (const key of ["plain", ODD_KEY, "refused"]) await world.put(key, key);
    const refusal = { status: 400, code: "KeyTooLongError" };
    world.cloud.faults.add({ operation: "CopyObject", key: "refused", action: { type: "error", ...refusal } });
    await world.cloud.s3.flushDeliveries();
    await cliOn(world, ["trigger"]);
    await world.drained();
    const [worker] = world.workers();
    await worker!.ended(0);
    const id = worker!.arn.slice(-32, -24);

    const all = await cliOn(world, ["logs"]);
    expect(all).toMatchObject({ code: 0, stderr: "" });
    const lines = all.stdout.trimEnd().split("\n");
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^\d\d:\d\d:\d\d\.\d{3} \S{8} info {2}look 1 worker launched \(.*\) for 3 messages, 0 running before$/,
      ),
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^[\\d:.]{12} ${id} info {2}synced "plain" action=copy reason=not-compared bytes=5 messages=1 lagSeconds=`,
        ),
      ),
    );
    expect(all.stdout).not.toContain("_aws");
    expect(lines.map((line) => line.slice(0, 12))).toEqual(lines.map((line) => line.slice(0, 12)).sort());

    const errors = await cliOn(world, ["logs", "worker", "--errors"]);
    expect(errors.stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/ error unsyncable "refused" .*code=KeyRefused/) as string,
    ]);

    const odd = await cliOn(world, ["logs", "--key", ODD_KEY, "--json"]);
    const records = odd.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records).toEqual([expect.objectContaining({ event: "synced", key: ODD_KEY, level: "info" })]);
    const both = await cliOn(world, ["logs", "--key", "refused", "--errors"]);
    expect(both.stdout).toMatch(/ error unsyncable "refused"/);
    expect((await cliOn(world, ["logs", "--key", "plain", "--errors"])).stdout).toBe("");
    expect((await cliOn(world, ["logs", "worker", "--metrics"])).stdout).toMatch(/ info {2}metrics .*ObjectsCopied=2/);
  });
});

test("what is no JSON is an error: a starter that throws, a worker without its settings", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    world.cloud.lambda.createFunction({
      name: world.starterName,
      module: "dist/starter.cjs",
      environment: world.cloud.environmentFor("starter"),
      timeoutSeconds: 10,
    });
    await cliOn(world, ["trigger"]);
    const errors = await cliOn(world, ["logs", "starter", "--errors"]);
    expect(errors.stdout).toMatch(/ error Error: \d+ problems in the configuration:\n/);
    expect(errors.stdout).not.toMatch(/START RequestId/);
    expect((await cliOn(world, ["status"])).stdout).toMatch(
      /; the starter fails: \d+ problems in the configuration:|^paused/,
    );
  });
});

test("--follow prints each line once, through an outage, until Ctrl-C, which ends it with 0", async () => {
  await withStack({ settings: STAYING }, async (world) => {
    const outputs = outputsFile(world);
    await world.worker();
    const following = startCli(
      ["logs", "worker", "--follow", "--outputs", outputs.path],
      world.cloud.environmentFor("operator"),
    );
    const printed = (what: string) => until(what, () => following.printed().stdout.includes(what));
    await printed("worker-started");
    for (const key of ["first", "second"]) {
      await world.put(key, key);
      await printed(`synced "${key}"`);
      if (key === "second") continue;
      const action = { type: "error", status: 503, code: "ServiceUnavailableException" } as const;
      const outage = world.cloud.faults.add({ operation: "FilterLogEvents", action });
      await until("the outage to be told", () => following.printed().stderr !== "");
      outage.remove();
    }
    following.kill("SIGINT");
    const { code, stdout, stderr } = await following.ended;
    outputs.remove();
    expect(code).toBe(0);
    expect(stderr).toMatch(/^(ServiceUnavailableException: .*\nReading again in 2 seconds\.\n)+$/);
    for (const once of ["worker-started", 'synced "first"', 'synced "second"']) {
      expect(stdout.split(once)).toHaveLength(2);
    }
  });
});

test("wrong usage names every problem; a log group that is not there is a readable error", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    expect(await cliOn(world, ["logs", "both", "--since", "yesterday"])).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'Several problems:\n  - "both" is neither worker nor starter\n  - --since is "yesterday"; it must be like 90s, 10m, 1h or 2d\n',
    });
    const gone = await cliOn(world, ["logs", "worker", "--worker-log-group", "/nobody"]);
    expect(gone).toEqual({
      code: 1,
      stdout: "",
      stderr: "/nobody does not exist: nothing has run yet, or the system's log group is another one.\n",
    });
    expect(await cliOn(world, ["logs", "worker"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
