/** `npm run local`: the local cloud for people, until Ctrl-C. Exit codes: 0 ended by a signal, 1 it could not start, 2 bad usage. */
import { parseArgs, type ParseArgsConfig } from "node:util";
import { localOptions, readLocalOptions, type LocalSettings } from "./options";
import { runLocal } from "./run";
import { greeting } from "./told";

const JSON_ABOUT = "print one line of JSON, once everything can be used, and nothing else";

const USAGE = `usage: npm run local -- ${localOptions()
  .map(({ name, argument, several }) => `[--${name} ${argument}]${several === true ? "..." : ""}`)
  .join(" ")} [--json]

${[...localOptions().map(({ name, argument, about }) => [`--${name} ${argument}`, about]), ["--json", JSON_ABOUT]]
  .map(([option = "", about = ""]) => `  ${option.padEnd(18)}${about}\n`)
  .join("")}`;

interface Wish {
  readonly settings: LocalSettings;
  readonly json: boolean;
}

/** @throws Error that says which options are wrong */
function readWish(args: readonly string[]): Wish | "help" {
  const options: NonNullable<ParseArgsConfig["options"]> = {
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  };
  for (const { name, several = false } of localOptions()) options[name] = { type: "string", multiple: several };
  const { values } = parseArgs({ args: [...args], options });
  const { help, json, ...texts } = values;
  if (help === true) return "help";
  const settings = readLocalOptions(texts);
  if ("port" in settings) return { settings, json: json === true };
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
  let wish: Wish | "help";
  try {
    wish = readWish(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (wish === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  const { settings, json } = wish;
  // From the first file on: what is made must be removed again.
  const end = interrupted();
  ignoreClosedOutput();
  return runLocal(
    settings,
    {
      ready: (told) => process.stdout.write(json ? `${JSON.stringify(told)}\n` : greeting(told)),
      closing: () => process.stdout.write(json ? "" : "\nClosing.\n"),
      failed: (reason) => process.stderr.write(`${reason}\n`),
    },
    end,
  );
}

void main().then((code) => {
  process.exitCode = code;
});
