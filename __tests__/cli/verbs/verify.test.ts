/** verify as a process on the local cloud: every kind of finding, repair, and what stops it. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDestinationBucket, makeDestinationClient } from "../../../aws";
import type { Finding } from "../../../cli/verify/findings";
import type { VerifyDocument } from "../../../cli/verify/report";
import { cli, type CliResult, cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";

jest.setTimeout(180_000);

/** Long before any run, so that nothing counts as on its way. */
const LONG_AGO = Date.UTC(2026, 0, 2, 3, 4, 5);
const old = { lastModifiedMs: LONG_AGO, notify: false } as const;

/** Puts an object at the source and lets workers bring it over. */
async function synced(world: E2E, keys: readonly string[]): Promise<void> {
  for (const key of keys)
    await world.cloud.s3.put(world.source, key, `content of ${key}`, { lastModifiedMs: LONG_AGO });
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
      "source             4     71     1     0",
      "destination        4     71     1     0",
    ]);
    expect(cheap.stdout).toContain("What this cannot see:\n  A destination object of the same size");
    const deep = await documentOf(world, ["--deep"]);
    expect(deep).toMatchObject({ code: 0, document: { equal: true, equalKeys: 4, mode: "deep" } });
    expect(deep.document.verdict).toBe("EQUAL: 4 keys by their fingerprints.");
    expect(deep.document.requests).toMatchObject({ sourceHeads: 0, destinationHeads: 4 });
  });
});

/** An upload that nobody completes, as the operator. */
async function uploadTo({ cloud, source, destination }: E2E, key: string): Promise<{ abort: () => Promise<void> }> {
  const { accessKeyId, secretAccessKey } = cloud.principals.byName("operator")!;
  const { region, endpoint } = cloud;
  const client = makeDestinationClient({ region, endpoint, credentials: { accessKeyId, secretAccessKey }, slots: 1 });
  const bucket = makeDestinationBucket({ ...client, name: destination, sourceBucket: source });
  const content = { headers: {}, metadata: {} };
  const { signal } = new AbortController();
  const id = await bucket.createUpload({ key, content, checksumAlgorithm: undefined }, signal);
  return {
    async abort() {
      await bucket.abortUpload(key, id, signal);
      client.destroy();
    },
  };
}

/** One of each kind; `equal` and `by-hand` were synced before. */
async function everyKind(world: E2E): Promise<void> {
  const { cloud, source, destination } = world;
  const { s3 } = cloud;
  await synced(world, ["equal", "by-hand", "cut", "left-behind"]);
  await s3.put(source, "missing", "x", old);
  await s3.put(destination, "extra/one", "x", old);
  await s3.put(destination, "cut", "content", { ...old, metadata: s3.head(destination, "cut")!.metadata });
  await s3.put(source, "left-behind", "content of left-behind", { ...old, lastModifiedMs: LONG_AGO + 60_000 });
  const replica = s3.head(destination, "left-behind")!;
  const before = { metadata: replica.metadata, lastModifiedMs: LONG_AGO + 30_000, notify: false };
  await s3.put(destination, "left-behind", "content of left-behind", before);
  await s3.put(source, "archived", "x", { ...old, storageClass: "GLACIER" });
  await s3.put(source, "refused", "x", old);
  await s3.put(source, "sse-c", "x", { ...old, customerKeyMd5: "1B2M2Y8AsgTpgAmY7PhCfg==" });
  await s3.put(source, "on-its-way", "x", { notify: false });
  // The same size and newer, but not what the source has.
  await s3.put(destination, "by-hand", "CONTENT of by-hand");
  const refusal = { status: 400, code: "KeyTooLongError" };
  cloud.faults.add({
    operation: ["HeadObject", "GetObject"],
    resource: destination,
    key: "refused",
    action: { type: "error", ...refusal },
  });
}

