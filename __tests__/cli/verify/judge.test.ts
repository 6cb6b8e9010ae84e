/** The two looks at a key, row by row. */
import { firstLook, provesListing, secondLook, type SecondLook } from "../../../cli/verify/judge";
import { DEFAULTS } from "../../../core/env";
import { FINGERPRINT_KEY, fingerprintOf } from "../../../core/fingerprint";
import { ABSENT, type DestinationObject, type SourceObject } from "../../../core/state";
import { sha256 } from "../../../worker/digest";

const MD5 = "d41d8cd98f00b204e9800998ecf8427e";
const facts = (size: number, lastModified: number, etag = MD5) => ({ size, lastModified, etag });

describe("the first look", () => {
  const rows = [
    ["only at the source", facts(1, 10), undefined, "suspect", "suspect"],
    ["only at the destination", undefined, facts(1, 10), "suspect", "suspect"],
    ["another size", facts(1, 10), facts(2, 20), "suspect", "suspect"],
    ["the destination newer", facts(1, 10), facts(1, 11), "equal", "head"],
    ["written in the same second", facts(1, 10), facts(1, 10), "suspect", "head"],
    ["the destination older", facts(1, 10), facts(1, 9), "suspect", "head"],
    ["uploaded in parts, whatever the times", facts(1, 10, `${MD5}-2`), facts(1, 9), "head", "head"],
    ["uploaded in parts, and of another size", facts(1, 10, `${MD5}-2`), facts(2, 11), "suspect", "suspect"],
  ] as const;
  test.each(rows)("%s", (_, source, destination, cheap, deep) => {
    expect(firstLook({ source, destination }, false)).toBe(cheap);
    expect(firstLook({ source, destination }, true)).toBe(deep);
  });
});

const BUCKET = "source";
const KEY = "k";
const source: SourceObject = {
  kind: "object",
  etag: MD5,
  size: 5,
  lastModified: 1_000,
  headers: { "content-type": "text/plain" },
  metadata: { a: "1" },
};
const printOf = (state: SourceObject): string => fingerprintOf(state, { bucket: BUCKET, key: KEY }, sha256);
const replicaOf = (state: SourceObject): DestinationObject => ({
  kind: "object",
  size: state.size,
  etag: "random",
  headers: state.headers,
  metadata: { ...state.metadata, [FINGERPRINT_KEY]: printOf(state) },
});
const unmarked: DestinationObject = { ...replicaOf(source), metadata: source.metadata };

describe("a fingerprint against the listing", () => {
  const listed = facts(5, 1_000);
  const rows = [
    ["equal", replicaOf(source), listed, true],
    ["absent", ABSENT, listed, false],
    ["no fingerprint", unmarked, listed, false],
    ["another ETag", replicaOf(source), facts(5, 1_000, "x"), false],
    ["another time", replicaOf(source), facts(5, 1_001), false],
    ["another size at the source", replicaOf(source), facts(6, 1_000), false],
    ["cut short at the destination", { ...replicaOf(source), size: 4 }, listed, false],
    ["of a version nobody knows", { ...unmarked, metadata: { [FINGERPRINT_KEY]: "2;a;5;1000;;d" } }, listed, false],
  ] as const;
  test.each(rows)("%s", (_, destination, listing, expected) => {
    expect(provesListing(destination, listing)).toBe(expected);
  });
});

function look(fields: Partial<SecondLook>): ReturnType<typeof secondLook> {
  const state = fields.source ?? source;
  return secondLook({
    key: KEY,
    source,
    destination: replicaOf(source),
    fingerprint: state.kind === "absent" ? "" : printOf(state),
    destinationWritten: 1_100,
    inMotionSince: 5_000,
    sizes: DEFAULTS,
    ...fields,
  });
}

