/** What `work` makes of a worker's log lines: what was done for stdout, complaints with what is known about them for stderr. */
import { createColors } from "picocolors";
import { makePeoplesLog } from "../../../cli/work/log";

function begin(colored = false) {
  const [lines, notes]: [string[], string[]] = [[], []];
  const log = makePeoplesLog({
    line: (text = "") => void lines.push(text),
    note: (text) => void notes.push(text),
    noteColors: createColors(colored),
  });
  return { log, lines, notes };
}

it.each([
  ["synced", { key: "a b", action: "copy", bytes: 2048 }, "copied    a b  2.0 KiB"],
  ["synced", { key: "a", action: "delete" }, "deleted   a"],
  ["synced", { key: "a", action: "in-sync" }, "in sync   a"],
  ["copy-started", { key: "a", mib: 300, parts: 3 }, "copying   a  300 MiB in 3 parts"],
  ["copy-progress", { key: "a", mib: 300, mibDone: 128 }, "copying   a  128 of 300 MiB"],
  [
    "range-listed",
    { range: '"models/"', listed: 12_000, enqueued: 1_200 },
    'listed    "models/": 12,000 keys, 1,200 queued',
  ],
  ["handed-off", { key: "a" }, "handed on a"],
])("%s %j", (event, fields, line) => {
  const { log, lines, notes } = begin();
  log.info(event, fields);
  expect({ lines, notes }).toEqual({ lines: [line], notes: [] });
});

it("is silent about what only a machine wants to know", () => {
  const { log, lines, notes } = begin();
  log.info("metrics", { Queue: "q" });
  log.debug("anything");
  expect({ lines, notes }).toEqual({ lines: [], notes: [] });
});

it.each([
  [
    "retried",
    { key: "a", error: "HeadObject: no answer", advice: "No answer in time." },
    "retried: a HeadObject: no answer No answer in time.",
  ],
  [
    "message-not-understood",
    { messageId: "m-1", problem: "not a JSON object" },
    "message-not-understood: m-1 not a JSON object",
  ],
  [
    "set-up",
    { problems: ["QUEUE_URL is not set", "REGION is not set"] },
    "set-up: QUEUE_URL is not set REGION is not set",
  ],
])("a complaint says all that is known: %s", (event, fields, note) => {
  const { log, notes } = begin();
  log.error(event, fields);
  log.warn(event, fields);
  expect(notes).toEqual([note, note]);
});

it("complaints are coloured as stderr is, what was done is not", () => {
  const { log, lines, notes } = begin(true);
  log.info("handed-off", { key: "a" });
  log.warn("retried", { key: "a" });
  log.error("set-up", { problems: ["a"] });
  const { red, yellow } = createColors(true);
  expect({ lines, notes }).toEqual({ lines: ["handed on a"], notes: [yellow("retried: a"), red("set-up: a")] });
});
