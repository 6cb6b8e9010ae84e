/** Task definitions: families and revisions. Source: API RegisterTaskDefinition, DescribeTaskDefinition. */
import { checkLogConfiguration, readLogConfiguration } from "./log-configuration";
import { clientException, invalidParameter, nameValues, records, text, texts, type Input } from "./input";
import type { NewTaskDefinition, TaskDefinition } from "./model";

export class TaskDefinitions {
  private readonly families = new Map<string, TaskDefinition[]>();

  constructor(private readonly arnPrefix: string) {}

  /** @throws CloudError ClientException for a log configuration that lacks options */
  register(input: NewTaskDefinition): TaskDefinition {
    checkLogConfiguration(input.container.logConfiguration);
    const known = this.families.get(input.family) ?? [];
    const revision = known.length + 1;
    const arn = `${this.arnPrefix}:task-definition/${input.family}:${revision}`;
    const definition: TaskDefinition = { ...input, arn, revision, status: "ACTIVE" };
    this.families.set(input.family, [...known, definition]);
    return definition;
  }

  /** `family`, `family:revision` or an ARN; without a revision the newest active one. @throws CloudError ClientException */
  get(name: string): TaskDefinition {
    const short = name.slice(name.lastIndexOf("/") + 1);
    const [family = "", revision] = short.split(":");
    const known = this.families.get(family) ?? [];
    const found =
      revision === undefined
        ? known.filter((definition) => definition.status === "ACTIVE").at(-1)
        : known.find((definition) => String(definition.revision) === revision);
    if (found === undefined) throw clientException("Unable to describe task definition.");
    return found;
  }

  list(familyPrefix: string | undefined): TaskDefinition[] {
    const all = [...this.families.values()].flat();
    return all.filter((d) => d.status === "ACTIVE" && (familyPrefix === undefined || d.family === familyPrefix));
  }
}

/** The one container a task of this cloud has. @throws CloudError InvalidParameterException, ClientException */
export function readDefinition(input: Input): NewTaskDefinition {
  const family = text(input, "family");
  if (family === undefined || !/^[A-Za-z0-9_-]{1,255}$/.test(family))
    throw clientException("Family must be 1 to 255 letters, numbers, hyphens or underscores.");
  const [container, ...others] = records(input, "containerDefinitions");
  if (container === undefined || others.length > 0)
    throw clientException("A task of this cloud has exactly one container.");
  const command = [...texts(container, "entryPoint"), ...texts(container, "command")];
  if (command.length === 0) throw clientException("A container of this cloud needs a command: it runs as a process.");
  const stopTimeout = container["stopTimeout"];
  if (stopTimeout !== undefined && (typeof stopTimeout !== "number" || stopTimeout < 0 || stopTimeout > 120)) {
    throw invalidParameter("stopTimeout must be between 0 and 120 seconds on Fargate.");
  }
  const logConfiguration = readLogConfiguration(container);
  const [image, workingDirectory] = [text(container, "image"), text(container, "workingDirectory")];
  const [cpu, memory, networkMode] = [text(input, "cpu"), text(input, "memory"), text(input, "networkMode")];
  return {
    family,
    container: {
      name: text(container, "name") ?? "main",
      command,
      environment: nameValues(container, "environment"),
      ...(typeof stopTimeout === "number" && { stopTimeout }),
      ...(image !== undefined && { image }),
      ...(workingDirectory !== undefined && { workingDirectory }),
      ...(logConfiguration !== undefined && { logConfiguration }),
    },
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(networkMode !== undefined && { networkMode }),
  };
}
