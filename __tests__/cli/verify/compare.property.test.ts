/** The whole comparison against a naive oracle: random worlds, any order and page size, in memory and through the disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { compare, type CompareDeps } from "../../../cli/verify/compare";
import type { Finding, Kind } from "../../../cli/verify/findings";
import { makeSpill } from "../../../cli/verify/spill";
import { DEFAULTS } from "../../../core/env";
import { FINGERPRINT_KEY, fingerprintOf } from "../../../core/fingerprint";
import type { ListedObject, Listing } from "../../../core/ports";
import { rowListingOf } from "../../../lab/verify/rows";
import { ABSENT, type DestinationObject, type SourceObject } from "../../../core/state";
import { systemClock } from "../../../worker/clock";
import { sha256 } from "../../../worker/digest";
import { makeController } from "../../../worker/controller";

const NOW = 2_000_000;
const BUCKET = "source";

/** What happened to one key. `cheap` and `deep`: what has to come out; undefined is equal. */
interface Fate {
  readonly source?: SourceObject;
  readonly destination?: DestinationObject;
  /** When the destination was written, epoch seconds. */
  readonly written: number;
  readonly cheap: Kind | undefined | "nowhere";
  readonly deep: Kind | undefined | "nowhere";
}

const content = { headers: { "content-type": "text/plain" }, metadata: { a: "1" } };

function sourceAt(lastModified: number, etag = "d41d8cd98f00b204e9800998ecf8427e", size = 10): SourceObject {
  return { kind: "object", etag, size, lastModified, ...content };
}

function replicaOf(source: SourceObject, key: string): DestinationObject {
  const fingerprint = fingerprintOf(source, { bucket: BUCKET, key }, sha256);
  return {
    kind: "object",
    etag: "random",
    size: source.size,
    headers: source.headers,
    metadata: { ...source.metadata, [FINGERPRINT_KEY]: fingerprint },
  };
}

const then = (kind: Kind | undefined) => ({ cheap: kind, deep: kind });

const FATES: Readonly<Record<string, (key: string, at: number) => Fate>> = {
  equal: (key, at) => ({
    source: sourceAt(at),
    destination: replicaOf(sourceAt(at), key),
    written: at + 9,
    ...then(undefined),
  }),
  "equal, in the same second": (key, at) => ({
    ...{ source: sourceAt(at), destination: replicaOf(sourceAt(at), key), written: at, ...then(undefined) },
  }),
  "equal, in parts, and older than its source": (key, at) => {
    const source = sourceAt(at, "9b2cf535f27731c974343645a3985328-7");
    return { source, destination: replicaOf(source, key), written: at - 100, ...then(undefined) };
  },
  missing: (_, at) => ({ source: sourceAt(at), written: 0, ...then("missing") }),
  extra: (key, at) => ({ destination: replicaOf(sourceAt(at), key), written: at + 9, ...then("extra") }),
  "another size": (key, at) => ({
    ...{
      source: sourceAt(at),
      destination: replicaOf(sourceAt(at, "x", 11), key),
      written: at + 9,
      ...then("different"),
    },
  }),
  "an older state, written before": (key, at) => ({
    ...{ source: sourceAt(at), destination: replicaOf(sourceAt(at - 50), key), written: at - 40, ...then("stale") },
  }),
  "an older state that landed late": (key, at) => ({
    ...{ source: sourceAt(at), destination: replicaOf(sourceAt(at - 50), key), written: at + 9 },
    ...{ cheap: undefined, deep: "stale" },
  }),
  "written by hand": (_, at) => ({
    source: sourceAt(at),
    destination: { kind: "object", etag: "random", size: 10, ...content },
    written: at + 9,
    ...{ cheap: undefined, deep: "different" },
  }),
  archived: (_, at) => ({ source: { ...sourceAt(at), archived: true }, written: 0, ...then("unsyncable") }),
  "changed just now": () => ({ source: sourceAt(NOW), written: 0, ...then("in-motion") }),
  nowhere: () => ({ written: 0, cheap: "nowhere", deep: "nowhere" }),
};

const keyArb = fc.oneof(
  fc.tuple(fc.constantFrom("", "a/", "a/b/", "other/"), fc.nat(300)).map(([dir, n]) => `${dir}${n}`),
  fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
);
const worldArb = fc.uniqueArray(
  fc.record({
    key: keyArb,
    fate: fc.constantFrom(...Object.keys(FATES)),
    at: fc.integer({ min: 1_000_000, max: 1_900_000 }),
    order: fc.nat(),
  }),
  { maxLength: 150, selector: ({ key }) => key },
);

