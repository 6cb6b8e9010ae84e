/** Follows what starter and workers log, and makes the demo's story and counts of it. Reads only what anybody can read: their output. */
import type { Ecs, TaskInfo } from "../../local/ecs";
import type { Lambda } from "../../local/lambda";
import { capacityName, type Moment } from "./timeline";

/** The last line of a worker. */
export interface FinalTally {
  readonly worker: number;
  readonly reason: string;
  readonly totals: Readonly<Record<string, number>>;
}

export interface WorkerView {
  readonly worker: number;
  readonly capacity: string;
  readonly state: "starting" | "running" | "interrupted" | "left";
  readonly keysSynced: number;
}

export interface Observer {
  readonly finals: readonly FinalTally[];
  /** Messages that ended with their key in sync, so far. */
  readonly messagesDone: number;
  readonly deadLettered: readonly string[];
  workers(): readonly WorkerView[];
  numberOf(taskArn: string): number;
  /** The task that copies this key in parts. */
  multipartTask(key: string): string | undefined;
  /** Whether a worker has heard SIGTERM. */
  hasStopSignal(taskArn: string): boolean;
  close(): void;
}

export interface ObserverDeps {
  readonly ecs: Ecs;
  readonly lambda: Lambda;
  readonly tell: (moment: Moment) => void;
  /** How many parts of an upload of this key lie there already. */
  readonly partsThere: (key: string) => number;
}

/** The first few show what they are. */
const RESTARTS_TOLD = 4;

type Line = Readonly<Record<string, unknown>>;

export function observe({ ecs, lambda, tell, partsThere }: ObserverDeps): Observer {
  const finals: FinalTally[] = [];
  const deadLettered: string[] = [];
  const synced = new Map<number, number>();
  const handedOff = new Map<number, number>();
  const holders = new Map<string, string>();
  const signalled = new Set<string>();
  let messagesDone = 0;
  let restarts = 0;

  const numberOf = (arn: string): number => ecs.tasks().findIndex((task) => task.taskArn === arn) + 1;

  function onWorkerLine(task: TaskInfo, line: Line): void {
    const worker = numberOf(task.taskArn);
    const key = textOf(line["key"]);
    switch (line["event"]) {
      case "worker-started":
        return tell({ kind: "started", worker, capacity: capacityName(task.capacityProviderName) });
      case "copy-started": {
        const parts = numberFrom(line["parts"]);
        const before = holders.get(key);
        holders.set(key, task.taskArn);
        if (before === undefined || before === task.taskArn) return tell({ kind: "multipart", worker, key, parts });
        return tell({ kind: "resumed", worker, reusable: partsThere(key), parts });
      }
      case "synced":
        messagesDone += numberFrom(line["messages"]);
        synced.set(worker, (synced.get(worker) ?? 0) + 1);
        return;
      case "signal":
        signalled.add(task.taskArn);
        return;
      case "handed-off":
        handedOff.set(worker, (handedOff.get(worker) ?? 0) + 1);
        if (line["withUpload"] === true) tell({ kind: "handed-off", worker, key });
        return;
      case "handing-back":
        handedOff.set(worker, (handedOff.get(worker) ?? 0) + numberFrom(line["keys"]));
        return;
      case "restart":
        restarts += 1;
        if (restarts <= RESTARTS_TOLD) tell({ kind: "restart", worker, key, why: textOf(line["why"]) });
        if (restarts === RESTARTS_TOLD) tell({ kind: "note", text: "           (further restarts are only counted)" });
        return;
      case "unsyncable":
      case "dead-lettered":
        deadLettered.push(key);
        return tell({ kind: "problem", worker, text: `dead letter for ${key}: ${textOf(line["error"])}` });
      case "failed-put-back":
      case "internal-error":
      case "set-up-problems":
        return tell({ kind: "problem", worker, text: JSON.stringify(line) });
      case "worker-finished":
        finals.push({ worker, reason: textOf(line["reason"]), totals: numbersOf(line) });
        return;
    }
  }

  function onStarterLine(line: Line): void {
    if (line["event"] !== "look" || numberFrom(line["launched"]) === 0) return;
    const capacity = (line["capacity"] ?? {}) as Line;
    tell({
      kind: "launched",
      spot: numberFrom(capacity["FARGATE_SPOT"]),
      onDemand: numberFrom(capacity["FARGATE"]),
      visible: numberFrom(line["visible"]),
    });
  }

  const ends = [
    ecs.onLine((task, { line, stream }) => {
      const parsed = parse(line);
      if (parsed !== undefined) onWorkerLine(task, parsed);
      else if (stream === "stderr") tell({ kind: "problem", worker: numberOf(task.taskArn), text: line });
    }),
    lambda.onLine((_name, { line }) => {
      const parsed = parse(line);
      if (parsed !== undefined) onStarterLine(parsed);
    }),
    ecs.onStopped((task) => {
      const worker = numberOf(task.taskArn);
      const reason = finals.find((final) => final.worker === worker)?.reason ?? task.stoppedReason ?? "unknown";
      tell({
        kind: "left",
        worker,
        reason: REASONS[reason] ?? reason,
        exitCode: task.exitCode,
        synced: synced.get(worker) ?? 0,
        handedOff: handedOff.get(worker) ?? 0,
      });
    }),
  ];

  return {
    finals,
    deadLettered,
    get messagesDone() {
      return messagesDone;
    },
    workers: () =>
      ecs.tasks().map((task, index) => ({
        worker: index + 1,
        capacity: capacityName(task.capacityProviderName),
        state: stateOf(task),
        keysSynced: synced.get(index + 1) ?? 0,
      })),
    numberOf,
    multipartTask: (key) => holders.get(key),
    hasStopSignal: (arn) => signalled.has(arn),
    close: () => ends.forEach((end) => end()),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  idle: "nothing left to do",
  stopped: "interrupted",
};

function stateOf(task: TaskInfo): WorkerView["state"] {
  if (task.lastStatus === "STOPPED") return "left";
  if (task.desiredStatus === "STOPPED") return "interrupted";
  return task.lastStatus === "RUNNING" ? "running" : "starting";
}

/** A line that is one JSON object; anything else is not from the product's log. */
export function parse(line: string): Line | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

function numbersOf(line: Line): Record<string, number> {
  return Object.fromEntries(
    Object.entries(line).filter((entry): entry is [string, number] => typeof entry[1] === "number"),
  );
}

function numberFrom(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
