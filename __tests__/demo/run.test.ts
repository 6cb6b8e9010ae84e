/** The demo from code, smaller: the real worker and starter on the local cloud. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MIB } from "../../core/parts";
import { DemoStuck, runDemo, type DemoOptions } from "../../lab/demo/run";
import { plainView } from "../../lab/demo/view";
import { liveChildren } from "../../local/process/children";

const SMALL: DemoOptions = {
  size: { objects: 30, largestBytes: MIB, multipartBytes: 22 * MIB, spreadMs: 1500 },
  copySizes: { partSize: 6 * MIB, multipartThreshold: 12 * MIB },
};

const realTemp = process.env["TMPDIR"];
let temp: string;
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), "demo-test-"));
  process.env["TMPDIR"] = temp;
});
afterEach(() => {
  if (realTemp === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = realTemp;
  rmSync(temp, { recursive: true });
});

function expectNothingLeft(): void {
  expect(liveChildren()).toBe(0);
  expect(readdirSync(temp)).toEqual([]);
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
  expectNothingLeft();
}, 90_000);

test("the watchdog says what the demo waits for", async () => {
  await expect(runDemo({ ...SMALL, watchdogSeconds: 2 })).rejects.toThrow(DemoStuck);
  expectNothingLeft();
}, 60_000);

test("called off before it began", async () => {
  const reason = new Error("not today");
  await expect(runDemo({ ...SMALL, signal: AbortSignal.abort(reason) })).rejects.toThrow(reason);
  expectNothingLeft();
}, 60_000);
