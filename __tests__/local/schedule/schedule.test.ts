/** Rules on a rate, on a clock that is told when to move. */
import { manualClock } from "../../../local/http/clock";
import { seededRandom } from "../../../local/http/random";
import { makeSchedule } from "../../../local/schedule";
import { startCloud } from "../../../local/cloud";
import { signedFetch } from "../http/signed-fetch";

function make() {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const calls: [name: string, event: unknown][] = [];
  const invoke = (name: string, event: unknown) => void calls.push([name, event]);
  const schedule = makeSchedule({
    region: "eu-north-1",
    accountId: "123456789012",
    clock,
    random: seededRandom(1),
    invoke,
  });
  return { clock, calls, schedule };
}

test("fires every period, from one period after its creation, with EventBridge's event", () => {
  const { clock, calls, schedule } = make();
  const arn = schedule.createRule({ name: "tick", everyMs: 60_000, functionName: "starter" });
  clock.tick(59_999);
  expect(calls).toEqual([]);
  clock.tick(1);
  expect(calls).toMatchObject([
    [
      "starter",
      { "detail-type": "Scheduled Event", source: "aws.events", time: "2026-01-01T00:01:00Z", resources: [arn] },
    ],
  ]);
  clock.tick(180_000);
  expect(calls).toHaveLength(4);
});

test("a disabled rule does not fire; enabled again it starts a new period", () => {
  const { clock, calls, schedule } = make();
  schedule.createRule({ name: "tick", everyMs: 1_000, functionName: "f", input: { constant: true } });
  schedule.setEnabled("tick", false);
  clock.tick(5_500);
  schedule.setEnabled("tick", true);
  clock.tick(1_000);
  expect(calls).toEqual([["f", { constant: true }]]);
  expect(schedule.rules()).toMatchObject([{ name: "tick", enabled: true, fired: 1 }]);
  schedule.close();
  clock.tick(10_000);
  expect(calls).toHaveLength(1);
});

test("EnableRule, DisableRule and DescribeRule over the API", async () => {
  const cloud = await startCloud();
  try {
    cloud.schedule.createRule({ name: "tick", everyMs: 3_600_000, functionName: "f" });
    const call = async (operation: string, Name = "tick") => {
      const answer = await signedFetch(cloud, "operator", "events", {
        method: "POST",
        path: "/",
        headers: { "x-amz-target": `AWSEvents.${operation}`, "content-type": "application/x-amz-json-1.1" },
        body: JSON.stringify({ Name }),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    expect(await call("DescribeRule")).toMatchObject({ State: "ENABLED", ScheduleExpression: "rate(60 minutes)" });
    await call("DisableRule");
    expect(await call("DescribeRule")).toMatchObject({ State: "DISABLED" });
    expect(await call("EnableRule", "none")).toMatchObject({ __type: "ResourceNotFoundException" });
  } finally {
    await cloud.close();
  }
});
