/** One million objects a side, the destination in no order: what that may cost, and what comes out. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Measurement } from "../../../lab/verify/measure";

jest.setTimeout(300_000);

/**
 * In a process of its own: its memory is the engine's. 48 MiB of heap hold a page of listing at a time, not a million keys; the young
 * generation is small, because how far V8 lets it grow depends on how busy the machine is.
 */
const NODE_FLAGS = ["--max-old-space-size=48", "--max-semi-space-size=4"];

async function measured(args: readonly string[]): Promise<Measurement> {
  const program = join(process.cwd(), "dist/verify-measure.cjs");
  const { stdout } = await promisify(execFile)(process.execPath, [...NODE_FLAGS, program, ...args]);
  return JSON.parse(stdout) as Measurement;
}

test("equal: as many LIST calls as pages, no HEAD, within 150 MB and without the disk", async () => {
  const result = await measured(["--objects", "1000000", "--memory", "64"]);
  expect(result).toMatchObject({ equal: 1_000_000, findings: 0, listCalls: 2_000, spilledBytes: 0 });
  expect(result.peakRssMiB).toBeLessThan(150);
  // Half of the keys of both sides wait at the worst moment, for 51 bytes of key and 8 of what is known about it.
  expect(result.peakWaitingKeys).toBeLessThan(510_000);
  expect(result.memoryBytesPerWaitingKey).toBeLessThan(90);
});

test("drift in a quarter of the memory that is needed: found through the disk", async () => {
  const faults = ["--missing-every", "9973", "--extra-every", "10007", "--different-every", "10009"];
  const result = await measured(["--objects", "1000000", "--memory", "8", ...faults]);
  // 100 missing, 99 only at the destination, 99 of another size; no number is two of them below a million.
  expect(result).toMatchObject({ findings: 298, equal: 999_702 });
  expect(result.spilledBytes).toBeGreaterThan(1_000_000);
  expect(result.memoryBytesPerWaitingKey * result.peakWaitingKeys).toBeLessThan(9 * 2 ** 20);
});
