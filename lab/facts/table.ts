/** What the contract suites found, and the tables the page makes of it. */

/** One run of the suites on one S3 (or one whole cloud). */
export interface Column {
  readonly name: string;
  readonly version: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  /** Area and fact, without the name of the target: whether it was held. */
  readonly facts: Readonly<Record<string, boolean>>;
}

export interface Results {
  /** Everything the local cloud is held to; the service's contract before " > ". */
  readonly local: Column;
  /** The S3 facts on other emulators. */
  readonly others: readonly Column[];
}

/** A fact as jest names it, with the suite's file. */
export interface Run {
  readonly file: string;
  readonly fullName: string;
  readonly status: string;
}

export const S3 = "S3";
const GENERAL = "of no single operation";

/** Jest's names as names of facts: service > fact. Undefined = not a fact about a service. */
export function factOf({ file, fullName }: Pick<Run, "file" | "fullName">, target: string): string | undefined {
  if (fullName.startsWith("the S3 contract on a real account")) return undefined;
  const [, area] = /contracts\/([^/]+)\/[^/]+$/.exec(file) ?? [];
  if (/contracts\/s3\.(local|aws)\.test\.ts$/.test(file)) return `${S3} > ${fullName.replace(`${target}: `, "")}`;
  if (area === undefined || area === "ports") return undefined;
  return `${NAMES[area] ?? area} > ${fullName.replace(/^.*? on the local cloud /, "")}`;
}

const NAMES: Readonly<Record<string, string>> = {
  s3: "S3 for operators",
  sqs: "SQS",
  ecs: "ECS",
  logs: "CloudWatch Logs",
  cloudwatch: "CloudWatch",
  ec2: "EC2",
  events: "EventBridge",
  quotas: "Service Quotas",
  kms: "KMS",
  sts: "STS",
};

export function columnOf(runs: readonly Run[], head: Omit<Column, "facts">, target: string): Column {
  const facts: Record<string, boolean> = {};
  for (const run of runs) {
    const fact = factOf(run, target);
    if (fact !== undefined) facts[fact] = run.status === "passed";
  }
  return { ...head, facts };
}

/** Both tables, as they stand between the page's markers. */
export function tablesOf({ local, others }: Results, isOperation: (name: string) => boolean): string {
  const columns = [local, ...others];
  const s3 = Object.keys(local.facts).filter((fact) => fact.startsWith(`${S3} > `));
  const rows = new Map<string, string[]>();
  for (const fact of s3)
    for (const operation of operationsOf(fact, isOperation))
      rows.set(operation, [...(rows.get(operation) ?? []), fact]);
  const held = (facts: readonly string[]) =>
    columns.map((column) => String(facts.filter((fact) => column.facts[fact] === true).length));
  const ordered = [...rows].sort(([a], [b]) => Number(a === GENERAL) - Number(b === GENERAL) || (a < b ? -1 : 1));
  const heads = columns.map(({ name, version }) => `${name} ${version}`.trim());
  const directory = s3.filter((fact) => /directory bucket|session/i.test(fact));
  return [
    "### S3",
    "",
    table(
      ["operation", "facts", ...heads, "sources"],
      [
        ...ordered.map(([name, facts]) => [name, String(facts.length), ...held(facts), sourcesOf(facts).join(", ")]),
        ["**all facts**", String(s3.length), ...held(s3), ""],
        ["**of them about directory buckets**", String(directory.length), ...held(directory), ""],
      ],
    ),
    "",
    `Measured: ${columns.map(({ name, version, date }) => `${name} ${version}`.trim() + ` on ${date}`).join(", ")}. A fact that names several operations counts for each.`,
    "",
    "### The other services",
    "",
    table(
      ["service", "facts", "local cloud", "operations named in them"],
      servicesOf(local).map(([service, facts]) => [
        service,
        String(facts.length),
        String(facts.filter((fact) => local.facts[fact] === true).length),
        [...new Set(facts.flatMap((fact) => operationsOf(fact, isOperation)))]
          .filter((o) => o !== GENERAL)
          .sort()
          .join(", "),
      ]),
    ),
  ].join("\n");
}

function servicesOf({ facts }: Column): [string, string[]][] {
  const services = new Map<string, string[]>();
  for (const fact of Object.keys(facts)) {
    const service = fact.slice(0, fact.indexOf(" > "));
    if (service !== S3) services.set(service, [...(services.get(service) ?? []), fact]);
  }
  return [...services].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The operations that the fact's source names: "(API CopyObject, IfMatch)". */
export function operationsOf(fact: string, isOperation: (name: string) => boolean): string[] {
  const named = [...fact.matchAll(/\(([^()]*)\)/g)].flatMap(([, source = ""]) => source.match(/[A-Z]\w+/g) ?? []);
  const operations = [...new Set(named.filter(isOperation))];
  return operations.length === 0 ? [GENERAL] : operations;
}

/** Pages of the User Guide by name; the operation's own page goes without saying. */
function sourcesOf(facts: readonly string[]): string[] {
  const pages = facts.flatMap((fact) => [...fact.matchAll(/\b(UG [\w-]+)/g)].map(([, page = ""]) => page));
  const hasApi = facts.some((fact) => fact.includes("API "));
  return [...(hasApi ? ["API"] : []), ...[...new Set(pages)].sort()];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(3, ...all.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

const BEGIN = "<!-- facts: begin -->";
const END = "<!-- facts: end -->";

/** @throws Error for a page without the two markers */
export function intoPage(page: string, tables: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} ... ${END}`);
  return `${page.slice(0, from)}${BEGIN}\n\n${tables}\n\n${page.slice(to)}`;
}
