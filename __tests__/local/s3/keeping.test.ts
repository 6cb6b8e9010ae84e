/** What an S3 with a directory of its own leaves there, and what the next one finds, whatever ended the first. */
import { existsSync, readdirSync, readFileSync, writeFileSync, appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { seededRandom } from "../../../local/http/random";
import type { Reply } from "../../../local/http/service";
import { makeS3, type S3 } from "../../../local/s3";
import { putNotification } from "../../../local/notification";
import { callInternally } from "../../../local/http/internal-call";

const DIRECTORY = "fast--eun1-az1--x-s3";
const LARGE = Buffer.alloc(100_000, "large");

let directory: string;
let open: S3[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keeping-test-"));
  open = [];
});
afterEach(async () => {
  for (const s3 of open) await s3.close();
  rmSync(directory, { recursive: true });
});

/** Another one on the same directory. The one before is only closed at the end, like one that was killed. */
function start(keep = true): S3 {
  const s3 = makeS3({
    directory,
    keep,
    region: "eu-north-1",
    accountId: "123456789012",
    random: seededRandom(1),
    deliver: () => undefined,
  });
  open.push(s3);
  return s3;
}

const files = () => readdirSync(join(directory, "s3")).filter((name) => name.startsWith("blob-"));
const call = (s3: S3, method: string, path: string, query = "", body = "", headers = {}) =>
  callInternally(s3, { method, path, query, body, headers });

const textOf = ({ body }: Reply): string => body as string;

test("buckets of both kinds with everything that was set on them", async () => {
  const first = start();
  first.admin.createBucket("plain", { versioning: "Enabled" });
  first.admin.createBucket(DIRECTORY);
  first.admin.createBucket("gone");
  first.admin.deleteBucket("gone");
  first.admin.configure("plain", { policy: '{"a":1}', lifecycle: [{ id: "old", expirationDays: 3 }] });
  const queueArn = "arn:aws:sqs:eu-north-1:123456789012:events";
  await putNotification(first, "plain", [{ queueArn, events: ["s3:ObjectCreated:*"], prefix: "in/" }]);
  const second = start();
  expect(second.admin.buckets()).toEqual([DIRECTORY, "plain"]);
  const shown = async (s3: S3, what: string) => textOf(await call(s3, "GET", "/plain", what));
  for (const what of ["policy", "lifecycle", "notification", "versioning", "encryption"])
    expect([what, await shown(second, what)]).toEqual([what, await shown(first, what)]);
  expect(await shown(second, "versioning")).toContain("Enabled");
  expect(await shown(second, "notification")).toContain("in/");
});

test("objects with bytes, headers, metadata, tags, parts and versions; what was deleted is gone, its file too", async () => {
  const first = start();
  first.admin.createBucket("plain", { versioning: "Enabled" });
  first.admin.createBucket(DIRECTORY);
  first.admin.createBucket("other");
  const options = {
    headers: { "cache-control": "no-store", expires: "never" },
    metadata: { who: "日本" },
    tags: { a: "b" },
    partSizes: [60_000, 40_000],
    lastModifiedMs: 1_700_000_000_000,
  };
  await first.admin.put("plain", "a/../b 日本", LARGE, options);
  await first.admin.put("plain", "a/../b 日本", "small");
  first.admin.delete("plain", "a/../b 日本");
  await first.admin.put("other", "dir/one", LARGE);
  await first.admin.put(DIRECTORY, "dir/gone", LARGE);
  await first.admin.put(DIRECTORY, "ghost", { phantomBytes: 1e12, seed: 5 });
  await call(first, "PUT", "/other/dir/copy", "", "", { "x-amz-copy-source": "other/dir/one" });
  first.admin.delete(DIRECTORY, "dir/gone");
  const second = start();
  expect(second.admin.versions("plain")).toEqual(first.admin.versions("plain"));
  expect(second.admin.versions("plain").map(({ isDeleteMarker }) => isDeleteMarker)).toEqual([true, false, false]);
  for (const name of ["other", DIRECTORY]) expect(second.admin.list(name)).toEqual(first.admin.list(name));
  expect(second.admin.list("other")).toHaveLength(2);
  expect(second.admin.head("plain", "a/../b 日本")).toBeUndefined();
  const [, small, large] = second.admin.versions("plain");
  expect(String(await second.admin.get("plain", small!.key, small!.versionId))).toBe("small");
  expect(await second.admin.get("plain", large!.key, large!.versionId)).toEqual(LARGE);
  expect(await second.admin.get("other", "dir/copy")).toEqual(LARGE);
  expect(await second.admin.digest(DIRECTORY, "ghost")).toBe(await first.admin.digest(DIRECTORY, "ghost"));
  expect(second.admin.counters()["bytesStored"]).toBe(first.admin.counters()["bytesStored"]);
  // The copy shares the file: it stays until both are gone.
  expect(files()).toHaveLength(2);
  second.admin.delete("other", "dir/one");
  expect(await second.admin.get("other", "dir/copy")).toEqual(LARGE);
  second.admin.delete("other", "dir/copy");
  await second.close();
  expect(files()).toHaveLength(1);
});

