/** verify as a process on the local cloud: every kind of finding, repair, and what stops it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../../../cli/verify/findings";
import type { VerifyDocument } from "../../../cli/verify/report";
import { type CliResult, cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(180_000);

/** Long before any run, so that nothing counts as on its way. */
const LONG_AGO = Date.UTC(2026, 0, 2, 3, 4, 5);
const old = { lastModifiedMs: LONG_AGO, notify: false } as const;

/** Puts an object at the source and lets workers bring it over. */
async function synced(world: E2E, keys: readonly string[]): Promise<void> {
  for (const key of keys) await world.cloud.s3.put(world.source, key, `content of ${key}`, { lastModifiedMs: LONG_AGO });
  const worker = await world.worker();
  await world.drained();
  await worker.ended(0);
  world.cloud.log.clear();
}

async function documentOf(world: E2E, args: readonly string[]): Promise<CliResult & { document: VerifyDocument }> {
  const result = await cliOn(world, ["verify", "--json", ...args]);
  return { ...result, document: JSON.parse(result.stdout) as VerifyDocument };
}

test("equal buckets, cheap and deep, twice", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await synced(world, ["a", "dir/b", "dir/deeper/c", "日本/ü"]);
    const cheap = await cliOn(world, ["verify"]);
    expect(cheap).toMatchObject({ code: 0, stderr: "" });
    expect(cheap.stdout.split("\n").slice(0, 5)).toEqual([
      "EQUAL: 4 keys, no difference visible by size and time.",
      "",
      "side         objects  bytes  LIST  HEAD",
      "source             4     57     1     0",
      "destination        4     57     1     0",
    ]);
    expect(cheap.stdout).toContain("What this cannot see:\n  A destination object of the same size");
    const deep = await documentOf(world, ["--deep"]);
    expect(deep).toMatchObject({ code: 0, document: { equal: true, equalKeys: 4, mode: "deep" } });
    expect(deep.document.verdict).toBe("EQUAL: 4 keys by their fingerprints.");
    expect(deep.document.requests).toMatchObject({ sourceHeads: 0, destinationHeads: 4 });
  });
});
