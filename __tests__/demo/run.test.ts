/** The demo from code, smaller: the real worker and starter on the local cloud. What it leaves on disk: signals.test.ts. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { MIB } from "../../core/parts";
import { leftBehind } from "../../lab/demo/leftovers";
import { DemoStuck, runDemo, type DemoOptions } from "../../lab/demo/run";
import { plainView, SILENT } from "../../lab/demo/view";
import { startCloud } from "../../local/cloud";
import { liveChildren } from "../../local/process/children";

const SMALL: DemoOptions = {
  size: { objects: 30, largestBytes: MIB, multipartBytes: 22 * MIB, spreadMs: 1500 },
  copySizes: { partSize: 6 * MIB, multipartThreshold: 12 * MIB },
};

function expectNobodyLeft(): void {
  expect(liveChildren()).toBe(0);
}

test("a small run ends equal, with a hand-off that loses no part, and leaves nothing", async () => {
  let text = "";
  const result = await runDemo({ ...SMALL, seed: 5, view: plainView({ write: (more) => (text += more) }) });
  expect(result).toMatchObject({ verdict: "equal", seed: 5, differences: [], problems: [] });
  const { numbers } = result;
  expect(numbers).toMatchObject({ partsReused: 2, partsCopied: 4, recopiedBytes: 0 });
  expect(numbers.objects).toBeGreaterThan(25);
  expect(numbers.events).toBeGreaterThan(numbers.objects);
  expect(numbers.handoffs).toBeGreaterThanOrEqual(1);
  expect(numbers.restarts).toBeGreaterThanOrEqual(2);
  expect(text).toContain("parts of 6 MiB above 12 MiB");
  expect(text).toMatch(/SIGTERM.* with 2 of 4 parts copied[^]*resumes the upload: 2 of 4 parts/);
  expect(text.match(/exit code 0/g)).toHaveLength(numbers.workers);
  expectNobodyLeft();
}, 240_000);

/** Process ids of this process's workers, oldest first. */
function workerPids(): number[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], { encoding: "utf8" })
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .filter(([, parent, state, ...args]) => Number(parent) === process.pid && !state?.startsWith("Z") && isWorker(args))
    .map(([pid]) => Number(pid));
}

const isWorker = (args: readonly string[]): boolean => args.some((arg) => arg.endsWith("worker.cjs"));

test("a worker that is told to stop, beside the provoked one, is not equal", async () => {
  let isInterruptionOver = false;
  /** That have told of their start, and so listen to signals. */
  let listening = 0;
  let stopped: number | undefined;
  const result = await runDemo({
    ...SMALL,
    seed: 5,
    view: {
      ...SILENT,
      moment(moment) {
        if (moment.kind === "started") listening++;
        if (moment.kind === "left") {
          isInterruptionOver = true;
          listening--;
        }
        if (!isInterruptionOver || stopped !== undefined || listening === 0) return;
        const pids = workerPids();
        // One that has just been launched would be ended by the signal, not told.
        if (pids.length !== listening) return;
        stopped = pids[0];
        if (stopped !== undefined) process.kill(stopped, "SIGTERM");
      },
    },
  });
  expect(stopped).toBeDefined();
  expect(result).toMatchObject({ verdict: "different", differences: [], numbers: { toldToStop: 2, workersNow: 0 } });
  expect(result.problems).toContain("1 worker did not leave by empty polls");
}, 240_000);

test("a cloud that runs is something left behind, one that is closed is not", async () => {
  const cloud = await startCloud();
  const found = await leftBehind(cloud);
  await cloud.close();
  expect(found).toEqual([`the directory ${cloud.directory}`, `a server at ${cloud.endpoint}`]);
  expect(existsSync(cloud.directory)).toBe(false);
  expect(await leftBehind(cloud)).toEqual([]);
});

test("the watchdog says what the demo waits for", async () => {
  await expect(runDemo({ ...SMALL, watchdogSeconds: 2 })).rejects.toThrow(DemoStuck);
  expectNobodyLeft();
}, 240_000);

test("called off before it began", async () => {
  const reason = new Error("not today");
  await expect(runDemo({ ...SMALL, signal: AbortSignal.abort(reason) })).rejects.toThrow(reason);
  expectNobodyLeft();
}, 240_000);
