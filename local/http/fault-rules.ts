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