test("every kind of finding, with its reason; deep sees what cheap cannot", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await everyKind(world);
    const cheap = await documentOf(world, []);
    expect(cheap).toMatchObject({ code: 1, stderr: "" });
    const found = { missing: 1, extra: 1, different: 1, stale: 1, unsyncable: 3, unreadable: 0, unproven: 0 };
    expect(cheap.document.counts).toEqual({ ...found, "in-motion": 1 });
    expect(cheap.document).toMatchObject({ equal: false, equalKeys: 2, repair: null });
    const reasons = Object.fromEntries(
      Object.values(cheap.document.examples).flatMap((some) => some.map(({ key, reason }) => [key, reason])),
    );
    expect(reasons).toMatchObject({
      missing: "the destination has no such object",
      "extra/one": "the source has no such object",
      cut: "another size",
      "left-behind": "copied from the source's state of 2026-01-02T03:04:05Z",
      archived: "the source object is archived: restore it, then it is synced",
      refused: expect.stringMatching(/^KeyRefused: /) as string,
      "sse-c": expect.stringMatching(/^CustomerKeyRequired: /) as string,
      "on-its-way": expect.stringMatching(/; now missing$/) as string,
    });
    const deep = await documentOf(world, ["--deep"]);
    expect(deep.document.counts).toEqual({ ...found, different: 2, "in-motion": 1 });
    expect(deep.document.examples.different).toContainEqual({
      key: "by-hand",
      kind: "different",
      reason: "not proven: written by something else, it has no fingerprint",
      sourceSize: 18,
      destinationSize: 18,
    });
  });
});

test("text, a report file, a prefix", async () => {
  const folder = mkdtempSync(join(tmpdir(), "verify-report-"));
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "a/1", "x", old);
    await world.cloud.s3.put(world.source, "b 2", "x", old);
    await world.cloud.s3.put(world.destination, "a/3", "x", old);
    const report = join(folder, "report.ndjson");
    const result = await cliOn(world, ["verify", "--report", report]);
    expect(result).toMatchObject({ code: 1, stderr: "" });
    expect(result.stdout.split("\n").slice(0, 16)).toEqual([
      "NOT EQUAL: 2 missing, 1 extra; 0 keys equal.",
      "",
      "side         objects  bytes  LIST  HEAD",
      "source             2      2     1     3",
      "destination        1      1     1     3",
      "",
      "kind     keys  meaning",
      "missing     2  at the source only",
      "extra       1  at the destination only",
      "",
      "Examples, at most 5 of a kind:",
      "kind     key    reason",
      "missing  a/1    the destination has no such object",
      'missing  "b 2"  the destination has no such object',
      "extra    a/3    the source has no such object",
      "",
    ]);
    expect(result.stdout).toContain(`All findings, one a line: ${report}\n`);
    const lines = readFileSync(report, "utf8").trim().split("\n");
    expect(
      lines
        .map((line) => JSON.parse(line) as Finding)
        .map(({ key, kind }) => `${kind} ${key}`)
        .sort(),
    ).toEqual(["extra a/3", "missing a/1", "missing b 2"]);
    expect(readdirSync(folder)).toEqual(["report.ndjson"]);
    // A prefix that is no directory: the destination is listed by its directory, and filtered.
    const part = await documentOf(world, ["--prefix", "a/1"]);
    expect(part.document).toMatchObject({ counts: { missing: 1, extra: 0 }, source: { objects: 1 }, prefix: "a/1" });
  });
  rmSync(folder, { recursive: true });
});

test("what changed just now is no drift, but nothing is called equal for it", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "new", "x");
    const text = await cliOn(world, ["verify"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
    expect(text.stdout).toMatch(/^NO DRIFT: 0 keys equal, 1 in-motion\.\n/);
    const { document } = await documentOf(world, ["--deep"]);
    expect(document).toMatchObject({
      equal: false,
      drift: 0,
      equalKeys: 0,
      verdict: "NO DRIFT: 0 keys equal, 1 in-motion.",
    });
    expect((await documentOf(world, ["--grace", "0"])).document).toMatchObject({ equal: false, drift: 1 });
  });
});

