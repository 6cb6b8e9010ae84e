/** Starts the process of the local cloud and asks it. */
import { fork } from "node:child_process";
import { join } from "node:path";
import type { CallName, Calls, Response } from "./protocol";

export interface CloudProcess extends Calls {
  /** Ends the process; safe to call at any time. */
  readonly end: () => Promise<void>;
}

/** Two million objects, both sides together, and their keys in listing order. */
const HEAP_MIB = 8192;
/** Requests in flight are many and live long for Node's 16: it would copy them about instead of answering. */
const YOUNG_MIB = 64;

/** @throws Error when the bundle is missing */
export function startCloudProcess(): CloudProcess {
  const child = fork(join(process.cwd(), "dist", "bench-cloud.cjs"), [], {
    execArgv: [`--max-old-space-size=${HEAP_MIB}`, `--max-semi-space-size=${YOUNG_MIB}`],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>();
  let asked = 0;
  let gone: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", (code, signal) => {
      gone = new Error(`the local cloud's process has ended (${signal ?? String(code)})`);
      for (const { reject } of waiting.values()) reject(gone);
      waiting.clear();
      resolve();
    });
  });
  child.on("message", (message) => {
    const response = message as Response;
    const call = waiting.get(response.id);
    waiting.delete(response.id);
    if ("error" in response) call?.reject(new Error(response.error));
    else call?.resolve(response.output);
  });

  function ask(call: CallName, input: unknown): Promise<unknown> {
    if (gone !== undefined) return Promise.reject(gone);
    return new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      child.send({ id, call, input });
    });
  }

  return {
    prepare: (input) => ask("prepare", input) as ReturnType<Calls["prepare"]>,
    reset: async (input) => {
      await ask("reset", input);
    },
    seen: (input) => ask("seen", input) as ReturnType<Calls["seen"]>,
    close: async (input) => {
      await ask("close", input);
    },
    async end() {
      if (gone === undefined) await ask("close", null).catch(() => undefined);
      await ended;
    },
  };
}
