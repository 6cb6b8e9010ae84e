/** What goes to stdout for people and for machines, and when progress is seen. */
import { PassThrough } from "node:stream";
import { makeOut } from "../../../cli/shell/out";
import { bytes, count, dateOf } from "../../../cli/shell/words";
import { duration } from "../../../cli/shell/progress";

interface Setting {
  readonly json?: boolean;
  readonly isTTY?: boolean;
  /** As stdout where it is not told. */
  readonly stderrIsTTY?: boolean;
  readonly noColor?: boolean;
}

function begin({ json = false, isTTY = false, stderrIsTTY = isTTY, noColor = false }: Setting = {}) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    Object.assign(
      new PassThrough().on("data", (data: Buffer) => (written[name] += data.toString("utf8"))),
      { isTTY: name === "stdout" ? isTTY : stderrIsTTY, columns: 80 },
    );
  let now = 0;
  const ticking = new Set<() => void>();
  const every = (_ms: number, tick: () => void) => {
    ticking.add(tick);
    return () => void ticking.delete(tick);
  };
  const out = makeOut({ json, stdout: stream("stdout"), stderr: stream("stderr"), noColor, now: () => now, every });
  const pass = (ms: number): void => {
    now += ms;
    for (const tick of ticking) tick();
  };
  return { out, written, pass, ticking };
}

function printAll({ out }: ReturnType<typeof begin>): void {
  out.line("a line");
  out.table(["NAME", "N"], [["x", 1200]]);
  out.document({ a: 1 });
  out.record({ b: 2 });
  out.note("a note");
}

it("for people: text and tables, no JSON; notes on stderr", () => {
  const world = begin();
  printAll(world);
  expect(world.written).toEqual({ stdout: "a line\nNAME      N\nx     1,200\n", stderr: "a note\n" });
});

it("with --json: documents only, notes still on stderr", () => {
  const world = begin({ json: true });
  printAll(world);
  expect(world.written).toEqual({ stdout: '{\n  "a": 1\n}\n{"b":2}\n', stderr: "a note\n" });
});

it.each([
  [{ isTTY: true, stderrIsTTY: false }, false],
  [{ isTTY: false, stderrIsTTY: true }, true],
  [{ isTTY: false, stderrIsTTY: true, json: true }, true],
  [{ stderrIsTTY: true, noColor: true }, false],
])("colors of notes are stderr's, with %j: %s", (setting, colored) => {
  expect(begin(setting).out.noteColors.red("x") === "x").toBe(!colored);
});

it.each([
  [{ isTTY: true }, true],
  [{ isTTY: true, noColor: true }, false],
  [{ isTTY: false }, false],
  [{ isTTY: true, json: true }, false],
])("colors with %j: %s", (setting, colored) => {
  expect(begin(setting).out.colors.red("x") === "x").toBe(!colored);
});

it("redraws in place on a terminal and writes lines elsewhere", () => {
  const terminal = begin({ isTTY: true });
  terminal.out.redraw("a");
  expect(terminal.written.stdout).toBe("\u001b[H\u001b[Ja\n");
  const file = begin();
  file.out.redraw("a");
  expect(file.written.stdout).toBe("a\n");
});

it("progress: nothing before two seconds, nothing when nobody looks", () => {
  const terminal = begin({ isTTY: true });
  const progress = terminal.out.progress("copying", 10);
  terminal.pass(1_999);
  progress.update(5);
  expect(terminal.written.stderr).toBe("");
  terminal.pass(1);
  progress.update(5);
  expect(terminal.written.stderr).toMatch(/copying .*5\/10, 3\/s, 2 s left/);
  progress.end();
  progress.end();
  const { length } = terminal.written.stderr;
  progress.update(6);
  expect(terminal.written.stderr).toHaveLength(length);

  const file = begin();
  const unseen = file.out.progress("copying", 10);
  file.pass(60_000);
  unseen.update(5);
  unseen.end();
  expect(file.written.stderr).toBe("");
});

it("progress without a total shows what is done and how fast", () => {
  const terminal = begin({ isTTY: true });
  const progress = terminal.out.progress("listing");
  terminal.pass(4_000);
  progress.update(8_000);
  progress.end();
  expect(terminal.written.stderr).toMatch(/listing 8,000, 2,000\/s/);
});

it("progress whose total is only known roughly, and better with time", () => {
  const terminal = begin({ isTTY: true });
  const progress = terminal.out.progress("rows read");
  terminal.pass(5_000);
  progress.update(500);
  expect(terminal.written.stderr).toMatch(/rows read 500, 100\/s/);
  terminal.pass(5_000);
  progress.update(1_000, 5_000);
  progress.end();
  expect(terminal.written.stderr).toMatch(/rows read .*1,000\/5,000, 100\/s, 40 s left/);
});

it("progress of nothing has no bar", () => {
  const terminal = begin({ isTTY: true });
  const progress = terminal.out.progress("reading dead letters", 0);
  terminal.pass(3_000);
  progress.update(0);
  progress.end();
  expect(terminal.written.stderr).toMatch(/reading dead letters 0, 0\/s/);
});

it("waiting: how long it has been, from two seconds on, until the answer is there", async () => {
  const terminal = begin({ isTTY: true });
  let answer = (_: string): void => undefined;
  const asked = terminal.out.waiting("waiting for the starter", new Promise<string>((resolve) => (answer = resolve)));
  terminal.pass(1_000);
  expect(terminal.written.stderr).toBe("");
  terminal.pass(1_000);
  expect(terminal.written.stderr).toContain("waiting for the starter, 2 s");
  answer("done");
  expect(await asked).toBe("done");
  expect(terminal.ticking.size).toBe(0);
  await expect(terminal.out.waiting("again", Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(terminal.ticking.size).toBe(0);

  const file = begin();
  const unseen = file.out.waiting("waiting", new Promise<void>((resolve) => (answer = () => resolve())));
  file.pass(60_000);
  answer("");
  await unseen;
  expect(file.written).toEqual({ stdout: "", stderr: "" });
});

it.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [3_599, "1 h 00 min"],
  [5_400, "1 h 30 min"],
  [172_800, "2 days"],
  [-5, "0 s"],
])("%s seconds are %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

it.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1024 * 1023.9, "1.0 MiB"],
  [3.25 * 1024 ** 3, "3.3 GiB"],
  [250 * 1024 ** 4, "250 TiB"],
])("%s bytes are %s", (number, text) => {
  expect(bytes(number)).toBe(text);
});

it("counts in words, dates by the minute", () => {
  expect([count(1, "key"), count(1240, "key"), count(0, "entry", "entries")]).toEqual([
    "1 key",
    "1,240 keys",
    "0 entries",
  ]);
  expect(dateOf(Date.UTC(2026, 10, 25, 9, 5, 59))).toBe("2026-11-25 09:05 UTC");
});
