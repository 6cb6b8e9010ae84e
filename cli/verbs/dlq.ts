/** dlq: what could not be synced, why, and what to do with it. Its verbs are in cli/dlq/. */
import { Command } from "@commander-js/extra-typings";
import { listVerb } from "../dlq/list";
import { purgeVerb } from "../dlq/purge";
import { redriveVerb } from "../dlq/redrive-verb";
import { showVerb } from "../dlq/show";
import { examplesText, type Shell } from "../shell/verb";

export function dlqVerb(shell: Shell): Command {
  const dlq = new Command("dlq")
    .summary("what could not be synced: list, show, redrive, purge")
    .description("The dead-letter queue: keys that could not be synced, each with its reason.")
    .addHelpText(
      "after",
      examplesText(["dlq list", "dlq show AccessDenied", "dlq redrive --reason AccessDenied", "dlq purge --dry-run"]),
    );
  for (const verb of [listVerb(shell), showVerb(shell), redriveVerb(shell), purgeVerb(shell)]) {
    dlq.addCommand(verb);
  }
  return dlq;
}
