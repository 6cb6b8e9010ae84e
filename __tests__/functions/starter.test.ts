import { inspect } from "node:util";
import { type LookRecord, makeStarter, makeStarterWith, type Starter } from "../../functions/starter";
import { type AwsStub, queueOf, refusal, startAwsStub, stubEnvironment } from "./aws-stub";
import { crashedTask, type FakeEcs, fakeEcs, workingTask } from "./fake-ecs";

const BEGIN = Date.parse("2026-04-01T12:00:03Z");
const EVENT = { time: "2026-04-01T12:00:00Z" };

let stub: AwsStub;
let ecs: FakeEcs;
let now: number;
let slept: number[];
let lines: string[];
let starter: Starter;
const environment = { ...process.env };

function configure(changes: Record<string, string> = {}): void {
  process.env = { ...environment, ...stubEnvironment(stub, changes) };
}

function newContainer(): Starter {
  return makeStarterWith({
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  });
}

beforeEach(async () => {
  now = BEGIN;
  slept = [];
  lines = [];
  ecs = fakeEcs(() => now, 2);
  stub = await startAwsStub({ ...ecs.answers, GetQueueAttributes: queueOf(0) });
  configure();
  starter = newContainer();
  jest.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
});

afterEach(async () => {
  jest.restoreAllMocks();
  process.env = environment;
  await stub.close();
});

const only = (looks: readonly LookRecord[]): LookRecord => {
  expect(looks).toHaveLength(1);
  return looks[0]!;
};

const lookAt = async (event: object | null | undefined = EVENT): Promise<LookRecord> =>
  only((await starter(event)).looks);

const launches = (): unknown[] =>
  stub.inputsOf("RunTask").map((input) => {
    const [strategy] = input["capacityProviderStrategy"] as [{ capacityProvider: string }];
    return `${strategy.capacityProvider} ${String(input["count"])}`;
  });

