/** Reads what is wanted of one or more log groups, once or for as long as somebody listens. */
import type { LogEvent, LogQuery } from "../../aws/operator/logs";
import type { Clock } from "../../core/ports";
import { mayPass } from "../status/steady";
import { isWanted, type Line, readLine } from "./line";
import { patternsFor, type Wanted } from "./pattern";
import { makeSeen, type Seen } from "./seen";

export type ReadLog = (query: LogQuery, signal: AbortSignal) => AsyncIterable<readonly LogEvent[]>;

/** A group that does not exist has no lines: what makes it is its first line. `onMissing` is told once of each. */
export function withoutMissing(read: ReadLog, onMissing: (group: string) => void): ReadLog {
  const told = new Set<string>();
  return async function* (query, signal) {
    try {
      yield* read(query, signal);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
      if (!told.has(query.group)) onMissing(query.group);
      told.add(query.group);
    }
  };
}

export interface LogSource {
  readonly groups: readonly string[];
  readonly wanted: Wanted;
}

export interface Found extends Line {
  readonly source: LogEvent;
}

/** One read: page by page when there is one stream of answers, else merged by time. */
export async function* readOnce(
  read: ReadLog,
  { groups, wanted }: LogSource,
  span: Pick<LogQuery, "from" | "to">,
  signal: AbortSignal,
): AsyncGenerator<Found> {
  const queries = groups.flatMap((group) => patternsFor(wanted).map((pattern) => ({ group, pattern, ...span })));
  const iterators = queries.map((query) => events(read(query, signal))[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    const index = earliest(heads);
    const head = index === undefined ? undefined : heads[index];
    const iterator = index === undefined ? undefined : iterators[index];
    if (index === undefined || iterator === undefined || head?.done !== false) return;
    const line = readLine(head.value);
    if (isWanted(line, wanted)) yield { ...line, source: head.value };
    heads[index] = await iterator.next();
  }
}

async function* events(pages: AsyncIterable<readonly LogEvent[]>): AsyncGenerator<LogEvent> {
  for await (const page of pages) yield* page;
}

function earliest(heads: readonly IteratorResult<LogEvent, unknown>[]): number | undefined {
  let best: { readonly index: number; readonly at: number } | undefined;
  for (const [index, head] of heads.entries()) {
    if (head.done === true) continue;
    if (best === undefined || head.value.at < best.at) best = { index, at: head.value.at };
  }
  return best?.index;
}

const POLL_MS = 2_000;
/** Lines of several processes arrive out of order and late ("typically within seconds"): that far back is looked at again. */
export const OVERLAP_MS = 30_000;

/** What `follow` remembers of the lines from `from` on (epoch milliseconds). */
export function remembering(from: number): Seen {
  return makeSeen(from, OVERLAP_MS);
}

export interface FollowPorts {
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
  /** Told of each read that came to nothing. */
  readonly onTrouble: (error: unknown) => void;
}

/**
 * Each line that `seen` has not seen once, until `signal` aborts, which never rejects. An error of the first read, which shows whether the
 * set-up is right, ends it; later only what does not pass by itself does. What was written meanwhile is found by the next read.
 */
export async function* follow(
  read: ReadLog,
  source: LogSource,
  seen: Seen,
  { clock, signal, onTrouble }: FollowPorts,
): AsyncGenerator<Found> {
  const isOver = (): boolean => signal.aborted;
  let hasRead = false;
  while (!isOver()) {
    try {
      for await (const found of readOnce(read, source, { from: seen.from }, signal)) {
        if (seen.add(found.source)) yield found;
      }
      hasRead = true;
    } catch (error) {
      if (isOver()) return;
      if (!hasRead || !mayPass(error)) throw error;
      onTrouble(error);
    }
    await clock.sleep(POLL_MS, signal);
  }
}
