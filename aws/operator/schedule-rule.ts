/** The EventBridge rule that invokes the starter, as an operator switches it. */
import {
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  type EventBridgeClient,
} from "@aws-sdk/client-eventbridge";

export interface ScheduleRule {
  readonly enabled: boolean;
  /** E.g. "rate(1 minute)". */
  readonly expression: string;
}

export async function readRule(events: EventBridgeClient, name: string, signal: AbortSignal): Promise<ScheduleRule> {
  const { State, ScheduleExpression } = await events.send(new DescribeRuleCommand({ Name: name }), {
    abortSignal: signal,
  });
  return { enabled: State !== "DISABLED", expression: ScheduleExpression ?? "" };
}

/** Takes effect within a minute or so ("allow a short period of time", API DisableRule). */
export async function switchRule(
  events: EventBridgeClient,
  name: string,
  enabled: boolean,
  signal: AbortSignal,
): Promise<void> {
  const options = { abortSignal: signal };
  if (enabled) await events.send(new EnableRuleCommand({ Name: name }), options);
  else await events.send(new DisableRuleCommand({ Name: name }), options);
}
