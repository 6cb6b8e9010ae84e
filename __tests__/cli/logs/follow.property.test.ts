/** Following a log in which lines come late and out of order: each once, and little is remembered on the way. */
import fc from "fast-check";
import type { LogEvent } from "../../../aws/operator/logs";
import { follow, OVERLAP_MS, type ReadLog, remembering } from "../../../cli/logs/read";

const FROM = 1_767_225_600_000;
const PAGE = 7;

const unexpected = (error: unknown): never => {
  throw error;
};

interface Entry extends LogEvent {
  /** By how much it stands behind its place in the order of time; milliseconds. */
  readonly late: number;
}

/** A line by where it stands to the newest that is there: before it no further than the overlap. */
const step = fc.array(
  fc.record({ at: fc.integer({ min: -OVERLAP_MS, max: 4 * OVERLAP_MS }), late: fc.nat(OVERLAP_MS) }),
  { maxLength: 40 },
);

/** What is in the log already, over a long span, and what comes before each of the later reads. */
const history = fc.record({
  first: fc.array(fc.record({ at: fc.nat(100 * OVERLAP_MS), late: fc.nat(OVERLAP_MS) }), { maxLength: 120 }),
  steps: fc.array(step, { maxLength: 6 }),
  /** Several patterns that find the same line, as several queries of one group. */
  errors: fc.boolean(),
});

interface Line {
  /** Milliseconds to the first moment, or to the newest line. */
  readonly at: number;
  readonly late: number;
}

function portionsOf(first: readonly Line[], steps: readonly (readonly Line[])[]): Entry[][] {
  let count = 0;
  const entry = (at: number, late: number): Entry => ({
    id: `id-${count}`,
    at,
    late,
    stream: "s",
    message: `${count++}`,
  });
  const portions = [first.map(({ at, late }) => entry(FROM + at, late))];
  let newest = Math.max(FROM, ...portions.flat().map(({ at }) => at));
  for (const lines of steps) {
    const portion = lines.map(({ at, late }) => entry(Math.max(FROM, newest + at), late));
    newest = Math.max(newest, ...portion.map(({ at }) => at));
    portions.push(portion);
  }
  return portions;
}

it("each line exactly once, and at any time only those of two overlaps are remembered", async () => {
  await fc.assert(
    fc.asyncProperty(history, async ({ first, steps, errors }) => {
      const portions = portionsOf(first, steps);
      const there: Entry[] = [...(portions.shift() ?? [])];
      const stop = new AbortController();
      const read: ReadLog = async function* ({ from }) {
        const lines = there.filter(({ at }) => at >= from).sort((a, b) => a.at + a.late - b.at - b.late);
        for (let n = 0; n < lines.length; n += PAGE) yield lines.slice(n, n + PAGE);
      };
      const clock = {
        sleep: () => {
          const next = portions.shift();
          if (next === undefined) stop.abort();
          else there.push(...next);
          return Promise.resolve();
        },
      };
      const seen = remembering(FROM);
      const found: string[] = [];
      let newest = FROM;
      const source = { groups: ["a"], wanted: { errors, key: undefined } };
      for await (const line of follow(read, source, seen, { clock, signal: stop.signal, onTrouble: unexpected })) {
        found.push(line.source.id);
        newest = Math.max(newest, line.at);
        const recent = there.filter(({ at }) => at > newest - 2 * OVERLAP_MS && at <= newest);
        expect(seen.size).toBeLessThanOrEqual(recent.length);
      }
      expect([...found].sort()).toEqual(there.map(({ id }) => id).sort());
    }),
  );
});

it("a first read over a long time remembers no more than a short one, line after line", async () => {
  const [everyMs, lines] = [100, 300_000];
  const stop = new AbortController();
  const read: ReadLog = async function* () {
    for (let n = 0; n < lines; n += 1_000) {
      yield Array.from({ length: 1_000 }, (_, i) => ({
        ...{ id: String(n + i), at: FROM + (n + i) * everyMs, stream: "s", message: "m" },
      }));
    }
  };
  const clock = {
    sleep: () => {
      stop.abort();
      return Promise.resolve();
    },
  };
  const seen = remembering(FROM);
  let [count, most] = [0, 0];
  for await (const _ of follow(read, { groups: ["a"], wanted: { errors: false, key: undefined } }, seen, {
    ...{ clock, signal: stop.signal, onTrouble: unexpected },
  })) {
    most = Math.max(most, seen.size);
    count++;
  }
  expect(count).toBe(lines);
  expect(most).toBeGreaterThan(OVERLAP_MS / everyMs);
  expect(most).toBeLessThanOrEqual((2 * OVERLAP_MS) / everyMs);
});
