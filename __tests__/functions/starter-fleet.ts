/** ECS and SQS as a starter meets them at their worst, in this process: a lagging task list, throttling, Spot that is short. */
import type { Capacity } from "../../core/fleet";
import { refusal } from "./aws-stub";

export interface ModelTask {
  readonly arn: string;
  readonly capacity: Capacity;
  readonly createdAt: number;
  startedAt: number | undefined;
  stoppedAt: number | undefined;
}

/** What the world is like during one tick. */
export interface Mood {
  readonly visible: number;
  readonly throttled: readonly ("GetQueueAttributes" | "ListTasks" | "DescribeTasks" | "RunTask")[];
  readonly spotGone: boolean;
}

type Input = Readonly<Record<string, unknown>>;

export class ModelCloud {
  readonly tasks: ModelTask[] = [];
  mood: Mood = { visible: 0, throttled: [], spotGone: false };
  private readonly tokens = new Map<string, { readonly text: string; readonly answer: object }>();

  constructor(
    readonly now: () => number,
    private readonly listingLagMs: number,
  ) {}

  live(): ModelTask[] {
    return this.tasks.filter((task) => task.stoppedAt === undefined);
  }

  answer(operation: string, input: Input): object {
    if (this.mood.throttled.some((one) => one === operation)) throw refusal("ThrottlingException", "Rate exceeded");
    switch (operation) {
      case "GetQueueAttributes":
        return { Attributes: { ApproximateNumberOfMessages: String(this.mood.visible) } };
      case "ListTasks":
        return { taskArns: this.listed(input["desiredStatus"] === "RUNNING").map(({ arn }) => arn) };
      case "DescribeTasks":
        return { tasks: this.tasks.filter(({ arn }) => (input["tasks"] as string[]).includes(arn)).map(shown) };
      case "RunTask":
        return this.run(input);
      default:
        throw new Error(`the model has no ${operation}`);
    }
  }

  private listed(running: boolean): ModelTask[] {
    const old = this.tasks.filter((task) => this.now() - task.createdAt >= this.listingLagMs);
    return old.filter((task) => (task.stoppedAt === undefined) === running);
  }

  private run(input: Input): object {
    const token = String(input["clientToken"]);
    const text = JSON.stringify(input);
    const before = this.tokens.get(token);
    if (before !== undefined) {
      if (before.text === text) return before.answer;
      throw refusal("ConflictException", "another request with this token");
    }
    const [{ capacityProvider }] = input["capacityProviderStrategy"] as [{ capacityProvider: Capacity }];
    const count = Number(input["count"]);
    const granted = capacityProvider === "FARGATE_SPOT" && this.mood.spotGone ? 0 : count;
    const started = Array.from({ length: granted }, (_, index): ModelTask => ({
      arn: `task-${this.tasks.length + index}`,
      capacity: capacityProvider,
      createdAt: this.now(),
      startedAt: undefined,
      stoppedAt: undefined,
    }));
    this.tasks.push(...started);
    const failures = Array.from({ length: count - granted }, () => ({
      reason: "Capacity is unavailable at this time",
    }));
    const answer = { tasks: started.map(shown), failures };
    this.tokens.set(token, { text, answer });
    return answer;
  }
}

function shown({ arn, capacity, createdAt, startedAt, stoppedAt }: ModelTask): object {
  const date = (ms: number | undefined): Date | undefined => (ms === undefined ? undefined : new Date(ms));
  return {
    taskArn: arn,
    capacityProviderName: capacity,
    lastStatus: stoppedAt !== undefined ? "STOPPED" : startedAt === undefined ? "PROVISIONING" : "RUNNING",
    desiredStatus: stoppedAt === undefined ? "RUNNING" : "STOPPED",
    createdAt: date(createdAt),
    startedAt: date(startedAt),
    stoppedAt: date(stoppedAt),
    ...(stoppedAt === undefined ? {} : { stopCode: "EssentialContainerExited", containers: [{ exitCode: 0 }] }),
  };
}
