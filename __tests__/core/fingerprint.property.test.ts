import * as fc from "fast-check";
import { fingerprintOf, parseFingerprint, utf8Length } from "../../core/fingerprint";
import { sameState } from "../../core/state";
import { anyString, objectKey, sourceObject } from "./arbitraries";

const NAME = { bucket: "b", key: "k" };
/** Keeps the whole input, so that two fingerprints are equal only when their digests' inputs are. */
const transparent = (text: string): string => encodeURIComponent(text);

it("two states are the same exactly when their fingerprints are", () => {
  fc.assert(
    fc.property(sourceObject, sourceObject, (a, b) => {
      expect(fingerprintOf(a, NAME, transparent) === fingerprintOf(b, NAME, transparent)).toBe(sameState(a, b));
      expect(fingerprintOf(a, NAME, transparent)).toBe(fingerprintOf({ ...a }, NAME, transparent));
    }),
    { numRuns: 1000 },
  );
});

it("one changed field is enough", () => {
  fc.assert(
    fc.property(
      sourceObject,
      sourceObject,
      fc.constantFrom("etag", "size", "lastModified", "headers", "metadata"),
      (a, b, field) => {
        const changed = { ...a, [field]: b[field] };
        expect(fingerprintOf(a, NAME, transparent) === fingerprintOf(changed, NAME, transparent)).toBe(
          sameState(a, changed),
        );
      },
    ),
    { numRuns: 1000 },
  );
});

it("fingerprints of two names differ", () => {
  fc.assert(
    fc.property(sourceObject, objectKey, objectKey, (source, a, b) => {
      const of = (key: string): string => fingerprintOf(source, { bucket: "b", key }, transparent);
      expect(of(a) === of(b)).toBe(a === b);
    }),
  );
});

it("is printable ASCII and read back field by field", () => {
  fc.assert(
    fc.property(sourceObject, (source) => {
      const text = fingerprintOf(source, NAME, () => "digest");
      expect(text).toMatch(/^[\x21-\x7e]+$/);
      expect(parseFingerprint(text)).toEqual({
        etag: source.etag,
        size: source.size,
        lastModified: source.lastModified,
        ...(source.versionId === undefined || source.versionId === "" ? {} : { versionId: source.versionId }),
        digest: "digest",
      });
    }),
  );
});

it("never throws, whatever text a state or a fingerprint is made of", () => {
  fc.assert(
    fc.property(anyString(), sourceObject, (text, source) => {
      parseFingerprint(text);
      expect(fingerprintOf({ ...source, etag: text, versionId: text }, { bucket: text, key: text }, () => "d")).toMatch(
        /^1;/,
      );
    }),
  );
});

it("utf8Length agrees with an encoder", () => {
  fc.assert(fc.property(anyString(), (text) => utf8Length(text) === new TextEncoder().encode(text).length));
});
