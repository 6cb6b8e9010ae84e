/** How a verb is made: one file of cli/verbs/ each, with the options and the manner that all verbs share. */
import { Command } from "@commander-js/extra-typings";
import { type SystemField, SYSTEM_FIELDS } from "../../core/system";
import type { Parsed } from "../../core/variables";
import type { Context } from "./context";
import type { ExitCode } from "./errors";
import type { StackOptions } from "./stack-output";
import type { Known } from "./system";

/** Options of every verb; a verb adds its own. */
export interface SharedOptions extends StackOptions, Known {
  readonly json?: true | undefined;
  readonly debug?: true | undefined;
}

/** A call's own options as a verb reads them: what it asks for, or every problem of it. */
export type Read<A> = (known: Known, environment: Context["environment"]) => Parsed<A>;

/** Runs the body of a verb: finds the system, makes the context, turns errors into words and an exit code. */
export interface Shell {
  readonly run: <N extends SystemField>(
    options: SharedOptions,
    needs: readonly N[],
    body: (context: Context<N>) => Promise<ExitCode>,
  ) => Promise<void>;
  /** The same for a verb whose own options may be wrong: their problems are told together with what is not known of the system. */
  readonly runAsked: <N extends SystemField, A>(
    options: SharedOptions,
    needs: readonly N[],
    read: Read<A>,
    body: (context: Context<N>, asked: A) => Promise<ExitCode>,
  ) => Promise<void>;
}

export interface VerbText<N extends SystemField> {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** What it does, then a line "Exit codes: ...", for --help. Other line breaks are commander's, but for those around empty lines. */
  readonly description: string;
  readonly needs: readonly N[];
  /** Command lines that run as they stand, without the name of the program. */
  readonly examples: readonly string[];
  /** What --json prints. */
  readonly json:
    | "one document"
    | "one document per line"
    | "one document per line; one document with --dry-run"
    | "one document; one per line with --watch";
}

/** A command with the shared options; the caller adds options of its own and an action. */
export function makeVerb<N extends SystemField>(
  name: string,
  { summary, description, needs, examples, json }: VerbText<N>,
) {
  const command = new Command(name)
    .summary(summary)
    .description(flowing(description))
    .optionsGroup("Output:")
    .option("--json", `print JSON: ${json}`)
    .option("--debug", "show stack traces of errors")
    .optionsGroup("Which system (default: the stack of the Pulumi project in this folder):")
    .option("--outputs <file>", "what `pulumi stack output --json` printed, instead of asking Pulumi")
    .option("--stack <name>", "Pulumi stack (default: the selected one)")
    .option("--cwd <dir>", "folder of the Pulumi project (default: this one)")
    .addHelpText("after", examplesText(examples));
  for (const field of needs) {
    const { flag, variable, about } = SYSTEM_FIELDS[field];
    command.option(`--${flag} <value>`, `${about} (${variable})`);
  }
  return command.optionsGroup("Options:");
}

/** Lines of a paragraph in one, for commander to wrap. */
export function flowing(text: string): string {
  return text.replace(/(?<!\n)\n(?!Exit codes|\n)/g, " ");
}

/** The end of every --help. */
export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ s3-express-sync ${example}`).join("\n")}\n`;
}

/** commander names an option after its flag; a system's fields have names of their own. */
export function systemOptions(options: Readonly<Record<string, unknown>>): Known {
  const entries = Object.entries(SYSTEM_FIELDS).map(([field, { flag }]) => [field, options[camelCase(flag)]]);
  return Object.fromEntries(entries.filter(([, value]) => typeof value === "string")) as Known;
}

function camelCase(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
