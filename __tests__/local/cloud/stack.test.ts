/** A local stack looks like the deployed one to whoever reads its logs, metrics and network. */
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRouteTablesCommand, DescribeVpcEndpointsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { startStack, type Stack } from "../../../lab/stack/stack";
import { asOperator } from "../../contracts/local-cloud";

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ scheduled: false });
});
afterAll(() => stack.close());

test("the worker's lines are in its group, in the stream of its task", async () => {
  const task = await stack.runWorker();
  await stack.cloud.s3.put(stack.source, "a.txt", "hello");
  await stack.queue.whenEmpty();
  const client = new CloudWatchLogsClient(asOperator(stack.cloud));
  const { events } = await client.send(
    new FilterLogEventsCommand({
      logGroupName: "/ecs/s3-to-s3express-sync-task",
      logStreamNamePrefix: "worker/",
      filterPattern: "{ $.level = * }",
    }),
  );
  client.destroy();
  const id = task.slice(task.lastIndexOf("/") + 1);
  expect(events!.length).toBeGreaterThan(0);
  expect(new Set(events!.map((event) => event.logStreamName))).toEqual(new Set([`worker/worker/${id}`]));
});

test("the starter's lines are in the group of its function", async () => {
  await stack.cloud.lambda.invoke(stack.starterName);
  const client = new CloudWatchLogsClient(asOperator(stack.cloud));
  const logGroupName = `/aws/lambda/${stack.starterName}`;
  const { events } = await client.send(new FilterLogEventsCommand({ logGroupName, filterPattern: "REPORT" }));
  client.destroy();
  expect(events).toHaveLength(1);
});

test("both gateway endpoints are in the route table of the task's subnets, and there is a way out", async () => {
  const client = new EC2Client(asOperator(stack.cloud));
  const { VpcEndpoints } = await client.send(new DescribeVpcEndpointsCommand({}));
  const { RouteTables } = await client.send(
    new DescribeRouteTablesCommand({ Filters: [{ Name: "association.main", Values: ["false"] }] }),
  );
  client.destroy();
  expect(VpcEndpoints!.map(({ ServiceName }) => ServiceName)).toEqual([
    "com.amazonaws.eu-north-1.s3",
    "com.amazonaws.eu-north-1.s3express",
  ]);
  const [table] = RouteTables!;
  expect(VpcEndpoints!.flatMap(({ RouteTableIds }) => RouteTableIds)).toEqual([
    table!.RouteTableId,
    table!.RouteTableId,
  ]);
  expect(table!.Routes!.map((route) => route.DestinationCidrBlock ?? route.GatewayId)).toEqual([
    "10.0.0.0/16",
    "0.0.0.0/0",
    ...VpcEndpoints!.map(({ VpcEndpointId }) => VpcEndpointId),
  ]);
});
