/** Reading several groups as one, and following without repeating a line. */
import { createColors } from "picocolors";
import type { LogEvent, LogQuery } from "../../../aws/operator/logs";
import { formatLine, readLine, recordOf } from "../../../cli/logs/line";
import { follow, readOnce, type ReadLog, remembering, withoutMissing } from "../../../cli/logs/read";

const ALL = { errors: false, key: undefined };

function event(at: number, message: string, id = `${at}-${message}`): LogEvent {
  return { id, at, stream: "worker/worker/0123", message };
}

/** Pages of two, empty ones in between, as FilterLogEvents may answer. */
function readerOf(groups: Readonly<Record<string, readonly LogEvent[]>>, queries: LogQuery[] = []): ReadLog {
  return async function* (query) {
    queries.push(query);
    const events = (groups[query.group] ?? []).filter(({ at }) => at >= query.from && at < (query.to ?? Infinity));
    for (let from = 0; from < events.length; from += 2) {
      yield [];
      yield events.slice(from, from + 2);
    }
  };
}

const never = new AbortController().signal;
const unexpected = (error: unknown): never => {
  throw error;
};

it("merges groups by time, every line once", async () => {
  const groups = {
    a: [1, 3, 4, 9].map((at) => event(at, "a")),
    b: [2, 3, 8].map((at) => event(at, "b")),
  };
  const found: string[] = [];
  const source = { groups: ["a", "b"], wanted: ALL };
  for await (const { at, text } of readOnce(readerOf(groups), source, { from: 2, to: 9 }, never))
    found.push(`${at}${text}`);
  expect(found).toEqual(["2b", "3a", "3b", "4a", "8b"]);
});

it("a group that is not there yet has no lines, which is told once", async () => {
  const reader = readerOf({ a: [event(1, "a")] });
  const denied = Object.assign(new Error("no"), { name: "AccessDeniedException" });
  const missing = Object.assign(new Error("gone"), { name: "ResourceNotFoundException" });
  const failing = (error: Error): ReadLog =>
    async function* (query, signal) {
      if (query.group === "b") throw error;
      yield* reader(query, signal);
    };
  const told: string[] = [];
  const read = withoutMissing(failing(missing), (group) => told.push(group));
  for (let times = 0; times < 2; times++) {
    const found: string[] = [];
    for await (const { text } of readOnce(read, { groups: ["a", "b"], wanted: ALL }, { from: 0 }, never))
      found.push(text);
    expect(found).toEqual(["a"]);
  }
  expect(told).toEqual(["b"]);
  const refused = readOnce(
    withoutMissing(failing(denied), () => undefined),
    { groups: ["b"], wanted: ALL },
    { from: 0 },
    never,
  );
  await expect(refused.next()).rejects.toBe(denied);
});

it("follows: late lines are found, none is repeated, and what was long ago is not asked for again", async () => {
  const lines = [event(100_000, "one"), event(101_000, "two")];
  const queries: LogQuery[] = [];
  const stop = new AbortController();
  let polls = 0;
  const clock = {
    sleep: () => {
      polls += 1;
      if (polls === 1) lines.push(event(100_500, "late"), event(170_000, "three"));
      if (polls === 3) stop.abort();
      return Promise.resolve();
    },
  };
  const found: string[] = [];
  const source = { groups: ["a"], wanted: ALL };
  for await (const { text } of follow(readerOf({ a: lines }, queries), source, remembering(50_000), {
    clock,
    signal: stop.signal,
    onTrouble: unexpected,
  }))
    found.push(text);
  expect(found).toEqual(["one", "two", "late", "three"]);
  expect(queries.map(({ from }) => from)).toEqual([50_000, 71_000, 140_000]);
});

