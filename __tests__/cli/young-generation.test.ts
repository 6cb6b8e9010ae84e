/** The built command line: V8's young generation stays small for verify, and only for it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** At the end of the process, after enough short-lived garbage for every doubling. */
const PROBE = `
const { getHeapSpaceStatistics } = require("node:v8");
process.on("exit", () => {
  let kept = [];
  for (let n = 0; n < 400_000; n++) { kept.push({ n }); if (kept.length > 50_000) kept = []; }
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space");
  process.stderr.write(String(space.space_size));
});`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "young-generation-"));
  writeFileSync(join(folder, "probe.cjs"), PROBE);
});
afterAll(() => rmSync(folder, { recursive: true }));

function youngGenerationOf(verb: string): number {
  const args = ["--require", join(folder, "probe.cjs"), join(process.cwd(), "dist", "cli.cjs"), verb, "--help"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status).toBe(0);
  return Number(stderr);
}

test("verify keeps what it began with; other verbs let it grow", () => {
  const MIB = 2 ** 20;
  expect(youngGenerationOf("verify")).toBeLessThanOrEqual(2 * MIB);
  expect(youngGenerationOf("status")).toBeGreaterThan(2 * MIB);
});
