/** The whole: every step that is possible in a state, and what must never be true of one. */
import { decode, encode, WORDS } from "./encoding";
import type { Setting } from "./rules";
import type { System } from "./search";
import { At, BUDGETS, bytesOf, emptyState, Kind, Message, TORN, type Budget, type State } from "./state";
import { rename } from "./symmetry";
import { serverSteps } from "./server";
import { workerSteps } from "./worker";
import { failureSteps, outboxSteps, queueSteps, sourceSteps, type Step } from "./world";

export interface Options {
  /** Treat states that differ only in the names of workers and messages as one. */
  symmetry: boolean;
  /** Look for this fault only. */
  only?: string;
}

export function system(setting: Setting, budget: Partial<Budget>, { symmetry, only }: Options): System {
  const s = emptyState();
  const t = emptyState();
  const next = new Uint32Array(WORDS);
  return {
    words: WORDS,
    ...(symmetry ? { rename: (state: Uint32Array) => rename(state, t) } : {}),
    start(words) {
      const first = emptyState();
      first.source = setting.start;
      first.destination = { bytes: bytesOf(setting.start), print: setting.start };
      if (setting.bucketMissing) {
        first.bucketGone = 1;
        first.messages[0]!.status = Message.Visible;
      }
      for (const name of BUDGETS) first.budget[name] = budget[name] ?? 0;
      encode(first, words);
    },
    expand(words, visit) {
      decode(words, s);
      const broken = faultOf(s);
      if (broken !== undefined && (only === undefined || broken === only)) return broken;
      let steps = 0;
      const step: Step = (label, change) => {
        steps++;
        decode(words, t);
        change(t);
        encode(t, next);
        visit(label, next);
      };
      sourceSteps(s, setting, step);
      queueSteps(s, setting, step);
      serverSteps(s, setting, step);
      failureSteps(s, setting, step);
      outboxSteps(s, setting, step);
      workerSteps(s, setting, step);
      if (steps === 0 && !isQuiet(s) && s.bucketGone === 0) return FAULTS.stuck;
      return undefined;
    },
  };
}

export const FAULTS = {
  torn: "an object made of two versions is visible",
  mixed: "an object is visible with the headers of another",
  wiped: "a missing bucket deletes an object",
  differs: "all is quiet and the destination differs",
  leftover: "all is quiet and an upload is open",
  stuck: "nothing can happen and work is left",
} as const;

function faultOf(s: State): string | undefined {
  const { bytes, print } = s.destination;
  if (bytes === TORN) return FAULTS.torn;
  if (bytes !== bytesOf(print)) return FAULTS.mixed;
  if (s.wiped === 1) return FAULTS.wiped;
  if (!isQuiet(s)) return undefined;
  if (print !== s.source) return FAULTS.differs;
  if (s.uploads.some((upload) => upload.open === 1)) return FAULTS.leftover;
  return undefined;
}

/** No message, no request on its way, no worker at work: nothing will happen unless the source changes. */
const isQuiet = (s: State): boolean =>
  s.messages.every((message) => message.status === Message.None) &&
  s.writes.every((write) => write.kind === Kind.None) &&
  s.workers.every((worker) => worker.at === At.Idle || worker.at === At.Stopped);
