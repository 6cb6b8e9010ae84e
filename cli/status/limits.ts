/** What the starter is told in its environment, as far as an operator cares. Pure. */
import { STARTER_VARIABLES } from "../../core/env";
import type { Variable } from "../../core/variables";
import type { StarterLimits } from "./situation";

export function limitsOf(environment: Readonly<Record<string, string>>): StarterLimits {
  return {
    maxWorkers: read(STARTER_VARIABLES.maxWorkers, environment),
    pollSeconds: read(STARTER_VARIABLES.pollIntervalSeconds, environment) ?? 60,
  };
}

/** As the starter itself reads it (core/variables.ts). */
function read<T>(variable: Variable<T>, environment: Readonly<Record<string, string>>): T | undefined {
  const raw = environment[variable.name] ?? "";
  return raw === "" ? variable.fallback : variable.read(raw);
}
