/**
 * What is going on, in one sentence. Pure; the first row that fits decides:
 *
 * | paused | waiting | held | workers (settled) | besides                               | state         | attention |
 * | ------ | ------- | ---- | ----------------- | ------------------------------------- | ------------- | --------- |
 * | yes    | any     | any  | any               |                                       | paused        | no        |
 * | no     | any > 0 together | | none settled | the last workers all died             | crash-loop    | yes       |
 * | no     | > 0     | any  | 0                 | Spot is short                         | spot-shortage | yes       |
 * | no     | > 0     | any  | 0                 | the starter fails, or starts nothing  | stuck         | yes       |
 * | no     | > 0     | any  | 0                 | the starter has not looked for long, and something waits for longer than two looks | stuck | yes |
 * | no     | > 0     | any  | 0                 |                                       | waiting       | no        |
 * | no     | > 0     | any  | > 0 (0)           |                                       | starting      | no        |
 * | no     | > 0     | any  | > 0 (> 0)         | workers old, nothing was finished     | no-progress   | yes       |
 * | no     | any > 0 together | | > 0          |                                       | working       | no        |
 * | no     | 0       | > 0  | 0                 |                                       | left-behind   | no        |
 * | no     | 0       | 0    | any               | messages are delayed                  | delayed       | no        |
 * | no     | 0       | 0    | any               |                                       | idle          | no        |
 *
 * Whatever the state, attention is also due for dead letters, for a starter whose last word is a failure, and for messages near
 * the end of the queue's retention.
 */
import { duration } from "../shell/progress";
import { count } from "../shell/words";
import { pauseOf, type Situation } from "./situation";

export type State =
  | "paused"
  | "crash-loop"
  | "spot-shortage"
  | "stuck"
  | "waiting"
  | "starting"
  | "no-progress"
  | "working"
  | "left-behind"
  | "delayed"
  | "idle";

export interface Summary {
  readonly state: State;
  /** Somebody has to do something. */
  readonly attention: boolean;
  readonly sentence: string;
}

/** Messages per second below which a time left would be a guess: one an hour. */
const SLOWEST_RATE = 1 / 3600;

type Judged = Pick<Summary, "state" | "sentence"> & { readonly attention?: true };

/** From this share of the retention on, messages are about to expire unseen. */
const EXPIRY_ALARM = 0.8;

export function describe(situation: Situation): Summary {
  const judged = judge(situation);
  const besides = concerns(situation, judged.state);
  return {
    state: judged.state,
    attention: judged.attention === true || besides.length > 0,
    sentence: [judged.sentence, ...besides].join("; "),
  };
}

function judge(situation: Situation): Judged {
  const { queue, fleet } = situation;
  const settled = fleet.running - fleet.starting;
  if (pauseOf(situation) !== undefined) return { state: "paused", sentence: paused(situation) };
  if (fleet.crashLoop && settled <= 0 && queue.visible + queue.inFlight > 0) {
    const why = `workers die as fast as they start, and ${waiting(queue.visible + queue.inFlight)} for one that does not`;
    return { state: "crash-loop", attention: true, sentence: `crash loop: ${why} (logs worker --errors)` };
  }
  if (queue.visible > 0 && fleet.running === 0) return withoutWorkers(situation);
  if (queue.visible > 0 && settled <= 0) {
    return {
      state: "starting",
      sentence: `${count(fleet.running, "worker")} starting, ${count(queue.visible, "message")} waiting`,
    };
  }
  if (fleet.running > 0 && queue.visible + queue.inFlight > 0) return working(situation);
  if (queue.inFlight > 0) {
    const back = `within ${duration(queue.visibilityTimeoutSeconds)}`;
    const held = `${count(queue.inFlight, "message")} held by a worker that is gone`;
    return { state: "left-behind", sentence: `no worker runs; ${held}: back by themselves ${back}` };
  }
  if (queue.delayed > 0) {
    const rest = `${count(queue.delayed, "message")} put back with a delay`;
    return { state: "delayed", sentence: `nothing to do right now: ${rest}` };
  }
  const leaving = fleet.running === 0 ? "no worker runs" : `${count(fleet.running, "worker")} about to leave`;
  return { state: "idle", sentence: `idle: nothing waits, ${leaving}` };
}

