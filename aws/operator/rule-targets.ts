/** What a rule of EventBridge invokes. */
import { type EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";

/** ARNs; a rule has at most five targets. */
export async function readRuleTargets(
  events: EventBridgeClient,
  rule: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: rule }), { abortSignal: signal });
  return Targets.map(({ Arn }) => Arn ?? "");
}