describe("one look", () => {
  it("launches nothing for an empty queue and says so in one line without metrics", async () => {
    const look = await lookAt();
    expect(look).toEqual({
      event: "look",
      look: 0,
      visible: 0,
      inFlight: 0,
      delayed: 0,
      running: 0,
      starting: 0,
      launched: 0,
      capacity: { FARGATE: 0, FARGATE_SPOT: 0 },
      reason: "nothing-to-do",
      spotShortage: false,
      crashLoop: false,
      problems: [],
    });
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([{ level: "info", ...look }]);
    expect(stub.inputsOf("DescribeTasks")).toEqual([]);
  });

  it("launches what is missing: 300 visible, 2 running, max 5", async () => {
    ecs.tasks.push(workingTask("a", now), workingTask("b", now));
    stub.answers["GetQueueAttributes"] = queueOf(300, 20, 7);
    expect(await lookAt()).toMatchObject({
      visible: 300,
      inFlight: 20,
      delayed: 7,
      running: 2,
      starting: 0,
      launched: 3,
      capacity: { FARGATE: 1, FARGATE_SPOT: 2 },
      reason: "launch",
    });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      Queue: "sync-q",
      Visible: 300,
      InFlight: 20,
      Running: 2,
      Launched: 3,
    });
  });

  it("launches nothing for messages in flight: 500 of them, 1 running, 0 visible", async () => {
    ecs.tasks.push(workingTask("a", now));
    stub.answers["GetQueueAttributes"] = queueOf(0, 500);
    expect(await lookAt()).toMatchObject({ launched: 0, reason: "only-in-flight", inFlight: 500 });
    expect(launches()).toEqual([]);
  });

  it("asks RunTask for exactly what the worker needs", async () => {
    stub.answers["GetQueueAttributes"] = queueOf(1);
    await lookAt();
    expect(stub.inputsOf("RunTask")).toEqual([
      {
        cluster: "sync-cluster",
        taskDefinition: "sync-task:7",
        count: 1,
        clientToken: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        startedBy: "s3-express-sync-starter",
        capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ["subnet-1", "subnet-2"],
            securityGroups: ["sg-1"],
            assignPublicIp: "ENABLED",
          },
        },
        propagateTags: "TASK_DEFINITION",
      },
    ]);
  });

  it("without security groups and public address", async () => {
    configure({ SECURITY_GROUPS: "", ASSIGN_PUBLIC_IP: "false" });
    stub.answers["GetQueueAttributes"] = queueOf(1);
    await lookAt();
    expect(stub.inputsOf("RunTask")[0]).toMatchObject({
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1", "subnet-2"], assignPublicIp: "DISABLED" } },
    });
    expect(JSON.stringify(stub.inputsOf("RunTask"))).not.toContain("securityGroups");
  });

  it("launches in calls of at most ten, Spot and On-Demand 4 : 1", async () => {
    configure({ MAX_WORKERS: "63" });
    stub.answers["GetQueueAttributes"] = queueOf(1000);
    expect(await lookAt()).toMatchObject({ launched: 63, capacity: { FARGATE: 12, FARGATE_SPOT: 51 } });
    expect(launches()).toEqual([
      ...Array<string>(5).fill("FARGATE_SPOT 10"),
      "FARGATE_SPOT 1",
      "FARGATE 10",
      "FARGATE 2",
    ]);
    expect(new Set(stub.inputsOf("RunTask").map((input) => input["clientToken"])).size).toBe(8);
  });

  it("reads every page of tasks and describes a hundred at a time", async () => {
    configure({ MAX_WORKERS: "300" });
    for (let index = 0; index < 205; index += 1) ecs.tasks.push(workingTask(`t${index}`, now));
    stub.answers["GetQueueAttributes"] = queueOf(1000);
    expect(await lookAt()).toMatchObject({ running: 205, launched: 95 });
    expect(stub.inputsOf("ListTasks").length).toBe(103 + 1);
    expect(stub.inputsOf("ListTasks")[0]).toEqual({
      cluster: "sync-cluster",
      family: "sync-task",
      desiredStatus: "RUNNING",
      maxResults: 100,
    });
    expect(stub.inputsOf("DescribeTasks").map((input) => (input["tasks"] as string[]).length)).toEqual([100, 100, 5]);
  });

  it.each([
    ["an empty object", {}],
    ["nothing", undefined],
    ["null", null],
  ])("works with %s as payload", async (_, event) => {
    stub.answers["GetQueueAttributes"] = queueOf(1);
    expect((await starter(event)).launched).toBe(1);
  });

  it("is paused by a maximum of 0", async () => {
    configure({ MAX_WORKERS: "0" });
    stub.answers["GetQueueAttributes"] = queueOf(9);
    expect(await lookAt()).toMatchObject({ launched: 0, reason: "paused" });
  });

  it("follows the seed's rule when told to", async () => {
    configure({ SCALING_RULE: "seed" });
    ecs.tasks.push(workingTask("a", now));
    stub.answers["GetQueueAttributes"] = queueOf(0, 500);
    expect(await lookAt()).toMatchObject({ launched: 4 });
  });
});

