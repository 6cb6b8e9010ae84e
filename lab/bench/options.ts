/** The command line of the benchmarks. */
import { Command, CommanderError } from "@commander-js/extra-typings";
import { type Name, NAMES } from "./workloads";

/**
 * Beside the jobs: what the local cloud itself can do, what the calls of the queue cost, which size of a task is the better buy, where the
 * CPU of one of them goes, and the document of all results.
 */
export const COMMANDS = [...NAMES, "ceiling", "queue", "tasks", "profile", "report"] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface BenchOptions {
  readonly name: CommandName;
  /** What `profile` looks at. */
  readonly profiled: Name;
  readonly json: boolean;
  readonly peers: boolean;
  readonly tls: boolean;
  readonly runs: number;
  /** A part of the job; 1 is the job. */
  readonly scale: number;
  readonly transport: "lean" | "sdk";
  /** A CPU profile of each worker is written here. */
  readonly profile: string | undefined;
}

export interface OptionsIo {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

const MAX_RUNS = 100;

/** The options, or the exit code after a help text (0) or the list of all problems (2) has been written. */
export function readOptions(args: readonly string[], io: OptionsIo): BenchOptions | 0 | 2 {
  const command = new Command("npm run bench --")
    .description("Measures the built worker and command line on the local cloud, which runs in a process of its own.")
    .argument("[name]", `which one: ${COMMANDS.join(", ")}`)
    .argument("[benchmark]", `of profile: which one of them, small unless it is said: ${NAMES.join(", ")}`)
    .option("--json", "nothing but one JSON document on stdout")
    .option("--peers", "also the other tools that are installed, on the same cloud")
    .option("--runs <n>", `how often (1 to ${MAX_RUNS})`, "3")
    .option("--tls", "over TLS, as AWS is")
    .option("--scale <part>", "only a part of the job (above 0, at most 1), for trying it out", "1")
    .option("--transport <name>", "lean or sdk: what the worker's hot calls go through", "lean")
    .option("--profile <folder>", "write a CPU profile of each worker there")
    .addHelpText("after", "\nExit codes: 0 measured, 1 something failed, 2 wrong usage, 130 interrupted.\n")
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput(io);
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  const given = command.opts();
  const [name, ...rest] = command.args;
  const known = COMMANDS.find((one) => one === name);
  const [wanted = "small", ...others] = known === "profile" ? rest : [undefined, ...rest];
  const profiled = NAMES.find((one) => one === wanted);
  const runs = /^\d{1,3}$/.test(given.runs) ? Number(given.runs) : 0;
  const scale = /^\d*\.?\d+$/.test(given.scale) ? Number(given.scale) : 0;
  const transport = (["lean", "sdk"] as const).find((one) => one === given.transport);
  const problems = [
    ...(known === undefined
      ? [
          `${name === undefined ? "a name is missing" : `there is no benchmark "${name}"`}; there are ${COMMANDS.join(", ")}`,
        ]
      : []),
    ...(profiled === undefined ? [`profile knows no benchmark "${wanted}"; there are ${NAMES.join(", ")}`] : []),
    ...others.map((text) => `"${text}" is not understood`),
    ...(runs < 1 || runs > MAX_RUNS
      ? [`--runs must be a whole number from 1 to ${MAX_RUNS}, not "${given.runs}"`]
      : []),
    ...(scale <= 0 || scale > 1 ? [`--scale must be a number above 0, at most 1, not "${given.scale}"`] : []),
    ...(transport === undefined ? [`--transport must be lean or sdk, not "${given.transport}"`] : []),
  ];
  if (problems.length > 0 || known === undefined || profiled === undefined || transport === undefined) {
    io.writeErr(`${problems.join("\n")}\n(add --help for the options)\n`);
    return 2;
  }
  return {
    name: known,
    profiled,
    json: given.json === true,
    peers: given.peers === true,
    tls: given.tls === true,
    runs,
    scale,
    transport,
    profile: given.profile,
  };
}