describe("the second look", () => {
  test("equal, and gone on both sides, is no finding", () => {
    expect(look({})).toBeUndefined();
    expect(look({ source: ABSENT, destination: ABSENT })).toBeUndefined();
  });

  const full: SourceObject = { ...source, metadata: { filler: "x".repeat(2_000) } };
  const twin: DestinationObject = { ...replicaOf(full), metadata: full.metadata };
  const crc = (value: string) => ({ checksum: { algorithm: "CRC32", value } }) as const;
  const earlier: SourceObject = { ...source, lastModified: 900, etag: "older" };
  const rows = [
    ["missing", { destination: ABSENT }, "missing", "the destination has no such object"],
    ["extra", { source: ABSENT }, "extra", "the source has no such object"],
    ["another size", { destination: { ...replicaOf(source), size: 4 } }, "different", "another size"],
    [
      "an older state",
      { destination: replicaOf(earlier) },
      "stale",
      "copied from the source's state of 1970-01-01T00:15:00Z",
    ],
    [
      "another state of the same second",
      { destination: replicaOf({ ...source, metadata: { a: "2" } }) },
      "different",
      "its fingerprint names another state of the source",
    ],
    [
      "without a fingerprint, newer",
      { destination: unmarked },
      "different",
      "not proven: written by something else, it has no fingerprint",
    ],
    [
      "without a fingerprint, older",
      { destination: unmarked, destinationWritten: 999 },
      "stale",
      "written at 1970-01-01T00:16:39Z, before the source, and without a fingerprint",
    ],
    [
      "another checksum",
      { source: { ...source, ...crc("AAAAAA==") }, destination: { ...replicaOf(source), ...crc("BBBBBB==") } },
      "different",
      "another checksum",
    ],
    [
      "archived, and an older replica",
      { source: { ...source, archived: true }, destination: replicaOf(earlier) },
      "unsyncable",
      "the source object is archived: restore it, then it is synced; the destination keeps an older state",
    ],
    [
      "archived, and no replica",
      { source: { ...source, archived: true }, destination: ABSENT },
      "unsyncable",
      "the source object is archived: restore it, then it is synced",
    ],
    [
      "too large",
      { source: { ...source, size: 2 ** 46 }, destination: ABSENT },
      "unsyncable",
      "the source object is larger than S3 can copy",
    ],
    [
      "no room for a fingerprint, nothing to compare",
      { source: full, destination: twin },
      "unproven",
      "its metadata leave no room for a fingerprint, and there is no checksum to compare",
    ],
    [
      "no room for a fingerprint, another checksum",
      { source: { ...full, ...crc("AAAAAA==") }, destination: { ...twin, ...crc("BBBBBB==") } },
      "different",
      "another checksum",
    ],
    [
      "no room for a fingerprint, other headers",
      { source: full, destination: { ...twin, headers: {} } },
      "different",
      "other headers or metadata",
    ],
  ] as const;
  test.each(rows)("%s", (_, fields, kind, reason) => {
    expect(look(fields)).toMatchObject({ key: KEY, kind, reason });
  });

  test("no room for a fingerprint, but the checksums prove it", () => {
    const same = crc("AAAAAA==");
    expect(look({ source: { ...full, ...same }, destination: { ...twin, ...same } })).toBeUndefined();
  });

  test("archived, but the replica was made before: equal", () => {
    expect(look({ source: { ...source, archived: true } })).toBeUndefined();
  });

  test("what changed a moment ago may be on its way; what can never be synced is not", () => {
    const since = { inMotionSince: 1_000 };
    expect(look({ ...since, destination: ABSENT })).toEqual({
      key: KEY,
      kind: "in-motion",
      reason: "changed at 1970-01-01T00:16:40Z; now missing",
      sourceSize: 5,
    });
    expect(look({ ...since, destination: replicaOf(earlier) })?.kind).toBe("in-motion");
    expect(look({ ...since, source: ABSENT })?.kind).toBe("in-motion");
    expect(look({ ...since, source: ABSENT, destinationWritten: 999 })?.kind).toBe("extra");
    expect(look({ ...since, source: { ...source, archived: true }, destination: ABSENT })?.kind).toBe("unsyncable");
  });
});
