/** Situations for tests: at rest, but for what is told. */
import type { Situation } from "../../../cli/status/situation";
import type { LookRecord } from "../../../core/look";

export const NOW = Date.UTC(2026, 10, 25, 12);

export const look: LookRecord = {
  event: "look",
  look: 0,
  visible: 0,
  inFlight: 0,
  delayed: 0,
  running: 0,
  starting: 0,
  launched: 0,
  capacity: { FARGATE: 0, FARGATE_SPOT: 0 },
  reason: "nothing-to-do",
  spotShortage: false,
  crashLoop: false,
  problems: [],
};

export interface Changes {
  readonly queue?: Partial<Situation["queue"]>;
  readonly fleet?: Partial<Situation["fleet"]>;
  readonly activity?: Partial<Situation["activity"]>;
  readonly rest?: Partial<Omit<Situation, "queue" | "fleet" | "activity">>;
}

export function situation({ queue, fleet, activity, rest }: Changes = {}): Situation {
  return {
    at: NOW,
    queue: {
      visible: 0,
      inFlight: 0,
      delayed: 0,
      retentionSeconds: 864_000,
      visibilityTimeoutSeconds: 120,
      ...queue,
    },
    deadLetters: 0,
    workers: [],
    fleet: { running: 0, starting: 0, spotShortage: false, crashLoop: false, lastLaunchAt: 0, ...fleet },
    rule: { enabled: true, expression: "rate(1 minute)" },
    limits: { maxWorkers: 5, pollSeconds: 60 },
    starter: { lastLook: { at: NOW - 20_000, look } },
    activity: { windowSeconds: 900, ...activity },
    unread: [],
    ...rest,
  };
}
