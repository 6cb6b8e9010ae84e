/** What the ECS contract runs against: the local cloud, or an AWS account when the environment says so. */
import {
  DescribeTasksCommand,
  ECSClient,
  StopTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import { startCloud } from "../../../local/cloud";

export interface EcsTarget {
  readonly client: ECSClient;
  readonly cluster: string;
  /** Everything RunTask needs for a task that runs until it is stopped. */
  readonly sleeper: Pick<RunTaskCommandInput, "cluster" | "taskDefinition" | "networkConfiguration">;
  /** Waits until a task has that lastStatus. */
  until(taskArn: string, lastStatus: string): Promise<Task>;
  close(): Promise<void>;
}

const FAMILY = "contract-sleeper";

async function poll(
  client: ECSClient,
  cluster: string,
  taskArn: string,
  lastStatus: string,
  pauseMs: number,
): Promise<Task> {
  for (;;) {
    const { tasks } = await client.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }));
    if (tasks?.[0]?.lastStatus === lastStatus) return tasks[0];
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

export async function localTarget(): Promise<EcsTarget> {
  const cloud = await startCloud();
  const cluster = "contract";
  cloud.ecs.createCluster(cluster);
  const command = [process.execPath, "-e", "setInterval(() => {}, 1000)"];
  cloud.ecs.registerTaskDefinition({
    family: FAMILY,
    networkMode: "awsvpc",
    container: { name: "main", command, environment: {}, stopTimeout: 2 },
  });
  const client = new ECSClient({
    endpoint: cloud.endpoint,
    region: cloud.region,
    credentials: cloud.principals.byName("starter")!,
    maxAttempts: 1,
  });
  return {
    client,
    cluster,
    sleeper: {
      cluster,
      taskDefinition: FAMILY,
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-local"] } },
    },
    until: (taskArn, lastStatus) => poll(client, cluster, taskArn, lastStatus, 10),
    async close() {
      client.destroy();
      await cloud.close();
    },
  };
}

/** Set S3ES_CONTRACT_ECS_CLUSTER, S3ES_CONTRACT_ECS_TASK_DEFINITION and S3ES_CONTRACT_ECS_SUBNETS beside S3ES_CONTRACT_REAL=1; costs a few cents. */
export const isOnAws =
  process.env["S3ES_CONTRACT_REAL"] === "1" && process.env["S3ES_CONTRACT_ECS_CLUSTER"] !== undefined;

export async function awsTarget(): Promise<EcsTarget> {
  const client = new ECSClient({});
  const cluster = process.env["S3ES_CONTRACT_ECS_CLUSTER"]!;
  const subnets = process.env["S3ES_CONTRACT_ECS_SUBNETS"]!.split(",");
  const started: string[] = [];
  return {
    client,
    cluster,
    sleeper: {
      cluster,
      taskDefinition: process.env["S3ES_CONTRACT_ECS_TASK_DEFINITION"]!,
      networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
    },
    until: (taskArn, lastStatus) => {
      started.push(taskArn);
      return poll(client, cluster, taskArn, lastStatus, 3_000);
    },
    async close() {
      for (const task of started) await client.send(new StopTaskCommand({ cluster, task })).catch(() => undefined);
      client.destroy();
    },
  };
}
