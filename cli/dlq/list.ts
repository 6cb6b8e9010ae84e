/** dlq list: the dead letters by reason. */
import { duration } from "../shell/progress";
import { makeVerb, type Shell } from "../shell/verb";
import { count } from "../shell/words";
import { type Group, groupsOf } from "./groups";
import { DEFAULT_LIMIT, DLQ_NEEDS, LIMIT_OPTION, openClients, readAll, readLimit } from "./options";

export function listVerb(shell: Shell) {
  return makeVerb("list", {
    summary: "dead letters by reason, with example keys",
    description: [
      "Receives every message of the dead-letter queue, groups them by reason and gives them back.",
      "What SQS moved there itself has no reason: a worker died holding it.",
      "Exit codes: 0 also when there are some, 1 they could not be read, 2 wrong usage.",
    ].join("\n"),
    needs: DLQ_NEEDS,
    examples: ["dlq list", "dlq list --json"],
    json: "one document",
  })
    .option("--limit <n>", LIMIT_OPTION, DEFAULT_LIMIT)
    .action((options) =>
      shell.runAsked(
        options,
        DLQ_NEEDS,
        () => readLimit(options.limit),
        async (context, limit) => {
          const { out, clock } = context;
          const { letters, whole } = await readAll(context, openClients(context).sqs, limit);
          const groups = groupsOf(letters);
          out.document({ letters: letters.length, whole, groups });
          if (letters.length === 0) {
            out.line("no dead letters");
            return 0;
          }
          const plural = groups.length === 1 ? "1 reason" : `${groups.length} reasons`;
          out.line(`${count(letters.length, "dead letter")}, ${plural}`);
          out.line();
          out.table(
            ["REASON", "LETTERS", "OLDEST", "KEYS"],
            groups.map((group) => [group.reason, group.letters, ageOf(group, clock.wallMs()), keysText(group)]),
          );
          out.line();
          for (const { reason, advice } of groups) if (advice !== "") out.line(`${reason}: ${advice}`);
          return 0;
        },
      ),
    );
}

/** The age of a message that SQS moved counts from when it was first sent. */
function ageOf({ oldestSentAt }: Group, now: number): string {
  return duration((now - oldestSentAt) / 1000);
}

/** Keys may hold anything, line breaks too. */
function keysText({ keys, moreKeys }: Group): string {
  if (keys.length === 0) return "none named";
  const shown = keys.map((key) => JSON.stringify(key)).join(", ");
  return moreKeys === 0 ? shown : `${shown} and ${moreKeys} more`;
}
