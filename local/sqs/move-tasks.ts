/**
 * StartMessageMoveTask: moves what is visible in a dead-letter queue back, at once. Redriven messages are new ones (new id, new time).
 * Source: API StartMessageMoveTask. The real service moves up to 500 a second; here a task is over when its call returns.
 */
import { invalidValue, sqsError } from "./errors";
import { optionalNumber, optionalText, requiredText, type Input } from "./input";
import type { QueueRegistry } from "./registry";

interface Task {
  readonly Status: "COMPLETED" | "FAILED";
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
  readonly ApproximateNumberOfMessagesMoved: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly FailureReason?: string;
  readonly StartedTimestamp: number;
}

export class MoveTasks {
  private readonly tasks: Task[] = [];

  constructor(private readonly registry: QueueRegistry) {}

  start(input: Input): Input {
    const SourceArn = requiredText(input, "SourceArn");
    const DestinationArn = optionalText(input, "DestinationArn");
    const perSecond = optionalNumber(input, "MaxNumberOfMessagesPerSecond", 1, 500);
    const source = this.registry.byArn(SourceArn);
    if (source === undefined) throw missing(SourceArn);
    if (this.registry.sourcesOf(source).length === 0) {
      throw invalidValue(SourceArn, "SourceArn", "Source queue must be configured as a Dead Letter Queue.");
    }
    const destination = DestinationArn === undefined ? undefined : this.registry.byArn(DestinationArn);
    if (DestinationArn !== undefined && destination === undefined) throw missing(DestinationArn);
    const visible = source.all().filter((message) => message.state === "ready");
    let moved = 0;
    let failed = false;
    for (const message of visible) {
      const target = destination ?? this.registry.byArn(message.deadLetterSourceArn ?? "");
      if (target === undefined) {
        failed = true;
        break;
      }
      const { body, attributes, systemAttributes, groupId, senderId } = message;
      source.drop(message);
      target.send({
        body,
        attributes,
        systemAttributes,
        senderId,
        delaySeconds: 0,
        ...(groupId !== undefined && { groupId }),
      });
      moved += 1;
    }
    this.tasks.unshift({
      Status: failed ? "FAILED" : "COMPLETED",
      SourceArn,
      ...(DestinationArn !== undefined && { DestinationArn }),
      ...(perSecond !== undefined && { MaxNumberOfMessagesPerSecond: perSecond }),
      ApproximateNumberOfMessagesMoved: moved,
      ApproximateNumberOfMessagesToMove: visible.length,
      ...(failed && { FailureReason: "CouldNotDetermineMessageSource" }),
      StartedTimestamp: this.registry.options.clock.now(),
    });
    return { TaskHandle: Buffer.from(`${SourceArn}|${this.tasks.length}`).toString("base64") };
  }

  /** The newest first; at most 10. */
  list(input: Input): Input {
    const arn = requiredText(input, "SourceArn");
    if (this.registry.byArn(arn) === undefined) throw missing(arn);
    const most = optionalNumber(input, "MaxResults", 1, 10) ?? 1;
    return { Results: this.tasks.filter((task) => task.SourceArn === arn).slice(0, most) };
  }
}

function missing(arn: string): Error {
  return sqsError(
    "ResourceNotFoundException",
    `The resource that you specified for the SourceArn or DestinationArn parameter doesn't exist: ${arn}`,
  );
}
