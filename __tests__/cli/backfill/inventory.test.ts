/** Reading an inventory: portions, stops between them, and going on exactly there. */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { beginInventory, readInventory } from "../../../cli/backfill/inventory";
import { parseManifest, rowReader, type Manifest } from "../../../cli/backfill/manifest";
import { planOf, resumeText } from "../../../cli/backfill/options";
import type { KeyEntry } from "../../../core/messages";

const ROWS = 25_000;
const file = (first: number): Buffer =>
  gzipSync(Array.from({ length: ROWS }, (_, n) => `"src","k+${first + n}","${n}"`).join("\n"));
const FILES = [file(0), file(ROWS)];
const MANIFEST: Manifest = {
  bucket: undefined,
  columns: ["Bucket", "Key", "Size"],
  files: FILES.map((data, n) => ({
    key: `${n}.csv.gz`,
    md5: createHash("md5").update(data).digest("hex"),
    size: data.length,
  })),
};

/** Reads until `stopAfter` portions are done. */
async function read(resume: Parameters<typeof beginInventory>[0], stopAfter = Infinity, files = FILES) {
  const stop = new AbortController();
  const portions: (readonly KeyEntry[])[] = [];
  const told: { readonly rows: number; readonly expected: number | undefined }[] = [];
  const { counts, position } = beginInventory(resume);
  const reading = readInventory(
    {
      open: async ({ key }) => Readable.from([files[Number.parseInt(key)]!]),
      portion: async (entries) => {
        if (portions.push(entries) >= stopAfter) stop.abort();
      },
      onRows: (rows, expected) => told.push({ rows, expected }),
      signal: stop.signal,
    },
    MANIFEST,
    "",
    counts,
    position,
  );
  return {
    end: await reading.catch((error: unknown) => (error as Error).message),
    keys: portions.flat(),
    counts,
    position,
    told,
  };
}

test("all rows of all files, in portions", async () => {
  const { end, keys, counts } = await read(undefined);
  expect(end).toBe("end");
  expect(keys.map(({ key }) => key)).toEqual(Array.from({ length: 2 * ROWS }, (_, n) => `k ${n}`));
  expect(counts).toMatchObject({ rows: 2 * ROWS, keys: 2 * ROWS });
});

test.each([1, 2, 3, 4, 5])("stopped after portion %d and gone on with: every row exactly once", async (portions) => {
  const first = await read(undefined, portions);
  expect(first.end).toBe("stopped");
  const second = await read({ manifest: "00000000", ...first.position });
  const keys = [...first.keys, ...second.keys].map(({ key }) => key);
  expect(keys).toEqual(Array.from({ length: 2 * ROWS }, (_, n) => `k ${n}`));
});

test("how many rows there will be is told once a whole file was read, by the sizes of the others", async () => {
  const { told } = await read(undefined);
  expect(told.map(({ rows }) => rows)).toEqual([10_000, 20_000, 25_000, 35_000, 45_000, 50_000]);
  expect(told.slice(0, 3).map(({ expected }) => expected)).toEqual([undefined, undefined, undefined]);
  const expected = Math.round(ROWS * (1 + FILES[1]!.length / FILES[0]!.length));
  expect(Math.abs(expected - 2 * ROWS)).toBeLessThan(0.2 * ROWS);
  expect(told.slice(3).map((one) => one.expected)).toEqual([expected, expected, Math.max(expected, 50_000)]);
  // In the middle of a file: nothing is known of a whole one.
  const rest = await read({ manifest: "00000000", file: 0, row: 10_000 });
  expect(rest.told.map((one) => one.expected)).toEqual(rest.told.map(() => undefined));
});

test("a manifest without sizes tells no number of rows", () => {
  const text =
    '{"fileFormat":"CSV","sourceBucket":"src","fileSchema":"Key","files":[{"key":"a"},{"key":"b","size":7}]}';
  expect(parseManifest(text, "s3://b/manifest.json", "src").files).toMatchObject([{ size: 0 }, { size: 7 }]);
});

test("a file whose checksum is another one is damaged", async () => {
  const { end } = await read(undefined, Infinity, [FILES[0]!, FILES[0]!]);
  expect(end).toMatch(/^1\.csv\.gz is damaged: its MD5 is [0-9a-f]{32}, the manifest says [0-9a-f]{32}\./);
});

test.each([
  ["a key", ["src", "a%2Bb+c", "7"], { kind: "key", entry: { key: "a+b c", size: 7 } }],
  ["no size", ["src", "k", ""], { kind: "key", entry: { key: "k" } }],
  ["a broken encoding", ["src", "%E0%A4%A", "1"], { kind: "damaged" }],
  ["no key", ["src"], { kind: "damaged" }],
  ["another prefix", ["src", "z", "1"], { kind: "key", entry: { key: "z", size: 1 } }],
])("a row with %s", (_, cells, expected) => {
  expect(rowReader(["Bucket", "Key", "Size"], "")(cells)).toEqual(expected);
});

test("a row outside the prefix, an old version and a delete marker are skipped", () => {
  const rowOf = rowReader(["Key", "IsLatest", "IsDeleteMarker"], "in/");
  expect(rowOf(["out/k", "true", "false"])).toEqual({ kind: "skipped", why: "outside-prefix" });
  expect(rowOf(["in/k", "false", "false"])).toEqual({ kind: "skipped", why: "old-version" });
  expect(rowOf(["in/k", "true", "true"])).toEqual({ kind: "skipped", why: "delete-marker" });
});

test.each([
  ["no JSON", "<xml/>", /is not JSON/],
  ["null", "null", /is not JSON/],
  ["another document", "{}", /no fileFormat/],
  ["Parquet", '{"fileFormat":"Parquet"}', /in Parquet; only CSV is read/],
  ["no files", '{"fileFormat":"CSV","sourceBucket":"src","fileSchema":"Key"}', /names no files/],
  [
    "a file without a key",
    '{"fileFormat":"CSV","sourceBucket":"src","fileSchema":"Key","files":[{}]}',
    /without a key/,
  ],
])("a manifest that is %s is refused with the reason", (_, text, problem) => {
  expect(() => parseManifest(text, "s3://b/manifest.json", "src")).toThrow(problem);
});

test("what is printed for --resume is read back", () => {
  const resume = { manifest: "0123abcd", file: 3, row: 120_000 };
  const plan = planOf({ inventory: "s3://inventories/x/manifest.json", resume: resumeText(resume) }, "");
  expect(plan).toMatchObject({
    ok: true,
    config: { resume, inventory: { bucket: "inventories", key: "x/manifest.json" }, compare: true },
  });
});
