/** backfill, end to end: objects without events come to the destination, and only what differs is queued. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { encodeEventKey } from "../../../core/keys";
import { cli, cliOn, outputsFile, startCli } from "../../support/cli";
import { BRIEF, type E2E, withStack } from "../../support/e2e";
import { until } from "../../support/e2e-wait";

jest.setTimeout(240_000);

const ODD = [
  "a b",
  "a+b",
  "a%20b",
  "日本/ü",
  "a//b",
  "a/../b",
  "x?y#z&w",
  "😀/é",
  "trail/",
  "/lead",
  "\u{ffee}/\u{1f600}",
];

/** A small unit: a few hundred keys make many of them. */
const settings = { ...BRIEF, listUnitKeys: 20 } as const;

/** Puts objects that nobody is told about. */
async function putSilently({ cloud, source, put }: E2E, keys: readonly string[], body = (key: string) => key) {
  await cloud.setNotification(source, []);
  for (const key of keys) await put(key, body(key));
}

function bucketOf(directories: number, perDirectory: number, flat: number): readonly string[] {
  const nested = Array.from({ length: directories }, (_, d) =>
    Array.from({ length: perDirectory }, (__, n) => `models/${d % 3}/run-${d}/file-${n}`),
  ).flat();
  return [...nested, ...Array.from({ length: flat }, (_, n) => `flat/object-${String(n).padStart(5, "0")}`), ...ODD];
}

async function work(world: E2E) {
  const worker = await world.worker();
  await world.drained();
  await worker.ended(0);
  const [finished] = worker.events("worker-finished");
  return { worker, finished };
}

test("nested, flat and odd keys; the second time queues nothing, --all everything", async () => {
  await withStack({ settings }, async (world) => {
    const keys = bucketOf(9, 12, 90);
    await putSilently(world, keys);
    const { source } = world;
    const begun = await cliOn(world, ["backfill"]);
    expect(begun).toEqual({
      code: 0,
      stdout:
        `Started: the workers list s3://${source}/ and queue every key that differs.\n` +
        "The starter launches them within a minute, and nothing here has to stay. To watch: s3-express-sync status --watch\n",
      stderr: "",
    });
    const first = await work(world);
    expect(first.finished).toMatchObject({ listed: keys.length, enqueued: keys.length, copies: keys.length });
    // Several units, each of a few keys: nobody listed everything at once.
    expect(first.worker.events("range-listed").length).toBeGreaterThan(5);
    await world.expectEqual();

    // Changed without an event: another size, the same size, metadata alone, gone at the destination.
    await until("the next second", () => Date.now() % 1000 < 200);
    await world.put("flat/object-00001", "longer than it was");
    await world.put("flat/object-00002", "flat/object-0000!");
    world.cloud.s3.delete(world.destination, "a+b");
    expect(await cliOn(world, ["backfill", "--json"])).toMatchObject({ code: 0, stderr: "" });
    const second = await work(world);
    expect(second.finished).toMatchObject({ listed: keys.length, enqueued: 3, copies: 3 });
    await world.expectEqual();

    await cliOn(world, ["backfill"]);
    expect((await work(world)).finished).toMatchObject({ listed: keys.length, enqueued: 0, copies: 0, inSync: 0 });

    await cliOn(world, ["backfill", "--all"]);
    expect((await work(world)).finished).toMatchObject({ enqueued: keys.length, copies: 0, inSync: keys.length });
    await world.expectEqual();
  });
});

test("--prefix stays inside the system's prefix, and --dry-run sends nothing", async () => {
  await withStack({ settings: { ...settings, prefix: "mod" } }, async (world) => {
    await putSilently(world, bucketOf(9, 12, 10), (key) => key.padEnd(100));
    const dry = await cliOn(world, ["backfill", "--dry-run"]);
    expect(dry).toMatchObject({ code: 0, stderr: "" });
    expect(dry.stdout.split("\n")).toEqual([
      `s3://${world.source}/mod has 108 keys: 108 would be queued, 10.5 KiB. Nothing was sent.`,
      expect.stringMatching(/^ +keys$/),
      expect.stringMatching(/^not at the destination +108$/),
      expect.stringMatching(/^no difference visible +0$/),
      "2 messages, about 108 copy requests with the default part size.",
      "",
    ]);
    expect(world.queue.depth()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });

    expect(await cliOn(world, ["backfill", "--prefix", "models/1/"])).toMatchObject({ code: 0 });
    expect((await work(world)).finished).toMatchObject({ listed: 36, copies: 36 });
    const keys = world.cloud.s3.list(world.destination).map(({ key }) => key);
    expect(keys).toHaveLength(36);
    expect(keys.every((key) => key.startsWith("models/1/"))).toBe(true);

    const after = await cliOn(world, ["backfill", "--dry-run", "--json"]);
    expect(JSON.parse(after.stdout)).toMatchObject({
      ...{ dryRun: true, isComplete: true, listed: 108, differing: 72, same: 36, messages: 1 },
      reasons: { missing: 72 },
    });

    const outside = await cliOn(world, ["backfill", "--prefix", "other/", "--resume", "x"]);
    expect(outside).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'Several problems:\n  - --prefix "other/" is outside "mod", the prefix that this system syncs\n' +
        "  - --resume only goes with --inventory: a listing goes on by itself\n" +
        '  - --resume "x" is not what an earlier call printed\n',
    });
  });
});

