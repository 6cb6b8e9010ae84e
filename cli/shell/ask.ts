/** A question to whoever sits at the terminal. */
import { createInterface } from "node:readline/promises";

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * The answer; undefined when nobody would see the question, or nobody answers (Ctrl-C, Ctrl-D).
 * @throws AbortError when `signal` aborts meanwhile
 */
export async function ask(
  question: string,
  { input, output }: Terminal,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  const terminal = createInterface({ input, output });
  // While a line is edited Ctrl-C is a key and no signal, and a question that is closed settles by itself only sometimes.
  const unanswered = new Promise<undefined>((resolve) => {
    terminal.once("SIGINT", () => terminal.close());
    terminal.once("close", () => {
      output.write("\n");
      resolve(undefined);
    });
  });
  try {
    return await Promise.race([terminal.question(`${question} [y/N] `, { signal }), unanswered]);
  } finally {
    terminal.removeAllListeners("close");
    terminal.close();
  }
}
