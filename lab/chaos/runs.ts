/** Seed after seed in either mode, and a scenario once more. Each resolves to the exit code. */
import { runWorker } from "../../worker/worker";
import type { Scenario } from "../sim/scenario";
import { simulate } from "../sim/simulation";
import type { CommandLine } from "./options";
import { runProcessSeed } from "./process/run";
import { processLines, simLines } from "./report";
import { runSimSeed } from "./sim/run";
import type { Terminal } from "../program/terminal";

type RunCommand = Extract<CommandLine, { kind: "run" }>;

export async function runSeeds(command: RunCommand, terminal: Terminal): Promise<number> {
  const { mode, seeds, minutes } = command;
  const run = mode === "sim" ? runSim : runProcess;
  const results: object[] = [];
  let sound = true;
  for (const seed of seeds) {
    const done = await run(seed, command, terminal);
    terminal.progress("");
    terminal.lines(done.lines);
    results.push(done.result);
    sound &&= done.sound;
  }
  terminal.document({
    mode,
    ...(mode === "process" ? { transport: command.transport } : {}),
    minutes,
    sound,
    seeds: results,
  });
  return sound ? 0 : 1;
}

interface Done {
  readonly sound: boolean;
  readonly lines: readonly string[];
  readonly result: object;
}

async function runSim(seed: number, { minutes }: RunCommand, terminal: Terminal): Promise<Done> {
  const began = performance.now();
  const result = await runSimSeed(seed, minutes, runWorker, (done, of) => {
    terminal.signal.throwIfAborted();
    terminal.progress(`seed ${seed}: ${done} of ${of} scenarios`);
  });
  const seconds = (performance.now() - began) / 1000;
  return { sound: result.failure === undefined, lines: simLines(result, seconds), result: { ...result, seconds } };
}

async function runProcess(seed: number, command: RunCommand, { signal, progress }: Terminal): Promise<Done> {
  const { minutes, transport } = command;
  progress(`seed ${seed}: ${minutes} minutes of faults, then a minute or two until everything has come to rest`);
  const result = await runProcessSeed({ seed, minutes, transport, signal });
  return { sound: result.problems.length === 0, lines: processLines(result), result };
}

/** @throws Error when the text is no scenario */
export async function replayScenario(text: string, terminal: Terminal): Promise<number> {
  const { problems, report, world } = await simulate(scenarioIn(text), runWorker);
  const verdict = problems.length === 0 ? "every promise was kept" : (report.split("\n")[0] ?? "");
  terminal.lines([world.history.format(), verdict]);
  terminal.document({ problems, history: world.history.lines });
  return problems.length === 0 ? 0 : 1;
}

function scenarioIn(text: string): Scenario {
  try {
    const value = JSON.parse(text) as Partial<Scenario> | null;
    if (typeof value?.seed === "number" && Array.isArray(value.steps)) return value as Scenario;
  } catch {
    // Said below.
  }
  throw new Error("--scenario is not the JSON that a failed run has printed");
}