interface Row {
  readonly key: string;
  readonly size?: number;
  readonly isLatest?: boolean;
  readonly isDeleteMarker?: boolean;
}

/** An inventory as S3 delivers it: a manifest and gzip-compressed CSV files with quoted cells and encoded keys. */
async function putInventory({ cloud, source }: E2E, files: readonly (readonly Row[])[], changes: object = {}) {
  const bucket = "inventories";
  if (!cloud.s3.buckets().includes(bucket)) cloud.s3.createBucket(bucket);
  const listed = await Promise.all(
    files.map(async (rows, index) => {
      const lines = rows.map(({ key, size = 1, isLatest = true, isDeleteMarker = false }) =>
        [source, encodeEventKey(key), "", String(isLatest), String(isDeleteMarker), isDeleteMarker ? "" : String(size)]
          .map((cell) => `"${cell}"`)
          .join(","),
      );
      const data = gzipSync(`${lines.join("\n")}\n`);
      await cloud.s3.put(bucket, `data/${index}.csv.gz`, data);
      return {
        key: `data/${index}.csv.gz`,
        size: data.length,
        MD5checksum: createHash("md5").update(data).digest("hex"),
      };
    }),
  );
  const manifest = {
    sourceBucket: source,
    destinationBucket: `arn:aws:s3:::${bucket}`,
    version: "2016-11-30",
    fileFormat: "CSV",
    fileSchema: "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size",
    files: listed,
    ...changes,
  };
  await cloud.s3.put(bucket, "daily/manifest.json", JSON.stringify(manifest));
  return `s3://${bucket}/daily/manifest.json`;
}

test("--inventory queues the current versions it names, without listing", async () => {
  await withStack({ settings }, async (world) => {
    await putSilently(world, ODD);
    const rows = ODD.map((key) => ({ key, size: Buffer.byteLength(key) }));
    const uri = await putInventory(world, [
      [...rows.slice(0, 5), { key: "old", isLatest: false }],
      [...rows.slice(5), { key: "marked", isDeleteMarker: true }, { key: "gone meanwhile" }],
    ]);
    const sent = await cliOn(world, ["backfill", "--inventory", uri]);
    expect(sent).toMatchObject({ code: 0, stderr: "" });
    expect(sent.stdout.split("\n")).toEqual([
      `12 keys of 14 rows queued, ${ODD.reduce((sum, key) => sum + Buffer.byteLength(key), 1)} B, in 2 messages.`,
      "2 skipped: 0 outside the prefix, 1 delete markers, 1 old versions.",
      "At most about 12 copy requests; workers skip what is in sync already.",
      "",
    ]);
    expect(world.queue.peek().map(({ groupId }) => groupId)).toEqual(["backfill", "backfill"]);
    expect((await work(world)).finished).toMatchObject({ copies: ODD.length, inSync: 1, listed: 0 });
    await world.expectEqual();
    expect(world.requests("ListObjectsV2")).toEqual([]);
  });
});

test("an inventory that cannot be used says why; a damaged one, how to go on", async () => {
  await withStack({ settings }, async (world) => {
    await putSilently(world, ["k"]);
    const rows = [[{ key: "k" }], [{ key: "l" }]];
    const refused = async (changes: object) =>
      (await cliOn(world, ["backfill", "--inventory", await putInventory(world, rows, changes)])).stderr;
    expect(await refused({ fileFormat: "ORC" })).toMatch(/describes an inventory in ORC; only CSV is read/);
    expect(await refused({ sourceBucket: "another" })).toMatch(
      /is an inventory of "another", but this system's source/,
    );
    expect(await refused({ fileSchema: "Bucket, Size" })).toMatch(/has no column Key/);
    expect(world.queue.depth().visible).toBe(0);

    const uri = await putInventory(world, rows);
    await world.cloud.s3.put("inventories", "data/1.csv.gz", Buffer.from("not gzip"));
    const onlyCounted = await cliOn(world, ["backfill", "--inventory", uri, "--dry-run"]);
    expect(onlyCounted.code).toBe(1);
    expect(onlyCounted.stderr).toMatch(/^data\/1\.csv\.gz cannot be read .*\nNothing was sent\.\n$/);
    const damaged = await cliOn(world, ["backfill", "--inventory", uri]);
    expect(damaged.code).toBe(1);
    const [, token] = /--resume (\S+)/.exec(damaged.stderr) ?? [];
    expect(damaged.stderr).toMatch(
      /^data\/1\.csv\.gz cannot be read as gzip-compressed CSV: .*\nUp to here all is queued\. To go on: --resume [0-9a-f]{8}:1:0\n$/,
    );
    expect(world.queue.depth().visible).toBe(1);

    await putInventory(world, rows);
    const resumed = await cliOn(world, ["backfill", "--inventory", uri, "--resume", token!, "--json"]);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ isComplete: true, rows: 1, keys: 1, messages: 1 });
    expect(world.queue.depth().visible).toBe(2);
    const other = await cliOn(world, ["backfill", "--inventory", uri, "--resume", "00000000:0:0"]);
    expect(other).toMatchObject({ code: 2, stdout: "" });
    world.queue.purge();
  });
});

