/** Objects that were there before anybody was told: they come to the destination by a backfill or not at all. */
import type { Scenario, WorkStep } from "./scenario";

/** Most of the names that config.ts knows: several pages, and several units. */
const KEYS = 5;

/** Lets the scenario begin with objects without events, and a backfill of everything. */
export function withListing(scenario: Scenario, size: number, all: boolean): Scenario {
  const put = { kind: "put", size, multipart: scenario.seed % 3 === 0, checksummed: false } as const;
  const existing = Array.from({ length: KEYS }, (_, key): WorkStep => ({
    key,
    action: put,
    when: { kind: "after", ms: 1 },
    eventDelaysMs: [],
  }));
  const list: WorkStep = { key: 0, action: { kind: "list", all }, when: { kind: "after", ms: 10 }, eventDelaysMs: [] };
  return { ...scenario, keyCount: KEYS, steps: [...existing, list, ...scenario.steps] };
}