function paused(situation: Situation): string {
  const { queue, fleet, rule } = situation;
  const by = rule.enabled
    ? "the most workers allowed is 0 (scale N ends it)"
    : "the schedule is off (resume turns it on)";
  const waits = queue.visible + queue.delayed;
  const backlog = waits === 0 ? "nothing waits" : waiting(waits);
  const still =
    fleet.running === 0
      ? ""
      : `, ${count(fleet.running, "worker")} still ${fleet.running === 1 ? "works" : "work"} until the queue is empty`;
  return `paused: ${by}; ${backlog}${still}`;
}

function withoutWorkers(situation: Situation): Judged {
  const { queue, fleet, starter } = situation;
  const backlog = waiting(queue.visible);
  const problem = starter.lastLook?.look.launched === 0 ? starter.lastLook.look.problems[0] : undefined;
  if (fleet.spotShortage) {
    const sentence = `Spot capacity is short: ${backlog} and no worker runs${problem === undefined ? "" : ` (${problem})`}`;
    return { state: "spot-shortage", attention: true, sentence };
  }
  const why = failureOf(situation) ?? problem ?? silenceOf(situation);
  if (why !== undefined) {
    return { state: "stuck", attention: true, sentence: `stuck: ${backlog} and no worker runs: ${why}` };
  }
  const soon = duration(Math.max(60, situation.limits.pollSeconds));
  return { state: "waiting", sentence: `${backlog} for the starter's next look, which comes within ${soon}` };
}

function working({ queue, fleet, workers, activity, unread }: Situation): Judged {
  const who = count(fleet.running, "worker");
  const what = `${count(queue.visible, "message")} waiting, ${count(queue.inFlight, "message")} in work`;
  const longest = Math.max(0, ...workers.map((worker) => worker.ageSeconds ?? 0));
  const isLate = queue.visible > 0 && longest > 2 * activity.windowSeconds;
  if (isLate && unread.length === 0 && nothingFinished(activity)) {
    const since = `nothing was finished in the last ${duration(activity.windowSeconds)}`;
    return { state: "no-progress", attention: true, sentence: `no progress: ${who}, ${what}, and ${since}` };
  }
  const { messagesPerSecond: rate } = activity;
  const left =
    rate === undefined || rate < SLOWEST_RATE
      ? "time left unknown yet"
      : `about ${duration((queue.visible + queue.inFlight) / rate)}`;
  return { state: "working", sentence: `${who}, ${what}, ${left}` };
}

/** A copy that takes hours finishes no message, but its bytes are counted part by part. */
function nothingFinished({
  copied = 0,
  bytesCopied = 0,
  deleted = 0,
  messagesDone = 0,
}: Situation["activity"]): boolean {
  return copied + bytesCopied + deleted + messagesDone === 0;
}

/** What needs somebody whatever the state is. */
function concerns(situation: Situation, state: State): readonly string[] {
  const { deadLetters, queue, activity } = situation;
  const failure = state === "stuck" ? undefined : failureOf(situation);
  const oldest = activity.oldest?.seconds ?? 0;
  const left = queue.retentionSeconds - oldest;
  return [
    ...(failure === undefined || !situation.rule.enabled ? [] : [failure]),
    ...(oldest < EXPIRY_ALARM * queue.retentionSeconds
      ? []
      : [`the oldest message expires in ${duration(Math.max(0, left))}`]),
    ...(deadLetters === 0
      ? []
      : [`${count(deadLetters, "dead letter")} ${deadLetters === 1 ? "waits" : "wait"} for you (dlq list)`]),
  ];
}

/** The starter's failure, unless it has looked since. */
function failureOf({ starter: { lastFailure, lastLook } }: Situation): string | undefined {
  if (lastFailure === undefined || (lastLook !== undefined && lastLook.at > lastFailure.at)) return undefined;
  return `the starter fails: ${lastFailure.text.replace(/\.$/, "")}`;
}

/** Two looks missed, and some slack for the log's delay. */
function silenceOf({ at, limits, starter: { lastLook }, activity, unread }: Situation): string | undefined {
  if (unread.length > 0 && lastLook === undefined) return undefined;
  const patience = 2 * Math.max(60, limits.pollSeconds) + 60;
  const oldest = activity.oldest === undefined ? Infinity : activity.oldest.seconds + (at - activity.oldest.at) / 1000;
  if (oldest <= patience) return undefined;
  const silent = lastLook === undefined ? activity.windowSeconds : (at - lastLook.at) / 1000;
  if (silent <= patience) return undefined;
  const since = lastLook === undefined ? `in the last ${duration(silent)}` : `for ${duration(silent)}`;
  return `the starter has not looked ${since} (logs starter)`;
}

function waiting(messages: number): string {
  return `${count(messages, "message")} ${messages === 1 ? "waits" : "wait"}`;
}