test("what cannot be read is named: the bucket of a listing, the object of an inventory, and whose rights it takes", async () => {
  await withStack({ settings }, async (world) => {
    await putSilently(world, ["k"]);
    const uri = await putInventory(world, [[{ key: "k" }]]);
    const run = async (...args: string[]) => (await cliOn(world, ["backfill", ...args])).stderr;
    expect(await run("--inventory", `${uri}x`)).toBe(
      `${uri}x cannot be read: NoSuchKey: The specified key does not exist.\n`,
    );
    const denied = { type: "error", status: 403, code: "AccessDenied", message: "no" } as const;
    world.cloud.faults.add({ operation: "GetObject", resource: "inventories", action: denied });
    expect(await run("--inventory", uri)).toBe(
      `${uri} cannot be read: AccessDenied: no\n` +
        "An inventory is read with rights of your own: s3:GetObject on it, and kms:Decrypt if it is encrypted.\n",
    );
    expect(await run("--dry-run", "--source-bucket", "nobody-has-this")).toMatch(
      /^ListObjectsV2: the listing of nobody-has-this failed: The specified bucket does not exist\n/,
    );
    expect(world.queue.depth().visible).toBe(0);
  });
});

test("Ctrl-C during --dry-run says how far it came; a queue that is not there is one readable error", async () => {
  await withStack({ settings }, async (world) => {
    await putSilently(world, ["a", "b"]);
    const moment = world.cloud.faults.hold({ operation: "HeadObject", resource: world.destination });
    const outputs = outputsFile(world);
    const args = ["backfill", "--dry-run", "--outputs", outputs.path];
    const dry = startCli(args, world.cloud.environmentFor("operator"));
    await moment.arrived();
    dry.kill("SIGINT");
    const { code, stdout } = await dry.ended;
    moment.release();
    outputs.remove();
    expect({ code, first: stdout.split("\n")[0] }).toEqual({
      code: 1,
      first: `Stopped with 0 keys of s3://${world.source}/ counted, those listed last not among them: 0 would be queued, 0 B. Nothing was sent.`,
    });
    const gone = await cliOn(world, ["backfill", "--queue-url", `${world.queue.url}-gone`]);
    expect(gone).toMatchObject({ code: 1, stdout: "" });
    expect(gone.stderr).toMatch(/^SendMessageBatch: .*\nThe queue does not exist \(any more\)\.\n$/);
  });
});

test("where nothing is sent no queue has to be known: buckets for a listing, the source for an inventory", async () => {
  await withStack({ settings }, async (world) => {
    await putSilently(world, ["k"]);
    const uri = await putInventory(world, [[{ key: "k" }]]);
    const { region, sourceBucket, destinationBucket } = world.system;
    const source = ["--region", region, "--source-bucket", sourceBucket];
    const run = (...args: string[]) => cli(["backfill", ...source, ...args], world.cloud.environmentFor("operator"));
    const listed = await run("--dry-run", "--destination-bucket", destinationBucket);
    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toContain("/ has 1 key: 1 would be queued, 1 B. Nothing was sent.\n");
    const counted = await run("--dry-run", "--inventory", uri);
    expect(counted).toMatchObject({ code: 0, stderr: "" });
    expect(counted.stdout).toContain("1 key of 1 row would be queued, 1 B, in 1 message.\n");
    const missing = async (...args: string[]) => {
      const { code, stderr } = await run(...args);
      return { code, missing: [...stderr.matchAll(/^ {2}.*: (--\S+) or /gm)].map(([, flag]) => flag) };
    };
    expect(await missing("--dry-run")).toEqual({ code: 2, missing: ["--destination-bucket"] });
    expect(await missing()).toEqual({ code: 2, missing: ["--queue-url"] });
    expect(await missing("--inventory", uri)).toEqual({ code: 2, missing: ["--queue-url"] });
    expect(world.queue.depth().visible).toBe(0);
  });
});
