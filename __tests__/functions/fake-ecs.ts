/** A cluster as the starter sees one: tasks that are listed, described and run. For {@link startAwsStub}. */
import { refusal, type StubAnswers } from "./aws-stub";

export interface FakeTask {
  taskArn: string;
  capacityProviderName: string;
  lastStatus: string;
  desiredStatus: "RUNNING" | "STOPPED";
  /** Epoch seconds, as on the wire. */
  createdAt: number;
  startedAt?: number;
  stoppedAt?: number;
  stopCode?: string;
  stoppedReason?: string;
  containers?: { exitCode?: number }[];
}

export interface FakeEcs {
  readonly tasks: FakeTask[];
  /** Spot tasks RunTask still grants; the rest come back as failures. */
  spotLeft: number;
  /** While false, ListTasks does not show tasks that RunTask made: it is eventually consistent. */
  listsNewTasks: boolean;
  readonly answers: StubAnswers;
}

export function fakeEcs(now: () => number, pageSize = 100): FakeEcs {
  const tokens = new Map<string, { input: string; answer: unknown }>();
  const made = new Set<string>();
  const ecs: FakeEcs = {
    tasks: [],
    spotLeft: Infinity,
    listsNewTasks: true,
    answers: {
      ListTasks: (input) => {
        const listed = ecs.tasks.filter(
          (task) => task.desiredStatus === input["desiredStatus"] && (ecs.listsNewTasks || !made.has(task.taskArn)),
        );
        const from = Number(input["nextToken"] ?? 0);
        const next = from + pageSize;
        return {
          taskArns: listed.slice(from, next).map((task) => task.taskArn),
          ...(next < listed.length ? { nextToken: String(next) } : {}),
        };
      },
      DescribeTasks: (input) => {
        const wanted = input["tasks"] as string[];
        if (wanted.length === 0 || wanted.length > 100) throw new Error("DescribeTasks takes 1 to 100 tasks");
        return { tasks: ecs.tasks.filter((task) => wanted.includes(task.taskArn)), failures: [] };
      },
      RunTask: (input) => {
        const text = JSON.stringify(input);
        const before = tokens.get(String(input["clientToken"]));
        if (before !== undefined) {
          if (before.input === text) return before.answer;
          throw refusal("ConflictException", "another request with this token");
        }
        const count = Number(input["count"]);
        const [{ capacityProvider }] = input["capacityProviderStrategy"] as [{ capacityProvider: string }];
        const granted = capacityProvider === "FARGATE_SPOT" ? Math.min(count, ecs.spotLeft) : count;
        ecs.spotLeft -= capacityProvider === "FARGATE_SPOT" ? granted : 0;
        const tasks = Array.from({ length: granted }, (): FakeTask => ({
          taskArn: `arn:aws:ecs:eu-north-1:123456789012:task/sync-cluster/${ecs.tasks.length + made.size}-${Math.random()}`,
          capacityProviderName: capacityProvider,
          lastStatus: "PROVISIONING",
          desiredStatus: "RUNNING",
          createdAt: now() / 1000,
        }));
        for (const task of tasks) {
          ecs.tasks.push(task);
          made.add(task.taskArn);
        }
        const failures = Array.from({ length: count - granted }, () => ({
          reason: "Capacity is unavailable at this time. Please try again later or in a different availability zone",
        }));
        const answer = { tasks, failures };
        tokens.set(String(input["clientToken"]), { input: text, answer });
        return answer;
      },
    },
  };
  return ecs;
}

/** A task that has been at work for ten minutes. */
export function workingTask(name: string, nowMs: number, changes: Partial<FakeTask> = {}): FakeTask {
  return {
    taskArn: name,
    capacityProviderName: "FARGATE_SPOT",
    lastStatus: "RUNNING",
    desiredStatus: "RUNNING",
    createdAt: nowMs / 1000 - 640,
    startedAt: nowMs / 1000 - 600,
    ...changes,
  };
}

export function crashedTask(name: string, nowMs: number, secondsAgo: number): FakeTask {
  return workingTask(name, nowMs, {
    lastStatus: "STOPPED",
    desiredStatus: "STOPPED",
    stoppedAt: nowMs / 1000 - secondsAgo,
    stopCode: "EssentialContainerExited",
    containers: [{ exitCode: 1 }],
  });
}
