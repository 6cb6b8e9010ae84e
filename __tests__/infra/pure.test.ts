/** The small decisions of infra/ that need no resource. */
import { readFileSync } from "node:fs";
import { anchorsOf, type Page } from "../docs/pages";
import { alarmTable, alarmText, plainMetrics } from "../../infra/alarm-table";
import { dashboardBody } from "../../infra/dashboard-body";
import { eventPattern, filterPrefix } from "../../infra/events";
import { namesFor } from "../../infra/names";
import { wayOutOf } from "../../infra/network-rules";
import { foreignEntries } from "../../infra/notification-document";
import { ecrRepositoryArn } from "../../infra/policies/execution";
import { scheduleExpression } from "../../infra/schedule";
import { METRICS } from "../../core/metrics";
import { parseSettings, type Settings } from "../../core/settings";

function settingsWith(raw: Record<string, string>): Settings {
  const parsed = parseSettings({ "aws:region": "eu-north-1", ...raw }, "dev");
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config;
}

it.each([
  [1, "rate(1 minute)"],
  [59, "rate(1 minute)"],
  [60, "rate(1 minute)"],
  [120, "rate(2 minutes)"],
  [86_400, "rate(1440 minutes)"],
])("a look every %d s is %s", (seconds, expression) => {
  expect(scheduleExpression(seconds)).toBe(expression);
});

it.each([
  ["", ""],
  ["models/deepseek/", "models/deepseek/"],
  ["a b/", "a+b/"],
  ["a+b", "a%2Bb"],
  ["日本/ü", "%E6%97%A5%E6%9C%AC/%C3%BC"],
  ["100%", "100%25"],
])("the filter of prefix %j is %j", (prefix, filter) => {
  expect(filterPrefix(prefix)).toBe(filter);
});

it("EventBridge compares plain keys, and no prefix is no condition", () => {
  expect(eventPattern("b", "a b/ü")).toMatchObject({ detail: { object: { key: [{ prefix: "a b/ü" }] } } });
  expect(eventPattern("b", "")).toMatchObject({ detail: { bucket: { name: ["b"] } } });
  expect(JSON.stringify(eventPattern("b", ""))).not.toContain("object");
});

it.each([
  ["123456789012.dkr.ecr.eu-north-1.amazonaws.com/a/b:tag", "arn:aws:ecr:eu-north-1:123456789012:repository/a/b"],
  ["123456789012.dkr.ecr.eu-north-1.amazonaws.com/a@sha256:0", "arn:aws:ecr:eu-north-1:123456789012:repository/a"],
  ["public.ecr.aws/a/b:1", undefined],
  ["docker.io/library/node:22", undefined],
])("the repository of %s", (uri, arn) => {
  expect(ecrRepositoryArn(uri, "aws")).toBe(arn);
});

it.each([
  ["no table is known", undefined, "unknown"],
  ["no routes", [], "none"],
  ["a gateway endpoint only", [{ cidrBlock: "", gatewayId: "vpce-0" }], "none"],
  ["an internet gateway", [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0" }], "internet-gateway"],
  ["NAT", [{ cidrBlock: "0.0.0.0/0", gatewayId: "", natGatewayId: "nat-0" }], "nat"],
  ["a NAT instance", [{ cidrBlock: "0.0.0.0/0", networkInterfaceId: "eni-0" }], "nat"],
  ["IPv6 only", [{ ipv6CidrBlock: "::/0", gatewayId: "igw-0" }], "internet-gateway"],
] as const)("the way out of a subnet with %s", (_, routes, way) => {
  expect(wayOutOf(routes)).toBe(way);
});

it("an empty notification document, and our own entry, are nobody else's", () => {
  expect(foreignEntries({}, "q")).toEqual([]);
  expect(foreignEntries({ queues: [{ queueArn: "q", events: [] }], eventbridge: false }, "q")).toEqual([]);
  expect(foreignEntries({ queues: [{ queueArn: "other", events: ["e"] }] }, "q")).toEqual(["(no id): e to other"]);
});

describe("alarms and dashboard speak of metrics that exist", () => {
  const settings = settingsWith({ lagObjectiveSeconds: "60", canaryMinutes: "5", verifySchedule: "rate(7 days)" });
  const names = namesFor(settings, "123456789012");
  const OWN = Object.keys(METRICS);

  it("alarms", () => {
    const table = alarmTable(names, settings);
    expect(table.map(({ id }) => id)).toEqual([
      ...["dead-letters", "starter-failing", "crash-loop", "no-progress", "breaker", "spot-shortage", "lag"],
      ...["canary", "drift", "verify-failing", "verify-not-started"],
    ]);
    const series = table.flatMap(({ watches }) => ("series" in watches ? Object.values(watches.series) : [watches]));
    for (const { namespace, metricName, dimensions } of series) {
      if (namespace !== "S3ExpressSync") continue;
      expect(OWN).toContain(metricName);
      expect(dimensions).toEqual({ Queue: "s3-to-s3express-sync-q" });
    }
  });

  it("every alarm names a runbook that is there, and says what to do", () => {
    const page: Page = { file: "docs/operations.md", text: readFileSync("docs/operations.md", "utf8") };
    for (const row of alarmTable(names, settings)) {
      expect(anchorsOf(page)).toContain(row.runbook);
      expect(page.text).toContain(`| \`${row.id}\``);
      expect(alarmText(row)).toMatch(/\. .*Runbook: docs\/operations\.md#/);
      // API PutMetricAlarm: AlarmDescription has at most 1,024 characters.
      expect(alarmText(row).length).toBeLessThan(1024);
    }
  });

  it("what to do about missing Spot capacity depends on whether anything else may be used", () => {
    const text = (onDemandWeight: string): string => {
      const only = settingsWith({ spotWeight: "1", onDemandWeight });
      return alarmText(alarmTable(names, only).find(({ id }) => id === "spot-shortage")!);
    };
    expect(text("1")).toContain("nothing has to be done");
    expect(text("0")).toContain("Raise onDemandWeight");
  });

  it("the canary's alarm takes silence for bad; a second canary is given before it rings", () => {
    const canary = alarmTable(names, settings).find(({ id }) => id === "canary");
    expect(canary).toMatchObject({ silence: "breaching", periodSeconds: 300, periods: [2, 2], silentWhenPaused: true });
  });

  it("dashboard: every metric that has no second dimension is somewhere", () => {
    const body = JSON.stringify(dashboardBody(names, settings));
    for (const metric of [...plainMetrics("worker"), ...plainMetrics("starter")]) expect(body).toContain(`"${metric}"`);
    expect(body).toContain('"value":60');
    const { widgets } = JSON.parse(body) as { widgets: { x: number; y: number; width: number }[] };
    expect(new Set(widgets.map(({ x, y }) => `${x},${y}`)).size).toBe(widgets.length);
    for (const { x, width } of widgets) expect(x + width).toBeLessThanOrEqual(24);
  });
});
