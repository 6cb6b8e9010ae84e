/** What a program that starts Fargate tasks may rely on, fact by fact, with the page that says so. */
import {
  DescribeClustersCommand,
  DescribeTasksCommand,
  ListTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type RunTaskCommandInput,
} from "@aws-sdk/client-ecs";
import type { EcsTarget } from "./target";

export function describeEcsContract(name: string, start: () => Promise<EcsTarget>): void {
  describe(`ECS contract on ${name}`, () => {
    let target: EcsTarget;
    const token = (text: string) => `${text}-${process.pid}-${Date.now()}`;
    beforeAll(async () => {
      target = await start();
    });
    afterAll(() => target.close());

    const run = async (more: Partial<RunTaskCommandInput> = {}) =>
      target.client.send(new RunTaskCommand({ ...target.sleeper, ...more }));
    const list = async (more: object) =>
      (await target.client.send(new ListTasksCommand({ cluster: target.cluster, ...more }))).taskArns ?? [];
    const stop = async (task: string) => {
      await target.client.send(new StopTaskCommand({ cluster: target.cluster, task, reason: "contract" }));
      return target.until(task, "STOPPED");
    };

    test("tasks and failures come in one 200; the group is the family (API RunTask)", async () => {
      const { tasks, failures } = await run({
        count: 2,
        capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }],
      });
      expect(failures).toEqual([]);
      expect(tasks).toHaveLength(2);
      for (const task of tasks!) {
        expect(task).toMatchObject({
          desiredStatus: "RUNNING",
          capacityProviderName: "FARGATE",
          group: expect.stringMatching(/^family:/) as string,
        });
        expect(["PROVISIONING", "PENDING"]).toContain(task.lastStatus);
        await stop(task.taskArn!);
      }
    });

    test("from PROVISIONING to STOPPED, with times, stop code and reason (API Task)", async () => {
      const { tasks } = await run({ startedBy: "contract" });
      const arn = tasks![0]!.taskArn!;
      const running = await target.until(arn, "RUNNING");
      expect(running.startedAt!.getTime()).toBeGreaterThanOrEqual(running.createdAt!.getTime());
      const stopped = await stop(arn);
      expect(stopped).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "contract", startedBy: "contract" });
      expect(stopped.stoppedAt!.getTime()).toBeGreaterThanOrEqual(running.startedAt!.getTime());
      expect(stopped.containers![0]!.exitCode).toBeGreaterThan(128);
    });

    test("ListTasks: RUNNING includes tasks still starting, PENDING gives nothing, stopped ones are STOPPED (API ListTasks)", async () => {
      const startedBy = token("list");
      const arn = (await run({ startedBy })).tasks![0]!.taskArn!;
      expect(await list({})).toContain(arn);
      expect(await list({ startedBy })).toEqual([arn]);
      expect(await list({ desiredStatus: "PENDING" })).toEqual([]);
      await stop(arn);
      expect(await list({})).not.toContain(arn);
      expect(await list({ desiredStatus: "STOPPED" })).toContain(arn);
    });

    test("startedBy must be the only filter (API ListTasks)", async () => {
      await expect(list({ startedBy: "x", family: "y" })).rejects.toMatchObject({ name: "InvalidParameterException" });
    });

    test("the same client token with the same parameters starts nothing new; with others it is a conflict (Developer Guide, ecs-idempotency)", async () => {
      const clientToken = token("once");
      const first = await run({ clientToken });
      const second = await run({ clientToken });
      expect(second.tasks!.map((task) => task.taskArn)).toEqual(first.tasks!.map((task) => task.taskArn));
      await expect(run({ clientToken, count: 2 })).rejects.toMatchObject({ name: "ConflictException" });
      await stop(first.tasks![0]!.taskArn!);
    });

    test.each<[string, Partial<RunTaskCommandInput>]>([
      ["more than 10 tasks", { count: 11 }],
      [
        "a launch type beside a strategy",
        { launchType: "FARGATE", capacityProviderStrategy: [{ capacityProvider: "FARGATE", weight: 1 }] },
      ],
      ["only weights of zero, the default", { capacityProviderStrategy: [{ capacityProvider: "FARGATE" }] }],
      ["a provider that is not attached", { capacityProviderStrategy: [{ capacityProvider: "NO_SUCH", weight: 1 }] }],
      ["startedBy with other characters", { startedBy: "not allowed!" }],
      ["no network configuration for awsvpc", { networkConfiguration: undefined }],
    ])("InvalidParameterException: %s (API RunTask)", async (_what, more) => {
      await expect(run(more)).rejects.toMatchObject({ name: "InvalidParameterException" });
    });

    test("an unknown cluster is ClusterNotFoundException, an unknown definition ClientException (API RunTask, Errors)", async () => {
      await expect(run({ cluster: "no-such-cluster" })).rejects.toMatchObject({ name: "ClusterNotFoundException" });
      await expect(run({ taskDefinition: "no-such-family" })).rejects.toMatchObject({ name: "ClientException" });
    });

    test("what is not there is a failure with MISSING, in a 200 (API DescribeTasks, DescribeClusters)", async () => {
      const id = "0".repeat(32);
      const tasks = await target.client.send(new DescribeTasksCommand({ cluster: target.cluster, tasks: [id] }));
      expect(tasks).toMatchObject({ tasks: [], failures: [{ reason: "MISSING" }] });
      const clusters = await target.client.send(new DescribeClustersCommand({ clusters: ["no-such", target.cluster] }));
      expect(clusters.failures).toMatchObject([{ reason: "MISSING" }]);
      expect(clusters.clusters).toMatchObject([{ clusterName: target.cluster, status: "ACTIVE" }]);
    });
  });
}
