/** trigger: runs the starter now, as the schedule would, and says what it decided. */
import { invokeStarter } from "../../aws/operator/starter-function";
import { makeOperatorClients } from "../../aws/operator/clients";
import { describeLook, type StarterResult } from "../../core/look";
import { cliError } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";

const NEEDS = ["region", "starter"] as const;

export function triggerVerb(shell: Shell) {
  return makeVerb("trigger", {
    summary: "run the starter now",
    description:
      "Invokes the starter as the schedule does every minute, waits for it and prints its decision.\nExit codes: 0 it ran, 1 it failed, 2 wrong usage.",
    needs: NEEDS,
    examples: ["trigger", "trigger --json"],
    json: "one document",
  }).action((options) =>
    shell.run(options, NEEDS, async ({ system, out, signal, onEnd }) => {
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
    }),
  );
}
