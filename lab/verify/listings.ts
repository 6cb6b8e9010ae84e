/**
 * Two simulated buckets of any number of objects, listed without being held: what the compare engine is measured on. The source
 * lists in the order of its numbers, the destination in an order that has nothing to do with it, as a directory bucket may.
 */
import { FINGERPRINT_KEY, fingerprintOf, type Digest } from "../../core/fingerprint";
import type { ListedObject, Listing, ListPage } from "../../core/ports";
import { ABSENT, type DestinationState, type SourceState } from "../../core/state";

export interface SimulatedBuckets {
  readonly source: Listing;
  readonly destination: Listing;
  readonly headSource: (key: string) => SourceState;
  readonly headDestination: (key: string) => DestinationState;
  /** LIST calls answered so far, both sides together. */
  readonly calls: () => number;
}

export interface SimulatedOptions {
  readonly objects: number;
  /** Every so many-th object is only at the source, only at the destination, of another size: 0 for none. Coprime. */
  readonly missingEvery?: number;
  readonly extraEvery?: number;
  readonly differentEvery?: number;
}

const PAGE = 1000;
const OBJECTS_PER_DIRECTORY = 1000;
const WRITTEN_AT = 1_760_000_000;
const COPIED_AFTER = 60;
/** Prime and larger than any bucket here: stepping by it visits every number once, far from the one before. */
const STRIDE = 2_654_435_761n;

export function simulatedBuckets(options: SimulatedOptions, digest: Digest): SimulatedBuckets {
  const { objects, missingEvery = 0, extraEvery = 0, differentEvery = 0 } = options;
  const hits = (number: number, every: number): boolean => every > 0 && number % every === every - 1;
  let calls = 0;

  function page(token: string | undefined, at: (position: number) => ListedObject | undefined): Promise<ListPage> {
    calls++;
    const from = Number(token ?? "0");
    const to = Math.min(objects, from + PAGE);
    const listed: ListedObject[] = [];
    for (let position = from; position < to; position++) {
      const object = at(position);
      if (object !== undefined) listed.push(object);
    }
    return Promise.resolve({ objects: listed, prefixes: [], token: to < objects ? String(to) : undefined });
  }

  const shuffled = shuffle(objects, Number(STRIDE % BigInt(Math.max(1, objects))));
  const atSource = (number: number): ListedObject | undefined =>
    hits(number, extraEvery) ? undefined : objectOf(number, 0, sizeOf(number));
  const atDestination = (number: number): ListedObject | undefined =>
    hits(number, missingEvery)
      ? undefined
      : objectOf(number, COPIED_AFTER, sizeOf(number) + (hits(number, differentEvery) ? 1 : 0));
  const name = "simulated-source";
  const headSource = (key: string): SourceState => {
    const object = atSource(numberOf(key));
    return object === undefined ? ABSENT : { kind: "object", ...object, headers: {}, metadata: {} };
  };
  return {
    source: { name, list: ({ token }) => page(token, atSource) },
    destination: {
      name: "simulated--eun1-az1--x-s3",
      list: ({ token }) => page(token, (position) => atDestination(shuffled(position))),
    },
    headSource,
    headDestination(key) {
      const object = atDestination(numberOf(key));
      if (object === undefined) return ABSENT;
      const copied = headSource(key);
      const metadata =
        copied.kind === "absent" ? {} : { [FINGERPRINT_KEY]: fingerprintOf(copied, { bucket: name, key }, digest) };
      return { kind: "object", size: object.size, etag: object.etag, headers: {}, metadata };
    },
    calls: () => calls,
  };
}

/** Exact for up to 2^53 / step objects: both factors stay below 2^27 for 100 million. */
function shuffle(objects: number, step: number): (position: number) => number {
  if (objects < 2) return (position) => position;
  return (position) => {
    const product = position * step;
    return Number.isSafeInteger(product)
      ? product % objects
      : Number((BigInt(position) * BigInt(step)) % BigInt(objects));
  };
}

/** About 50 bytes of key, as in the buckets this is for. */
function objectOf(number: number, later: number, size: number): ListedObject {
  const directory = String(Math.floor(number / OBJECTS_PER_DIRECTORY)).padStart(6, "0");
  return {
    key: `datasets/training/${directory}/object-${String(number).padStart(9, "0")}.tensor`,
    size,
    etag: etagOf(number),
    lastModified: WRITTEN_AT + (number % 86_400) + later,
  };
}

function numberOf(key: string): number {
  return Number(/-(\d+)\.tensor$/.exec(key)?.[1]);
}

function sizeOf(number: number): number {
  return (number * 7919) % 1_000_000;
}

/** Looks like an MD5; making real ones would be most of the work. */
function etagOf(number: number): string {
  return (Math.imul(number, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0") + "d41d8cd98f00b204e9800998";
}
