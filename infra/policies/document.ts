/** IAM policy documents as plain data. */

export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Principal?: { readonly Service: string };
  readonly Condition?: Conditions;
}

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

export function allow(
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Conditions,
): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  };
}

/** IAM reads `*`, `?` and `$` as more than themselves, and takes Latin-1 only (IAM guide, policy elements: variables; API PutRolePolicy). */
export function literally(text: string): string {
  return text.replace(/[*?$]/g, "${$&}").replace(/[^\x20-\x7e]+/g, "*");
}

/** For the policy of a resource: `service` may do this to it. */
export function allowService(
  sid: string,
  service: string,
  action: string,
  resource: string,
  condition: Conditions,
): Statement {
  return { ...allow(sid, [action], [resource], condition), Principal: { Service: service } };
}

/**
 * Who may take a role. With an account, only on behalf of that account: Amazon ECS documents the condition for task roles (ECS
 * guide, task IAM role); for the other services no page says that they send it.
 */
export function trust(service: string, accountId?: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "sts:AssumeRole",
        ...(accountId === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": accountId } } }),
      },
    ],
  };
}
