/** The dashboard's dollars and those of `cost --last-run` are the same, of one run and the same metrics. */
import { LIST_PRICES } from "../../core/cost";
import { METRICS, type MetricName, NAMESPACE } from "../../core/metrics";
import { GIB, MIB } from "../../core/parts";
import { parseSettings, type Settings } from "../../core/settings";
import { dashboardBody } from "../../infra/dashboard-body";
import { namesFor } from "../../infra/names";
import { startCloud } from "../../local";
import { cli } from "../support/cli";
import { evaluateRows, type Value } from "../support/metric-math";

const REGION = "eu-north-1";
const MINUTE = 60_000;

type Samples = Partial<Record<MetricName, readonly number[]>>;
interface Widget {
  readonly properties: {
    readonly title?: string;
    readonly period?: number;
    readonly stacked?: boolean;
    readonly setPeriodToTimeRange?: boolean;
    readonly metrics?: readonly (readonly unknown[])[];
  };
}

function settingsWith(raw: Record<string, string> = {}): Settings {
  const parsed = parseSettings({ "aws:region": REGION, ...raw }, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.config;
}

function widgetsOf(settings: Settings): readonly Widget["properties"][] {
  const body = dashboardBody(namesFor(settings, "123456789012"), settings) as { readonly widgets: readonly Widget[] };
  return body.widgets.map(({ properties }) => properties);
}

function dollarWidgets(settings: Settings): readonly Required<Widget["properties"]>[] {
  const found = widgetsOf(settings).filter(({ title }) => title?.startsWith("Dollars"));
  return found as readonly Required<Widget["properties"]>[];
}

/** The widget's expressions over samples of one minute each that lie in one period. */
function evaluated(metrics: readonly (readonly unknown[])[], samples: Samples): ReadonlyMap<string, number> {
  const inputs = metrics.flatMap((row): readonly (readonly [string, ReadonlyMap<number, number>])[] => {
    const [namespace, metric, dimension, queue, options] = row;
    if (typeof namespace !== "string") return [];
    expect([namespace, dimension, queue]).toEqual([NAMESPACE, "Queue", "s3-to-s3express-sync-q"]);
    expect(options).toMatchObject({ stat: "Sum", visible: false });
    const values = samples[metric as MetricName] ?? [];
    const total = values.reduce((all, value) => all + value, 0);
    return [[(options as { readonly id: string }).id, new Map(values.length === 0 ? [] : [[0, total]])]];
  });
  const values = evaluateRows(metrics, { periods: [0], inputs: Object.fromEntries(inputs) });
  const point = (value: Value): number => (typeof value === "number" ? NaN : (value.get(0) ?? NaN));
  return new Map([...values].map(([id, value]) => [id, point(value)]));
}

interface Told {
  readonly run: unknown;
  readonly bill?: {
    readonly dollars: number;
    readonly lines: readonly { readonly item: string; readonly dollars: number }[];
  };
}

/** What the built command line says of the same samples, a minute apart, out of a local cloud's CloudWatch. */
async function costOf(samples: Samples): Promise<Told> {
  const cloud = await startCloud({ region: REGION });
  try {
    const start = Math.floor(Date.now() / MINUTE) * MINUTE - 60 * MINUTE;
    for (const [name, values] of Object.entries(samples))
      for (const [minute, value] of values.entries())
        cloud.cloudwatch.put({
          namespace: NAMESPACE,
          name,
          value,
          unit: METRICS[name as MetricName].unit,
          dimensions: [{ name: "Queue", value: "s3-to-s3express-sync-q" }],
          at: start + minute * MINUTE,
        });
    const queue = `${cloud.endpoint}/123456789012/s3-to-s3express-sync-q`;
    const where = ["--region", REGION, "--queue-url", queue, "--price-region", LIST_PRICES.region];
    const { code, stdout, stderr } = await cli(
      ["cost", "--last-run", "--json", ...where],
      cloud.environmentFor("operator"),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as Told;
  } finally {
    await cloud.close();
  }
}

const RUNS: Readonly<Record<string, Samples>> = {
  "small objects, deletes and retries, a fleet that grows": {
    ObjectsCopied: [120, 4_000, 9_500, 31],
    BytesCopied: [9 * MIB, 300 * MIB, 800 * MIB, MIB],
    ObjectsDeleted: [0, 250, 3],
    Retries: [2, 0, 17],
    Running: [0, 1, 4, 4, 2],
    Launched: [1, 3],
  },
  "577 objects of 642 GB": {
    ObjectsCopied: [77, 500],
    BytesCopied: [142e9, 500e9],
    Running: [0, 3, 3],
    Launched: [3],
  },
  "large objects, in parts": {
    ObjectsCopied: [2, 1],
    BytesCopied: [90 * GIB, 70 * GIB],
    Running: [1, 1],
    Launched: [1],
  },
  "a worker that found nothing to do": { Running: [0, 1], Launched: [1] },
};

test.each(Object.entries(RUNS))("%s: the total of every widget is what `cost` says", async (_name, samples) => {
  const { bill } = await costOf(samples);
  const dollars = bill?.dollars ?? NaN;
  expect(dollars).toBeGreaterThan(0);
  for (const { metrics } of dollarWidgets(settingsWith())) {
    const values = evaluated(metrics, samples);
    const parts = ["upload", "writes", "others", "workers", "watching"].map((id) => values.get(id) ?? NaN);
    expect(parts.reduce((all, part) => all + part, 0)).toBeCloseTo(dollars, 9);
    if (values.has("total")) expect(values.get("total")).toBeCloseTo(dollars, 9);
  }
});

test("every part is the lines of the bill that it is named after", async () => {
  const samples = RUNS["small objects, deletes and retries, a fleet that grows"]!;
  const { bill } = await costOf(samples);
  const [{ metrics }] = dollarWidgets(settingsWith()) as [Required<Widget["properties"]>];
  const values = evaluated(metrics, samples);
  const billed = (...items: readonly string[]): number =>
    bill!.lines.filter(({ item }) => items.includes(item)).reduce((all, line) => all + line.dollars, 0);
  expect(values.get("upload")).toBeCloseTo(billed("expressUpload"), 9);
  expect(values.get("writes")).toBeCloseTo(billed("expressWrites"), 9);
  expect(values.get("others")).toBeCloseTo(billed("sourceReads", "expressDeletes", "queueRequests"), 9);
  const workers = ["spotCpu", "spotMemory", "onDemandCpu", "onDemandMemory", "publicAddress"];
  expect(values.get("workers")).toBeCloseTo(billed(...workers), 9);
  expect(values.get("watching")).toBeCloseTo(billed("logsWritten", "logsKept", "metrics"), 9);
});

test("idle: `cost` knows of no run, and the dashboard shows 0 and not nothing", async () => {
  expect(await costOf({})).toMatchObject({ run: null });
  for (const { metrics } of dollarWidgets(settingsWith())) {
    const values = evaluated(metrics, {});
    for (const id of ["upload", "writes", "others", "workers", "watching"]) expect(values.get(id)).toBe(0);
  }
});

test("other settings are other dollars: larger tasks, On-Demand alone, no address, looks every ten seconds", () => {
  const samples: Samples = { Running: [2], Launched: [0] };
  const of = (raw: Record<string, string>): number => {
    const [{ metrics }] = dollarWidgets(settingsWith(raw)) as [Required<Widget["properties"]>];
    return evaluated(metrics, samples).get("workers") ?? NaN;
  };
  const { dollars } = LIST_PRICES;
  const onDemand = 4 * dollars.onDemandCpu + 8 * dollars.onDemandMemory;
  const large = { taskCpu: "4096", taskMemory: "8192", spotWeight: "0", onDemandWeight: "1" };
  expect(of(large)).toBeCloseTo((2 / 60) * (onDemand + dollars.publicAddress), 9);
  const hidden = { ...large, vpcId: "vpc-0a", subnetIds: "subnet-0a", assignPublicIp: "false" };
  expect(of(hidden)).toBeCloseTo((2 / 60) * onDemand, 9);
  expect(of({ pollIntervalSeconds: "10" })).toBeCloseTo(of({}) / 6, 9);
});

test("one figure of all the time shown, parts by the hour, all by the day; titles say whose prices these are", () => {
  const [now, hourly, daily] = dollarWidgets(settingsWith());
  const visible = ({ metrics }: Required<Widget["properties"]>): readonly unknown[] =>
    metrics.flatMap(([head]) => (head as { readonly label?: string }).label ?? []);
  expect(now).toMatchObject({ setPeriodToTimeRange: true });
  expect(hourly).toMatchObject({ period: 3600, stacked: true });
  expect(daily).toMatchObject({ period: 86_400 });
  const parts = ["bytes written", "copy requests", "other requests", "workers", "logs and metrics"];
  expect([now, hourly, daily].map((widget) => visible(widget!))).toEqual([["total"], parts, [...parts, "total"]]);
  for (const widget of [hourly, daily]) expect(widget!.title).toContain(`${LIST_PRICES.region}, ${LIST_PRICES.dated}`);
  expect(JSON.stringify(widgetsOf(settingsWith()))).toContain("without storage");
});
