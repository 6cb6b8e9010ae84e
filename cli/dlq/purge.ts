/** dlq purge: dead letters deleted for good, after asking. */
import { purgeQueue } from "../../aws/operator/dead-letters";
import { readQueueState } from "../../aws/operator/queue-state";
import type { EntryResults } from "../../core/ports";
import { cliError } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";
import { count } from "../shell/words";
import { isSelected } from "./groups";
import type { Letter } from "./letter";
import { DEFAULT_LIMIT, DLQ_NEEDS, LIMIT_OPTION, openClients, readLimit, sweepAll } from "./options";
import { deadLetterPorts } from "./queues";

export function purgeVerb(shell: Shell) {
  return makeVerb("purge", {
    summary: "delete dead letters for good",
    description: [
      "Asks, then deletes dead letters: all of them, or those of one reason or key. The objects themselves are not touched, but",
      "nothing will try these keys again until they change; `verify --repair` finds them.",
      "Exit codes: 0 deleted (or there was none), 1 nobody agreed or it failed, 2 wrong usage.",
    ].join("\n"),
    needs: DLQ_NEEDS,
    examples: ["dlq purge --dry-run", "dlq purge --reason MessageNotUnderstood --yes", "dlq purge --yes"],
    json: "one document",
  })
    .option("--reason <reason>", "only letters with this reason")
    .option("--key <key>", "only letters about this key")
    .option("--yes", "do not ask")
    .option("--dry-run", "say what would be deleted, change nothing")
    .option("--limit <n>", LIMIT_OPTION, DEFAULT_LIMIT)
    .action((options) =>
      shell.runAsked(
        options,
        DLQ_NEEDS,
        () => readLimit(options.limit),
        async (context, limit) => {
          const { system, out, signal } = context;
          const { sqs } = openClients(context);
          const { reason, key, dryRun = false } = options;
          const agreed = async (letters: number): Promise<void> => {
            if (options.yes === true) return;
            if (await context.confirm(`Delete ${count(letters, "dead letter")} for good?`)) return;
            throw cliError("Nothing was deleted: nobody agreed. Without a terminal to ask at, --yes says so.");
          };
          const done = (deleted: number, failed = 0): 0 | 1 => {
            out.document({ dryRun, deleted, failed });
            const verb = dryRun ? "would be deleted" : "deleted";
            out.line(deleted + failed === 0 ? "no dead letters to delete" : `${count(deleted, "dead letter")} ${verb}`);
            if (failed > 0) out.note(`${count(failed, "letter")} could not be deleted; the same command tries again.`);
            return failed === 0 ? 0 : 1;
          };
          if (reason === undefined && key === undefined) {
            const { visible, inFlight } = await readQueueState(sqs, system.deadLetterQueueUrl, signal);
            if (visible + inFlight > 0 && !dryRun) {
              await agreed(visible + inFlight);
              await purgeQueue(sqs, system.deadLetterQueueUrl, signal).catch(explainTooSoon);
            }
            return done(visible + inFlight);
          }
          return await sweepAll(context, sqs, limit, async ({ letters }) => {
            const meant = letters.filter((letter) => isSelected(letter, { reason, key }));
            if (meant.length === 0 || dryRun) return { result: done(meant.length), gone: [] };
            await agreed(meant.length);
            const progress = out.progress("deleting", meant.length);
            const { remove } = deadLetterPorts(sqs, system);
            const gone = await removeAll(meant, remove, (tried) => progress.update(tried)).finally(() =>
              progress.end(),
            );
            return { result: done(gone.length, meant.length - gone.length), gone };
          });
        },
      ),
    );
}

async function removeAll(
  letters: readonly Letter[],
  remove: (receiptHandles: readonly string[]) => Promise<EntryResults>,
  onTried: (letters: number) => void,
): Promise<readonly Letter[]> {
  const gone: Letter[] = [];
  for (let from = 0; from < letters.length; from += 10) {
    const batch = letters.slice(from, from + 10);
    const results = await remove(batch.map(({ receiptHandle }) => receiptHandle));
    gone.push(...batch.filter((_, index) => results[index] === undefined));
    onTried(from + batch.length);
  }
  return gone;
}

function explainTooSoon(error: unknown): never {
  if (error instanceof Error && error.name === "PurgeQueueInProgress") {
    throw cliError("SQS takes one purge a minute, and the last one is less than a minute ago. Try again in a minute.");
  }
  throw error;
}
