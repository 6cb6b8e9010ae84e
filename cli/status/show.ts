/** A situation as text for people: the sentence first, then one line per part. Pure. */
import { LIST_PRICES } from "../../core/cost";
import { describeLook } from "../../core/look";
import { formatDollars } from "../cost/quantities";
import { duration } from "../shell/progress";
import { bytes, count, queueDepth } from "../shell/words";
import type { Summary } from "./describe";
import { pauseOf, type Situation } from "./situation";

/** Lines as wide as they come; the first column is padded. */
export function statusLines(situation: Situation, { sentence }: Pick<Summary, "sentence">): readonly string[] {
  const rows: readonly (readonly [name: string, text: string])[] = [
    ["queue", queueText(situation)],
    ["dead letters", situation.deadLetters === 0 ? "none" : count(situation.deadLetters, "message")],
    ["workers", workersText(situation)],
    ...situation.workers.map((worker) => ["", workerText(worker)] as const),
    ["starter", starterText(situation)],
    ["last look", lookText(situation)],
    ["lag", lagText(situation)],
    ["throughput", throughputText(situation)],
    ["cost", costText(situation)],
    ...situation.unread.map((what) => ["not read", what] as const),
  ];
  return [sentence, "", ...rows.map(([name, text]) => `${name.padEnd(13)} ${text}`)];
}

/** One line for a log: the time and the sentence. */
export function statusLine({ at }: Pick<Situation, "at">, { sentence }: Pick<Summary, "sentence">): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z ${sentence}`;
}

function queueText({ at, queue, activity: { oldest } }: Situation): string {
  const depth = queueDepth(queue);
  if (queue.visible + queue.inFlight + queue.delayed === 0) return depth;
  if (oldest === undefined) return `${depth}; age of the oldest not measured yet`;
  return `${depth}; oldest ${duration(oldest.seconds)} (as of ${duration((at - oldest.at) / 1000)} ago)`;
}

function workersText({ fleet, limits, workers }: Situation): string {
  const most =
    limits.maxWorkers === undefined ? "the starter's MAX_WORKERS is no number" : `at most ${limits.maxWorkers}`;
  const of = (capacity: string): number => workers.filter((worker) => worker.capacity === capacity).length;
  const kinds = workers.length === 0 ? "" : `: ${of("FARGATE_SPOT")} Spot, ${of("FARGATE")} On-Demand`;
  const short = fleet.spotShortage ? "; Spot capacity is short" : "";
  return `${workers.length} (${most})${kinds}${short}`;
}

function workerText({ id, status, capacity, ageSeconds }: Situation["workers"][number]): string {
  const kind = capacity === "FARGATE_SPOT" ? "Spot" : capacity === "FARGATE" ? "On-Demand" : "started by hand";
  const age = ageSeconds === undefined ? "" : `  ${duration(ageSeconds)}`;
  return `${id}  ${status.padEnd(12)}  ${kind}${age}`;
}

function starterText(situation: Situation): string {
  const { rule, limits } = situation;
  const often = rule.expression.replace(/^rate\((1 )?(.+)\)$/, "every $2");
  const pause = pauseOf(situation);
  if (pause === "rule-disabled") return `off: the schedule is disabled (resume turns it on)`;
  const looks = limits.pollSeconds < 60 ? `, looking every ${limits.pollSeconds} s` : "";
  const none = pause === undefined ? "" : ", but starts no workers (scale N ends it)";
  return `on, ${often}${looks}${none}`;
}

function lookText({ at, activity, starter: { lastLook, lastFailure } }: Situation): string {
  const ago = (time: number): string => `${duration((at - time) / 1000)} ago`;
  const failed =
    lastFailure === undefined ? "" : `failed ${ago(lastFailure.at)}: ${lastFailure.text.replace(/\.$/, "")}`;
  if (lastLook === undefined) return failed === "" ? `none in the last ${duration(activity.windowSeconds)}` : failed;
  const seen = `${ago(lastLook.at)}: ${describeLook(lastLook.look)}`;
  const isNewer = lastFailure !== undefined && lastFailure.at >= lastLook.at;
  return isNewer ? `${failed}; before that ${seen}` : seen;
}

function lagText({ activity: { lag, windowSeconds } }: Situation): string {
  if (lag === undefined) return `no live event was finished in the last ${duration(windowSeconds)}`;
  return `p50 ${seconds(lag.p50Seconds)}, p99 ${seconds(lag.p99Seconds)}, max ${seconds(lag.maxSeconds)} from event to check (last ${duration(windowSeconds)})`;
}

function seconds(value: number): string {
  return value < 60 ? `${value.toFixed(1)} s` : duration(value);
}

function costText({ activity: { dollars, windowSeconds } }: Situation): string {
  const window = `in the last ${duration(windowSeconds)}`;
  if (dollars === undefined) return `no work ${window}`;
  return `${formatDollars(dollars)} of work ${window}, at list prices of ${LIST_PRICES.region}`;
}

function throughputText({ activity }: Situation): string {
  const { copied, bytesCopied, deleted, windowSeconds } = activity;
  const done = [
    ...(copied === undefined ? [] : [`${count(copied, "object")} copied`]),
    ...(bytesCopied === undefined ? [] : [`${bytes(bytesCopied)} copied`]),
    ...(deleted === undefined ? [] : [`${count(deleted, "object")} deleted`]),
  ];
  const window = `in the last ${duration(windowSeconds)}`;
  return done.length === 0 ? `no copies or deletes ${window}` : `${done.join(", ")} ${window}`;
}
