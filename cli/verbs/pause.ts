/** pause: the schedule off, so that no workers are started; with --now the running ones drain, too. */
import { makeOperatorClients } from "../../aws/operator/clients";
import { readQueueState } from "../../aws/operator/queue-state";
import { readRule, switchRule } from "../../aws/operator/schedule-rule";
import { expiresFrom, expiryText } from "../pause/expiry";
import { oldestMessageSeconds } from "../pause/measured";
import { stopWorkers, untilGone, workersHere } from "../pause/stop-workers";
import { makeVerb, type Shell } from "../shell/verb";
import { count } from "../shell/words";

const NEEDS = ["region", "queueUrl", "starterRule", "cluster", "taskFamily"] as const;

export function pauseVerb(shell: Shell) {
  return makeVerb("pause", {
    summary: "start no more workers; events wait in the queue",
    description: [
      "Disables the rule that invokes the starter, nothing else. Workers that run finish what is in the queue and leave; with --now",
      "they are stopped: they drain, hand on what they hold, and this waits until they have left (up to two minutes).",
      "Events keep arriving and wait, as long as the queue keeps a message: the date is printed.",
      "`pulumi up` sets the rule to the stack's setting `paused` again.",
      "Exit codes: 0 paused, 1 it failed, 2 wrong usage.",
    ].join("\n"),
    needs: NEEDS,
    examples: ["pause", "pause --now", "pause --now --no-wait", "pause --dry-run"],
    json: "one document",
  })
    .option("--now", "stop the running workers as well")
    .option("--no-wait", "with --now: do not wait until they have left")
    .option("--dry-run", "say what would happen, change nothing")
    .action((options) =>
      shell.run(options, NEEDS, async ({ system, out, clock, signal, onEnd }) => {
        const clients = makeOperatorClients(system.region);
        onEnd(() => clients.destroy());
        const { dryRun = false, now: stopsWorkers = false } = options;
        const deps = { ecs: clients.ecs, place: system, clock, signal };
        const rule = await readRule(clients.events, system.starterRule, signal);
        const workers = await workersHere(deps);
        if (rule.enabled && !dryRun) await switchRule(clients.events, system.starterRule, false, signal);
        const stopped = stopsWorkers && !dryRun ? await stopWorkers(deps, workers) : 0;
        const isWaiting = stopsWorkers && !dryRun && options.wait && workers.length > 0;

        const queue = await readQueueState(clients.sqs, system.queueUrl, signal);
        const at = clock.wallMs();
        const oldestSeconds = await oldestMessageSeconds(clients.cloudWatch, system.queueUrl, at, signal).catch(() => {
          signal.throwIfAborted();
          return undefined;
        });
        const messages = queue.visible + queue.inFlight + queue.delayed;
        const backlog = { now: at, messages, retentionSeconds: queue.retentionSeconds, oldestSeconds };
        const expiresAt = expiresFrom(backlog);

        const would = dryRun ? "would be " : "";
        out.line(rule.enabled ? `${would}paused: ${system.starterRule} starts no more workers` : "was paused already");
        out.line(`${count(messages, "message")} in the queue; ${expiryText(backlog)}`);
        if (workers.length > 0) out.line(workersText(workers.length, { stopsWorkers, would }));
        if (isWaiting) {
          const progress = out.progress("workers drained", workers.length);
          try {
            await untilGone(deps, (left) => progress.update(workers.length - left));
          } finally {
            progress.end();
          }
          out.line("all workers have left");
        }
        out.line(
          "`resume` ends it. A later `pulumi up` follows the stack: `pulumi config set paused true` makes it stay.",
        );
        out.document({
          dryRun,
          wasPaused: !rule.enabled,
          rule: system.starterRule,
          messages,
          retentionSeconds: queue.retentionSeconds,
          oldestMessageSeconds: oldestSeconds,
          eventsExpireFrom: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
          workers: workers.length,
          workersStopped: stopped,
        });
        return 0;
      }),
    );
}

function workersText(
  workers: number,
  { stopsWorkers, would }: { readonly stopsWorkers: boolean; readonly would: string },
): string {
  const who = count(workers, "worker");
  if (stopsWorkers) return `${who} ${would}told to drain: what they hold goes back to the queue`;
  return `${who} still ${workers === 1 ? "works" : "work"} until the queue is empty (pause --now stops them)`;
}
