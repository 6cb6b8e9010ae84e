/** dlq redrive: dead letters back into the queue, with fresh counters. */
import type { Parsed } from "../../core/variables";
import { makeVerb, type Shell } from "../shell/verb";
import type { Out } from "../shell/out";
import { count } from "../shell/words";
import { isSelected } from "./groups";
import { leftLines } from "./left";
import type { Letter } from "./letter";
import { DEFAULT_LIMIT, LIMIT_OPTION, openClients, readLimit, sweepAll } from "./options";
import { deadLetterPorts, sendTo } from "./queues";
import { redrive, redriveOf, type RedriveResult } from "./redrive";

const NEEDS = ["region", "queueUrl", "deadLetterQueueUrl"] as const;

export function redriveVerb(shell: Shell) {
  return makeVerb("redrive", {
    summary: "dead letters back into the queue, with fresh counters",
    description: [
      "Receives the dead letters that are meant, sends each to the queue with its counters at 0, then deletes it from the",
      "dead-letter queue. A crash in between only repeats work. What no worker could read stays, and is named.",
      "Exit codes: 0 all that were meant are redriven (or there was none), 1 some stayed, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: [
      "dlq redrive --all --dry-run",
      "dlq redrive --reason AccessDenied",
      "dlq redrive --key reports/2026.csv",
    ],
    json: "one document",
  })
    .option("--reason <reason>", "only letters with this reason, as `dlq list` shows it")
    .option("--key <key>", "only letters about this key")
    .option("--all", "every letter")
    .option("--dry-run", "say what would be redriven, change nothing")
    .option("--limit <n>", LIMIT_OPTION, DEFAULT_LIMIT)
    .action((options) =>
      shell.runAsked(
        options,
        NEEDS,
        () => readRedrive(options),
        async (context, limit) => {
          const { system, out, signal } = context;
          const { reason, key, dryRun } = options;
          const { sqs } = openClients(context);
          const result = await sweepAll(context, sqs, limit, async ({ letters }) => {
            const meant = letters.filter((letter) => isSelected(letter, { reason, key }));
            if (dryRun === true) return { result: planned(meant), gone: [] };
            const progress = out.progress("redriving", meant.length);
            try {
              const ports = { send: sendTo(sqs, system.queueUrl), remove: deadLetterPorts(sqs, system).remove };
              const done = await redrive(meant, ports, { signal, onDone: (letters) => progress.update(letters) });
              return { result: done, gone: done.redriven };
            } finally {
              progress.end();
            }
          });
          print(out, result, dryRun === true);
          return result.refused.length + result.failed.length + result.untried === 0 ? 0 : 1;
        },
      ),
    );
}

interface RedriveOptions {
  readonly reason?: string | undefined;
  readonly key?: string | undefined;
  readonly all?: true | undefined;
  readonly limit: string;
}

function readRedrive({ reason, key, all, limit }: RedriveOptions): Parsed<number> {
  const isNarrow = reason !== undefined || key !== undefined;
  const unclear = "Say which letters: --reason, --key or both; or --all for every letter.";
  return readLimit(limit, isNarrow === (all === true) ? [unclear] : []);
}

function planned(letters: readonly Letter[]): RedriveResult {
  const plans = letters.map((letter) => ({ letter, plan: redriveOf(letter) }));
  return {
    redriven: plans.filter(({ plan }) => plan.kind === "send").map(({ letter }) => letter),
    refused: plans.flatMap(({ letter, plan }) => (plan.kind === "refuse" ? [{ letter, why: plan.why }] : [])),
    failed: [],
    untried: 0,
  };
}

function print(out: Out, { redriven, refused, failed, untried }: RedriveResult, dryRun: boolean): void {
  const left = [...refused, ...failed].map(({ letter: { messageId, reason, keys }, why }) => ({
    messageId,
    reason,
    keys,
    why,
  }));
  out.document({
    dryRun,
    redriven: redriven.map(({ messageId, reason, keys }) => ({ messageId, reason, keys })),
    left,
    untried,
  });
  const none = redriven.length + left.length + untried === 0;
  const verb = dryRun ? "would be redriven" : "redriven";
  const rest = left.length === 0 ? "" : `, ${count(left.length, "letter")} ${left.length === 1 ? "stays" : "stay"}`;
  out.line(
    none ? "no dead letter is meant: nothing to redrive" : `${count(redriven.length, "dead letter")} ${verb}${rest}`,
  );
  for (const line of leftLines([...refused, ...failed])) out.line(line);
  if (untried > 0) out.note(`Interrupted: ${count(untried, "letter")} not tried; the same command goes on.`);
}