it("an error while following is thrown, unless it is the end", async () => {
  const failing: ReadLog = () => {
    throw new Error("denied");
  };
  const run = async (signal: AbortSignal) => {
    const lines = follow(failing, { groups: ["a"], wanted: ALL }, remembering(0), {
      clock: { sleep: () => Promise.resolve() },
      signal,
      onTrouble: unexpected,
    });
    for await (const line of lines) throw new Error(`unexpected ${line.text}`);
  };
  await expect(run(never)).rejects.toThrow("denied");
  await expect(run(AbortSignal.abort())).resolves.toBeUndefined();
});

const named = (name: string, httpStatusCode: number): Error =>
  Object.assign(new Error("no"), { name, $metadata: { httpStatusCode } });
const OUTAGE = named("ServiceUnavailableException", 503);
const DENIED = named("AccessDeniedException", 403);

/** Follows a log whose reads answer with these lines, or fail. */
async function followed(...answers: readonly (Error | readonly LogEvent[])[]) {
  const left = [...answers];
  const found: string[] = [];
  const troubles: unknown[] = [];
  const read: ReadLog = async function* () {
    const next = left.shift();
    if (next === undefined) throw DENIED;
    // A page before the error, as of a read that fails on its way.
    yield [];
    if (next instanceof Error) throw next;
    yield next;
  };
  const lines = follow(read, { groups: ["a"], wanted: ALL }, remembering(0), {
    clock: { sleep: () => Promise.resolve() },
    signal: never,
    onTrouble: (error) => troubles.push(error),
  });
  const end = await (async () => {
    for await (const { text } of lines) found.push(text);
  })().catch((error: unknown) => error);
  return { found, troubles, end, left: left.length };
}

it("goes on following through an outage, and a refusal ends it", async () => {
  const [one, two, three] = [event(1_000, "one"), event(2_000, "two"), event(3_000, "three")];
  expect(await followed([one], OUTAGE, OUTAGE, [one, two], DENIED, [three])).toEqual({
    found: ["one", "two"],
    troubles: [OUTAGE, OUTAGE],
    end: DENIED,
    left: 1,
  });
});

it("an outage at the first read ends it: the set-up may be wrong", async () => {
  expect(await followed(OUTAGE, [event(1_000, "one")])).toEqual({ found: [], troubles: [], end: OUTAGE, left: 1 });
});

it.each([
  [
    '{"level":"warn","event":"unstable","worker":"0123456789ab","key":"a b","why":"it changes","n":3,"s":"x y"}',
    '00:00:01.000 01234567 warn  unstable "a b" why="it changes" n=3 s="x y"',
  ],
  ["    at main (worker.cjs:1:1)", "00:00:01.000 0123     error     at main (worker.cjs:1:1)"],
  ["START RequestId: 1 Version: $LATEST\n", "00:00:01.000 0123     info  START RequestId: 1 Version: $LATEST"],
  ['{"no":"event"}', '00:00:01.000 0123     error {"no":"event"}'],
  ['{"broken', '00:00:01.000 0123     error {"broken'],
])("shows %s", (message, shown) => {
  expect(formatLine(readLine(event(1000, message)), createColors(false))).toBe(shown);
});

const AT = "1970-01-01T00:00:01.000Z";

it.each([
  ['{"level":"info","event":"look"}', { time: AT, process: "0123", level: "info", event: "look" }],
  [
    '{"level":"info","time":"2026-11-24T09:05:00.000Z","worker":"w","event":"exit"}',
    { level: "info", time: "2026-11-24T09:05:00.000Z", worker: "w", event: "exit" },
  ],
  ["    at main (worker.cjs:1:1)", { time: AT, process: "0123", text: "    at main (worker.cjs:1:1)" }],
])("as a document, %s has a time and what wrote it", (message, document) => {
  expect(recordOf(readLine(event(1000, message)))).toEqual(document);
});

test("lines of more than one day carry the date", () => {
  const line = readLine(event(Date.UTC(2026, 10, 24, 9, 5), '{"event":"exit","worker":"w"}'));
  expect(formatLine(line, createColors(false), true)).toMatch(/^2026-11-24 09:05:00\.000 w +info +exit$/);
});
