/** What an operator of EventBridge rules may rely on, fact by fact, with the page that says so (EventBridge API Reference). */
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
} from "@aws-sdk/client-eventbridge";
import { asOperator, refused, useCloud } from "../local-cloud";

describe("EventBridge rules on the local cloud", () => {
  const cloud = useCloud();
  let client: EventBridgeClient;
  beforeAll(() => {
    client = new EventBridgeClient(asOperator(cloud()));
    cloud().schedule.createRule({ name: "one", everyMs: 60_000, functionName: "f" });
    cloud().schedule.createRule({ name: "two", everyMs: 300_000, functionName: "g", input: { a: 1 }, enabled: false });
  });
  afterAll(() => client.destroy());

  test("a rule says when it runs and whether it does; enabling and disabling it changes that (API DescribeRule, EnableRule, DisableRule)", async () => {
    const state = async (Name: string) => (await client.send(new DescribeRuleCommand({ Name }))).State;
    expect(await client.send(new DescribeRuleCommand({ Name: "two" }))).toMatchObject({
      Name: "two",
      ScheduleExpression: "rate(5 minutes)",
      State: "DISABLED",
    });
    await client.send(new EnableRuleCommand({ Name: "two" }));
    await client.send(new DisableRuleCommand({ Name: "one" }));
    expect([await state("one"), await state("two")]).toEqual(["DISABLED", "ENABLED"]);
  });

  test("rules by the beginning of their name (API ListRules)", async () => {
    const names = async (input: object) =>
      (await client.send(new ListRulesCommand(input))).Rules!.map((rule) => rule.Name);
    expect(await names({})).toEqual(["one", "two"]);
    expect(await names({ NamePrefix: "tw" })).toEqual(["two"]);
  });

  test("a rule's target and what it is given (API ListTargetsByRule)", async () => {
    const targets = async (Rule: string) => (await client.send(new ListTargetsByRuleCommand({ Rule }))).Targets;
    const arn = (name: string) => `arn:aws:lambda:eu-north-1:123456789012:function:${name}`;
    expect(await targets("one")).toEqual([{ Id: "f", Arn: arn("f") }]);
    expect(await targets("two")).toEqual([{ Id: "g", Arn: arn("g"), Input: '{"a":1}' }]);
  });

  test("an unknown rule is ResourceNotFoundException (API DescribeRule, Errors); what is not served is NotImplemented", async () => {
    expect(await refused(client.send(new ListTargetsByRuleCommand({ Rule: "none" })))).toBe(
      "ResourceNotFoundException",
    );
    expect(await refused(client.send(new DescribeRuleCommand({ Name: "none" })))).toBe("ResourceNotFoundException");
    expect(await refused(client.send(new PutRuleCommand({ Name: "x" })))).toBe("NotImplemented");
    expect(cloud().log.entries({ service: "events", operation: "ListTargetsByRule" }).at(-1)).toMatchObject({
      principal: "operator",
      resource: "none",
      errorCode: "ResourceNotFoundException",
    });
  });
});
