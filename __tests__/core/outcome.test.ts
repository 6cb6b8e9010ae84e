/** The truth table of core/outcome.ts, one named row per line. */
import { syncError } from "../../core/errors";
import { judge, MAX_DELAY_SECONDS, type Outcome, type Verdict } from "../../core/outcome";

const error = syncError({ code: "Unavailable", operation: "CopyObject", effect: "unknown", message: "503" });
const refusal = syncError({ code: "ArchivedObject", operation: "HeadObject", effect: "none", message: "archived" });
const upload = { id: "u", fingerprint: "f" };
const settled = { written: true, landsWithinMs: 0 };
const landing = { written: true, landsWithinMs: 61_001 };
const untouched = { written: false, landsWithinMs: 0 };

type Row = readonly [string, Outcome, { failures: number; receiveCount: number }, typeof settled, number, Verdict];
const rows: readonly Row[] = [
  ["clean", { kind: "clean" }, { failures: 0, receiveCount: 1 }, settled, 0, { kind: "acknowledge" }],
  [
    "refused, however few failures",
    { kind: "refused", error: refusal },
    { failures: 0, receiveCount: 1 },
    untouched,
    5_000,
    { kind: "dead-letter", error: refusal },
  ],
  [
    "failed on the last allowed receive",
    { kind: "failed", error },
    { failures: 0, receiveCount: 3 },
    settled,
    5_000,
    { kind: "dead-letter", error },
  ],
  [
    "failed where carried failures use up the receives",
    { kind: "failed", error },
    { failures: 2, receiveCount: 1 },
    settled,
    5_000,
    { kind: "dead-letter", error },
  ],
  [
    "failed on the last allowed receive, but a write may still land",
    { kind: "failed", error },
    { failures: 0, receiveCount: 3 },
    landing,
    5_000,
    { kind: "put-back", failures: 3, delaySeconds: 62 },
  ],
  [
    "failed before that: counted, after backoff",
    { kind: "failed", error },
    { failures: 0, receiveCount: 2 },
    settled,
    4_500,
    { kind: "put-back", failures: 2, delaySeconds: 5 },
  ],
  [
    "failed with a write that may land: not before that",
    { kind: "failed", error, upload },
    { failures: 0, receiveCount: 1 },
    landing,
    4_500,
    { kind: "put-back", failures: 1, delaySeconds: 62, upload },
  ],
  [
    "unstable: not counted",
    { kind: "unstable" },
    { failures: 1, receiveCount: 1 },
    settled,
    30_000,
    { kind: "put-back", failures: 1, delaySeconds: 30 },
  ],
  [
    "interrupted: not counted, at once",
    { kind: "interrupted" },
    { failures: 1, receiveCount: 1 },
    settled,
    30_000,
    { kind: "put-back", failures: 1, delaySeconds: 0 },
  ],
  [
    "interrupted: earlier receives ended in the death of a worker and count",
    { kind: "interrupted", upload },
    { failures: 0, receiveCount: 2 },
    landing,
    0,
    { kind: "put-back", failures: 1, delaySeconds: 62, upload },
  ],
  [
    "lost after a write that has settled",
    { kind: "lost" },
    { failures: 0, receiveCount: 1 },
    settled,
    0,
    { kind: "put-back", failures: 0, delaySeconds: 0 },
  ],
  [
    "lost with a write that may land",
    { kind: "lost" },
    { failures: 0, receiveCount: 1 },
    landing,
    0,
    { kind: "put-back", failures: 0, delaySeconds: 62 },
  ],
  ["lost, nothing written", { kind: "lost" }, { failures: 0, receiveCount: 1 }, untouched, 0, { kind: "forget" }],
];

test.each(rows)("%s", (_, outcome, history, writes, backoffMs, expected) => {
  expect(judge(outcome, { ...history, maxReceiveCount: 3 }, writes, backoffMs)).toEqual(expected);
});

test("a delay is never longer than SQS takes", () => {
  const writes = { written: true, landsWithinMs: 2_000_000 };
  const verdict = judge({ kind: "interrupted" }, { failures: 0, receiveCount: 1, maxReceiveCount: 3 }, writes, 0);
  expect(verdict).toEqual({ kind: "put-back", failures: 0, delaySeconds: MAX_DELAY_SECONDS });
});

test("interruptions alone never dead-letter: the count does not grow", () => {
  let failures = 0;
  for (let i = 0; i < 1_000; i++) {
    const verdict = judge({ kind: "interrupted" }, { failures, receiveCount: 1, maxReceiveCount: 3 }, untouched, 0);
    if (verdict.kind !== "put-back") throw new Error(verdict.kind);
    failures = verdict.failures;
  }
  expect(failures).toBe(0);
});
