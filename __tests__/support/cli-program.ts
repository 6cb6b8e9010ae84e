/** The command line without anything behind it: which verbs there are, and whether a line reaches one. */
import type { Command } from "@commander-js/extra-typings";
import { makeProgram } from "../../cli/program";
import type { SharedOptions, Shell } from "../../cli/shell/verb";

/** A program whose verbs note that they were reached and do nothing. */
export function programOf() {
  const reached: SharedOptions[] = [];
  const reach = (options: SharedOptions): Promise<void> => {
    reached.push(options);
    return Promise.resolve();
  };
  const shell: Shell = { run: reach, runAsked: reach };
  let text = "";
  const io = { writeOut: (part: string) => void (text += part), writeErr: (part: string) => void (text += part) };
  return { program: makeProgram(shell, io), reached, text: () => text };
}

/** Every verb that does something, as the words that lead to it. */
export const VERBS: readonly (readonly string[])[] = leaves(programOf().program);

function leaves(command: Command, words: readonly string[] = []): readonly (readonly string[])[] {
  const children = command.commands as Command[];
  return children.length === 0 ? [words] : children.flatMap((child) => leaves(child, [...words, child.name()]));
}

/** As a shell splits it: blanks, single and double quotes. */
export function split(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, bare]) => single ?? double ?? bare ?? "",
  );
}