describe("between invocations", () => {
  it("counts workers it launched although ECS does not list them yet, and for two minutes only", async () => {
    ecs.listsNewTasks = false;
    stub.answers["GetQueueAttributes"] = queueOf(3);
    expect(await lookAt()).toMatchObject({ launched: 3 });
    now += 60_000;
    expect(await lookAt({ time: "12:01" })).toMatchObject({
      running: 3,
      starting: 3,
      launched: 0,
      reason: "enough-starting",
    });
    now += 60_000;
    expect(await lookAt({ time: "12:02" })).toMatchObject({ running: 0, launched: 3 });
  });

  it("every fifth of single launches is On-Demand", async () => {
    stub.answers["GetQueueAttributes"] = queueOf(1);
    for (let minute = 0; minute < 10; minute += 1) {
      await lookAt({ time: `minute ${minute}` });
      for (const task of ecs.tasks)
        Object.assign(task, { lastStatus: "STOPPED", desiredStatus: "STOPPED", stopCode: "UserInitiated" });
      now += 60_000;
    }
    expect(launches().map((one) => one === "FARGATE 1")).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it("a new container goes on with the ratio that ECS shows", async () => {
    for (let index = 0; index < 4; index += 1) ecs.tasks.push(workingTask(`t${index}`, now));
    stub.answers["GetQueueAttributes"] = queueOf(1);
    expect(await lookAt()).toMatchObject({ capacity: { FARGATE: 1, FARGATE_SPOT: 0 } });
  });

  it("a repeated delivery of one event launches nothing twice, in this container or another", async () => {
    ecs.listsNewTasks = false;
    stub.answers["GetQueueAttributes"] = queueOf(2);
    expect(await lookAt()).toMatchObject({ launched: 2 });
    starter = newContainer();
    await lookAt();
    expect(ecs.tasks).toHaveLength(2);
    expect(new Set(stub.inputsOf("RunTask").map((input) => input["clientToken"])).size).toBe(1);
  });

  it("a late repetition gets the original answer, and those workers are not counted again", async () => {
    stub.answers["GetQueueAttributes"] = queueOf(2);
    await lookAt();
    now += 130_000;
    for (const task of ecs.tasks) Object.assign(task, { lastStatus: "RUNNING", startedAt: now / 1000 - 90 });
    expect(await lookAt()).toMatchObject({ running: 2, starting: 0, launched: 0, reason: "launch" });
    expect(ecs.tasks).toHaveLength(2);
    expect(stub.inputsOf("RunTask")).toHaveLength(2);
  });

  it("a repetition that asks for another number conflicts and is taken as already launched", async () => {
    ecs.listsNewTasks = false;
    stub.answers["GetQueueAttributes"] = queueOf(2);
    await lookAt();
    starter = newContainer();
    stub.answers["GetQueueAttributes"] = queueOf(3);
    expect(await lookAt()).toMatchObject({ launched: 0, reason: "launch", problems: [] });
    expect(ecs.tasks).toHaveLength(2);
  });

  it("two invocations by hand are two events", async () => {
    stub.answers["GetQueueAttributes"] = queueOf(1);
    await starter({}, { awsRequestId: "one" });
    await starter({}, { awsRequestId: "two" });
    await newContainer()({}, { awsRequestId: "three" });
    expect(new Set(stub.inputsOf("RunTask").map((input) => input["clientToken"])).size).toBe(
      stub.inputsOf("RunTask").length,
    );
  });
});

describe("Spot shortage", () => {
  it("what Spot refuses inside a 200 starts On-Demand in the same look", async () => {
    ecs.spotLeft = 1;
    stub.answers["GetQueueAttributes"] = queueOf(5);
    const look = await lookAt();
    expect(look).toMatchObject({ launched: 5, capacity: { FARGATE: 4, FARGATE_SPOT: 1 }, spotShortage: true });
    expect(look.problems).toEqual([
      "RunTask: 3 of 4 on FARGATE_SPOT not started: Capacity is unavailable at this time. Please try again later or in a different availability zone",
    ]);
    expect(launches()).toEqual(["FARGATE_SPOT 4", "FARGATE 1", "FARGATE 3"]);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "warn", SpotShortage: 1 });
  });

  it("then everything is On-Demand until it clears, and Spot is tried again after five minutes", async () => {
    configure({ MAX_WORKERS: "99" });
    ecs.spotLeft = 0;
    stub.answers["GetQueueAttributes"] = queueOf(2);
    await lookAt();
    stub.calls.length = 0;
    now += 61_000;
    for (const task of ecs.tasks) Object.assign(task, { lastStatus: "RUNNING", startedAt: now / 1000 - 60 });
    await lookAt({ time: "next" });
    expect(launches()).toEqual(["FARGATE 2"]);
    for (const task of ecs.tasks) Object.assign(task, { lastStatus: "RUNNING", startedAt: now / 1000 });
    stub.calls.length = 0;
    ecs.spotLeft = Infinity;
    now += 300_000;
    await lookAt({ time: "later" });
    // The four so far were Spot's turns, though they ran On-Demand: the fifth worker is On-Demand as always.
    expect(launches()).toEqual(["FARGATE_SPOT 1", "FARGATE 1"]);
  });

  it("tasks that stopped before RUNNING count, also for a new container", async () => {
    const { startedAt: _, ...died } = workingTask("died", now, {
      lastStatus: "STOPPED",
      desiredStatus: "STOPPED",
      stoppedAt: now / 1000 - 30,
      stopCode: "TaskFailedToStart",
    });
    ecs.tasks.push(died);
    stub.answers["GetQueueAttributes"] = queueOf(2);
    expect(await lookAt()).toMatchObject({ capacity: { FARGATE: 2, FARGATE_SPOT: 0 }, spotShortage: true });
  });

  it("an exception that names capacity counts as well", async () => {
    const run = stub.answers["RunTask"]!;
    stub.answers["RunTask"] = (input, call) => {
      if (call === 0) throw refusal("ClientException", "Capacity is unavailable at this time.");
      return run(input, call);
    };
    stub.answers["GetQueueAttributes"] = queueOf(2);
    expect(await lookAt()).toMatchObject({
      launched: 2,
      capacity: { FARGATE: 2, FARGATE_SPOT: 0 },
      spotShortage: true,
    });
  });

  it("what On-Demand refuses is told and left to the next look", async () => {
    ecs.spotLeft = 0;
    const run = stub.answers["RunTask"]!;
    stub.answers["RunTask"] = (input, call) =>
      call === 0 ? run(input, call) : { tasks: [], failures: [{ reason: "RESOURCE:ENI" }, { reason: "RESOURCE:ENI" }] };
    stub.answers["GetQueueAttributes"] = queueOf(2);
    const look = await lookAt();
    expect(look).toMatchObject({ launched: 0, spotShortage: true, reason: "launch" });
    expect(look.problems[1]).toBe("RunTask: 2 of 2 on FARGATE not started: RESOURCE:ENI");
    expect(launches()).toEqual(["FARGATE_SPOT 2", "FARGATE 2"]);

    configure({ SPOT_WEIGHT: "0" });
    starter = newContainer();
    expect(await lookAt({ time: "next" })).toMatchObject({ launched: 0, spotShortage: false });
  });

  it("On-Demand never stands in where its weight is 0", async () => {
    configure({ ON_DEMAND_WEIGHT: "0" });
    ecs.spotLeft = 1;
    stub.answers["GetQueueAttributes"] = queueOf(3);
    expect(await lookAt()).toMatchObject({ launched: 1, spotShortage: true });
    expect(launches()).toEqual(["FARGATE_SPOT 3"]);
  });
});

