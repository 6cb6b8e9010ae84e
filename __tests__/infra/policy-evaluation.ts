/** IAM's decision for one call: allowed, and by which statements. As much of IAM as the generated policies use. */
import type { PolicyDocument, Statement } from "../../infra/policies/document";

export interface Call {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request. */
  readonly context?: Readonly<Record<string, string>>;
}

/** The statements that allow the call; none: denied. */
export function allowedBy(document: PolicyDocument, call: Call): readonly Statement[] {
  return document.Statement.filter(
    (statement) =>
      statement.Action.includes(call.action) &&
      statement.Resource.some((pattern) => matches(pattern, call.resource)) &&
      holds(statement, call.context ?? {}),
  );
}

/** What a policy grants: one action on one resource each. */
export function grantsOf(document: PolicyDocument): readonly string[] {
  return document.Statement.flatMap(({ Action, Resource }) =>
    Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
  );
}

/** The grants that make the call possible. */
export function grantsUsed(document: PolicyDocument, call: Call): readonly string[] {
  return allowedBy(document, call).flatMap(({ Resource }) =>
    Resource.filter((pattern) => matches(pattern, call.resource)).map((pattern) => `${call.action} ${pattern}`),
  );
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[^]*");
  return new RegExp(`^${escaped}$`).test(text);
}

function holds({ Condition = {} }: Statement, context: Readonly<Record<string, string>>): boolean {
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      if (!["ArnEquals", "StringEquals", "ForAnyValue:StringEquals"].includes(operator)) {
        throw new Error(`condition operator ${operator} is not evaluated here`);
      }
      return [wanted].flat().includes(context[key] ?? "");
    }),
  );
}