interface Named extends Fate {
  readonly key: string;
  readonly order: number;
}

/** Pages of any size, empty ones too, beside prefixes that hold no object. */
function listing(name: string, objects: readonly ListedObject[], pageSize: number): Listing {
  return {
    name,
    list: async ({ prefix, token = "0" }) => {
      const under = objects.filter(({ key }) => key.startsWith(prefix));
      const from = Number(token);
      const page = under.slice(from, from + pageSize);
      const to = from + pageSize;
      return { objects: page, prefixes: ["phantom/", "a/phantom/"], token: to < under.length ? String(to) : undefined };
    },
  };
}

function listedSource({ key, source }: Named): ListedObject[] {
  return source === undefined ? [] : [{ key, size: source.size, etag: source.etag, lastModified: source.lastModified }];
}

function listedDestination({ key, destination, written }: Named): ListedObject[] {
  return destination === undefined ? [] : [{ key, size: destination.size, etag: "random", lastModified: written }];
}

const byKey = (a: Named, b: Named): number => (a.key < b.key ? -1 : 1);

const optionsArb = fc.record({
  deep: fc.boolean(),
  prefix: fc.constantFrom("", "a/", "a/b", "a/1", "other/"),
  sourcePage: fc.integer({ min: 1, max: 60 }),
  destinationPage: fc.integer({ min: 1, max: 60 }),
  memoryBytes: fc.constantFrom(0, 200_000, 2 ** 30),
});

test("the categories are those of the oracle", async () => {
  const folder = mkdtempSync(join(tmpdir(), "verify-compare-"));
  const property = fc.asyncProperty(worldArb, optionsArb, async (entries, options) => {
    const world = new Map(entries.map(({ key, fate, at, order }) => [key, { key, order, ...FATES[fate]!(key, at) }]));
    const named: readonly Named[] = [...world.values()];
    const unordered = [...named].sort((a, b) => a.order - b.order);
    const spill = makeSpill(folder);
    const sourceListing = listing(BUCKET, [...named].sort(byKey).flatMap(listedSource), options.sourcePage);
    // A directory bucket is asked for whole directories only.
    const destinationListing = listing("d", unordered.flatMap(listedDestination), options.destinationPage);
    const deps: CompareDeps = {
      sourceListing: rowListingOf(sourceListing),
      destinationListing: rowListingOf({
        ...destinationListing,
        list: (request, signal) => {
          if (!/(^|\/)$/.test(request.prefix) || request.delimited === true) throw new Error(request.prefix);
          return destinationListing.list(request, signal);
        },
      }),
      source: { name: BUCKET, head: async (key) => world.get(key)?.source ?? ABSENT, exists: async () => true },
      destination: { name: "d", head: async (key) => world.get(key)?.destination ?? ABSENT },
      clock: { ...systemClock, wallMs: () => NOW * 1000 },
      random: () => 0.3,
      signal: makeController().signal,
      concurrency: 8,
      spill,
      digest: sha256,
      sizes: DEFAULTS,
      progress: () => undefined,
      refusals: { of: () => Promise.resolve(undefined), look: null },
    };
    const found = await compare({ ...options, graceSeconds: 60 }, deps);
    const relevant = named.filter(({ key }) => key.startsWith(options.prefix));
    const verdict = (fate: Fate) => (options.deep ? fate.deep : fate.cheap);
    const expected = relevant.flatMap((fate): [string, Kind][] => {
      const kind = verdict(fate);
      return kind === undefined || kind === "nowhere" ? [] : [[fate.key, kind]];
    });
    const told = [...found.findings.entries()].map(({ key, kind }: Finding) => [key, kind] as const);
    expect(new Map(told)).toEqual(new Map(expected));
    expect(told).toHaveLength(expected.length);
    expect(found.equal).toBe(relevant.filter((fate) => verdict(fate) === undefined).length);
    expect(found.source.objects).toBe(relevant.flatMap(listedSource).length);
    expect(found.destination.objects).toBe(relevant.flatMap(listedDestination).length);
    spill.close();
  });
  await fc.assert(property, { numRuns: 80 });
  rmSync(folder, { recursive: true });
}, 120_000);