describe("crash loop", () => {
  it("launches one worker every ten minutes", async () => {
    for (const [index, ago] of [10, 70, 130].entries()) ecs.tasks.push(crashedTask(`c${index}`, now, ago));
    stub.answers["GetQueueAttributes"] = queueOf(50);
    expect(await lookAt()).toMatchObject({ launched: 1, reason: "crash-loop", crashLoop: true });
    now += 120_000;
    expect(await lookAt({ time: "later" })).toMatchObject({ launched: 0, reason: "crash-loop" });
    expect(JSON.parse(lines[1]!)).toMatchObject({ CrashLoop: 1 });
    now += 480_000;
    expect(await lookAt({ time: "much later" })).toMatchObject({ launched: 1, reason: "crash-loop" });
  });
});

describe("errors", () => {
  beforeEach(() => {
    stub.answers["GetQueueAttributes"] = queueOf(15);
    configure({ MAX_WORKERS: "15", SPOT_WEIGHT: "1", ON_DEMAND_WEIGHT: "0", AWS_MAX_ATTEMPTS: "1" });
    starter = newContainer();
  });

  it("throttling stops the look, keeps what was launched and is no failure", async () => {
    const run = stub.answers["RunTask"]!;
    stub.answers["RunTask"] = (input, call) => {
      if (call === 1) throw refusal("ThrottlingException", "Rate exceeded");
      return run(input, call);
    };
    expect(await lookAt()).toMatchObject({
      launched: 10,
      reason: "launch",
      problems: ["RunTask failed: ThrottlingException: Rate exceeded."],
    });
    expect(stub.inputsOf("RunTask")).toHaveLength(2);
  });

  it("a set-up error is logged with the look and fails the invocation with advice", async () => {
    stub.answers["RunTask"] = () => {
      throw refusal("InvalidParameterException", "The specified capacity provider 'FARGATE_SPOT' was not found");
    };
    const text =
      "RunTask failed: InvalidParameterException: The specified capacity provider 'FARGATE_SPOT' was not found." +
      " Check TASK_DEFINITION, SUBNETS and SECURITY_GROUPS, and that FARGATE and FARGATE_SPOT are attached to the cluster.";
    await expect(starter(EVENT)).rejects.toThrow(text);
    expect(stub.inputsOf("RunTask")).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: "error", launched: 0, problems: [text] });
  });

  it.each([
    ["GetQueueAttributes", "QueueDoesNotExist", "GetQueueAttributes failed: QueueDoesNotExist: no. Check QUEUE_URL."],
    ["ListTasks", "ClusterNotFoundException", "ListTasks failed: ClusterNotFoundException: no. Check CLUSTER."],
    ["ListTasks", "AccessDeniedException", "ListTasks failed: AccessDeniedException: no. Check the starter's role."],
    ["DescribeTasks", "ServerException", "DescribeTasks failed: ServerException: no."],
  ])("%s refused by %s is one clear text", async (operation, type, text) => {
    ecs.tasks.push(workingTask("a", now));
    stub.answers[operation] = () => {
      throw refusal(type, "no");
    };
    await expect(starter(EVENT)).rejects.toThrow(new Error(text));
  });

  it("names the request and keeps the signed request itself out of the error", async () => {
    stub.answers["GetQueueAttributes"] = () => {
      throw refusal("AccessDeniedException", "Not authorized.", 403);
    };
    stub.requestId = "req-1";
    const error: unknown = await starter(EVENT).catch((thrown: unknown) => thrown);
    const text = inspect(error, { depth: 9, showHidden: true });
    expect(text).toContain(
      "GetQueueAttributes failed: AccessDeniedException: Not authorized (request req-1). Check the starter's role.",
    );
    expect(text).not.toMatch(/Signature|authorization:/);
  });

  it("a bad environment is every problem at once, before any request", async () => {
    configure({ SUBNETS: "", MAX_WORKERS: "many" });
    await expect(starter(EVENT)).rejects.toThrow(
      new Error(
        "2 problems in the configuration:\n" +
          "  - SUBNETS is not set; it must be subnet ids, separated by commas\n" +
          '  - MAX_WORKERS is "many"; it must be a whole number from 0 to 5000 (0 pauses)',
      ),
    );
    expect(stub.calls).toEqual([]);
  });
});

