/** Ends one worker in order: SIGTERM, then up to the container's stop timeout for the drain. */
import { type ECSClient, StopTaskCommand } from "@aws-sdk/client-ecs";

/** @param reason shown by ECS beside the stopped task */
export async function stopTask(
  ecs: ECSClient,
  { cluster, arn, reason }: { readonly cluster: string; readonly arn: string; readonly reason: string },
  signal: AbortSignal,
): Promise<void> {
  await ecs.send(new StopTaskCommand({ cluster, task: arn, reason }), { abortSignal: signal });
}
