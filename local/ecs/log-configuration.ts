/** The `awslogs` log driver of a container. Source: ECS Developer Guide "Send Amazon ECS logs to CloudWatch"; API LogConfiguration. */
import type { LogPlace, LogSink } from "../process/log-sink";
import { clientException, isRecord, text, type Input } from "./input";
import type { ContainerDefinition, LogConfiguration } from "./model";
import type { TaskInput } from "./task";

/** On Fargate all three are needed. */
const NEEDED = ["awslogs-region", "awslogs-group", "awslogs-stream-prefix"];

/** @throws CloudError ClientException */
export function readLogConfiguration(container: Input): LogConfiguration | undefined {
  const given = container["logConfiguration"];
  if (!isRecord(given)) return undefined;
  const driver = text(given, "logDriver");
  if (driver !== "awslogs") throw clientException(`This cloud has no log driver ${driver ?? "(none)"}: only awslogs.`);
  const options = isRecord(given["options"]) ? given["options"] : {};
  return {
    logDriver: "awslogs",
    options: Object.fromEntries(Object.entries(options).map(([name, value]) => [name, String(value)])),
  };
}

/** @throws CloudError ClientException */
export function checkLogConfiguration(configuration: LogConfiguration | undefined): void {
  if (configuration === undefined) return;
  const missing = NEEDED.filter((name) => configuration.options[name] === undefined);
  if (missing.length > 0) throw clientException(`Log driver awslogs requires options: ${missing.join(", ")}`);
}

export function logPlace(container: ContainerDefinition, taskId: string): LogPlace | undefined {
  const { "awslogs-group": group, "awslogs-stream-prefix": prefix } = container.logConfiguration?.options ?? {};
  if (group === undefined || prefix === undefined) return undefined;
  return { group, stream: `${prefix}/${container.name}/${taskId}` };
}

/** @throws Error when the group does not exist and is not to be made; ECS shows it as the reason why the task stopped */
export function openLog({ definition, log }: TaskInput, logs: LogSink): void {
  if (log === undefined) return;
  if (definition.container.logConfiguration?.options["awslogs-create-group"] === "true") logs.createGroup(log.group);
  try {
    logs.openStream(log.group, log.stream);
  } catch (error) {
    throw new Error(
      "ResourceInitializationError: failed to validate logger args: failed to create Cloudwatch log stream: " +
        `ResourceNotFoundException: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
