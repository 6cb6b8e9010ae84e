import {
  FINGERPRINT_KEY,
  fingerprintFits,
  fingerprintOf,
  metadataBytes,
  parseFingerprint,
  utf8Length,
  withoutFingerprint,
} from "../../core/fingerprint";
import type { SourceIdentity } from "../../core/state";

const SOURCE: SourceIdentity = { etag: "abc-2", size: 7, lastModified: 1_700_000_000, headers: {}, metadata: {} };
const NAME = { bucket: "b", key: "k" };

it("is version 1 with its six fields, readable by people", () => {
  expect(fingerprintOf(SOURCE, NAME, () => "D")).toBe("1;abc-2;7;1700000000;;D");
  expect(fingerprintOf({ ...SOURCE, versionId: "v1" }, NAME, () => "D")).toBe("1;abc-2;7;1700000000;v1;D");
});

it("escapes what would break the fields or could not travel in a header", () => {
  const text = fingerprintOf({ ...SOURCE, etag: "a;b%c d\u65e5", versionId: ";" }, NAME, () => "D");
  expect(text).toBe("1;a%3Bb%25c%20d%E6%97%A5;7;1700000000;%3B;D");
  expect(parseFingerprint(text)).toMatchObject({ etag: "a;b%c d\u65e5", versionId: ";" });
});

it("digests headers, metadata, bucket and key, whatever the order the metadata came in", () => {
  const input = (source: Partial<SourceIdentity>, name = NAME): string => {
    let seen = "";
    fingerprintOf({ ...SOURCE, ...source }, name, (text) => {
      seen = text;
      return "D";
    });
    return seen;
  };
  expect(input({ metadata: { a: "1", b: "2" } })).toBe(input({ metadata: { b: "2", a: "1" } }));
  const different = [
    input({}),
    input({ headers: { "content-type": "x" } }),
    input({ headers: { "content-type": "" } }),
    input({ headers: { expires: "x" } }),
    input({ metadata: { a: "1" } }),
    input({}, { ...NAME, key: "other" }),
    input({}, { ...NAME, bucket: "other" }),
  ];
  expect(new Set(different).size).toBe(different.length);
});

it.each([
  ["nothing", undefined],
  ["empty", ""],
  ["a later version", "2;abc;7;1700000000;;D"],
  ["too few fields", "1;abc;7;1700000000;D"],
  ["too many", "1;abc;7;1700000000;;D;E"],
  ["no etag", "1;;7;1700000000;;D"],
  ["no digest", "1;abc;7;1700000000;;"],
  ["a size that is none", "1;abc;x;1700000000;;D"],
  ["a negative size", "1;abc;-7;1700000000;;D"],
  ["a time that is none", "1;abc;7;1e9;;D"],
  ["bad escapes", "1;%zz;7;1700000000;;D"],
])("%s proves nothing", (_, text) => {
  expect(parseFingerprint(text)).toBeUndefined();
});

it("does not carry a fingerprint of the source along", () => {
  expect(withoutFingerprint({ [FINGERPRINT_KEY]: "1;x", other: "y" })).toEqual({ other: "y" });
});

describe("the 2 KB of user metadata", () => {
  it("counts names and values in UTF-8", () => {
    expect(metadataBytes({ ab: "\u65e5", c: "" })).toBe(6);
  });

  it("has room for the fingerprint up to the last byte", () => {
    const own = FINGERPRINT_KEY.length + 3;
    expect(fingerprintFits({ a: "x".repeat(2048 - own - 1) }, "abc")).toBe(true);
    expect(fingerprintFits({ a: "x".repeat(2048 - own) }, "abc")).toBe(false);
    expect(fingerprintFits({ [FINGERPRINT_KEY]: "x".repeat(2048) }, "abc")).toBe(true);
  });
});

it.each([
  ["", 0],
  ["a", 1],
  ["\u00fc", 2],
  ["\u65e5", 3],
  ["\u{1f600}", 4],
])("%j has %d bytes", (text, bytes) => {
  expect(utf8Length(text)).toBe(bytes);
});
