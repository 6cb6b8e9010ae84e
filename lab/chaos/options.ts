/** The command line of the fault runs. Pure. */
import { parseArgs } from "node:util";

export const USAGE = `usage: npm run chaos -- [--seed N] [--seeds K] [--minutes M] [--mode sim|process] [--transport lean|sdk] [--json]
       npm run chaos -- --scenario JSON
       npm run chaos -- --planted [--json]
       npm run chaos -- --interruptions [--json]

Runs the product under random faults and checks from outside that it kept its promises.

  --seed N         first seed (default 1)
  --seeds K        how many seeds, one after another (default 1)
  --minutes M      nominal minutes per seed (default 1): how much is run follows from it, never from the machine's speed
  --mode sim       the worker's code in one process under virtual time; replays exactly from its seed (default)
  --mode process   the built worker and starter as processes on the local cloud; a minute of faults is a minute
  --transport T    what the workers of --mode process speak to S3 and SQS with: lean (default) or sdk
  --scenario JSON  runs the one scenario that a failed sim run has printed, and prints its history
  --planted        breaks the product on purpose, in builds of its own, and shows which mode finds each bug
  --interruptions  stops workers in the middle of a large object and counts the bytes that are copied twice
  --json           nothing but one JSON document on stdout
  --help           this text

Exit codes: 0 every promise was kept (--planted: every bug was found), 1 not, 2 bad usage, 130 interrupted.
`;

export type Mode = "sim" | "process";
export type Transport = "lean" | "sdk";

export type CommandLine =
  | { readonly kind: "help" }
  | { readonly kind: "planted" | "interruptions"; readonly json: boolean }
  | { readonly kind: "scenario"; readonly scenario: string; readonly json: boolean }
  | {
      readonly kind: "run";
      readonly mode: Mode;
      readonly seeds: readonly number[];
      readonly minutes: number;
      readonly transport: Transport;
      readonly json: boolean;
    };

const MAX_SEED = 2 ** 31 - 1;
const MAX_SEEDS = 10_000;
const MAX_MINUTES = 1_440;

/** @throws Error that names every wrong option */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string" },
      seeds: { type: "string" },
      minutes: { type: "string" },
      mode: { type: "string" },
      transport: { type: "string" },
      scenario: { type: "string" },
      planted: { type: "boolean" },
      interruptions: { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  const json = values.json === true;
  if (values.help === true) return { kind: "help" };
  const problems: string[] = [];
  const { seed = "1", seeds = "1", minutes = "1", mode = "sim", transport = "lean" } = values;
  if (!isWhole(seed, 0, MAX_SEED)) problems.push(`--seed must be a whole number from 0 to ${MAX_SEED}, not "${seed}"`);
  if (!isWhole(seeds, 1, MAX_SEEDS))
    problems.push(`--seeds must be a whole number from 1 to ${MAX_SEEDS}, not "${seeds}"`);
  if (!isMinutes(minutes))
    problems.push(`--minutes must be a number above 0, at most ${MAX_MINUTES}, not "${minutes}"`);
  if (mode !== "sim" && mode !== "process") problems.push(`--mode must be sim or process, not "${mode}"`);
  if (transport !== "lean" && transport !== "sdk") problems.push(`--transport must be lean or sdk, not "${transport}"`);
  if (values.transport !== undefined && mode === "sim") {
    problems.push("--transport needs --mode process: the simulation replaces S3 and SQS behind the ports");
  }
  const chosen = ["planted", "interruptions", "scenario"].filter((name) => Object.hasOwn(values, name));
  const runOnly = ["seed", "seeds", "minutes", "mode", "transport"].filter((name) => Object.hasOwn(values, name));
  if (chosen.length > 1) problems.push(`--${chosen.join(" and --")} exclude each other`);
  if (chosen.length > 0 && runOnly.length > 0) {
    problems.push(`--${chosen.join(", --")} takes no --${runOnly.join(", --")}`);
  }
  if (problems.length > 0) throw new Error(problems.join("\n"));
  if (values.interruptions === true) return { kind: "interruptions", json };
  if (values.planted === true) return { kind: "planted", json };
  if (values.scenario !== undefined) return { kind: "scenario", scenario: values.scenario, json };
  const first = Number(seed);
  return {
    kind: "run",
    mode: mode as Mode,
    seeds: Array.from({ length: Number(seeds) }, (_, index) => first + index),
    minutes: Number(minutes),
    transport: transport as Transport,
    json,
  };
}

function isWhole(text: string, min: number, max: number): boolean {
  return /^\d{1,10}$/.test(text) && Number(text) >= min && Number(text) <= max;
}

function isMinutes(text: string): boolean {
  return /^\d{1,4}(\.\d{1,3})?$/.test(text) && Number(text) > 0 && Number(text) <= MAX_MINUTES;
}
