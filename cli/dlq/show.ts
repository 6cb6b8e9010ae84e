/** dlq show: the dead letters of one reason or one key, with all that is written on them. */
import { makeVerb, type Shell } from "../shell/verb";
import { count, dateOf } from "../shell/words";
import type { Letter } from "./letter";
import { DEFAULT_LIMIT, DLQ_NEEDS, LIMIT_OPTION, openClients, readAll, readLimit } from "./options";

export function showVerb(shell: Shell) {
  return makeVerb("show", {
    summary: "dead letters of one reason or one key, with reason and body",
    description: [
      "Prints every dead letter whose reason or key is the argument: why it is there, what to do, and its body.",
      "Exit codes: 0 shown, 1 there is none or they could not be read, 2 wrong usage.",
    ].join("\n"),
    needs: DLQ_NEEDS,
    examples: ["dlq show KeyRefused", "dlq show reports/2026.csv --json"],
    json: "one document per line",
  })
    .argument("<reason-or-key>", "a reason as `dlq list` shows it, or a key")
    .option("--limit <n>", LIMIT_OPTION, DEFAULT_LIMIT)
    .action((wanted, options) =>
      shell.runAsked(
        options,
        DLQ_NEEDS,
        () => readLimit(options.limit),
        async (context, limit) => {
          const { out } = context;
          const { letters } = await readAll(context, openClients(context).sqs, limit);
          const found = letters.filter(({ reason, keys }) => reason === wanted || keys.includes(wanted));
          if (found.length === 0) {
            out.note(
              `No dead letter has the reason or key ${JSON.stringify(wanted)} (${count(letters.length, "letter")} looked at).`,
            );
            return 1;
          }
          for (const letter of found) {
            out.record(recordOf(letter));
            for (const line of linesOf(letter)) out.line(line);
          }
          return 0;
        },
      ),
    );
}

/** Without the receipt handle, which is over when this is read. */
function recordOf({ messageId, reason, why, advice, keys, receives, sentAt, body, attributes }: Letter): object {
  return { messageId, reason, why, advice, keys, receives, sentAt: new Date(sentAt).toISOString(), body, attributes };
}

function linesOf({ messageId, reason, why, advice, keys, receives, sentAt, body }: Letter): readonly string[] {
  return [
    `${reason}  ${messageId}`,
    `  why      ${why}`,
    `  do       ${advice}`,
    `  keys     ${keys.length === 0 ? "none named" : keys.map((key) => JSON.stringify(key)).join(", ")}`,
    `  sent     ${dateOf(sentAt)}, received ${count(receives, "time")}`,
    `  body     ${body.replace(/\s*\n\s*/g, " ")}`,
    "",
  ];
}
