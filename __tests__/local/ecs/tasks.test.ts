/** Tasks as processes: environment, output, interruption, scarce Spot capacity, and that nothing outlives the cloud. */
import {
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { startCloud, type Cloud, type CloudOptions } from "../../../local/cloud";
import { manualClock } from "../../../local/http/clock";
import { liveChildren } from "../../../local/process/children";

let cloud: Cloud;
let client: ECSClient;

async function start(options: CloudOptions = {}): Promise<void> {
  cloud = await startCloud(options);
  cloud.ecs.createCluster("c");
  client = new ECSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.principals.byName("starter")!,
    maxAttempts: 1,
  });
}

afterEach(async () => {
  client.destroy();
  await cloud.close();
  expect(liveChildren()).toBe(0);
});

/** Starts one task that runs a script; answers its ARN. */
async function run(
  script: string,
  options: { environment?: Record<string, string>; stopTimeout?: number; spot?: boolean } = {},
): Promise<string> {
  const { environment = {}, stopTimeout = 5, spot = true } = options;
  cloud.ecs.registerTaskDefinition({
    family: "script",
    container: { name: "main", command: [process.execPath, "-e", script], environment, stopTimeout },
  });
  const { tasks } = await client.send(
    new RunTaskCommand({
      cluster: "c",
      taskDefinition: "script",
      capacityProviderStrategy: [{ capacityProvider: spot ? "FARGATE_SPOT" : "FARGATE", weight: 1 }],
    }),
  );
  return tasks![0]!.taskArn!;
}

/** Resolves when any task writes that line. */
const line = (text: string) =>
  new Promise<void>((resolve) => {
    const end = cloud.ecs.onLine((_task, written) => {
      if (written.line !== text) return;
      end();
      resolve();
    });
  });

test("a task gets its own environment, PATH and the metadata address, and nothing else", async () => {
  await start();
  const arn = await run("console.log(JSON.stringify(process.env))", { environment: { QUEUE: "q" } });
  const task = await cloud.ecs.stopped(arn);
  expect(task).toMatchObject({ exitCode: 0, stopCode: "EssentialContainerExited", family: "script" });
  const seen = JSON.parse(cloud.ecs.output(arn)[0]!.line) as Record<string, string>;
  expect(Object.keys(seen).sort()).toEqual(["ECS_CONTAINER_METADATA_URI_V4", "PATH", "QUEUE"]);
});

test("the metadata endpoint tells a task who it is", async () => {
  await start();
  const script = `fetch(process.env.ECS_CONTAINER_METADATA_URI_V4 + "/task").then((r) => r.json()).then((t) => console.log(t.TaskARN, t.Family))`;
  const arn = await run(script);
  await cloud.ecs.stopped(arn);
  expect(cloud.ecs.output(arn).map((written) => written.line)).toEqual([`${arn} script`]);
});

test("exit code, both outputs and a last line without an end", async () => {
  await start();
  const arn = await run(`console.error("bad"); process.stdout.write("half"); process.exitCode = 3`);
  expect(await cloud.ecs.stopped(arn)).toMatchObject({ exitCode: 3, lastStatus: "STOPPED", pid: undefined });
  expect(new Set(cloud.ecs.output(arn).map(({ stream, line }) => `${stream}:${line}`))).toEqual(
    new Set(["stderr:bad", "stdout:half"]),
  );
});

test("a Spot interruption is SIGTERM first", async () => {
  await start();
  const ready = line("ready");
  const arn = await run(
    `process.on("SIGTERM", () => { console.log("draining"); process.exit(0); }); setInterval(() => {}, 1000); console.log("ready")`,
  );
  await ready;
  cloud.ecs.interruptSpot(arn);
  expect(await cloud.ecs.stopped(arn)).toMatchObject({ exitCode: 0, stopCode: "SpotInterruption" });
  expect(cloud.ecs.output(arn).at(-1)!.line).toBe("draining");
});

test("who ignores SIGTERM gets SIGKILL after the stop timeout", async () => {
  const clock = manualClock();
  await start({ clock });
  const ready = line("ready");
  const started = run(
    `process.on("SIGTERM", () => console.log("ignored")); setInterval(() => {}, 1000); console.log("ready")`,
    { stopTimeout: 120 },
  );
  const arn = await started;
  clock.tick(0);
  clock.tick(0);
  await ready;
  const ignored = line("ignored");
  cloud.ecs.interruptSpot(arn);
  await ignored;
  clock.tick(119_999);
  expect(cloud.ecs.task(arn).lastStatus).toBe("STOPPING");
  clock.tick(1);
  expect(await cloud.ecs.stopped(arn)).toMatchObject({ exitCode: 137, stopCode: "SpotInterruption" });
});

