/** Whether the access policy of a queue lets a service send: the part of IAM's evaluation that such policies use. Pure. */

/** Who asks, and what for. */
export interface Ask {
  /** "s3.amazonaws.com". */
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  /** Condition keys as the service sets them: "aws:SourceArn", "aws:SourceAccount". */
  readonly context: Readonly<Record<string, string>>;
}

/** `unclear`: a statement about it uses what is not understood here. */
export type Permission = "allowed" | "denied" | "not-allowed" | "unclear";

type OneOrMany = string | readonly string[];

interface Statement {
  readonly Effect?: string;
  readonly Principal?: OneOrMany | Readonly<Record<string, OneOrMany>>;
  readonly Action?: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMany>>>>;
}

/** @param policy JSON text; undefined when the queue has none, and then only its own account may use it */
export function permissionOf(policy: string | undefined, ask: Ask): Permission {
  if (policy === undefined) return "not-allowed";
  let document: { readonly Statement?: Statement | readonly Statement[] };
  try {
    document = JSON.parse(policy) as typeof document;
  } catch {
    return "unclear";
  }
  const statements = [document.Statement ?? []].flat();
  const about = statements.map((statement) => ({ effect: statement.Effect, applies: applies(statement, ask) }));
  const some = (effect: string, how: Applies): boolean =>
    about.some((one) => one.effect === effect && one.applies === how);
  if (some("Deny", "yes")) return "denied";
  if (some("Deny", "unclear")) return "unclear";
  if (some("Allow", "yes")) return "allowed";
  return some("Allow", "unclear") ? "unclear" : "not-allowed";
}

type Applies = "yes" | "no" | "unclear";

function applies(statement: Statement, { service, action, resource, context }: Ask): Applies {
  // NotPrincipal, NotAction, NotResource.
  if (Object.keys(statement).some((name) => name.startsWith("Not"))) return "unclear";
  if (!principals(statement.Principal).some((one) => one === "*" || one === service)) return "no";
  if (!many(statement.Action).some((one) => matches(one.toLowerCase(), action.toLowerCase()))) return "no";
  if (!many(statement.Resource).some((one) => matches(one, resource))) return "no";
  const conditions = Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => holds(operator, values, valueOf(context, key))),
  );
  if (conditions.includes("no")) return "no";
  return conditions.includes("unclear") ? "unclear" : "yes";
}

function holds(operator: string, wanted: OneOrMany, value: string | undefined): Applies {
  const [, name = operator, ifExists] = /^(.*?)(IfExists)?$/.exec(operator) ?? [];
  if (!(name in OPERATORS)) return "unclear";
  if (value === undefined) return ifExists === undefined ? "no" : "yes";
  const compare = OPERATORS[name as keyof typeof OPERATORS];
  return many(wanted).some((one) => compare(one, value)) ? "yes" : "no";
}

const OPERATORS = {
  StringEquals: (wanted: string, value: string) => wanted === value,
  StringEqualsIgnoreCase: (wanted: string, value: string) => wanted.toLowerCase() === value.toLowerCase(),
  StringLike: matches,
  // IAM takes wildcards in both (IAM guide, ARN condition operators).
  ArnEquals: matches,
  ArnLike: matches,
} as const;

function principals(principal: Statement["Principal"]): readonly string[] {
  if (principal === undefined) return [];
  if (typeof principal === "string") return [principal];
  return Array.isArray(principal) ? (principal as string[]) : Object.values(principal).flat();
}

/** Condition keys are not case-sensitive. */
function valueOf(context: Ask["context"], key: string): string | undefined {
  return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function many(values: OneOrMany | undefined): readonly string[] {
  return values === undefined ? [] : [values].flat();
}

/** `*` is any text, `?` any character. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .split(/([*?])/)
    .map((part) => (part === "*" ? ".*" : part === "?" ? "." : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")))
    .join("");
  return new RegExp(`^${expression}$`, "s").test(text);
}
