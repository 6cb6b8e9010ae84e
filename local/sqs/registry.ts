/** The queues of the account. */
import type { Clock } from "../http/clock";
import type { Random } from "../http/random";
import { QueueSettings } from "./attributes";
import { invalidValue, sqsError } from "./errors";
import { Queue, type Hardness, type QueueActivity } from "./queue";

export interface SqsOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  /** `http://127.0.0.1:PORT`, known once the front listens. */
  readonly endpoint: () => string;
  readonly hardness?: Partial<Hardness>;
}

const EASY: Hardness = {
  duplicateProbability: 0,
  shuffle: false,
  staleDelete: "ignored",
  countStalenessMs: 0,
  maxInFlight: 120_000,
};

export class QueueRegistry {
  private readonly queues = new Map<string, Queue>();
  private readonly hardness: Hardness;

  constructor(
    readonly options: SqsOptions,
    private readonly onActivity: (queue: Queue, activity: QueueActivity) => void,
  ) {
    this.hardness = { ...EASY, ...options.hardness };
  }

  get countStalenessMs(): number {
    return this.hardness.countStalenessMs;
  }

  /** The queue of that name with those attributes, new or not. @throws CloudError QueueNameExists, InvalidParameterValue */
  create(name: string, attributes: Readonly<Record<string, string>>): Queue {
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
      throw invalidValue(
        name,
        "QueueName",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length (FIFO queues are not part of this cloud).",
      );
    }
    const known = this.queues.get(name);
    if (known !== undefined) {
      if (known.settings.agreesWith(attributes)) return known;
      throw sqsError(
        "QueueNameExists",
        "A queue already exists with the same name and a different value for an attribute.",
      );
    }
    const { accountId, clock, random } = this.options;
    const settings = new QueueSettings(attributes);
    const arn = `arn:aws:sqs:${this.options.region}:${accountId}:${name}`;
    this.checkRedrive(arn, settings);
    const queueByArn = (wanted: string) => this.byArn(wanted);
    const queue: Queue = new Queue(name, arn, settings, {
      clock,
      random,
      hardness: this.hardness,
      queueByArn,
      onActivity: (activity) => this.onActivity(queue, activity),
    });
    this.queues.set(name, queue);
    return queue;
  }

  setAttributes(queue: Queue, attributes: Readonly<Record<string, string>>): void {
    const trial = new QueueSettings({ ...queue.settings.shown(), ...attributes });
    this.checkRedrive(queue.arn, trial);
    queue.settings.set(attributes);
    queue.modifiedAt = this.options.clock.now();
  }

  /** @throws CloudError QueueDoesNotExist */
  get(name: string): Queue {
    const queue = this.queues.get(name);
    if (queue === undefined) throw sqsError("QueueDoesNotExist", "The specified queue does not exist.");
    return queue;
  }

  byArn(arn: string): Queue | undefined {
    return [...this.queues.values()].find((queue) => queue.arn === arn);
  }

  byUrl(url: string): Queue {
    return this.get(url.slice(url.lastIndexOf("/") + 1));
  }

  urlOf(queue: Queue): string {
    return `${this.options.endpoint()}/${this.options.accountId}/${queue.name}`;
  }

  list(): Queue[] {
    return [...this.queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Those whose dead letters go there. */
  sourcesOf(target: Queue): Queue[] {
    return this.list().filter((queue) => queue.settings.redrive?.deadLetterTargetArn === target.arn);
  }

  remove(queue: Queue): void {
    this.queues.delete(queue.name);
    queue.purge();
    queue.close();
  }

  close(): void {
    for (const queue of this.queues.values()) queue.close();
  }

  private checkRedrive(sourceArn: string, settings: QueueSettings): void {
    const { redrive } = settings;
    if (redrive === undefined) return;
    const target = this.byArn(redrive.deadLetterTargetArn);
    const refused = (reason: string) => invalidValue(JSON.stringify(redrive), "RedrivePolicy", reason);
    if (target === undefined) throw refused("Dead letter target does not exist.");
    const allow = target.settings.redriveAllow;
    const allowed =
      allow.redrivePermission === "allowAll" ||
      (allow.redrivePermission === "byQueue" && allow.sourceQueueArns?.includes(sourceArn) === true);
    if (!allowed) throw refused("The dead-letter queue's redrive allow policy does not permit this source queue.");
  }
}