test("repair converges through the workers; extras only with --max-delete, and only up to it", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await everyKind(world);
    world.cloud.faults.clear();
    for (const key of ["archived", "refused", "sse-c", "on-its-way"]) world.cloud.s3.delete(world.source, key);
    await world.cloud.s3.put(world.destination, "extra/two", "x", old);
    await world.cloud.s3.flushDeliveries();
    world.queue.purge();
    const plan = await cliOn(world, ["verify", "--deep", "--repair", "--dry-run"]);
    expect(plan.code).toBe(1);
    expect(plan.stdout).toContain(
      "4 keys would be enqueued; the workers decide what becomes of each.\n" +
        "Keys that are only at the destination are left alone: --max-delete N|P% allows to delete them.\n",
    );
    expect(world.queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });

    const bounded = await documentOf(world, ["--deep", "--repair", "--max-delete", "1"]);
    expect(bounded.code).toBe(1);
    expect(bounded.document.repair).toEqual({
      enqueued: 4,
      dryRun: false,
      deletes: { kind: "refused", reason: "2 keys are only at the destination, more than --max-delete allows (1)" },
    });
    const first = await world.worker();
    await world.drained();
    await first.ended(0);
    expect(world.requests("DeleteObject")).toEqual([]);

    const unasked = await documentOf(world, ["--repair", "--max-delete", "2"]);
    expect(unasked.document.repair).toEqual({ enqueued: 0, dryRun: false, deletes: { kind: "declined" } });
    const all = await documentOf(world, ["--repair", "--max-delete", "50%", "--yes"]);
    expect(all.document.repair).toEqual({ enqueued: 2, dryRun: false, deletes: { kind: "delete", keys: 2 } });
    // One of them is there again before the worker comes: it is copied, not deleted.
    await world.cloud.s3.put(world.source, "extra/two", "back", { notify: false });
    const second = await world.worker();
    await world.drained();
    await second.ended(0);
    expect(world.requests("DeleteObject").map(({ key }) => key)).toEqual(["extra/one"]);
    await world.expectEqual();
    expect(await documentOf(world, ["--deep"])).toMatchObject({ code: 0, document: { equal: true, equalKeys: 6 } });
  });
});

test("an empty source has nothing deleted, whatever is allowed", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    for (const key of ["a", "b"]) await world.cloud.s3.put(world.destination, key, "x", old);
    const { code, document } = await documentOf(world, ["--repair", "--max-delete", "100%", "--yes"]);
    expect(code).toBe(1);
    expect(document.repair).toEqual({
      enqueued: 0,
      dryRun: false,
      deletes: {
        kind: "refused",
        reason: "the source listing came back empty; what is really to be emptied, empty by hand",
      },
    });
    expect(world.requests("SendMessageBatch")).toEqual([]);
    expect(world.cloud.s3.list(world.destination)).toHaveLength(2);
  });
});

test.each(["source", "destination"] as const)("a listing of the %s that fails changes nothing", async (side) => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "missing", "x", old);
    await world.cloud.s3.put(world.destination, "extra", "x", old);
    const error = { type: "error", status: 403, code: "AccessDenied", message: "Access Denied" } as const;
    world.cloud.faults.add({ operation: "ListObjectsV2", resource: world[side], action: error });
    const result = await cliOn(world, ["verify", "--repair", "--max-delete", "100%", "--yes"]);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain(
      `ListObjectsV2: the listing of ${world[side]} failed, so nothing was compared or changed: Access Denied`,
    );
    expect(world.requests("SendMessageBatch")).toEqual([]);
    expect(world.requests("HeadObject")).toEqual([]);
  });
});

test("a bad minute of S3 is ridden out; phantom prefixes of open uploads are nothing", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await synced(world, ["a", "b/c"]);
    const openUpload = await uploadTo(world, "phantom/never-written");
    const { faults } = world.cloud;
    faults.add({ operation: "ListObjectsV2", times: 2, action: { type: "error", status: 500, code: "InternalError" } });
    faults.add({ operation: "ListObjectsV2", skip: 2, times: 1, action: { type: "throttle" } });
    faults.add({ operation: "HeadObject", times: 2, action: { type: "throttle" } });
    const { document } = await documentOf(world, ["--deep"]);
    expect(document).toMatchObject({ equal: true, equalKeys: 2 });
    expect(document.requests.throttles).toBeGreaterThanOrEqual(1);
    faults.clear();
    await openUpload.abort();
  });
});

