/** A fault rule that came as JSON over the control endpoint. Pure. */
import type { FaultAction, FaultRule } from "./fault-rules";
import { isObject, number, oneOf, problemsOf, refuse, share, text, type Check, type Shape } from "./json-fields";

const when = oneOf("before", "after");

const match: Check = (value) => {
  if (typeof value === "string") return undefined;
  const [field, ...more] = isObject(value) ? Object.entries(value) : [];
  const isKnown = more.length === 0 && (field?.[0] === "prefix" || isExpression(field));
  return isKnown && typeof field?.[1] === "string" ? undefined : 'a text, {"prefix": TEXT} or {"regex": EXPRESSION}';
};

const operation: Check = (value) =>
  [value].flat().every((one) => typeof one === "string") ? undefined : "a text or a list of texts";

const RULE: Shape & { readonly fields: Record<keyof FaultRule, Check> } = {
  fields: {
    name: text,
    service: text,
    operation,
    resource: match,
    key: match,
    source: match,
    principal: text,
    skip: number,
    times: number,
    probability: share,
    action: (value) => (isObject(value) ? undefined : "an object"),
  },
  needed: ["action"],
};

/** What each action takes besides `type`. */
const ACTIONS: Readonly<Record<Exclude<FaultAction["type"], "wait">, Shape>> = {
  error: { fields: { status: number, code: text, message: text, when }, needed: ["status", "code"] },
  throttle: { fields: {} },
  reset: { fields: { when } },
  late: { fields: { delayMs: number }, needed: ["delayMs"] },
  hang: { fields: { ms: number, when } },
  delay: { fields: { ms: number, when }, needed: ["ms"] },
  "200-with-error": { fields: { code: text, message: text, when }, needed: ["code"] },
};

/**
 * Checks a rule that came as JSON.
 * @throws Error that names everything that is wrong, in the rule and in its action.
 */
export function parseRule(json: unknown): FaultRule {
  const action = isObject(json) ? json["action"] : undefined;
  refuse([...problemsOf(json, RULE, "a rule"), ...(isObject(action) ? actionProblems(action) : [])]);
  return json as FaultRule;
}

function actionProblems(action: Readonly<Record<string, unknown>>): readonly string[] {
  const shape = Object.entries(ACTIONS).find(([type]) => type === action["type"])?.[1];
  if (shape === undefined) return [`action.type must be one of ${Object.keys(ACTIONS).join(", ")}`];
  return problemsOf(action, { ...shape, fields: { type: text, ...shape.fields } }, "action", "action.");
}

function isExpression(field: readonly [string, unknown] | undefined): boolean {
  if (field?.[0] !== "regex" || typeof field[1] !== "string") return false;
  try {
    return new RegExp(field[1]).source !== "";
  } catch {
    return false;
  }
}
