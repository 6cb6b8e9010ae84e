/** What a check is, and how all of them are run: each on its own, so that one that may not look hides none of the others. */
import { isSyncError } from "../../core/errors";
import { isDenied, messageOf } from "../shell/errors";
import type { Facts } from "./facts";

/** `unknown`: it could not be looked at. */
export type Verdict = "ok" | "warning" | "problem" | "unknown";

export interface Finding {
  readonly verdict: Verdict;
  /** What was found, in one line. */
  readonly finding: string;
  /** What to do about it. */
  readonly fix?: string;
}

export interface Check {
  /** Stable: scripts may look for it. */
  readonly id: string;
  /** What is looked at, in a few words. */
  readonly title: string;
  /** At least one finding. What it throws means that it could not look, unless it is one of the errors of `gone`. */
  readonly run: (facts: Facts) => Promise<readonly Finding[]>;
  /** Names of errors that say: what this check is about does not exist. */
  readonly gone?: readonly string[];
}

export interface Result extends Finding {
  readonly check: string;
  readonly title: string;
}

/** In the order of the checks. Never rejects, unless `signal` aborts. */
export async function runChecks(
  checks: readonly Check[],
  facts: Facts,
  signal: AbortSignal,
  done: (checks: number) => void = () => undefined,
): Promise<readonly Result[]> {
  let ended = 0;
  const results = await Promise.all(
    checks.map(async ({ id, title, run, gone = [] }) => {
      const findings = await run(facts).catch((error: unknown) => [
        error instanceof Error && gone.includes(error.name) ? isGone(error) : couldNotLook(error),
      ]);
      done(++ended);
      return findings.map((finding) => ({ check: id, title, ...finding }));
    }),
  );
  signal.throwIfAborted();
  return results.flat();
}

export function ok(finding: string): Finding {
  return { verdict: "ok", finding };
}

export function warning(finding: string, fix: string): Finding {
  return { verdict: "warning", finding, fix };
}

export function problem(finding: string, fix: string): Finding {
  return { verdict: "problem", finding, fix };
}

/** `findings` if there are any, else that all is well. */
export function orOk(findings: readonly Finding[], otherwise: string): readonly Finding[] {
  return findings.length > 0 ? findings : [ok(otherwise)];
}

function isGone({ message }: Error): Finding {
  return problem(
    `it does not exist: ${message.split("\n")[0] ?? ""}`,
    "`pulumi up` makes it again. Or the system is another one: look at --stack, --region and the options that name it.",
  );
}

function couldNotLook(error: unknown): Finding {
  const name = isSyncError(error) ? error.code : error instanceof Error ? error.name : "";
  const text = messageOf(error).split("\n")[0] ?? "";
  if (isDenied(error)) {
    return {
      verdict: "unknown",
      finding: `not permitted to look: ${text}`,
      fix: "Take the operator's policy (the stack's output `operatorPolicy`); this says nothing about the worker's rights.",
    };
  }
  const isNamed = name !== "" && name !== "Error" && !text.startsWith(name);
  return { verdict: "unknown", finding: `could not be looked at: ${isNamed ? `${name}: ` : ""}${text}` };
}
