/** One worker process of the local cloud: its log lines, its end, and the ways to end it. */
import type { Ecs, TaskInfo } from "../../local/ecs";
import { until, within } from "./e2e-wait";

/** One JSON line of a worker. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event: string; readonly level: string };

export interface WorkerProcess {
  readonly arn: string;
  readonly pid: number;
  /** What it wrote, both streams, JSON or not. */
  readonly lines: () => readonly string[];
  /** Its JSON lines so far, of one event name if given. */
  readonly events: (name?: string) => readonly LogLine[];
  /** Waits for a line with this event name and these fields. */
  readonly logged: (name: string, fields?: Readonly<Record<string, unknown>>, deadlineMs?: number) => Promise<LogLine>;
  /** Waits for its end. @throws Error, with its last lines, when it ends with another exit code */
  readonly ended: (exitCode: number, deadlineMs?: number) => Promise<TaskInfo>;
  /** Spot's interruption: SIGTERM. */
  readonly interrupt: () => void;
  /** kill -9. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
  /** SIGSTOP and SIGCONT: a process that stands still, as after a very long pause of its machine. */
  readonly freeze: () => void;
  readonly thaw: () => void;
}

export function workerProcess(ecs: Ecs, arn: string): WorkerProcess {
  const lines = (): readonly string[] => ecs.output(arn).map(({ line }) => line);
  const events = (name?: string): readonly LogLine[] =>
    lines()
      .flatMap(parsed)
      .filter((line) => name === undefined || line.event === name);
  const pid = (): number => {
    const { pid: found } = ecs.task(arn);
    if (found === undefined) throw new Error(`the worker has no process any more:\n${tail(lines())}`);
    return found;
  };
  const explain = (error: unknown): Error => new Error(`${String(error)}\n${tail(lines())}`, { cause: error });
  return {
    arn,
    get pid() {
      return pid();
    },
    lines,
    events,
    async logged(name, fields = {}, deadlineMs) {
      const find = (): LogLine | undefined => events(name).find((line) => hasFields(line, fields));
      const ended = (): boolean => ecs.task(arn).lastStatus === "STOPPED";
      const what = `log line ${name} ${JSON.stringify(fields)}`;
      await until(what, () => find() !== undefined || ended(), deadlineMs).catch((error: unknown) => {
        throw explain(error);
      });
      const line = find();
      if (line === undefined) throw new Error(`the worker ended without ${what}:\n${tail(lines())}`);
      return line;
    },
    async ended(exitCode, deadlineMs) {
      const task = await within("the worker's end", ecs.stopped(arn), deadlineMs).catch((error: unknown) => {
        throw explain(error);
      });
      if (task.exitCode !== exitCode) {
        throw new Error(`exit code ${String(task.exitCode)} instead of ${exitCode}:\n${tail(lines())}`);
      }
      return task;
    },
    interrupt: () => ecs.interruptSpot(arn),
    async kill() {
      ecs.kill(arn);
      await ecs.stopped(arn);
    },
    freeze: () => void process.kill(pid(), "SIGSTOP"),
    thaw: () => void process.kill(pid(), "SIGCONT"),
  };
}

function hasFields(line: LogLine, fields: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(fields).every(([name, value]) => line[name] === value);
}

function parsed(line: string): LogLine[] {
  if (!line.startsWith("{")) return [];
  const value = JSON.parse(line) as LogLine;
  return [value];
}

function tail(lines: readonly string[]): string {
  return lines.slice(-30).join("\n");
}
