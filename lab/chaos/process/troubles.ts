/** What happens to the system, drawn from the seed. Pure. */
import type { FaultRule } from "../../../local/http/fault-rules";
import type { Random } from "../../sim/random";

/** Fault rules that act for a while. */
export const STORMS = {
  "internal-errors": [{ service: "s3", principal: "worker", probability: 0.2, action: error(500, "InternalError") }],
  unavailable: [{ service: "s3", principal: "worker", probability: 0.4, action: error(503, "ServiceUnavailable") }],
  "slow-down": [{ service: "s3", principal: "worker", probability: 0.5, action: { type: "throttle" } }],
  "errors-after-the-effect": [
    { service: "s3", principal: "worker", probability: 0.2, action: { ...error(500, "InternalError"), when: "after" } },
  ],
  resets: [{ service: "s3", principal: "worker", probability: 0.15, action: { type: "reset" } }],
  "lost-answers": [{ service: "s3", principal: "worker", probability: 0.15, action: { type: "reset", when: "after" } }],
  "hanging-sockets": [{ service: "s3", principal: "worker", probability: 0.08, action: { type: "hang", ms: 5_000 } }],
  "errors-inside-200": [
    {
      operation: ["CopyObject", "UploadPartCopy", "CompleteMultipartUpload"],
      probability: 0.3,
      action: { type: "200-with-error", code: "InternalError" },
    },
    {
      operation: ["CopyObject", "UploadPartCopy"],
      probability: 0.2,
      action: { type: "200-with-error", code: "SlowDown" },
    },
  ],
  "slow-answers": [
    { service: "s3", principal: "worker", probability: 0.3, action: { type: "delay", ms: 1_500, when: "after" } },
  ],
  "slow-requests": [{ service: "s3", principal: "worker", probability: 0.3, action: { type: "delay", ms: 1_500 } }],
  "late-writes": [
    {
      operation: ["CopyObject", "DeleteObject", "UploadPartCopy", "CompleteMultipartUpload"],
      probability: 0.15,
      action: { type: "late", delayMs: 4_000 },
    },
  ],
  "failing-sessions": [{ operation: "CreateSession", probability: 0.8, action: error(503, "ServiceUnavailable") }],
  "queue-throttled": [{ service: "sqs", principal: "worker", probability: 0.5, action: { type: "throttle" } }],
  "queue-answers-lost": [
    { service: "sqs", principal: "worker", probability: 0.2, action: { type: "reset", when: "after" } },
  ],
  "destination-down": [
    { resource: { regex: "--x-s3$" }, principal: "worker", action: error(503, "ServiceUnavailable") },
  ],
  "access-denied": [{ service: "s3", principal: "worker", probability: 0.9, action: error(403, "AccessDenied") }],
  "launches-throttled": [{ operation: "RunTask", probability: 0.7, action: { type: "throttle" } }],
} as const satisfies Record<string, readonly FaultRule[]>;

export type StormKind = keyof typeof STORMS;

/** The longest a write may land after its request in any storm; what follows waits for it. */
export const LATEST_LANDING_MS = 6_000;

/** What the nemesis does itself. */
export type BlowKind =
  | "kill"
  | "interrupt"
  | "stop"
  | "cut-connections"
  | "end-sessions"
  | "sleeping-bucket"
  | "wild-events"
  | "failing-entries"
  | "spot-short"
  | "no-schedule"
  | "starter-twice"
  | "purge"
  | "blackout";

export interface Trouble {
  readonly kind: StormKind | BlowKind;
  readonly atMs: number;
  readonly forMs: number;
}

/**
 * Which of the three that make the known residual (docs/architecture.md) may meet in a run: duplicate deliveries, workers that
 * die or let go, writes that land late. All three only in `residual`, where another promise is kept.
 */
export type Weather = "deaths" | "duplicates" | "residual";

const EVERY_MS = 2_500;
const DEATHS: readonly BlowKind[] = ["kill", "kill", "interrupt", "interrupt", "stop", "blackout", "purge"];
const BLOWS: readonly BlowKind[] = [
  "cut-connections",
  "end-sessions",
  "sleeping-bucket",
  "wild-events",
  "failing-entries",
  "spot-short",
  "no-schedule",
  "starter-twice",
];
/** With duplicates and these a worker could let go of a message while its write is still under way. */
const LETTING_GO: readonly StormKind[] = ["queue-throttled", "queue-answers-lost", "access-denied", "destination-down"];

export function weatherOf(random: Random): Weather {
  return random.pick(["deaths", "deaths", "deaths", "duplicates", "residual"]);
}

export function makeTroubles(random: Random, durationMs: number, weather: Weather): readonly Trouble[] {
  const deadly = weather !== "duplicates";
  const storms = (Object.keys(STORMS) as StormKind[]).filter((kind) => deadly || !LETTING_GO.includes(kind));
  const blows = BLOWS.filter((kind) => deadly || kind !== "failing-entries");
  const troubles = Array.from({ length: Math.ceil(durationMs / EVERY_MS) }, (): Trouble => {
    const die = random.next();
    const kind = die < 0.5 ? random.pick(storms) : die < 0.75 || !deadly ? random.pick(blows) : random.pick(DEATHS);
    return { kind, atMs: random.int(0, durationMs), forMs: random.int(1_000, 6_000) };
  });
  return troubles.sort((a, b) => a.atMs - b.atMs);
}

function error(
  status: number,
  code: string,
): { readonly type: "error"; readonly status: number; readonly code: string } {
  return { type: "error", status, code };
}
