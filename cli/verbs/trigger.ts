/** trigger: runs the starter now, as the schedule would, and says what it decided. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { invokeStarter, readStarter } from "../../aws/operator/starter-function";
import { formatProblems, parseStarterEnv } from "../../core/env";
import { describeLook, type StarterResult } from "../../core/look";
import type { Context } from "../shell/context";
import { cliError, type ExitCode } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";
import { foresee } from "../trigger/foresee";

const NEEDS = ["region", "starter"] as const;
type Needs = (typeof NEEDS)[number];

export function triggerVerb(shell: Shell) {
  return makeVerb("trigger", {
    summary: "run the starter now",
    description: [
      "Invokes the starter as the schedule does every minute, waits for it and prints its decision. --dry-run invokes nobody: it reads",
      "the starter's settings, the queue and the workers, and says what the starter would decide.",
      "Exit codes: 0 it ran, 1 it failed, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["trigger", "trigger --dry-run", "trigger --json"],
    json: "one document",
  })
    .option("--dry-run", "say what it would launch, launch nothing")
    .action((options) =>
      shell.run(options, NEEDS, (context) => (options.dryRun === true ? foretell(context) : run(context))),
    );
}

async function run({ system, out, signal, onEnd }: Context<Needs>): Promise<ExitCode> {
  const clients = makeOperatorClients(system.region);
  onEnd(() => clients.destroy());
  const { payload, failure } = await out.waiting(
    "waiting for the starter",
    invokeStarter(clients.lambda, system.starter, signal),
  );
  if (failure !== undefined) throw cliError(`The starter ${system.starter} failed: ${failure}`);
  const result = JSON.parse(payload) as StarterResult;
  out.document(result);
  for (const look of result.looks) {
    out.line(describeLook(look));
    for (const problem of look.problems) out.note(`problem: ${problem}`);
  }
  return 0;
}

async function foretell({ system, out, clock, signal, onEnd }: Context<Needs>): Promise<ExitCode> {
  const clients = makeOperatorClients(system.region);
  onEnd(() => clients.destroy());
  const { lambda, sqs, ecs } = clients;
  const { environment } = await readStarter(lambda, system.starter, signal);
  const parsed = parseStarterEnv(environment);
  if (!parsed.ok) throw cliError(`The starter ${system.starter} would fail: ${formatProblems(parsed.problems)}`);
  const told = await foresee({ sqs, ecs, now: () => clock.wallMs() }, parsed.config, signal);
  const { launched: launch, ...seen } = told;
  out.document({ dryRun: true, launch, ...seen });
  out.line(describeLook(told, "would be launched"));
  return 0;
}
