/** Fairness: 577 objects of a model repository at once, 642 GB, 19 of them above 5 GB, shared by five workers. */
import { DEFAULTS } from "../../core/env";
import type { StackSettings } from "../../lab/stack/stack";
import { STAYING, withStack } from "../support/e2e";

jest.setTimeout(240_000);

const GB = 1000 ** 3;
const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
const WORKERS = 5;

/** Sizes as model repositories have them: a few huge shards, many shards of some GB, and a crowd of small files. */
function modelRepository(): readonly number[] {
  const huge = Array.from({ length: 19 }, (_, index) => 5.5 * GB + index * 0.25 * GB);
  const shards = Array.from({ length: 158 }, (_, index) => 2.12 * GB + (index % 5) * 0.5 * GB);
  const small = Array.from({ length: 399 }, (_, index) => 1000 + index * 997);
  const rest = 642 * GB - [...huge, ...shards, ...small].reduce((sum, size) => sum + size, 0);
  return [...huge, ...shards, ...small, rest].map(Math.round);
}

interface Scene {
  readonly name: string;
  readonly settings: StackSettings;
  /** Workers wait before the objects come; otherwise five begin to receive at once, from a full queue. */
  readonly workersFirst: boolean;
}

const SCENES: readonly Scene[] = [
  {
    name: "few slots, workers that wait",
    settings: { copyConcurrency: 16, partSize: 512 * MIB, multipartThreshold: GIB },
    workersFirst: true,
  },
  { name: "as it ships, a full queue", settings: {}, workersFirst: false },
];

test.each(SCENES)("the largest share of copy requests is at most twice the mean: $name", async (scene) => {
  const sizes = modelRepository();
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const above = sizes.filter((size) => size > 5 * GB).length;
  expect({ objects: sizes.length, total, above }).toEqual({ objects: 577, total: 642 * GB, above: 19 });
  // However long it takes until all five have started, none leaves before.
  const settings = { ...STAYING, ...scene.settings };
  const { multipartThreshold = DEFAULTS.multipartThreshold } = scene.settings;
  await withStack({ settings }, async ({ cloud, put, worker, requests, drained, expectEqual }) => {
    const startAll = () => Promise.all(Array.from({ length: WORKERS }, () => worker()));
    const waiting = scene.workersFirst ? await startAll() : [];
    cloud.s3.setLatency({ perRequestMs: 100 });
    for (const [index, phantomBytes] of sizes.entries()) await put(`model/file-${index}`, { phantomBytes });
    const line = cloud.faults.hold({ operation: "ReceiveMessage" });
    const workers = scene.workersFirst ? waiting : await startAll();
    line.release();
    await drained(180_000);
    cloud.s3.setLatency({ perRequestMs: 0 });
    await expectEqual();
    const shares: number[] = [];
    for (const one of workers) {
      one.interrupt();
      await one.ended(0);
      const [finished] = one.events("worker-finished");
      expect(finished).toMatchObject({ deadLetters: 0, putBacks: 0, handoffs: 0, leasesLost: 0 });
      // Single copies of one request each, and parts.
      const singles = one.events("synced").filter((line) => Number(line["bytes"]) <= multipartThreshold).length;
      shares.push(singles + Number(finished?.["parts"]));
    }
    const all = shares.reduce((sum, share) => sum + share, 0);
    expect(all).toBe(requests(["CopyObject", "UploadPartCopy"]).length);
    const mean = all / WORKERS;
    expect(shares.filter((share) => share > 2 * mean).map((share) => `${share} of ${all}`)).toEqual([]);
    const multipart = sizes.filter((size) => size > multipartThreshold);
    expect(requests("CompleteMultipartUpload", { status: 200 })).toHaveLength(multipart.length);
  });
});
