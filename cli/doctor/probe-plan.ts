/** What a probe would do, as text and as a document: for --dry-run. Pure. */
import type { System } from "../../core/system";
import { probesUnder, type ProbeRequest } from "./options";
import { type LegName, TRIGGER_EVERY_MS } from "./probe";

type Where = Pick<System, "sourceBucket" | "destinationBucket" | "prefix" | "starter">;

export function planDocument({ key, timeoutSeconds, trigger }: ProbeRequest, system: Where): object {
  return {
    dryRun: true,
    source: system.sourceBucket,
    destination: system.destinationBucket,
    ...(key === undefined ? { keyBegins: probesUnder(system.prefix) } : { key }),
    /** Of each of the two legs that the system has to do. */
    timeoutSeconds,
    runsStarter: trigger,
  };
}

/** Of each leg what would happen. */
export function planRows(
  { key, timeoutSeconds, trigger }: ProbeRequest,
  system: Where,
): readonly (readonly [leg: LegName, what: string])[] {
  const name = key === undefined ? `${probesUnder(system.prefix)} and a random name` : key;
  const starter = trigger
    ? `running ${system.starter} at once and every ${TRIGGER_EVERY_MS / 1000} s`
    : "leaving the starter to its schedule";
  return [
    ["written", `a small object: s3://${system.sourceBucket}/${name}`],
    ["copied", `waits for it in ${system.destinationBucket}, at most ${timeoutSeconds} s, ${starter}`],
    ["deleted", "deletes it again"],
    ["gone", `waits for that, at most ${timeoutSeconds} s, likewise`],
  ];
}
