/** resume: the schedule on again, and whether events may have expired meanwhile. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { readQueueState } from "../../aws/operator/queue-state";
import { readRule, switchRule } from "../../aws/operator/schedule-rule";
import { readStarter } from "../../aws/operator/starter-function";
import { lastInvocation } from "../pause/measured";
import { pauseVerdict } from "../pause/expiry";
import { limitsOf } from "../status/limits";
import { explainError } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";
import { count } from "../shell/words";

const NEEDS = ["region", "queueUrl", "starter", "starterRule"] as const;

export function resumeVerb(shell: Shell) {
  return makeVerb("resume", {
    summary: "start workers again after a pause",
    description: [
      "Enables the rule that invokes the starter, nothing else. Says whether events may have expired during the pause, which only a",
      "`verify` can find. `pulumi up` sets the rule to the stack's setting `paused` again.",
      "Exit codes: 0 resumed, 1 it failed, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["resume", "resume --dry-run"],
    json: "one document",
  })
    .option("--dry-run", "say what would happen, change nothing")
    .action((options) =>
      shell.run(options, NEEDS, async ({ system, out, clock, signal, onEnd }) => {
        const clients = makeOperatorClients(system.region);
        onEnd(() => clients.destroy());
        const { dryRun = false } = options;
        const rule = await readRule(clients.events, system.starterRule, signal);
        const queue = await readQueueState(clients.sqs, system.queueUrl, signal);
        const { maxWorkers } = limitsOf((await readStarter(clients.lambda, system.starter, signal)).environment);
        const now = clock.wallMs();
        // The look back is longer than the retention: a pause of exactly that length is told apart from no answer at all.
        const span = { now, lookBackSeconds: 2 * queue.retentionSeconds };
        const lastInvokedAt = rule.enabled
          ? undefined
          : await lastInvocation(clients.cloudWatch, system.starterRule, span, signal).catch((error: unknown) => {
              signal.throwIfAborted();
              out.note(`When the schedule last ran could not be read: ${explainError(error)}`);
              return undefined;
            });
        const verdict = pauseVerdict({ now, retentionSeconds: queue.retentionSeconds, lastInvokedAt });
        if (!rule.enabled && !dryRun) await switchRule(clients.events, system.starterRule, true, signal);

        const messages = queue.visible + queue.inFlight + queue.delayed;
        if (rule.enabled) {
          out.line(`was not paused: ${system.starterRule} is on`);
        } else {
          out.line(
            `${dryRun ? "would be resumed" : "resumed"}: ${system.starterRule} starts workers again, ${count(messages, "message")} in the queue`,
          );
          out.line(verdict.text);
          if (verdict.mayHaveExpired) out.line("Find what was missed: s3-express-sync verify --deep");
          out.line("A later `pulumi up` follows the stack: `pulumi config set paused false` makes it stay.");
        }
        if (maxWorkers === 0)
          out.line("No worker will start all the same: the most workers allowed is 0 (scale N ends it).");
        out.document({
          dryRun,
          wasPaused: !rule.enabled,
          rule: system.starterRule,
          messages,
          maxWorkers,
          ...(rule.enabled ? {} : { verifyAdvised: verdict.mayHaveExpired }),
        });
        return 0;
      }),
    );
}
