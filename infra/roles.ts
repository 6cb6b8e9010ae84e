/** The three roles: the worker's, Fargate's own, the starter's. */
import type { Resource } from "@pulumi/pulumi";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { type Context, named, under } from "./context";
import { type PolicyDocument, trust } from "./policies/document";
import { executionPolicy } from "./policies/execution";
import { starterPolicy } from "./policies/starter";
import { workerPolicy } from "./policies/worker";

export interface RoleWithPolicy {
  readonly role: Role;
  /** Whoever uses the role should wait for it. */
  readonly policy: Resource;
}

/** @param repositoryArn of the worker's image; undefined when it is not in ECR */
export function createTaskRoles(
  context: Context,
  repositoryArn: string | undefined,
): { readonly worker: RoleWithPolicy; readonly execution: RoleWithPolicy } {
  const { settings, names, arns, place } = context;
  const { sourceKmsKeyArn, destinationKmsKeyArn } = settings;
  return {
    worker: createRole(context, "worker-role", {
      name: names.workerRole,
      policyName: names.workerPolicy,
      trust: trust("ecs-tasks.amazonaws.com", place.accountId),
      policy: workerPolicy({ arns, sourceKmsKeyArn, destinationKmsKeyArn }),
    }),
    execution: createRole(context, "execution-role", {
      name: names.executionRole,
      policyName: names.executionPolicy,
      trust: trust("ecs-tasks.amazonaws.com"),
      policy: executionPolicy(arns, repositoryArn),
    }),
  };
}

export function createStarterRole(context: Context): RoleWithPolicy {
  const { names, arns } = context;
  return createRole(context, "starter-role", {
    name: names.starterRole,
    policyName: names.starterPolicy,
    trust: trust("lambda.amazonaws.com"),
    policy: starterPolicy(arns),
  });
}

export interface RoleInput {
  readonly name: string;
  readonly policyName: string;
  readonly trust: object;
  readonly policy: PolicyDocument;
}

export function createRole(context: Context, what: string, input: RoleInput): RoleWithPolicy {
  const { permissionsBoundaryArn, tags } = context.settings;
  const role = new Role(
    named(context, what),
    {
      name: input.name,
      assumeRolePolicy: JSON.stringify(input.trust),
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
      tags,
    },
    under(context),
  );
  const policy = new RolePolicy(
    named(context, `${what}-policy`),
    { name: input.policyName, role: role.name, policy: JSON.stringify(input.policy) },
    under(context),
  );
  return { role, policy };
}
