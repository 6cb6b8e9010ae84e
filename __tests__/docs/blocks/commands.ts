/** The commands in the documents' blocks of code, one by one, with the output that the page shows below them. */
import { spawnSync } from "node:child_process";
import { fencesOf, type Fence, PAGES } from "../pages";

export interface Command {
  readonly file: string;
  readonly text: string;
  /** Lines below it in the same block; none in a block of commands alone. */
  readonly shown: readonly string[];
}

/** A block that somebody types into a shell as it stands. */
export function isShell({ language, runs }: Fence): boolean {
  return language === "bash" && runs === undefined;
}

/** A block of prompts with what is printed. */
export function isSession({ language, code }: Fence): boolean {
  return ["text", "console"].includes(language) && code.startsWith("$ ");
}

export const COMMANDS: readonly Command[] = PAGES.flatMap((page) =>
  fencesOf(page).flatMap((fence) => {
    const found = isShell(fence) ? typed(fence.code) : isSession(fence) ? prompted(fence.code) : [];
    return found.map((command) => ({ file: page.file, ...command }));
  }),
);

/** Lines, and more lines where the shell would wait for them: a continuation, a loop, a function. Comments are left out. */
function typed(code: string): readonly Omit<Command, "file">[] {
  const texts: string[] = [];
  let open = "";
  for (const line of code.trimEnd().split("\n")) {
    const text = line.replace(/(^|\s+)#.*$/, "");
    if (text === "" && open === "") continue;
    open += open === "" ? text : `\n${text}`;
    if (open.endsWith("\\") || spawnSync("bash", ["-n"], { input: open }).status !== 0) continue;
    texts.push(open);
    open = "";
  }
  if (open !== "") throw new Error(`bash does not take this: ${open}`);
  return texts.map((text) => ({ text, shown: [] }));
}

function prompted(code: string): readonly Omit<Command, "file">[] {
  const sessions = code.split(/^\$ /m).slice(1);
  return sessions.map((session) => {
    const [text = "", ...shown] = session.trimEnd().split("\n");
    return { text, shown };
  });
}
