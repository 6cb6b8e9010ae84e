/** Whose output is in which group and stream: ECS tasks by the awslogs driver, functions by their execution environment. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { asOperator, refused, useCloud } from "../local-cloud";

describe("logs of processes on the local cloud", () => {
  const cloud = useCloud();
  let client: CloudWatchLogsClient;
  let ecs: ECSClient;
  let directory: string;
  beforeAll(async () => {
    client = new CloudWatchLogsClient(asOperator(cloud()));
    ecs = new ECSClient(asOperator(cloud()));
    cloud().ecs.createCluster("c");
    directory = await mkdtemp(join(tmpdir(), "logs-contract-"));
  });
  afterAll(async () => {
    client.destroy();
    ecs.destroy();
    await rm(directory, { recursive: true });
  });

  const lines = async (logGroupName: string, logStreamNamePrefix?: string) =>
    (await client.send(new FilterLogEventsCommand({ logGroupName, logStreamNamePrefix }))).events!;
  const define = (family: string, options: Record<string, string>) =>
    ecs.send(
      new RegisterTaskDefinitionCommand({
        family,
        containerDefinitions: [
          {
            name: "main",
            command: [process.execPath, "-e", "console.log('to stdout'); console.log(); console.error('to stderr')"],
            logConfiguration: { logDriver: "awslogs", options: { "awslogs-region": "eu-north-1", ...options } },
          },
        ],
      }),
    );
  const run = async (family: string) => {
    const { tasks } = await ecs.send(new RunTaskCommand({ cluster: "c", taskDefinition: family }));
    return cloud().ecs.stopped(tasks![0]!.taskArn!);
  };

  test("a task writes to PREFIX/CONTAINER/TASK-ID, stdout and stderr, empty lines not (ECS Developer Guide, awslogs)", async () => {
    cloud().logs.createGroup("/ecs/one");
    await define("one", { "awslogs-group": "/ecs/one", "awslogs-stream-prefix": "p" });
    const { id } = await run("one");
    const events = await lines("/ecs/one");
    expect(events.map((event) => event.message).sort()).toEqual(["to stderr", "to stdout"]);
    expect(new Set(events.map((event) => event.logStreamName))).toEqual(new Set([`p/main/${id}`]));
  });

  test("without the group a task does not start, unless awslogs-create-group says to make it (ECS Developer Guide, awslogs)", async () => {
    await define("two", { "awslogs-group": "/ecs/two", "awslogs-stream-prefix": "p" });
    expect(await run("two")).toMatchObject({
      stopCode: "TaskFailedToStart",
      stoppedReason: expect.stringMatching(/^ResourceInitializationError.*ResourceNotFoundException/) as string,
    });
    await define("two", { "awslogs-group": "/ecs/two", "awslogs-stream-prefix": "p", "awslogs-create-group": "true" });
    expect(await run("two")).toMatchObject({ exitCode: 0 });
    expect(await lines("/ecs/two")).toHaveLength(2);
  });

  test("group, Region and prefix are needed on Fargate; the definition shows them (API RegisterTaskDefinition, LogConfiguration)", async () => {
    expect(await refused(define("three", { "awslogs-group": "/ecs/three" }))).toBe("ClientException");
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "two" }));
    expect(taskDefinition!.containerDefinitions![0]!.logConfiguration).toMatchObject({
      logDriver: "awslogs",
      options: { "awslogs-group": "/ecs/two", "awslogs-stream-prefix": "p" },
    });
  });

  test("a function writes to /aws/lambda/NAME, one stream per execution environment, which it is told (Lambda Developer Guide, logging)", async () => {
    const module = join(directory, "f.cjs");
    await writeFile(
      module,
      "exports.handler = async (_event, context) => (console.log('in the handler'), [context.logStreamName, process.env.AWS_LAMBDA_LOG_STREAM_NAME, process.env.AWS_LAMBDA_LOG_GROUP_NAME]);",
    );
    cloud().lambda.createFunction({ name: "f", module });
    const { outcome } = await cloud().lambda.invoke("f");
    await cloud().lambda.invoke("f");
    const logGroupName = "/aws/lambda/f";
    const { logStreams } = await client.send(new DescribeLogStreamsCommand({ logGroupName }));
    const [stream, ...others] = logStreams!.map((one) => one.logStreamName);
    expect(others).toEqual([]);
    expect(stream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    expect(outcome).toEqual({ result: JSON.stringify([stream, stream, logGroupName]) });
    const messages = (await lines(logGroupName)).map((event) => event.message!.split(" ")[0]);
    expect(messages.filter((word) => word === "START")).toHaveLength(2);
    expect(messages.filter((word) => word === "in")).toHaveLength(2);
    expect(messages.filter((word) => word === "REPORT")).toHaveLength(2);
  });
});
