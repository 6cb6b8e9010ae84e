/** Generators the property tests of core/ share. */
import * as fc from "fast-check";
import { utf8Length } from "../../core/fingerprint";
import type { CarriedHeader, Metadata, SourceObject } from "../../core/state";
import { CARRIED_HEADERS } from "../../core/state";

/** Any Unicode text, without lone surrogates. */
export const unicode = (max = 40): fc.Arbitrary<string> => fc.string({ unit: "binary", maxLength: max });

/** Any text a JavaScript string can hold, lone surrogates included. */
export const anyString = (max = 60): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })), { maxLength: max })
    .map((units) => String.fromCharCode(...units));

/** Keys of objects, with the characters that hurt more often than by chance. */
export const objectKey: fc.Arbitrary<string> = fc
  .oneof(
    unicode(60).filter((key) => key !== ""),
    fc
      .array(
        fc.constantFrom("a", "/", "+", " ", "%20", "%", "?", "#", "&", "..", ".", "\u65e5", "\u{1f600}", "\0", "!'()*"),
        {
          minLength: 1,
          maxLength: 30,
        },
      )
      .map((pieces) => pieces.join("")),
  )
  .filter((key) => utf8Length(key) <= 1024);

export const metadata: fc.Arbitrary<Metadata> = fc.dictionary(
  fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,12}$/), fc.constant("__proto__")),
  unicode(12),
  { maxKeys: 4, noNullPrototype: true },
);

const headers = fc
  .dictionary(fc.constantFrom(...CARRIED_HEADERS), unicode(8), { maxKeys: 6, noNullPrototype: true })
  .map((record) => record as { [K in CarriedHeader]?: string });

/** Small pools, so that equal states turn up as often as different ones. */
export const sourceObject: fc.Arbitrary<SourceObject> = fc.record(
  {
    kind: fc.constant("object" as const),
    etag: fc.oneof(fc.constantFrom("e1", "e2", "e;3", "e%4", 'e"5-7'), fc.stringMatching(/^[0-9a-f]{32}(-\d{1,5})?$/)),
    size: fc.oneof(fc.constantFrom(0, 1, 5), fc.integer({ min: 0, max: 50 * 1024 ** 4 })),
    lastModified: fc.oneof(fc.constantFrom(0, 1_700_000_000), fc.integer({ min: -1, max: 4_000_000_000 })),
    versionId: fc.constantFrom("null", "v1", "v;2", ""),
    headers,
    metadata,
  },
  { requiredKeys: ["kind", "etag", "size", "lastModified", "headers", "metadata"], noNullPrototype: true },
);
