/** `npm run local`: the local cloud for people, until Ctrl-C. Exit codes: 0 ended by a signal, 1 it could not start, 2 bad usage. */
import { parseArgs } from "node:util";
import { LOCAL_OPTIONS, type LocalSettings, readLocalOptions } from "./options";
import { greeting, runLocal } from "./run";

const USAGE = `usage: npm run local -- ${Object.entries(LOCAL_OPTIONS)
  .map(([name, { argument }]) => `[--${name} ${argument}]`)
  .join(" ")}

${Object.entries(LOCAL_OPTIONS)
  .map(([name, { argument, about }]) => `  ${`--${name} ${argument}`.padEnd(18)}${about}\n`)
  .join("")}`;

/** @throws Error that says which option is wrong */
function readSettings(args: readonly string[]): LocalSettings | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      directory: { type: "string" },
      seed: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help === true) return "help";
  const settings = readLocalOptions(values);
  if ("port" in settings) return settings;
  throw new Error(settings.join("\n"));
}

/** Resolves with the first signal; further ones change nothing, for closing is under way (npm passes on what the terminal has sent already). */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve());
  });
}

/** `npm run local | head -3`: a cloud is no less useful because nobody reads on. */
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

async function main(): Promise<number> {
  let settings: LocalSettings | "help";
  try {
    settings = readSettings(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (settings === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  // From the first file on: what is made must be removed again.
  const end = interrupted();
  ignoreClosedOutput();
  return runLocal(
    settings,
    {
      ready: (cloud, example) => process.stdout.write(greeting(cloud, example)),
      closing: () => process.stdout.write("\nClosing.\n"),
      failed: (reason) => process.stderr.write(`${reason}\n`),
    },
    end,
  );
}

void main().then((code) => {
  process.exitCode = code;
});
