/** The options of the local cloud as people give them: what they are called, their limits, and how their text is read. */

export interface LocalSettings {
  /** 0 = any free port. */
  readonly port: number;
  readonly seed: number;
  /** Default: a temporary directory. */
  readonly directory?: string;
}

export const LOCAL_OPTIONS = {
  port: { argument: "N", about: "listen on 127.0.0.1:N (default 4566; 0 = any free port)" },
  directory: {
    argument: "PATH",
    about: "store objects there; they are removed at the end (default: a temporary directory)",
  },
  seed: { argument: "N", about: "makes ids and orders repeatable (default 1)" },
} as const;

const DEFAULTS = { port: "4566", seed: "1" };
const MOST = { port: 65_535, seed: 2 ** 31 };

/** The settings, or the texts of all problems. */
export function readLocalOptions(given: { readonly [name in keyof typeof LOCAL_OPTIONS]?: string | undefined }):
  LocalSettings | readonly string[] {
  const { port = DEFAULTS.port, seed = DEFAULTS.seed, directory } = given;
  const problems = [...numberProblems("port", port), ...numberProblems("seed", seed)];
  if (problems.length > 0) return problems;
  return { port: Number(port), seed: Number(seed), ...(directory === undefined ? {} : { directory }) };
}

function numberProblems(name: "port" | "seed", text: string): readonly string[] {
  if (/^\d+$/.test(text) && Number(text) <= MOST[name]) return [];
  return [`--${name} must be a whole number from 0 to ${MOST[name]}, not "${text}"`];
}