test("Ctrl-C: an exit code, a word, and nothing left in the folder for what does not fit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "verify-spill-"));
  await withStack({ settings: BRIEF }, async (world) => {
    await synced(world, ["a"]);
    const held = world.cloud.faults.hold({ operation: "ListObjectsV2", resource: world.destination });
    const outputs = outputsFile(world);
    const args = ["verify", "--outputs", outputs.path, "--spill-dir", folder];
    const running = startCli(args, world.cloud.environmentFor("operator"));
    await held.arrived();
    running.kill("SIGINT");
    expect(await running.ended).toEqual({ code: 1, stdout: "", stderr: "Interrupted.\n" });
    held.release();
    outputs.remove();
  });
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

test("as a task: log lines, and metrics for the alarm", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "missing", "x", old);
    await world.cloud.s3.put(world.source, "archived", "x", { ...old, storageClass: "DEEP_ARCHIVE" });
    const result = await cliOn(world, ["verify", "--deep", "--repair", "--log"]);
    expect(result).toMatchObject({ code: 1, stderr: "" });
    const lines = result.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ event }) => event)).toEqual([
      "verify-started",
      "verify-finding",
      "verify-finding",
      "verify-finished",
      "metrics",
    ]);
    expect(lines.at(-2)).toMatchObject({ level: "warn", equal: false, repair: { enqueued: 1 } });
    expect(lines.at(-1)).toMatchObject({ Queue: "s3-to-s3express-sync-q", Drift: 1, Unsyncable: 1 });

    world.cloud.faults.add({
      operation: "ListObjectsV2",
      action: { type: "error", status: 403, code: "AccessDenied" },
    });
    const failed = await cliOn(world, ["verify", "--log"]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('"event":"verify-failed"');
    expect(failed.stdout).toContain('"VerifyFailures":1');
  });
});

test("wrong usage: every problem at once, before anything is asked of AWS", async () => {
  await withStack({ settings: { prefix: "managed/" } }, async (world) => {
    const args = ["--prefix", "other/", "--max-delete", "lots", "--grace", "-1", "--memory", "1", "--log", "--json"];
    expect(await cliOn(world, ["verify", ...args])).toEqual({
      code: 2,
      stdout: "",
      stderr: [
        "Several problems:",
        '  - --prefix "other/" is outside of what this system syncs, "managed/"',
        "  - --max-delete lots is neither a number of keys (100) nor a part of the destination (2%)",
        "  - --grace -1 must be a whole number from 0 to 604800 seconds",
        "  - --memory 1 must be a whole number from 4 to 1048576 MiB",
        "  - --max-delete goes with --repair only",
        "  - --log and --json are two forms of output; give one of them",
        "",
      ].join("\n"),
    });
    expect(world.requests("ListObjectsV2")).toEqual([]);
  });
});

test("a spill folder that cannot be used, and a report that cannot be written, are told before anything is listed", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    await world.cloud.s3.put(world.source, "missing", "x", old);
    const nowhere = join(tmpdir(), "verify-nowhere", "deeper");
    const report = await cliOn(world, ["verify", "--report", join(nowhere, "report")]);
    expect(report).toMatchObject({ code: 1, stdout: "" });
    expect(report.stderr).toMatch(/^The report .* cannot be written: ENOENT/);
    const folder = await cliOn(world, ["verify", "--report", tmpdir()]);
    expect(folder).toMatchObject({ code: 1, stdout: "" });
    expect(folder.stderr).toBe(`The report ${tmpdir()} cannot be written: it is a folder\n`);
    const spill = await cliOn(world, ["verify", "--spill-dir", nowhere]);
    expect(spill).toMatchObject({ code: 1, stdout: "" });
    expect(spill.stderr).toMatch(/^The folder for what does not fit into memory, .*, cannot be used: ENOENT/);
    expect(existsSync(nowhere)).toBe(false);
    expect(world.requests("ListObjectsV2")).toEqual([]);
  });
});

test("only to look, the two buckets are all that has to be known", async () => {
  await withStack({ settings: BRIEF }, async (world) => {
    const { region, sourceBucket, destinationBucket } = world.system;
    const which = ["--source-bucket", sourceBucket, "--destination-bucket", destinationBucket];
    const run = (...args: string[]) =>
      cli(["verify", "--region", region, ...which, ...args], world.cloud.environmentFor("operator"));
    expect(await run()).toMatchObject({ code: 0, stderr: "" });
    const repair = await run("--repair");
    expect(repair).toMatchObject({ code: 2, stdout: "" });
    expect(repair.stderr).toContain("queue of events: --queue-url or QUEUE_URL");
  });
});
