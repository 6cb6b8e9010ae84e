/** scale: the live maximum, without losing anything else of the starter's environment, and never over somebody else's change. */
import {
  GetFunctionConfigurationCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { cliOn } from "../../support/cli";
import { type E2E, withStack } from "../../support/e2e";

jest.setTimeout(120_000);
const settings = { longPollSeconds: 1, emptyPollsBeforeExit: 1, maxWorkers: 2 } as const;

/** Somebody else with access to the function. */
function other({ cloud }: E2E): LambdaClient {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName("starter")!;
  return new LambdaClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: { accessKeyId, secretAccessKey },
  });
}

async function environmentOf(world: E2E): Promise<Record<string, string>> {
  const client = other(world);
  const answer = await client.send(new GetFunctionConfigurationCommand({ FunctionName: world.starterName }));
  client.destroy();
  return answer.Environment?.Variables ?? {};
}

test("changes MAX_WORKERS and nothing else; the starter keeps to it", async () => {
  await withStack({ settings }, async (world) => {
    const before = await environmentOf(world);
    const dry = await cliOn(world, ["scale", "3", "--dry-run"]);
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout).toMatch(/^most workers: 2 -> 3 \(not changed: --dry-run\)\n/);
    expect(await environmentOf(world)).toEqual(before);

    const more = await cliOn(world, ["scale", "3"]);
    expect(more).toEqual({
      code: 0,
      stdout: [
        "most workers: 2 -> 3",
        "permanent:  pulumi config set maxWorkers 3 && pulumi up",
        "undone by:  scale 2, or the next `pulumi up` that changes the starter",
        "",
      ].join("\n"),
      stderr: "",
    });
    expect(await environmentOf(world)).toEqual({ ...before, MAX_WORKERS: "3" });
    expect(await cliOn(world, ["scale", "3"])).toEqual({ code: 0, stdout: "most workers: 3 already\n", stderr: "" });

    const none = await cliOn(world, ["scale", "0", "--json"]);
    expect(JSON.parse(none.stdout)).toMatchObject({ before: 3, after: 0, changed: true });
    await world.put("a", "a");
    await world.cloud.s3.flushDeliveries();
    expect((await cliOn(world, ["trigger"])).stdout).toBe(
      "paused: the most workers allowed is 0, and 1 message waiting\n",
    );
    expect((await cliOn(world, ["resume"])).stdout).toMatch(
      /\nNo worker will start all the same: the most workers allowed is 0 \(scale N ends it\)\.\n$/,
    );
    expect((await cliOn(world, ["scale", "2"])).stdout).toMatch(/^most workers: 0 -> 2\n/);
    expect((await cliOn(world, ["scale", "1"])).stdout).toMatch(/\nworkers that run already are not stopped/);
    world.queue.purge();
  });
});

test("somebody else's change in between is not overwritten", async () => {
  await withStack({ settings }, async (world) => {
    const update = world.cloud.faults.hold({ operation: "UpdateFunctionConfiguration", principal: "operator" });
    const scaling = cliOn(world, ["scale", "9"]);
    await update.arrived();
    const others = { ...(await environmentOf(world)), MAX_WORKERS: "4" };
    const client = other(world);
    const change = { FunctionName: world.starterName, Environment: { Variables: others } };
    await client.send(new UpdateFunctionConfigurationCommand(change));
    client.destroy();
    update.release();
    const refused = await scaling;
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^Somebody else is changing the starter \S+ right now: nothing was changed\./);
    expect(await environmentOf(world)).toEqual(others);
  });
});

test("what is no number of workers is wrong usage and changes nothing", async () => {
  await withStack({ settings }, async (world) => {
    const before = await environmentOf(world);
    for (const wrong of ["-1", "5001", "many", "1.5", ""]) {
      const result = await cliOn(world, ["scale", "--", wrong]);
      expect(result).toMatchObject({ code: 2, stdout: "" });
    }
    expect((await cliOn(world, ["scale", "5001"])).stderr).toBe(
      '"5001" is not a whole number from 0 to 5000 (0 pauses)\n',
    );
    expect(await environmentOf(world)).toEqual(before);
  });
});
