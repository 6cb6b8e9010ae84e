/** pause: the schedule off, so that no workers are started; with --now the running ones drain, too. */
import { makeOperatorClients, type OperatorClients } from "../../aws/operator/clients";
import { type QueueState, readQueueState } from "../../aws/operator/queue-state";
import { readRule, switchRule } from "../../aws/operator/schedule-rule";
import { readStarter } from "../../aws/operator/starter-function";
import { lastLaunchMs } from "../../core/look";
import type { Parsed } from "../../core/variables";
import { type Backlog, expiresFrom, expiryText } from "../pause/expiry";
import { oldestMessageSeconds } from "../pause/measured";
import { makeStopLook, type StopLook, stopPorts, type Stopped, untilGone, workersHere } from "../pause/stop-workers";
import { drainText, goneLines, NOT_WAITED, pausedAllTheSame, waitingText, workingOnText } from "../pause/words";
import type { Context } from "../shell/context";
import { explainError } from "../shell/errors";
import { makeVerb, type Shell } from "../shell/verb";
import { count } from "../shell/words";
import { limitsOf } from "../status/limits";

const NEEDS = ["region", "queueUrl", "starter", "starterRule", "cluster", "taskFamily"] as const;
type PauseContext = Context<(typeof NEEDS)[number]>;

export function pauseVerb(shell: Shell) {
  return makeVerb("pause", {
    summary: "start no more workers; events wait in the queue",
    description: [
      "Disables the rule that invokes the starter, nothing else. Workers that run finish what is in the queue and leave; with --now",
      "they are stopped: they drain, hand on what they hold, and this waits until they have left (up to two minutes).",
      "A starter that is at work at that moment may still launch workers: for some seconds, or to the end of its minute where it looks",
      "several times a minute (setting pollIntervalSeconds). With --now these are stopped too, and the waiting lasts until its last",
      "look is over; with --no-wait they are not.",
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
      shell.runAsked(
        options,
        NEEDS,
        () => readManner(options),
        async (context, manner) => {
          const { system, out, clock, signal, onEnd } = context;
          const clients = makeOperatorClients(system.region);
          onEnd(() => clients.destroy());
          const fleet = { ecs: clients.ecs, place: system, signal };
          // What shows the call to be wrong, before anything is changed.
          const [rule, queue, workers, quietAfterMs] = await Promise.all([
            readRule(clients.events, system.starterRule, signal),
            readQueueState(clients.sqs, system.queueUrl, signal),
            workersHere(fleet),
            manner.waits ? readQuietAfterMs(clients, context) : 0,
          ]);
          const { dryRun, stops, waits } = manner;
          if (rule.enabled && !dryRun) await switchRule(clients.events, system.starterRule, false, signal);
          const quietAt = clock.monotonicMs() + quietAfterMs;
          try {
            const look = makeStopLook(stopPorts(fleet));
            const first = stops ? await look() : { seen: workers.length, stopped: 0, left: workers.length };
            const backlog = await backlogOf(queue, clients, context);
            const would = dryRun ? "would be " : "";
            out.line(
              rule.enabled ? `${would}paused: ${system.starterRule} starts no more workers` : "was paused already",
            );
            out.line(`${count(backlog.messages, "message")} in the queue; ${expiryText(backlog)}`);
            if (first.seen > 0) out.line(options.now ? drainText(first.seen, would) : workingOnText(first.seen));
            if (stops && !waits) out.line(NOT_WAITED);
            const last = waits ? await waitUntilGone(context, look, { first, quietAt }) : first;
            out.line(
              "`resume` ends it. A later `pulumi up` follows the stack: `pulumi config set paused true` makes it stay.",
            );
            const expiresAt = expiresFrom(backlog);
            out.document({
              dryRun,
              wasPaused: !rule.enabled,
              rule: system.starterRule,
              messages: backlog.messages,
              retentionSeconds: backlog.retentionSeconds,
              oldestMessageSeconds: backlog.oldestSeconds,
              eventsExpireFrom: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
              workers: last.seen,
              workersStopped: last.stopped,
            });
          } catch (error) {
            if (!dryRun) out.note(pausedAllTheSame(system.starterRule));
            throw error;
          }
          return 0;
        },
      ),
    );
}

interface PauseOptions {
  readonly now?: true | undefined;
  readonly wait: boolean;
  readonly dryRun?: true | undefined;
}

interface Manner {
  readonly dryRun: boolean;
  /** Running workers are stopped. */
  readonly stops: boolean;
  /** ... and waited for. */
  readonly waits: boolean;
}

function readManner({ now, wait, dryRun: asked }: PauseOptions): Parsed<Manner> {
  const dryRun = asked === true;
  if (!wait && !now)
    return { ok: false, problems: ["--no-wait is for --now: without it there is nothing to wait for"] };
  const stops = now === true && !dryRun;
  return { ok: true, config: { dryRun, stops, waits: stops && wait } };
}

/** How long a starter that is at work may go on launching workers. */
async function readQuietAfterMs({ lambda }: OperatorClients, { system, signal }: PauseContext): Promise<number> {
  const { environment } = await readStarter(lambda, system.starter, signal);
  return lastLaunchMs(limitsOf(environment).pollSeconds);
}

/** The age of what waits is told where CloudWatch tells it. */
async function backlogOf(
  { visible, inFlight, delayed, retentionSeconds }: QueueState,
  { cloudWatch }: OperatorClients,
  { system, out, clock, signal }: PauseContext,
): Promise<Backlog> {
  const now = clock.wallMs();
  const oldestSeconds = await oldestMessageSeconds(cloudWatch, system.queueUrl, now, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    out.note(`How old the oldest message is could not be read: ${explainError(error)}`);
    return undefined;
  });
  return { now, messages: visible + inFlight + delayed, retentionSeconds, oldestSeconds };
}

async function waitUntilGone(
  { out, clock, signal }: PauseContext,
  look: StopLook,
  { first, quietAt }: { readonly first: Stopped; readonly quietAt: number },
): Promise<Stopped> {
  let now = first;
  const onLook = (stopped: Stopped): void => void (now = stopped);
  const gone = untilGone(look, { clock, signal, quietAt, onLook });
  const last = await out.waiting(() => waitingText(now), gone);
  for (const line of goneLines(first, last)) out.line(line);
  return last;
}
