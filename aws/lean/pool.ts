/** The connections to one origin: the warmest free one first, at most so many, none that has been idle for long. */
import { requestAborted } from "../abort-signal";
import type { Answer, ReaderLimits } from "./answer-reader";
import { Connection, type Request } from "./connection";
import type { Dial } from "./dial";
import type { CancelSignal } from "../../core/ports";

export interface PoolOptions {
  readonly dial: Dial;
  readonly maxConnections: number;
  readonly limits?: ReaderLimits;
}

export interface Pool {
  /** One request, sent once. What rejects before it was sent says `syscall: "connect"`. */
  exchange(request: Request, signal: CancelSignal): Promise<Answer>;
  /** Open connections, those being made included. */
  readonly size: number;
  destroy(): void;
}

/**
 * Closed by us before S3 does it: a write sent on a connection that is just being closed is a reset, whose outcome is unknown
 * (rule 3). As in aws/agents.ts.
 */
const IDLE_MS = 4_000;

export function makePool({ dial, maxConnections, limits }: PoolOptions): Pool {
  /** The one used last is at the end. */
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const waiting: (() => void)[] = [];
  let dialing = 0;
  let sweeper: NodeJS.Timeout | undefined;

  async function exchangeLater(request: Request, signal: CancelSignal): Promise<Answer> {
    let free = takeIdle();
    while (free === undefined) {
      if (all.size + dialing < maxConnections) free = await open(signal);
      else {
        await turn(signal);
        free = takeIdle();
      }
    }
    return free.exchange(request, signal);
  }

  function takeIdle(): Connection | undefined {
    const now = performance.now();
    for (let connection = idle.pop(); connection !== undefined; connection = idle.pop()) {
      if (connection.usable && now - connection.idleSince < IDLE_MS) return connection;
      connection.destroy();
    }
    return undefined;
  }

  async function open(signal: CancelSignal): Promise<Connection> {
    dialing += 1;
    try {
      const connection = new Connection(await dial(signal), { free: release, gone }, limits);
      all.add(connection);
      return connection;
    } catch (error) {
      wake();
      throw error;
    } finally {
      dialing -= 1;
    }
  }

  /** Until a connection may be free. */
  function turn(signal: CancelSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        waiting.splice(waiting.indexOf(proceed), 1);
        reject(requestAborted());
      };
      const proceed = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      if (signal.aborted) return reject(requestAborted());
      signal.addEventListener("abort", onAbort, { once: true });
      waiting.push(proceed);
    });
  }

  function wake(): void {
    waiting.shift()?.();
  }

  function gone(connection: Connection): void {
    all.delete(connection);
    const index = idle.indexOf(connection);
    if (index >= 0) idle.splice(index, 1);
    wake();
  }

  function release(connection: Connection): void {
    connection.idleSince = performance.now();
    idle.push(connection);
    sweeper ??= setInterval(sweep, IDLE_MS / 2).unref();
    wake();
  }

  function sweep(): void {
    const oldest = performance.now() - IDLE_MS;
    for (const connection of idle.filter(({ idleSince }) => idleSince <= oldest)) connection.destroy();
    if (idle.length > 0) return;
    clearInterval(sweeper);
    sweeper = undefined;
  }

  return {
    exchange(request, signal) {
      const free = takeIdle();
      return free === undefined ? exchangeLater(request, signal) : free.exchange(request, signal);
    },
    get size() {
      return all.size + dialing;
    },
    destroy() {
      clearInterval(sweeper);
      for (const connection of all) connection.destroy();
    },
  };
}
