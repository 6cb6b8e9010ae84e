/** What is real, what is simulated and what is provoked in the demo: the values, and the words for them on screen. */
import { DEFAULTS } from "../../core/env";
import { MIB, type CopySizes } from "../../core/parts";
import { mib } from "./summary";

/** The only settings that differ from the defaults. */
export const TIMES = { pollIntervalSeconds: 1, longPollSeconds: 2 } as const;

export const SIMULATED = {
  /** Fargate takes 30 to 60 seconds. */
  startDelayMs: 1500,
  latency: { perRequestMs: 10, copyBytesPerSecond: 128 * MIB },
  delivery: { delayMs: [0, 1200], duplicate: 0.2, reorder: 0.2 },
} as const;

export function preface(seed: number, sizes: CopySizes): readonly string[] {
  const { latency, delivery, startDelayMs } = SIMULATED;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return [
    `s3-express-sync demo, seed ${seed}: a bucket changes while workers copy it to a directory bucket.`,
    "",
    "  real       worker and starter as they ship, as processes; their HTTP requests; every byte",
    "  simulated  S3, SQS, ECS, Lambda and the schedule: the local cloud on 127.0.0.1.",
    `             A request takes ${latency.perRequestMs} ms, a copy 1 s per ${mib(latency.copyBytesPerSecond)}, a worker ${startDelayMs / 1000} s to start.`,
    `  provoked   events up to ${delivery.delayMs[1] / 1000} s late, ${percent(delivery.duplicate)} twice, ${percent(delivery.reorder)} overtaken; overwrites in the middle of a copy;`,
    "             a Spot interruption in the middle of a multipart copy (S3 refuses the parts then in flight)",
    `  settings   the defaults, but pollIntervalSeconds ${DEFAULTS.pollIntervalSeconds} -> ${TIMES.pollIntervalSeconds} and longPollSeconds ${DEFAULTS.longPollSeconds} -> ${TIMES.longPollSeconds}`,
    ...(sizes.partSize === DEFAULTS.partSize && sizes.multipartThreshold === DEFAULTS.multipartThreshold
      ? []
      : [`             and parts of ${mib(sizes.partSize)} above ${mib(sizes.multipartThreshold)}`]),
    "",
  ];
}
