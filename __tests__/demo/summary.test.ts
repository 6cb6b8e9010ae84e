import { mostAtOnce, summarise, summaryLines, type Facts, type WorkerFacts } from "../../lab/demo/summary";

const MIB = 1024 ** 2;
const ran = (startedAt: number, stoppedAt: number): WorkerFacts => ({ startedAt, stoppedAt, exitCode: 0 });

const GOOD: Facts = {
  seed: 7,
  seconds: 23.44,
  objects: 205,
  bytes: 500 * MIB,
  differences: [],
  finals: [
    { worker: 1, reason: "stopped", totals: { events: 100, coalesced: 4, copies: 90, handoffs: 2, restarts: 1 } },
    { worker: 2, reason: "idle", totals: { events: 120, coalesced: 6, copies: 80, deletes: 9, partsReused: 2 } },
  ],
  workers: [ran(0, 10), ran(5, 20)],
  requests: { head: 600, copy: 170, part: 6, delete: 9 },
  multipart: { parts: 4, partBytes: 128 * MIB, copied: 4, refused: 2, uploads: 1 },
  left: { messages: 0, deadLetters: 0, uploads: 0 },
};

test("sums what the workers counted", () => {
  const result = summarise(GOOD);
  expect(result).toMatchObject({ verdict: "equal", seed: 7, differences: [], problems: [] });
  expect(result.numbers).toEqual({
    objects: 205,
    bytes: 500 * MIB,
    events: 220,
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
    requests: GOOD.requests,
    seconds: 23.4,
  });
});

test.each<[string, Partial<Facts>, string]>([
  ["messages", { left: { ...GOOD.left, messages: 1 } }, "1 message left in the queue"],
  ["dead letters", { left: { ...GOOD.left, deadLetters: 2 } }, "2 dead letters"],
  ["open uploads", { left: { ...GOOD.left, uploads: 1 } }, "1 multipart upload left open"],
  ["a bad exit", { workers: [ran(0, 9), { ...ran(1, 9), exitCode: 1 }] }, "1 worker did not exit with code 0"],
  ["no exit", { workers: [ran(0, 9), { ...ran(1, 9), exitCode: undefined }] }, "1 worker did not exit with code 0"],
  ["a silent worker", { workers: [ran(0, 9), ran(0, 9), ran(0, 9)] }, "1 worker left without a last line"],
  ["one worker after another", { workers: [ran(0, 5), ran(5, 9)] }, "there were never several workers at once"],
  ["a part copied twice", { multipart: { ...GOOD.multipart, copied: 5 } }, "1 part copied twice"],
  [
    "a second upload",
    { multipart: { ...GOOD.multipart, uploads: 2 } },
    "2 uploads were begun for the multipart object instead of 1",
  ],
  [
    "nothing reused",
    { finals: GOOD.finals.map((final) => ({ ...final, totals: {} })) },
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
  expect(lines.join("\n")).toContain("2 started, at most 2 at once, now 0");
});

test("workers at once: one that starts when another stops is not beside it", () => {
  expect(mostAtOnce([])).toBe(0);
  expect(mostAtOnce([ran(0, 10), ran(10, 20), ran(12, 15), ran(14, 30)])).toBe(3);
  expect(mostAtOnce([{ startedAt: undefined, stoppedAt: 3, exitCode: undefined }])).toBe(0);
  expect(mostAtOnce([{ startedAt: 1, stoppedAt: undefined, exitCode: undefined }, ran(5, 6)])).toBe(2);
});
