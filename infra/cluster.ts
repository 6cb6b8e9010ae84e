/** The ECS cluster, with On-Demand and Spot capacity. It costs nothing without tasks. */
import type { Resource } from "@pulumi/pulumi";
import { Cluster, ClusterCapacityProviders } from "@pulumi/aws/ecs";
import { type Context, named, under } from "./context";

export interface WorkerCluster {
  readonly cluster: Cluster;
  readonly capacity: ClusterCapacityProviders;
}

/** @param after what workers need while they run; deleted only after the cluster, which waits for its last task */
export function createCluster(context: Context, after: readonly Resource[]): WorkerCluster {
  const { settings, names } = context;
  const cluster = new Cluster(
    named(context, "cluster"),
    // Container insights cost money also when nothing runs.
    { name: names.cluster, settings: [{ name: "containerInsights", value: "disabled" }], tags: settings.tags },
    under(context, after),
  );
  const capacity = new ClusterCapacityProviders(
    named(context, "capacity"),
    // No default strategy: the starter names a provider in every RunTask.
    { clusterName: cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
    under(context),
  );
  return { cluster, capacity };
}