test("an open upload goes on with the parts it had", async () => {
  const first = start();
  first.admin.createBucket("other");
  const body = textOf(await call(first, "POST", "/other/up", "uploads"));
  const id = encodeURIComponent(/<UploadId>(.*)<\/UploadId>/.exec(body)![1]!);
  const part = Buffer.alloc(5 * 1024 ** 2, "p").toString();
  const one = await call(first, "PUT", "/other/up", `partNumber=1&uploadId=${id}`, part);
  const second = start();
  expect(second.admin.openUploads("other")).toEqual(first.admin.openUploads("other"));
  const two = await call(second, "PUT", "/other/up", `partNumber=2&uploadId=${id}`, "end");
  const parts = [one, two].map(
    ({ headers }, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${String(headers!["etag"])}</ETag></Part>`,
  );
  const complete = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  await call(second, "POST", "/other/up", `uploadId=${id}`, complete);
  const third = start();
  expect(third.admin.openUploads("other")).toEqual([]);
  expect(String(await third.admin.get("other", "up"))).toBe(`${part}end`);
});

test("tags and a restore that came later", async () => {
  const first = start();
  first.admin.createBucket("plain");
  await first.admin.put("plain", "cold", "x", { storageClass: "GLACIER" });
  first.admin.restore("plain", "cold");
  const tagging = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
  await call(first, "PUT", "/plain/cold", "tagging", tagging);
  const second = start();
  expect(second.admin.head("plain", "cold")!.tags).toEqual({ k: "v" });
  expect((await call(second, "GET", "/plain/cold")).status).toBe(200);
});

test("the same seed makes no id twice", async () => {
  const ids = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const s3 = start();
    if (i === 0) s3.admin.createBucket("plain", { versioning: "Enabled" });
    ids.add((await s3.admin.put("plain", "k", "x")).versionId);
  }
  expect(ids.size).toBe(3);
  expect(start().admin.versions("plain", "k")).toHaveLength(3);
});

test("half a line at the end is of a process that was killed before it answered, and does not count; any other is an error", async () => {
  const first = start();
  first.admin.createBucket("plain");
  await first.close();
  const file = join(directory, "s3", "journal.ndjson");
  appendFileSync(file, '{"gone":"pla');
  expect(start().admin.buckets()).toEqual(["plain"]);
  appendFileSync(file, "nonsense\n");
  expect(() => start()).toThrow(`${file}, line 3: `);
  writeFileSync(file, '{"format":9,"starts":1}\n');
  expect(() => start()).toThrow("the format is 9, this program knows 1");
});

test("a file that is missing is named", async () => {
  const first = start();
  first.admin.createBucket("plain");
  await first.admin.put("plain", "k", LARGE);
  const file = join(directory, "s3", files()[0]!);
  rmSync(file);
  expect(() => start()).toThrow(`${file} should have 100000 bytes, but is not there`);
});

test("files that nobody refers to are removed: bytes of a write that a kill cut off", async () => {
  start().admin.createBucket("plain");
  writeFileSync(join(directory, "s3", "blob-1-77"), "rest");
  start();
  expect(files()).toEqual([]);
});

test("without `keep` nothing is written down and nothing stays", async () => {
  const s3 = start(false);
  s3.admin.createBucket("plain");
  await s3.admin.put("plain", "k", LARGE);
  expect(existsSync(join(directory, "s3", "journal.ndjson"))).toBe(false);
  await s3.close();
  expect(readdirSync(directory)).toEqual([]);
});

test("after any changes the next one is the same as the one before", async () => {
  const key = fc.constantFrom("a", "b/c", "b/d");
  const bucket = fc.constantFrom("plain", "versioned", DIRECTORY);
  const change = fc.oneof(
    fc.record({ what: fc.constant("put" as const), bucket, key, size: fc.constantFrom(0, 10, 20_000) }),
    fc.record({ what: fc.constant("delete" as const), bucket, key }),
    fc.record({ what: fc.constant("drop" as const), bucket }),
    fc.record({ what: fc.constant("restart" as const) }),
  );
  const state = (s3: S3) =>
    s3.admin.buckets().map((name) => ({ name, objects: s3.admin.list(name), versions: s3.admin.versions(name) }));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 25 }), async (changes) => {
      rmSync(join(directory, "s3"), { recursive: true, force: true });
      let s3 = start();
      for (const one of changes) {
        if (one.what === "restart") {
          const before = state(s3);
          s3 = start();
          expect(state(s3)).toEqual(before);
          continue;
        }
        if (!s3.admin.buckets().includes(one.bucket))
          s3.admin.createBucket(one.bucket, one.bucket === "versioned" ? { versioning: "Enabled" } : {});
        if (one.what === "drop") s3.admin.deleteBucket(one.bucket, { force: true });
        else if (one.what === "delete") s3.admin.delete(one.bucket, one.key);
        else await s3.admin.put(one.bucket, one.key, Buffer.alloc(one.size, "x"));
      }
      const next = start();
      expect(state(next)).toEqual(state(s3));
      for (const name of next.admin.buckets())
        for (const object of next.admin.list(name))
          expect((await next.admin.get(name, object.key)).length).toBe(object.size);
      for (const one of open.splice(0)) await one.close();
    }),
    { numRuns: 60, seed: 4 },
  );
});

test("the journal holds a line per thing that is there when a cloud begins: it does not grow from start to start", async () => {
  const first = start();
  first.admin.createBucket("plain");
  for (let i = 0; i < 20; i++) await first.admin.put("plain", "k", "x");
  start();
  expect(readFileSync(join(directory, "s3", "journal.ndjson"), "utf8").split("\n")).toHaveLength(4);
});
