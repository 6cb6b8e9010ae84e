#!/usr/bin/env node
/** The process: arguments and environment in, exit code out. */
import "./young-generation";
import { setMaxListeners } from "node:events";
import { CommanderError } from "@commander-js/extra-typings";
import { systemClock } from "../worker/clock";
import { makeProgram } from "./program";
import { ask } from "./shell/ask";
import { makeShell } from "./shell/shell";

async function main(): Promise<void> {
  // Set before the first SDK client: one notice per process about Node 20.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true";
  endWhenNobodyReads();
  const signal = untilInterrupted();
  const shell = makeShell({
    environment: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    random: Math.random,
    signal,
    every,
    ask: (question) => ask(question, { input: process.stdin, output: process.stderr }, signal),
    exit: (code) => {
      process.exitCode = code;
    },
  });
  const program = makeProgram(shell, {
    writeOut: (text) => void process.stdout.write(text),
    writeErr: (text) => void process.stderr.write(text),
  });
  try {
    await program.parseAsync(process.argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}

/** The first signal lets a verb end in order, the second ends it at once. */
function untilInterrupted(): AbortSignal {
  const controller = new AbortController();
  // Verbs that send hundreds of requests at once listen to it for each of them; Node warns above ten.
  setMaxListeners(0, controller.signal);
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}

function every(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms);
  return () => clearInterval(timer);
}

/** `| head` closes the pipe: no error, there is just nobody left to print for. */
function endWhenNobodyReads(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

void main();
