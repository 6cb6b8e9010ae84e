/**
 * The worker in this process, over its real adapters, on the local cloud, and both on one clock that can be put forward: what
 * takes minutes is over in seconds, with real requests all the same.
 */
import { createHash } from "node:crypto";
import { parseWorkerEnv } from "../../core/env";
import type { Clock as WorkerClock, Log } from "../../core/ports";
import type { Stack } from "../../lab/stack/stack";
import type { Clock } from "../../local/http/clock";
import { makeWorkerPorts } from "../../aws/ports";
import { MOST_RECEIVES, runWorker, type WorkerResult } from "../../worker/worker";

export interface WorkerHere {
  readonly done: Promise<WorkerResult>;
  /** Calls of the ports' methods, by name ("copyObject"): a worker that has none under way waits for nothing but time. */
  readonly calls: Calls;
  /** Frees the connections; to be called when it is done. */
  readonly close: () => void;
}

export interface Calls {
  /** How often it was called so far. */
  begun(method: string): number;
  /** Without an answer yet; of all methods together without a name. */
  pending(method?: string): number;
}

export function startWorkerHere(
  { cloud, workerEnvironment }: Stack,
  clock: Clock,
  log: Log,
  stop: AbortSignal,
): WorkerHere {
  const parsed = parseWorkerEnv(workerEnvironment);
  if (!parsed.ok) throw new Error(parsed.problems.join("; "));
  const { config } = parsed;
  const credentials = cloud.principals.byName("worker");
  if (credentials === undefined) throw new Error("the local cloud has no principal named worker");
  const connection = makeWorkerPorts(config, { endpoint: cloud.endpoint, credentials, receivers: MOST_RECEIVES });
  const { calls, counted } = countCalls();
  const queue = counted(connection.queue);
  const done = runWorker(
    config,
    {
      ...connection,
      source: counted(connection.source),
      destination: counted(connection.destination),
      queue,
      heartbeats: queue,
      deadLetters: counted(connection.deadLetters),
      clock: workerClock(clock),
      log,
      random: () => 0.5,
      digest: (text) => createHash("sha256").update(text, "utf8").digest("base64url"),
    },
    stop,
  );
  const close = (): void => {
    connection.destroy();
  };
  return { done, calls, close };
}

function countCalls(): { calls: Calls; counted: <T extends object>(port: T) => T } {
  const begun = new Map<string, number>();
  const pending = new Map<string, number>();
  const add = (counts: Map<string, number>, method: string, by: number): void =>
    void counts.set(method, (counts.get(method) ?? 0) + by);
  const counted = <T extends object>(port: T): T =>
    new Proxy(port, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (typeof member !== "function") return member;
        const method = String(name);
        return async (...args: unknown[]): Promise<unknown> => {
          add(begun, method, 1);
          add(pending, method, 1);
          try {
            return await (member as (...args: unknown[]) => Promise<unknown>).apply(target, args);
          } finally {
            add(pending, method, -1);
          }
        };
      },
    });
  const calls: Calls = {
    begun: (method) => begun.get(method) ?? 0,
    pending: (method) =>
      method === undefined ? [...pending.values()].reduce((a, b) => a + b, 0) : (pending.get(method) ?? 0),
  };
  return { calls, counted };
}

/** The cloud's clock in the words of the worker's. */
function workerClock(clock: Clock): WorkerClock {
  return {
    wallMs: () => clock.now(),
    monotonicMs: () => clock.now(),
    after: (ms, run) => {
      const timer = clock.after(ms, run);
      return () => timer.cancel();
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const done = (): void => {
          timer.cancel();
          signal?.removeEventListener("abort", done);
          resolve();
        };
        const timer = clock.after(ms, done);
        signal?.addEventListener("abort", done, { once: true });
      }),
  };
}
