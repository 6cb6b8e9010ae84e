/** status: what is going on, in one sentence and in numbers. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { describe, type Summary } from "../status/describe";
import { makeGather, STATUS_NEEDS } from "../status/gather";
import { statusLine, statusLines } from "../status/show";
import { makeSteady } from "../status/steady";
import { explainError } from "../shell/errors";
import { pauseOf, type Situation } from "../status/situation";
import type { Out } from "../shell/out";
import { makeVerb, type Shell } from "../shell/verb";

const WATCH_MS = 5_000;

export function statusVerb(shell: Shell) {
  return makeVerb("status", {
    summary: "what is going on, in one sentence and in numbers",
    description: [
      "Queue, dead letters, workers, the starter's last decision, lag, throughput and cost. Counts of SQS are approximate;",
      "lag, throughput, cost and ages come from CloudWatch and are minutes late. What was not measured is said to be so, never shown as 0.",
      "--watch looks every 5 seconds until Ctrl-C, which ends it with 0; trouble that passes does not end it.",
      "Exit codes: 0 it could be read, 1 it could not (with --check also: something needs attention), 2 wrong usage.",
    ].join("\n"),
    needs: STATUS_NEEDS,
    examples: ["status", "status --watch", "status --check --json"],
    json: "one document; one per line with --watch",
  })
    .option("--watch", "look again every 5 seconds")
    .option("--check", "exit 1 when something needs attention, for scripts")
    .action((options) =>
      shell.run(options, STATUS_NEEDS, async ({ system, out, clock, signal, onEnd }) => {
        const clients = makeOperatorClients(system.region);
        onEnd(() => clients.destroy());
        const gather = makeGather({ clients, system, clock });
        if (options.watch !== true) {
          const situation = await out.waiting("looking", gather(signal));
          const summary = describe(situation);
          print(out, situation, summary);
          return exitCode(summary, options.check);
        }
        const look = makeSteady(gather, (error) => out.note(`${explainError(error)}\nLooking again in 5 seconds.`));
        let summary: Summary | undefined;
        while (!signal.aborted) {
          const situation = await look(signal).catch(interrupted(signal));
          if (situation !== undefined) {
            summary = describe(situation);
            printTick(out, situation, summary);
          }
          await clock.sleep(WATCH_MS, signal);
        }
        return exitCode(summary, options.check);
      }),
    );
}

function exitCode(summary: Summary | undefined, check: true | undefined): 0 | 1 {
  return check === true && summary?.attention === true ? 1 : 0;
}

/** Ctrl-C is how a watch ends; every other error is one. */
function interrupted(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error;
    return undefined;
  };
}

function print(out: Out, situation: Situation, summary: Summary): void {
  out.document(documentOf(situation, summary));
  for (const line of statusLines(situation, summary)) out.line(line);
}

function printTick(out: Out, situation: Situation, summary: Summary): void {
  if (out.json) out.record(documentOf(situation, summary));
  else if (out.interactive) out.redraw(statusLines(situation, summary).join("\n"));
  else out.line(statusLine(situation, summary));
}

function documentOf(situation: Situation, summary: Summary): object {
  const { at, ...rest } = situation;
  return { ...summary, paused: pauseOf(situation) ?? false, at: new Date(at).toISOString(), ...rest };
}
