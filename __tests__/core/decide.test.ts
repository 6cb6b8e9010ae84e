import { decide } from "../../core/decide";
import { FINGERPRINT_KEY } from "../../core/fingerprint";
import { MAX_OBJECT_BYTES, MIB } from "../../core/parts";
import {
  ABSENT,
  type ChecksumAlgorithm,
  type DestinationObject,
  type DestinationState,
  type SourceObject,
  type SourceState,
} from "../../core/state";

const SIZES = { partSize: 128 * MIB, multipartThreshold: 256 * MIB };
const OURS = "1;e;9;1;;digest";
const OTHER = "1;f;9;1;;digest";

const object: SourceObject = { kind: "object", etag: "e", size: 9, lastModified: 1, headers: {}, metadata: {} };
const archived: SourceObject = { ...object, archived: true };
const tooLarge: SourceObject = { ...object, size: MAX_OBJECT_BYTES + 1 };

function replica(fingerprint?: string, size = 9): DestinationObject {
  const metadata: Record<string, string> = fingerprint === undefined ? {} : { [FINGERPRINT_KEY]: fingerprint };
  return { kind: "object", etag: "random", size, headers: {}, metadata };
}

function withChecksum<T extends object>(of: T, value: string, algorithm: ChecksumAlgorithm = "CRC32"): T {
  return { ...of, checksum: { algorithm, value } };
}

const NOT_LOOKED = undefined;

// The rows of the truth table in core/decide.ts, top to bottom.
it.each<[string, SourceState, DestinationState | undefined, object]>([
  ["absent, absent", ABSENT, ABSENT, { kind: "in-sync", reason: "both-absent" }],
  ["absent, object", ABSENT, replica(OURS), { kind: "delete", reason: "source-absent" }],
  ["absent, not looked at", ABSENT, NOT_LOOKED, { kind: "delete", reason: "source-absent" }],
  ["too large, not looked at", tooLarge, NOT_LOOKED, { kind: "refuse", reason: "ObjectTooLarge" }],
  ["too large, object", tooLarge, replica(OTHER), { kind: "refuse", reason: "ObjectTooLarge" }],
  [
    "archived, carries fingerprint and size",
    archived,
    replica(OURS),
    { kind: "in-sync", reason: "fingerprint-matches" },
  ],
  ["archived, not looked at", archived, NOT_LOOKED, { kind: "refuse", reason: "ArchivedObject" }],
  ["archived, older replica", archived, replica(OTHER), { kind: "refuse", reason: "ArchivedObject" }],
  ["archived, absent", archived, ABSENT, { kind: "refuse", reason: "ArchivedObject" }],
  ["object, carries fingerprint and size", object, replica(OURS), { kind: "in-sync", reason: "fingerprint-matches" }],
  [
    "object, carries both, equal checksums",
    withChecksum(object, "AAAA"),
    withChecksum(replica(OURS), "AAAA"),
    { kind: "in-sync", reason: "fingerprint-matches" },
  ],
  [
    "object, carries both, but its checksum is another: the bytes arrived wrong",
    withChecksum(object, "AAAA"),
    withChecksum(replica(OURS), "BBBB"),
    {
      kind: "copy",
      reason: "checksum-differs",
      source: withChecksum(object, "AAAA"),
      plan: { kind: "single", size: 9 },
    },
  ],
  [
    "object, carries both, a checksum of another kind says nothing",
    withChecksum(object, "AAAA"),
    withChecksum(replica(OURS), "BBBB", "CRC32C"),
    { kind: "in-sync", reason: "fingerprint-matches" },
  ],
  ["object, not looked at", object, NOT_LOOKED, { kind: "copy", reason: "not-compared" }],
  ["object, absent", object, ABSENT, { kind: "copy", reason: "destination-absent" }],
  ["object, another known fingerprint", object, replica(OTHER), { kind: "copy", reason: "source-changed" }],
  ["object, no fingerprint", object, replica(), { kind: "copy", reason: "not-proven" }],
  ["object, fingerprint of a later version", object, replica("2;whatever"), { kind: "copy", reason: "not-proven" }],
  ["object, our fingerprint with another size", object, replica(OURS, 8), { kind: "copy", reason: "source-changed" }],
])("%s", (_, source, destination, decision) => {
  expect(decide(source, OURS, destination, SIZES)).toMatchObject(decision);
});

it("a copy carries the state it was decided on and its plan", () => {
  expect(decide(object, OURS, undefined, SIZES)).toEqual({
    kind: "copy",
    reason: "not-compared",
    source: object,
    plan: { kind: "single", size: 9 },
  });
});