test("kill ends a process and what it started", async () => {
  await start();
  const ready = line("ready");
  const grandchild = `require("node:child_process").spawn(process.execPath, ["-e", "console.log('ready'); setInterval(() => {}, 1000)"], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
  const arn = await run(grandchild);
  await ready;
  cloud.ecs.kill(arn);
  // "Stopped" waits for the pipes, which the grandchild held open: so it is gone too.
  expect(await cloud.ecs.stopped(arn)).toMatchObject({ exitCode: 137, stopCode: "EssentialContainerExited" });
});

test("a program that is not there is TaskFailedToStart", async () => {
  await start();
  cloud.ecs.registerTaskDefinition({
    family: "none",
    container: { name: "main", command: ["/no/such/program"], environment: {} },
  });
  const { tasks } = await client.send(new RunTaskCommand({ cluster: "c", taskDefinition: "none" }));
  const stopped = await cloud.ecs.stopped(tasks![0]!.taskArn!);
  expect(stopped).toMatchObject({ stopCode: "TaskFailedToStart", startedAt: undefined });
});

describe("without Spot capacity", () => {
  const strategy = [
    { capacityProvider: "FARGATE_SPOT", weight: 4 },
    { capacityProvider: "FARGATE", weight: 1 },
  ];
  const runFive = () =>
    client.send(
      new RunTaskCommand({ cluster: "c", taskDefinition: "quick", count: 5, capacityProviderStrategy: strategy }),
    );
  beforeEach(async () => {
    await start();
    cloud.ecs.registerTaskDefinition({
      family: "quick",
      container: { name: "main", command: [process.execPath, "-e", ""], environment: {} },
    });
  });

  test("weights share out the tasks of one call", async () => {
    const { tasks } = await runFive();
    expect(tasks!.map((task) => task.capacityProviderName).sort()).toEqual([
      "FARGATE",
      ...Array<string>(4).fill("FARGATE_SPOT"),
    ]);
  });

  test("failures: in a 200 beside the On-Demand task", async () => {
    cloud.ecs.spotAvailability = "failures";
    const { tasks, failures } = await runFive();
    expect(tasks!.map((task) => task.capacityProviderName)).toEqual(["FARGATE"]);
    expect(failures).toHaveLength(4);
    expect(failures![0]!.reason).toContain("Capacity is unavailable");
  });

  test("exception", async () => {
    cloud.ecs.spotAvailability = "exception";
    await expect(runFive()).rejects.toThrow("Capacity is unavailable");
    expect(cloud.ecs.tasks()).toEqual([]);
  });

  test("tasks that stop before they run", async () => {
    cloud.ecs.spotAvailability = "dies-before-running";
    const { tasks } = await runFive();
    const stopped = await Promise.all(tasks!.map((task) => cloud.ecs.stopped(task.taskArn!)));
    const codes = stopped.map((task) => `${task.capacityProviderName} ${task.stopCode}`).sort();
    expect(codes).toEqual([
      "FARGATE EssentialContainerExited",
      ...Array<string>(4).fill("FARGATE_SPOT TaskFailedToStart"),
    ]);
  });
});

test("a start delay goes through PROVISIONING and PENDING; a listing lag hides a new task", async () => {
  const clock = manualClock();
  await start({ clock, ecs: { startDelayMs: 40_000, listingLagMs: 10_000 } });
  const arn = await run("setInterval(() => {}, 1000)");
  const list = async () => (await client.send(new ListTasksCommand({ cluster: "c" }))).taskArns;
  const status = () => cloud.ecs.task(arn).lastStatus;
  expect([status(), await list()]).toEqual(["PROVISIONING", []]);
  clock.tick(20_000);
  expect([status(), await list()]).toEqual(["PENDING", [arn]]);
  cloud.ecs.kill(arn);
  expect(cloud.ecs.task(arn)).toMatchObject({ lastStatus: "STOPPED", pid: undefined });
});

test("lists are paged by 100", async () => {
  const clock = manualClock();
  await start({ clock, ecs: { startDelayMs: 1_000 } });
  cloud.ecs.registerTaskDefinition({ family: "f", container: { name: "main", command: ["true"], environment: {} } });
  for (let i = 0; i < 11; i++) await client.send(new RunTaskCommand({ cluster: "c", taskDefinition: "f", count: 10 }));
  const first = await client.send(new ListTasksCommand({ cluster: "c", family: "f" }));
  const second = await client.send(new ListTasksCommand({ cluster: "c", family: "f", nextToken: first.nextToken }));
  expect([first.taskArns!.length, second.taskArns!.length, second.nextToken]).toEqual([100, 10, undefined]);
});

test("a definition can be registered over the API, and a task overridden", async () => {
  await start();
  await client.send(
    new RegisterTaskDefinitionCommand({
      family: "api",
      cpu: "2048",
      memory: "4096",
      containerDefinitions: [
        {
          name: "main",
          image: "ignored",
          command: [process.execPath, "-e", "console.log(process.env.WHO)"],
          environment: [{ name: "WHO", value: "definition" }],
        },
      ],
    }),
  );
  const overrides = { containerOverrides: [{ name: "main", environment: [{ name: "WHO", value: "override" }] }] };
  const { tasks } = await client.send(new RunTaskCommand({ cluster: "c", taskDefinition: "api:1", overrides }));
  const arn = tasks![0]!.taskArn!;
  await cloud.ecs.stopped(arn);
  expect(cloud.ecs.output(arn)[0]!.line).toBe("override");
  const described = await client.send(new DescribeTasksCommand({ cluster: "c", tasks: [arn] }));
  expect(described.tasks![0]).toMatchObject({
    cpu: "2048",
    memory: "4096",
    launchType: "FARGATE",
    containers: [{ exitCode: 0, name: "main" }],
  });
});
