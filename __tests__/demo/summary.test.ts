import { summaryLines } from "../../lab/demo/summary";
import { mostAtOnce, summarise, type Facts, type WorkerFacts } from "../../lab/demo/verdict";

const MIB = 1024 ** 2;
const ran = (startedAt: number | undefined, stoppedAt: number | undefined): WorkerFacts => ({
  startedAt,
  stoppedAt,
  exitCode: 0,
  isToldToStop: false,
  isProvoked: false,
});
/** The one the demo interrupts, and one that leaves by itself. */
const PROVOKED: WorkerFacts = { ...ran(0, 10), isToldToStop: true, isProvoked: true };
const IDLE = ran(5, 20);

const FINALS: Facts["finals"] = [
  { worker: 1, reason: "stopped", totals: { events: 100, coalesced: 4, copies: 90, handoffs: 2, restarts: 1 } },
  { worker: 2, reason: "idle", totals: { events: 120, coalesced: 6, copies: 80, deletes: 9, partsReused: 2 } },
];

const GOOD: Facts = {
  seed: 7,
  seconds: 23.44,
  objects: 205,
  bytes: 500 * MIB,
  differences: [],
  finals: FINALS,
  workers: [PROVOKED, IDLE],
  workersBefore: 0,
  foreignLaunches: 0,
  delivery: { duplicated: 40, overtaken: 30 },
  requests: { head: 600, copy: 170, part: 6, delete: 9 },
  multipart: { parts: 4, partBytes: 128 * MIB, copied: 4, refused: 2, uploads: 1 },
  left: { messages: 0, deadLetters: 0, uploads: 0, behind: [] },
};

test("sums what the workers counted", () => {
  const result = summarise(GOOD);
  expect(result).toMatchObject({ verdict: "equal", seed: 7, differences: [], problems: [] });
  expect(result.numbers).toEqual({
    objects: 205,
    bytes: 500 * MIB,
    events: 220,
    duplicated: 40,
    overtaken: 30,
    coalesced: 10,
    copies: 170,
    deletes: 9,
    restarts: 1,
    handoffs: 2,
    partsReused: 2,
    partsCopied: 4,
    partsRefused: 2,
    recopiedBytes: 0,
    workers: 2,
    mostWorkers: 2,
    workersNow: 0,
    leftIdle: 1,
    toldToStop: 1,
    requests: GOOD.requests,
    seconds: 23.4,
  });
});

test.each<[string, Partial<Facts>, string]>([
  ["messages", { left: { ...GOOD.left, messages: 1 } }, "1 message left in the queue"],
  ["dead letters", { left: { ...GOOD.left, deadLetters: 2 } }, "2 dead letters"],
  ["open uploads", { left: { ...GOOD.left, uploads: 1 } }, "1 multipart upload left open"],
  ["a worker that was there before", { workersBefore: 1 }, "1 worker there before the first event"],
  ["a worker that the starter did not launch", { foreignLaunches: 2 }, "2 launches not by the starter"],
  ["a bad exit", { workers: [PROVOKED, { ...IDLE, exitCode: 1 }] }, "1 worker did not exit with code 0"],
  ["no exit code", { workers: [PROVOKED, { ...IDLE, exitCode: undefined }] }, "1 worker did not exit with code 0"],
  [
    "a worker that stays",
    { workers: [PROVOKED, { ...IDLE, stoppedAt: undefined, exitCode: undefined }] },
    "1 worker still there at the end",
  ],
  ["a silent worker", { workers: [PROVOKED, IDLE, IDLE] }, "1 worker left without a last line"],
  [
    "a second worker that was told to stop",
    { workers: [PROVOKED, { ...IDLE, isToldToStop: true }] },
    "1 worker did not leave by empty polls",
  ],
  [
    "a worker that left for another reason",
    { finals: [FINALS[0]!, { ...FINALS[1]!, reason: "queue-gone" }] },
    "1 worker did not leave by empty polls",
  ],
  [
    "an interruption that nobody heard of",
    { workers: [{ ...PROVOKED, isToldToStop: false }, IDLE], finals: [{ ...FINALS[0]!, reason: "idle" }, FINALS[1]!] },
    "0 workers interrupted in the middle of the multipart copy instead of 1",
  ],
  ["one worker after another", { workers: [PROVOKED, ran(10, 20)] }, "there were never several workers at once"],
  ["no duplicate", { delivery: { ...GOOD.delivery, duplicated: 0 } }, "no event was delivered twice"],
  ["no reordering", { delivery: { ...GOOD.delivery, overtaken: 0 } }, "no event was overtaken by a later one"],
  [
    "something left on the machine",
    { left: { ...GOOD.left, behind: ["the directory /x"] } },
    "left behind: the directory /x",
  ],
  ["a part copied twice", { multipart: { ...GOOD.multipart, copied: 5 } }, "1 part copied twice"],
  [
    "a second upload",
    { multipart: { ...GOOD.multipart, uploads: 2 } },
    "2 uploads were begun for the multipart object instead of 1",
  ],
  [
    "nothing reused",
    { finals: FINALS.map((final) => ({ ...final, totals: {} })) },
    "no part was reused after the interruption",
  ],
])("says when there is %s", (_name, change, problem) => {
  const result = summarise({ ...GOOD, ...change });
  expect(result.problems).toEqual([problem]);
  expect(result.verdict).toBe("different");
  expect(summaryLines(result)).toContain(`  problem   ${problem}`);
});

test("bytes copied twice are the parts beyond those of the object", () => {
  const result = summarise({ ...GOOD, multipart: { ...GOOD.multipart, copied: 6 } });
  expect(result.numbers.recopiedBytes).toBe(256 * MIB);
});

test("lists the keys that differ and counts each once", () => {
  const result = summarise({
    ...GOOD,
    differences: [
      { key: "a\nb", kind: "header", detail: "expires: nothing instead of 1" },
      { key: "a\nb", kind: "bytes", detail: "SHA" },
    ],
  });
  const lines = summaryLines(result);
  expect(lines).toContain('  header    "a\\nb"  expires: nothing instead of 1');
  expect(lines.at(-1)).toBe("NOT EQUAL: 1 different key, 0 other problems.");
});

test("the last line is the verdict, the ones before it the numbers", () => {
  const lines = summaryLines(summarise(GOOD));
  expect(lines.at(-1)).toMatch(/^EQUAL: 205 objects/);
  expect(lines.join("\n")).toContain("600 HEAD, 170 copy, 6 part copy, 9 delete");
  expect(lines.join("\n")).toContain(
    "2 started, at most 2 at once, now 0; 1 left after empty polls, 1 interrupted (provoked)",
  );
  expect(lines.join("\n")).toContain("220; S3 sent 40 twice and 30 after a later one (provoked)");
});

test("workers at once: one that starts when another stops is not beside it", () => {
  expect(mostAtOnce([])).toBe(0);
  expect(mostAtOnce([ran(0, 10), ran(10, 20), ran(12, 15), ran(14, 30)])).toBe(3);
  expect(mostAtOnce([ran(undefined, 3)])).toBe(0);
  expect(mostAtOnce([ran(1, undefined), ran(5, 6)])).toBe(2);
});
