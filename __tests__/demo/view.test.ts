import { waitingFor, type Live } from "../../lab/demo/live";
import { describe as inWords, shortKey, type Moment } from "../../lab/demo/timeline";
import { liveLines, plainView, terminalView, type Screen } from "../../lab/demo/view";

const LIVE: Live = {
  elapsedMs: 6400,
  visible: 12,
  inFlight: 3,
  delayed: 1,
  onTheWay: 2,
  workers: [
    { worker: 1, capacity: "Spot", state: "left", keysSynced: 9 },
    { worker: 2, capacity: "Spot", state: "interrupted", keysSynced: 4 },
    { worker: 3, capacity: "On-Demand", state: "running", keysSynced: 0 },
  ],
  equal: 50,
  total: 100,
  toDelete: 2,
  copies: 60,
  deletes: 1,
  messagesDone: 70,
  deadLetters: 0,
};
const INTERRUPTED: Moment = { kind: "interrupted", worker: 1, done: 2, parts: 4 };

function screen(columns = 200): Screen & { text: () => string } {
  let text = "";
  return { columns, write: (more) => (text += more), text: () => text };
}

test("the live lines say how things stand", () => {
  expect(liveLines(LIVE)).toEqual([
    "",
    "  objects   [###############---------------] 50 of 100 equal, 2 to delete",
    "  queue     12 visible, 3 in flight, 1 delayed, 2 events on the way",
    "  workers   2 interrupted (Spot)   3 running (On-Demand)",
    "  done      70 event messages, 60 copy requests, 1 delete, 0 dead letters, 6 s",
  ]);
});

test("before anything has happened", () => {
  const lines = liveLines({ ...LIVE, total: 0, equal: 0, toDelete: 0, workers: [] });
  expect(lines[1]).toBe(`  objects   [${"-".repeat(30)}] 0 of 0 equal`);
  expect(lines[3]).toBe("  workers   none");
});

test("not in a terminal: one plain line per moment, no escape sequences, no look at how things stand", () => {
  const out = screen();
  const view = plainView(out);
  view.print(["hello"]);
  view.moment(INTERRUPTED, 12_345);
  view.live(() => {
    throw new Error("looked");
  });
  view.close();
  expect(out.text()).toBe(
    "hello\n 12.3 s  worker 1   SIGTERM: its Spot capacity is taken away with 2 of 4 parts copied\n",
  );
});

test("in a terminal the live lines are redrawn below what stays, and the cursor comes back", () => {
  const out = screen();
  const view = terminalView(out, true);
  view.live(() => LIVE);
  view.moment(INTERRUPTED, 1000);
  view.close();
  view.close();
  const text = out.text();
  expect(text.startsWith("\u001b[?25l")).toBe(true);
  expect(text).toContain("\u001b[5A\u001b[0J  1.0 s  \u001b[33mworker 1   SIGTERM");
  expect(text.endsWith("\u001b[5A\u001b[0J\u001b[?25h")).toBe(true);
  expect(text.split("\u001b[?25h")).toHaveLength(2);
});

test("NO_COLOR: no colours, but the live lines", () => {
  const out = screen();
  const view = terminalView(out, false);
  view.live(() => LIVE);
  view.moment(INTERRUPTED, 1000);
  expect(out.text()).not.toContain("[33m");
  expect(out.text()).toContain("50 of 100 equal");
});

test("live lines never wrap, also where the terminal does not know its width", () => {
  for (const [columns, width] of [
    [40, 39],
    [0, 79],
  ] as const) {
    const out = screen(columns);
    terminalView(out, false).live(() => LIVE);
    const longest = Math.max(
      ...out
        .text()
        .replace("\u001b[?25l", "")
        .split("\n")
        .map((line) => line.length),
    );
    expect(longest).toBeLessThanOrEqual(width);
  }
});

test.each<[Moment, string]>([
  [
    { kind: "launched", spot: 3, onDemand: 1, visible: 1 },
    "starter    sees 1 message, launches 4 workers: 3 on Spot, 1 On-Demand",
  ],
  [
    { kind: "launched", spot: 1, onDemand: 0, visible: 20 },
    "starter    sees 20 messages, launches 1 worker: 1 on Spot",
  ],
  [{ kind: "started", worker: 2, capacity: "Spot" }, "worker 2   started (Spot)"],
  [
    { kind: "resumed", worker: 4, reusable: 2, parts: 4 },
    "worker 4   resumes the upload: 2 of 4 parts are there already",
  ],
  [
    { kind: "left", worker: 1, reason: "nothing left to do", exitCode: 0, synced: 1, handedOff: 0 },
    "worker 1   left: nothing left to do; 1 key synced, 0 handed off, exit code 0",
  ],
  [
    { kind: "left", worker: 1, reason: "x", exitCode: undefined, synced: 2, handedOff: 3 },
    "worker 1   left: x; 2 keys synced, 3 handed off, exit code none",
  ],
])("%j in words", (moment, text) => {
  expect(inWords(moment)).toBe(text);
});

test("a key on one line: controls and length", () => {
  expect(shortKey("a\nb\u001b[31m")).toBe("a?b?[31m");
  expect(shortKey("🚀".repeat(50))).toBe(`${"🚀".repeat(37)}...`);
});

test("what the demo waits for, and that it is quiet", () => {
  expect(waitingFor(LIVE)).toEqual([
    "2 events on their way to the queue",
    "16 messages (12 visible, 3 in flight, 1 delayed)",
    "worker 2 (interrupted) to leave",
    "worker 3 (running) to leave",
  ]);
  const quiet = { visible: 0, inFlight: 0, delayed: 0, onTheWay: 0, workers: LIVE.workers.slice(0, 1) };
  expect(waitingFor(quiet)).toEqual([]);
});
