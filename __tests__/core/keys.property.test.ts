import * as fc from "fast-check";
import {
  decodeEventKey,
  encodeCopySource,
  encodeEventKey,
  encodePath,
  isUnderPrefix,
  isWellFormed,
  listingPrefix,
} from "../../core/keys";
import { anyString, objectKey } from "./arbitraries";

it("decoding an encoded key gives the key back", () => {
  fc.assert(fc.property(objectKey, (key) => decodeEventKey(encodeEventKey(key)) === key));
});

it("a CopySource is printable ASCII, keeps the slashes and decodes to the key", () => {
  fc.assert(
    fc.property(objectKey, (key) => {
      const source = encodeCopySource("bucket", key);
      expect(source).toMatch(/^bucket\/[A-Za-z0-9\-._~%/]*$/);
      expect(decodeURIComponent(source.slice("bucket/".length))).toBe(key);
      expect(source.split("/").length).toBe(key.split("/").length + 1);
    }),
  );
});

it("encoding never throws and never gives two texts one name", () => {
  fc.assert(
    fc.property(anyString(), anyString(), (a, b) => {
      expect(encodePath(a) === encodePath(b)).toBe(a === b);
    }),
  );
});

it("decoding never throws and only ever gives Unicode for ASCII input", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("%", "+", "E", "D", "A", "0", "8", "C", "F", "/") }), (text) => {
      const key = decodeEventKey(text);
      expect(key === undefined || isWellFormed(key)).toBe(true);
    }),
  );
});

it("what is under a prefix is also under its listing prefix", () => {
  fc.assert(
    fc.property(objectKey, objectKey, (prefix, rest) => {
      const listing = listingPrefix(prefix);
      expect(listing === "" || listing.endsWith("/")).toBe(true);
      expect(isUnderPrefix(prefix + rest, prefix)).toBe(true);
      expect(isUnderPrefix(prefix + rest, listing)).toBe(true);
    }),
  );
});
