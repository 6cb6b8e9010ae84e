/** What a fault rule says: which requests it is for, and what happens to them. Pure. */

/** Text that must be equal, or start so, or match. */
export type TextMatch = string | { readonly prefix: string } | { readonly regex: string } | RegExp;

/** A point of a request that rules are matched against. */
export interface FaultPoint {
  readonly service: string;
  readonly operation: string;
  readonly resource?: string;
  readonly key?: string;
  readonly source?: string;
  readonly principal: string;
}

/** `before` the effect (default): the service has not been called. `after`: it has, and its answer is lost or altered. */
export type When = "before" | "after";

export type FaultAction =
  /** Answers this AWS error; with `after` the effect happens all the same. */
  | {
      readonly type: "error";
      readonly status: number;
      readonly code: string;
      readonly message?: string;
      readonly when?: When;
    }
  /** The service's own throttling error: SlowDown (503), ThrottlingException (400), ... */
  | { readonly type: "throttle" }
  /** Cuts the connection with RST; with `after` this is the lost response. */
  | { readonly type: "reset"; readonly when?: When }
  /** Cuts the connection now; the effect happens `delayMs` later, and not before `until` (programmatic only) has resolved. */
  | { readonly type: "late"; readonly delayMs: number; readonly until?: Promise<void> }
  /** Never answers: until the client gives up, or for `ms`, then the connection is cut. */
  | { readonly type: "hang"; readonly ms?: number; readonly when?: When }
  /** Waits, then goes on as if nothing had been. */
  | { readonly type: "delay"; readonly ms: number; readonly when?: When }
  /** S3: status 200, white space, then an error document (CopyObject, UploadPartCopy, CompleteMultipartUpload). */
  | { readonly type: "200-with-error"; readonly code: string; readonly message?: string; readonly when?: When }
  /** Programmatic only: waits for the promise, then goes on. */
  | { readonly type: "wait"; readonly until: (point: FaultPoint) => Promise<void> | void; readonly when?: When };

export interface FaultRule {
  /** Shown in the request log; given one if absent. Adding a rule under a name in use replaces that rule. */
  readonly name?: string;
  readonly service?: string;
  readonly operation?: string | readonly string[];
  readonly resource?: TextMatch;
  readonly key?: TextMatch;
  readonly source?: TextMatch;
  readonly principal?: string;
  /** Lets the first n matching requests pass. */
  readonly skip?: number;
  /** Acts on at most n requests, then is spent. */
  readonly times?: number;
  /** Acts on this share of the matching requests, by the cloud's seeded randomness. Default 1. */
  readonly probability?: number;
  readonly action: FaultAction;
}

/** Makes the test of a rule once, so that no request compiles an expression. */
export function compileMatch(rule: FaultRule): (point: FaultPoint) => boolean {
  const operations = rule.operation === undefined ? undefined : new Set([rule.operation].flat());
  const resource = compileText(rule.resource);
  const key = compileText(rule.key);
  const source = compileText(rule.source);
  return (point) =>
    (operations === undefined || operations.has(point.operation)) &&
    (rule.service === undefined || rule.service === point.service) &&
    (rule.principal === undefined || rule.principal === point.principal) &&
    resource(point.resource) &&
    key(point.key) &&
    source(point.source);
}

function compileText(match: TextMatch | undefined): (text: string | undefined) => boolean {
  if (match === undefined) return () => true;
  if (typeof match === "string") return (text) => text === match;
  if (match instanceof RegExp || "regex" in match) {
    const expression =
      match instanceof RegExp ? new RegExp(match.source, match.flags.replace(/[gy]/g, "")) : new RegExp(match.regex);
    return (text) => text !== undefined && expression.test(text);
  }
  return (text) => text?.startsWith(match.prefix) ?? false;
}

const ACTIONS: Readonly<Record<Exclude<FaultAction["type"], "wait">, readonly string[]>> = {
  error: ["status", "code"],
  throttle: [],
  reset: [],
  late: ["delayMs"],
  hang: [],
  delay: ["ms"],
  "200-with-error": ["code"],
};
const NUMBERS = new Set(["status", "delayMs", "ms"]);
const RULE_FIELDS = new Set<string>([
  "name",
  "service",
  "operation",
  "resource",
  "key",
  "source",
  "principal",
  "skip",
  "times",
  "probability",
  "action",
] satisfies (keyof FaultRule)[]);
const ACTION_FIELDS = new Set(["type", "status", "code", "message", "when", "delayMs", "ms"]);

/** A misspelt condition would be no condition: the rule would act on every request. */
function refuseUnknown(value: object, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(value).filter((field) => !known.has(field));
  if (unknown.length > 0) {
    throw new Error(`${where} has no field ${unknown.join(", ")}; it has ${[...known].join(", ")}`);
  }
}

/**
 * Checks a rule that came as JSON.
 * @throws Error that names what is wrong.
 */
export function parseRule(json: unknown): FaultRule {
  if (typeof json !== "object" || json === null) throw new Error("a rule is a JSON object");
  const rule = json as Record<string, unknown>;
  refuseUnknown(json, RULE_FIELDS, "a rule");
  const action = rule["action"];
  if (typeof action !== "object" || action === null) throw new Error("a rule needs an action");
  refuseUnknown(action, ACTION_FIELDS, "an action");
  const fields = action as Record<string, unknown>;
  const needed = Object.entries(ACTIONS).find(([type]) => type === fields["type"])?.[1];
  if (needed === undefined) throw new Error(`action.type must be one of ${Object.keys(ACTIONS).join(", ")}`);
  for (const name of needed) {
    const type = NUMBERS.has(name) ? "number" : "string";
    if (typeof fields[name] !== type) throw new Error(`action.${name} must be a ${type}`);
  }
  if (fields["when"] !== undefined && fields["when"] !== "before" && fields["when"] !== "after") {
    throw new Error("action.when must be before or after");
  }
  for (const name of ["skip", "times", "probability"]) {
    if (rule[name] !== undefined && typeof rule[name] !== "number") throw new Error(`${name} must be a number`);
  }
  const known = json as FaultRule;
  compileMatch(known);
  return known;
}
