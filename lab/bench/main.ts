/** `npm run bench`. Exit codes: 0 measured, 1 something failed, 2 wrong usage, 130 interrupted. */
import { cpus } from "node:os";
import { join } from "node:path";
import { codeOf, Interrupted, interruption } from "../program/program";
import { type Terminal, terminalFor } from "../program/terminal";
import { runBench } from "./bench";
import { measureCeiling } from "./ceiling";
import { type BenchOptions, readOptions } from "./options";
import { measurePeers } from "./peers/peers";
import { measureProfile } from "./profile/measure";
import { profileLines } from "./profile/table";
import { measureQueue } from "./queue-cost";
import { writeReport } from "./report/report";
import { queueLines, taskLines } from "./buy-table";
import { resultLines } from "./table";
import { measureTasks } from "./tasks";
import { jobOf, NAMES } from "./workloads";

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), {
    writeOut: (text) => void process.stdout.write(text),
    writeErr: (text) => void process.stderr.write(text),
  });
  if (typeof options === "number") return options;
  const terminal = terminalFor(options.json, interruption());
  return codeOf(async () => {
    // What was under way when the signal came may fail in its own way.
    await carryOut(options, terminal).catch((error: unknown) => {
      throw terminal.signal.aborted ? new Interrupted() : error;
    });
    return 0;
  });
}

async function carryOut(options: BenchOptions, terminal: Terminal): Promise<void> {
  const io = { signal: terminal.signal, progress: (text: string) => terminal.progress(text) };
  const name = NAMES.find((one) => one === options.name);
  if (options.name === "ceiling") {
    const found = await measureCeiling(options.runs, options.scale);
    terminal.lines(
      found.map(
        (one) =>
          `${one.server}: ${one.requestsPerSecond} requests/s, ${one.clientCpuPer1000} CPU s of the client per 1,000`,
      ),
    );
    terminal.document({ name: "ceiling", servers: found });
    return;
  }
  if (options.name === "queue") {
    const calls = await measureQueue(options.runs, options.scale);
    terminal.lines(queueLines(calls));
    terminal.document({ name: "queue", calls });
    return;
  }
  if (options.name === "tasks") {
    const tasks = await measureTasks(options, io);
    terminal.progress("");
    terminal.lines(taskLines(tasks));
    terminal.document({ name: "tasks", ...tasks });
    return;
  }
  if (options.name === "profile") {
    const profiled = jobOf(options.profiled, options.scale);
    const found = await measureProfile(profiled, options, io);
    terminal.progress("");
    terminal.lines(profileLines(profiled, found, cpus().length));
    terminal.document({ name: "profile", benchmark: options.profiled, ...found });
    return;
  }
  if (name === undefined) {
    await writeReport(options, io, join(process.cwd(), "docs"));
    terminal.lines(["docs/performance.md and docs/performance-cpu.svg are written"]);
    terminal.document({ name: "report", written: ["docs/performance.md", "docs/performance-cpu.svg"] });
    return;
  }
  const job = jobOf(name, options.scale);
  const result = await runBench(job, options, io, options.peers && !job.copied ? measurePeers : undefined);
  terminal.progress("");
  terminal.lines(resultLines(job, result));
  terminal.document(result);
}

void main().then((code) => process.exit(code));
