/** What Fargate itself needs to start a worker: pull the image, write the log. */
import type { Arns } from "../arns";
import { allow, policy, type PolicyDocument } from "./document";

/** @param repositoryArn undefined when the image is not in a private repository of ECR */
export function executionPolicy(arns: Arns, repositoryArn: string | undefined): PolicyDocument {
  return policy(
    allow("WriteLog", ["logs:CreateLogStream", "logs:PutLogEvents"], [arns.workerLogStreams]),
    ...(repositoryArn === undefined
      ? []
      : [
          // No resource can be named (service authorization reference, Amazon ECR).
          allow("LogIn", ["ecr:GetAuthorizationToken"], ["*"]),
          allow(
            "PullImage",
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            [repositoryArn],
          ),
        ]),
  );
}

/** The repository an image URI points into; undefined when it is not ECR's. */
export function ecrRepositoryArn(imageUri: string, partition: string): string | undefined {
  const match = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/.exec(imageUri);
  const [, accountId, region, repository] = match ?? [];
  if (accountId === undefined || region === undefined || repository === undefined) return undefined;
  return `arn:${partition}:ecr:${region}:${accountId}:repository/${repository}`;
}