describe("several looks in one invocation", () => {
  it("looks every 15 s and is over before the next minute", async () => {
    configure({ POLL_INTERVAL_SECONDS: "15" });
    const { looks, launched } = await starter(EVENT);
    expect(looks.map(({ look }) => look)).toEqual([0, 1, 2, 3]);
    expect(slept).toEqual([15_000, 15_000, 15_000]);
    expect(launched).toBe(0);
    expect(lines).toHaveLength(4);
  });

  it("acts on what arrives meanwhile, each look with tokens of its own", async () => {
    configure({ POLL_INTERVAL_SECONDS: "20" });
    stub.answers["GetQueueAttributes"] = (_, call) => queueOf(call)();
    const { looks, launched } = await starter(EVENT);
    expect(looks.map((look) => look.launched)).toEqual([0, 1, 1]);
    expect(launched).toBe(2);
    expect(new Set(stub.inputsOf("RunTask").map((input) => input["clientToken"])).size).toBe(2);
  });

  it("skips looks that a slow one has overtaken", async () => {
    configure({ POLL_INTERVAL_SECONDS: "10" });
    stub.answers["GetQueueAttributes"] = (_, call) => {
      if (call === 0) now += 25_000;
      return queueOf(0)();
    };
    const { looks } = await starter(EVENT);
    expect(looks).toHaveLength(3);
    expect(slept).toEqual([5_000, 10_000]);
  });

  it.each(["60", "120"])("looks once when the schedule does the rest: every %s s", async (seconds) => {
    configure({ POLL_INTERVAL_SECONDS: seconds });
    expect((await starter(EVENT)).looks).toHaveLength(1);
    expect(slept).toEqual([]);
  });
});

it("the factory without arguments works by the real clock", async () => {
  stub.answers["GetQueueAttributes"] = queueOf(1);
  const before = Date.now();
  const { looks } = await makeStarter()({});
  expect(only(looks).launched).toBe(1);
  const { _aws } = JSON.parse(lines[0]!) as { _aws: { Timestamp: number } };
  expect(_aws.Timestamp).toBeGreaterThanOrEqual(before);
});
