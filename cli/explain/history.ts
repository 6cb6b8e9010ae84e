/** What the workers' log tells of one key: the last conclusion, and whether a message may hold it now. Pure. */
import type { Line } from "../logs/line";

/** Events that end a worker's attention to a key (worker/report.ts), and whether a message of the key lives on. */
const CONCLUSIONS = {
  synced: "done",
  unsyncable: "dead",
  "dead-lettered": "dead",
  "failed-put-back": "waiting",
  unstable: "waiting",
  "handed-off": "waiting",
  "let-go": "waiting",
  "left-to-its-lease": "waiting",
} as const;

type Conclusion = keyof typeof CONCLUSIONS;

export interface Decided {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly worker: string;
  readonly event: Conclusion;
  readonly action: string | undefined;
  readonly reason: string | undefined;
  /** How many messages about the key it answered. */
  readonly messages: number;
  readonly lagSeconds: number | undefined;
  /** Of what was put back: seconds until it can be received. */
  readonly waitSeconds: number | undefined;
  readonly error: string | undefined;
  readonly advice: string | undefined;
}

/** `none`: no message is known. `held`: a worker is at it. `waiting`: one comes back. `dead`: it is among the dead letters. */
export type Holding = "none" | "held" | "waiting" | "dead";

export interface History {
  readonly lines: number;
  readonly last: Decided | undefined;
  readonly holding: Holding;
  /** The newest line, when it came after the last conclusion: what a worker is at. */
  readonly doing: { readonly at: number; readonly worker: string; readonly event: string } | undefined;
}

/** @param lines of this key, oldest first */
export function historyOf(lines: readonly Line[]): History {
  const told = lines.filter(({ event }) => event !== undefined);
  const index = told.findLastIndex(({ event }) => isConclusion(event));
  const line = told[index];
  const last = line === undefined ? undefined : decidedOf(line);
  const newest = told.at(-1);
  const doing =
    newest === undefined || index === told.length - 1
      ? undefined
      : { at: newest.at, worker: newest.who, event: newest.event ?? "" };
  return { lines: told.length, last, holding: holdingOf(last, doing !== undefined), doing };
}

function holdingOf(last: Decided | undefined, isDoing: boolean): Holding {
  if (isDoing) return "held";
  if (last === undefined) return "none";
  const ends = CONCLUSIONS[last.event];
  return ends === "done" ? "none" : ends;
}

function isConclusion(event: string | undefined): event is Conclusion {
  return event !== undefined && Object.hasOwn(CONCLUSIONS, event);
}

function decidedOf({ at, who, event, fields }: Line): Decided {
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" ? value : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = fields[name];
    return typeof value === "number" ? value : undefined;
  };
  return {
    at,
    worker: who,
    event: event as Conclusion,
    action: text("action"),
    reason: text("reason"),
    messages: number("messages") ?? 1,
    lagSeconds: number("lagSeconds"),
    waitSeconds: number("putBackAfterSeconds"),
    error: text("error") ?? text("why"),
    advice: text("advice"),
  };
}
