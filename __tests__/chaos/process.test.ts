/** The fault runs of the built worker: what is planted is found, and nothing is left behind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { PROCESS_BUGS } from "../../lab/chaos/planted/bugs";
import { buildPlanted } from "../../lab/chaos/planted/build";
import { runProcessSeed } from "../../lab/chaos/process/run";
import { liveChildren } from "../../local/process/children";

jest.setTimeout(300_000);

const { signal } = new AbortController();
const SHORT = { seed: 1, minutes: 0.1, signal };

test("the product keeps its promises, and the record of what was done adds up", async () => {
  const result = await runProcessSeed(SHORT);
  expect({ problems: result.problems, history: result.history }).toEqual({ problems: [], history: "" });
  expect(result.samples).toBeGreaterThan(50);
  expect(result.acknowledged).toBeGreaterThan(50);
  expect(liveChildren()).toBe(0);
});

test("a message that is deleted too early is found, with the history of its key", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "chaos-test-"));
  try {
    const workerBundle = path.join(folder, "worker.cjs");
    const { patches } = PROCESS_BUGS.find(({ breaks }) => breaks === "nothing lost")!;
    await buildPlanted("worker/main.ts", patches, workerBundle);
    const { problems, history } = await runProcessSeed({ ...SHORT, workerBundle });
    expect(problems.map(({ promise }) => promise)).toContain("no acknowledgement before a clean check");
    expect(history).toContain("deleted");
    expect(liveChildren()).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a run that is called off ends with the signal's reason and leaves nothing", async () => {
  const reason = new Error("called off");
  await expect(runProcessSeed({ ...SHORT, signal: AbortSignal.abort(reason) })).rejects.toThrow(reason);
  expect(liveChildren()).toBe(0);
});
