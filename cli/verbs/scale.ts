/** scale: the most workers at a time, changed in the running system without a deployment. */
import type { LambdaClient } from "@aws-sdk/client-lambda";
import { makeOperatorClients } from "../../aws/operator/clients";
import {
  readStarter,
  starterUpdated,
  type StarterSetup,
  writeStarterEnvironment,
} from "../../aws/operator/starter-function";
import { LIMITS, STARTER_VARIABLES } from "../../core/env";
import type { Parsed } from "../../core/variables";
import { cliError } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";
import { limitsOf } from "../status/limits";

const NEEDS = ["region", "starter"] as const;

export function scaleVerb(shell: Shell) {
  const [least, most] = LIMITS.maxWorkers;
  return makeVerb("scale", {
    summary: "change the most workers at a time, without a deployment",
    description: [
      "Changes MAX_WORKERS in the starter's environment and waits until it is in force; 0 starts no more workers. Workers that run",
      "beyond a lower limit are not stopped: they leave when the queue is empty.",
      "Exit codes: 0 it is in force, 1 it failed or somebody else changed the starter meanwhile, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["scale 20", "scale 20 --dry-run", "scale 0"],
    json: "one document",
  })
    .argument("<workers>", `most workers at a time: a whole number from ${least} to ${most}`)
    .option("--dry-run", "say what would change, change nothing")
    .action((raw, options) =>
      shell.runAsked(
        options,
        NEEDS,
        () => readWorkers(raw),
        async ({ system, out, signal, onEnd }, wanted) => {
          const clients = makeOperatorClients(system.region);
          onEnd(() => clients.destroy());
          const { dryRun = false } = options;
          const setup = await readStarter(clients.lambda, system.starter, signal);
          const before = limitsOf(setup.environment).maxWorkers;
          const changes = before !== wanted;
          if (changes && !dryRun) {
            await out.waiting("waiting for Lambda", change(clients.lambda, system.starter, setup, wanted, signal));
          }
          out.document({ dryRun, starter: system.starter, before, after: wanted, changed: changes && !dryRun });
          if (!changes) {
            out.line(`most workers: ${wanted} already`);
            return 0;
          }
          out.line(`most workers: ${before ?? "unreadable"} -> ${wanted}${dryRun ? " (not changed: --dry-run)" : ""}`);
          if (wanted < (before ?? 0)) {
            out.line(
              "workers that run already are not stopped: they leave when the queue is empty (pause --now stops them)",
            );
          }
          out.line(`permanent:  pulumi config set maxWorkers ${wanted} && pulumi up`);
          out.line(`undone by:  scale ${before ?? "N"}, or the next \`pulumi up\` that changes the starter`);
          return 0;
        },
      ),
    );
}

function readWorkers(raw: string): Parsed<number> {
  const { read, allowed } = STARTER_VARIABLES.maxWorkers;
  const workers = read(raw);
  return workers === undefined
    ? { ok: false, problems: [`${JSON.stringify(raw)} is not ${allowed}`] }
    : { ok: true, config: workers };
}

async function change(
  lambda: LambdaClient,
  starter: string,
  setup: StarterSetup,
  maxWorkers: number,
  signal: AbortSignal,
): Promise<void> {
  const { name, write } = STARTER_VARIABLES.maxWorkers;
  const environment = { ...setup.environment, [name]: write(maxWorkers) };
  try {
    await writeStarterEnvironment(lambda, starter, { ...setup, environment }, signal);
  } catch (error) {
    const errorName = error instanceof Error ? error.name : "";
    if (errorName === "PreconditionFailedException" || errorName === "ResourceConflictException") {
      throw cliError(
        `Somebody else is changing the starter ${starter} right now: nothing was changed. Look at it, then try again.`,
      );
    }
    throw error;
  }
  await starterUpdated(lambda, starter, signal);
}
