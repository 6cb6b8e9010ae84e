import { ABSENT, sameState, type SourceObject } from "../../core/state";

const OBJECT: SourceObject = {
  kind: "object",
  etag: "e",
  size: 1,
  lastModified: 10,
  headers: { "content-type": "text/plain" },
  metadata: { a: "1" },
};

it.each<[string, Partial<SourceObject>, boolean]>([
  ["nothing", {}, true],
  ["the checksum: it follows from the bytes", { checksum: { algorithm: "CRC32", value: "x" } }, true],
  ["the archive state", { archived: true }, true],
  ["an empty version id", { versionId: "" }, true],
  ["the etag", { etag: "f" }, false],
  ["the size", { size: 2 }, false],
  ["the time", { lastModified: 11 }, false],
  ["the version", { versionId: "v" }, false],
  ["a header's value", { headers: { "content-type": "text/html" } }, false],
  ["a header's name", { headers: { expires: "text/plain" } }, false],
  ["one header more", { headers: { ...OBJECT.headers, expires: "0" } }, false],
  ["an undefined header", { headers: { ...OBJECT.headers, expires: undefined } as never }, true],
  ["metadata", { metadata: { a: "2" } }, false],
  ["metadata that is gone", { metadata: {} }, false],
  ["metadata that objects inherit", { metadata: { constructor: "1" } }, false],
])("changing %s", (_, change, same) => {
  expect(sameState(OBJECT, { ...OBJECT, ...change })).toBe(same);
  expect(sameState({ ...OBJECT, ...change }, OBJECT)).toBe(same);
});

it("absent is only the same as absent", () => {
  expect(sameState(ABSENT, ABSENT)).toBe(true);
  expect(sameState(ABSENT, OBJECT)).toBe(false);
  expect(sameState(OBJECT, ABSENT)).toBe(false);
});
