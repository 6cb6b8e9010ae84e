/**
 * What the starter looks at, on the local cloud: a queue with messages in every state and a cluster with tasks of every age. Tasks are
 * processes that wait, or fail; the worker itself has no part in this.
 */
import { ECSClient, RunTaskCommand } from "@aws-sdk/client-ecs";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { StarterConfig } from "../../core/config";
import { DEFAULTS, writeStarterEnv } from "../../core/env";
import type { StarterResult } from "../../functions/starter";
import { type Cloud, startCloud } from "../../local/cloud";
import type { FunctionError, Invocation } from "../../local/lambda";
import { makeJumpingClock } from "../support/e2e-clock";

const NAME = "s3-to-s3express-sync";
const FAMILY = `${NAME}-task`;
const WAITS = ["sleep", "600"];
const FAILS = ["false"];

export interface Answered {
  readonly result?: StarterResult;
  readonly error?: FunctionError;
}

export interface World {
  readonly cloud: Cloud;
  /** Messages nobody has received. */
  readonly waiting: (count: number) => void;
  /** Messages somebody holds. */
  readonly held: (count: number) => Promise<void>;
  /** Tasks that became RUNNING so many seconds ago and still are. */
  readonly working: (count: number, secondsAgo: number) => Promise<void>;
  /** Tasks that came and failed, the last of them so many seconds ago. */
  readonly crashed: (count: number, secondsAgo: number) => Promise<void>;
  /** Invokes the starter; the same execution environment every time. */
  readonly invoke: (event: unknown) => Promise<Answered>;
  /** Capacity providers of the tasks that the starter launched, oldest first. */
  readonly launched: () => readonly (string | undefined)[];
  readonly close: () => Promise<void>;
}

/** @param module the starter, as a file that Lambda loads */
export async function startWorld(module: string, settings: Partial<StarterConfig> = {}): Promise<World> {
  const clock = makeJumpingClock();
  const cloud = await startCloud({ clock });
  const queue = cloud.sqs.createQueue(`${NAME}-q`);
  cloud.ecs.createCluster(`${NAME}-cluster`);
  cloud.lambda.createFunction({
    name: `${NAME}-starter`,
    module,
    environment: { ...environmentOf(queue.url, settings), ...cloud.environmentFor("starter") },
    timeoutSeconds: 60,
  });
  const { accessKeyId, secretAccessKey } = cloud.principals.byName("operator")!;
  const access = { endpoint: cloud.endpoint, region: cloud.region, credentials: { accessKeyId, secretAccessKey } };
  const [sqs, ecs] = [new SQSClient(access), new ECSClient(access)];

  const become = (command: readonly string[]): void => {
    const container = { name: "worker", command, environment: {}, stopTimeout: 1 };
    cloud.ecs.registerTaskDefinition({ family: FAMILY, networkMode: "awsvpc", container });
  };
  become(WAITS);

  const runOnSpot = async (count: number): Promise<readonly string[]> => {
    const { tasks = [] } = await ecs.send(
      new RunTaskCommand({
        cluster: `${NAME}-cluster`,
        taskDefinition: FAMILY,
        count,
        capacityProviderStrategy: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }],
        networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-local"] } },
      }),
    );
    return tasks.map(({ taskArn }) => taskArn!);
  };

  /** What happens meanwhile happens by a clock that is so much behind. */
  const inThePast = async (seconds: number, happens: () => Promise<void>): Promise<void> => {
    clock.jump(-seconds);
    await happens();
    clock.jump(seconds);
  };

  return {
    cloud,
    waiting: (count) => {
      for (let sent = 0; sent < count; sent += 1) queue.send(`message ${sent}`);
    },
    held: async (count) => {
      for (let sent = 0; sent < count; sent += 1) queue.send(`held ${sent}`);
      while (queue.depth().inFlight < count) {
        const most = Math.min(10, count - queue.depth().inFlight);
        const command = { QueueUrl: queue.url, MaxNumberOfMessages: most, VisibilityTimeout: 600 };
        await sqs.send(new ReceiveMessageCommand(command));
      }
    },
    working: (count, secondsAgo) =>
      inThePast(secondsAgo, async () => {
        const arns = await runOnSpot(count);
        while (arns.some((arn) => cloud.ecs.task(arn).lastStatus !== "RUNNING")) await turn();
      }),
    crashed: (count, secondsAgo) =>
      inThePast(secondsAgo, async () => {
        become(FAILS);
        await Promise.all((await runOnSpot(count)).map((arn) => cloud.ecs.stopped(arn)));
        become(WAITS);
      }),
    invoke: async (event) => answered(await cloud.lambda.invoke(`${NAME}-starter`, event)),
    launched: () =>
      cloud.ecs
        .tasks({ family: FAMILY })
        .filter(({ startedBy }) => startedBy === "s3-express-sync-starter")
        .map(({ capacityProviderName }) => capacityProviderName),
    close: async () => {
      sqs.destroy();
      ecs.destroy();
      await cloud.close();
    },
  };
}

function environmentOf(queueUrl: string, settings: Partial<StarterConfig>): Record<string, string> {
  return writeStarterEnv({
    ...DEFAULTS,
    scalingRule: "visible",
    assignPublicIp: true,
    ...settings,
    queueUrl,
    cluster: `${NAME}-cluster`,
    taskDefinition: FAMILY,
    taskFamily: FAMILY,
    subnets: ["subnet-local"],
    securityGroups: ["sg-local"],
  });
}

function answered({ outcome }: Invocation): Answered {
  return "error" in outcome ? outcome : { result: JSON.parse(outcome.result) as StarterResult };
}

/** Lets the local cloud's own events happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
