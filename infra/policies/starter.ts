/** What the starter may do: look at the queue and at its cluster, and launch workers of its family. */
import type { Arns } from "../arns";
import { allow, policy, type PolicyDocument } from "./document";

export function starterPolicy(arns: Arns): PolicyDocument {
  const inCluster = { ArnEquals: { "ecs:cluster": arns.cluster } };
  return policy(
    allow("SeeDepth", ["sqs:GetQueueAttributes"], [arns.queue]),
    // Listing by cluster is authorised on "*" (service authorization reference: only container instances can be named, and
    // Fargate has none); the condition does the scoping.
    allow("ListWorkers", ["ecs:ListTasks"], ["*"], inCluster),
    allow("SeeWorkers", ["ecs:DescribeTasks"], [arns.tasks], inCluster),
    // All revisions: the latest one is run, and a family without a revision is no resource since October 2024.
    allow("LaunchWorkers", ["ecs:RunTask"], [arns.taskDefinitions], inCluster),
    // Tasks get the tags of their definition, which is authorised separately (ECS guide, tagging on creation).
    allow("TagWorkers", ["ecs:TagResource"], [arns.tasks], { StringEquals: { "ecs:CreateAction": "RunTask" } }),
    allow("PassRoles", ["iam:PassRole"], [arns.workerRole, arns.executionRole], {
      StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" },
    }),
    allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [arns.starterLogStreams]),
  );
}
