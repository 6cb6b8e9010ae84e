/** Units over random buckets: however the work is split, every key is listed exactly once, and what differs is found. */
import fc from "fast-check";
import { compareKeys } from "../../../core/listing";
import type { ListRange } from "../../../core/messages";
import type { ListedObject } from "../../../core/ports";
import { ABSENT, type DestinationState } from "../../../core/state";
import { Interruption } from "../../../worker/interruption";
import { runUnit, type UnitDeps } from "../../../worker/listing/unit";
import { listed, memoryListing } from "../../support/listings";
import { failure } from "../../support/worker-fakes";

const name = fc.constantFrom("a", "b", "c", "file-0", "file-1", "file-19", "\u{ffee}", "\u{1f600}", " ", "+");
const key = fc.oneof(
  fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
  fc.integer({ min: 0, max: 99_999 }).map((n) => `flat/object-${String(n).padStart(6, "0")}`),
  fc.array(name, { minLength: 1, maxLength: 2 }).map((names) => `${names.join("/")}/`),
);
const keys = fc.uniqueArray(key, { maxLength: 120 });

/** How the replica of a key is. */
const replicas = ["absent", "same", "older", "size", "multipart", "equal-time"] as const;

interface Bucket {
  readonly source: readonly ListedObject[];
  readonly destination: ReadonlyMap<
    string,
    { readonly size: number; readonly lastModified: number; readonly fingerprint: string }
  >;
  readonly different: readonly string[];
}

function bucketOf(all: readonly string[], states: readonly (typeof replicas)[number][]): Bucket {
  const destination = new Map<string, { size: number; lastModified: number; fingerprint: string }>();
  const different: string[] = [];
  const source = all.map((one, index) => {
    const state = states[index % states.length] ?? "absent";
    const object = listed(one, state === "multipart" ? { etag: "parts-3" } : {});
    const { size, etag, lastModified } = object;
    const etagOf = encodeURIComponent(etag);
    const fingerprint = `1;${etagOf};${size};${lastModified};;d`;
    if (state === "absent" || state === "older" || state === "size") different.push(one);
    if (state === "same") destination.set(one, { size, lastModified: lastModified + 60, fingerprint });
    if (state === "multipart") destination.set(one, { size, lastModified: lastModified - 60, fingerprint });
    if (state === "equal-time") destination.set(one, { size, lastModified, fingerprint });
    if (state === "older") destination.set(one, { size, lastModified: lastModified - 60, fingerprint: "1;x;1;1;;d" });
    if (state === "size") destination.set(one, { size: size + 1, lastModified: lastModified + 60, fingerprint });
    return object;
  });
  // Only at the destination: none of a backfill's business.
  destination.set("only here/x", { size: 1, lastModified: 1, fingerprint: "" });
  return { source, destination, different: different.sort(compareKeys) };
}

function depsOf({ source, destination }: Bucket, unitKeys: number, pageSize: number) {
  const sourceListing = memoryListing("src", "general", () => source, pageSize);
  const destinationListing = memoryListing(
    "dst",
    "directory",
    () => [...destination].map(([one, { size, lastModified }]) => ({ key: one, size, lastModified, etag: "random" })),
    pageSize,
  );
  const signal = new AbortController().signal;
  const deps: UnitDeps = {
    sourceListing,
    destinationListing,
    unitKeys,
    lanes: 3,
    reads: {
      readSource: (_, call) => call(signal),
      readDestination: (_, call) => call(signal),
    },
    source: { head: async () => ABSENT },
    destination: {
      head: async (one): Promise<DestinationState> => {
        const replica = destination.get(one);
        if (replica === undefined) return ABSENT;
        const metadata = { "s3es-source": replica.fingerprint };
        return { kind: "object", size: replica.size, etag: "random", headers: {}, metadata };
      },
    },
    onFailure: (error) => Promise.reject(error),
  };
  return { deps, sourceListing };
}

/** Runs units until no range is left, in some order. */
async function runAll(deps: UnitDeps, first: ListRange, pick: (n: number) => number) {
  const ranges = [first];
  const enqueued: string[] = [];
  let [listedKeys, units] = [0, 0];
  while (ranges.length > 0) {
    const [range] = ranges.splice(pick(ranges.length), 1);
    const result = await runUnit(deps, range!, true);
    enqueued.push(...result.differing.map(({ object }) => object.key));
    ranges.push(...result.rest);
    listedKeys += result.listed;
    if (++units > 2_000) throw new Error("units without end");
  }
  return { enqueued: enqueued.sort(compareKeys), listedKeys, units };
}

const bucket = fc.tuple(keys, fc.array(fc.constantFrom(...replicas), { minLength: 1, maxLength: 9 }));
const shape = fc.record({ unitKeys: fc.integer({ min: 1, max: 40 }), pageSize: fc.integer({ min: 1, max: 50 }) });

it("every key is listed exactly once, whatever the units, pages and cuts; and exactly what differs is found", async () => {
  await fc.assert(
    fc.asyncProperty(bucket, shape, fc.nat(), async ([all, states], { unitKeys, pageSize }, luck) => {
      const made = bucketOf(all, states);
      const { deps } = depsOf(made, unitKeys, pageSize);
      let turn = luck;
      const { enqueued, listedKeys } = await runAll(deps, { prefix: "" }, (n) => (turn = (turn * 31 + 7) % 1_009) % n);
      expect(enqueued).toEqual(made.different);
      expect(listedKeys).toBe(all.length);
    }),
    { numRuns: 150 },
  );
});

it("only what is in the range: a prefix in the middle of a name, a beginning and an end", async () => {
  await fc.assert(
    fc.asyncProperty(keys, shape, key, key, async (all, { unitKeys, pageSize }, after, until) => {
      const made = bucketOf(all, ["absent"]);
      const { deps } = depsOf(made, unitKeys, pageSize);
      const { enqueued } = await runAll(deps, { prefix: "f", after, until }, () => 0);
      const inside = (one: string) =>
        one.startsWith("f") && compareKeys(one, after) > 0 && compareKeys(one, until) <= 0;
      expect(enqueued).toEqual(made.different.filter(inside));
    }),
    { numRuns: 100 },
  );
});

it("stopped at any request: what was listed and what is left make up the whole, and nothing is listed twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      bucket,
      shape,
      fc.integer({ min: 1, max: 30 }),
      async ([all, states], { unitKeys, pageSize }, stopAt) => {
        const made = bucketOf(all, states);
        const { deps } = depsOf(made, unitKeys, pageSize);
        let requests = 0;
        const stopping = {
          ...deps,
          reads: {
            readSource: async <T>(_: string, call: (signal: AbortSignal) => Promise<T>) => {
              if (++requests >= stopAt) throw new Interruption("stopping");
              return call(new AbortController().signal);
            },
            readDestination: async <T>(_: string, call: (signal: AbortSignal) => Promise<T>) => {
              if (++requests >= stopAt) throw new Interruption("stopping");
              return call(new AbortController().signal);
            },
          },
        };
        const first = await runUnit(stopping, { prefix: "" }, true).catch((thrown: unknown) => {
          if (!(thrown instanceof Interruption)) throw thrown;
          return undefined;
        });
        let listedKeys = first?.listed ?? 0;
        const enqueued = new Set(first?.differing.map(({ object }) => object.key));
        for (const range of first?.rest ?? (first === undefined ? [{ prefix: "" }] : [])) {
          const later = await runAll(deps, range, () => 0);
          listedKeys += later.listedKeys;
          for (const one of later.enqueued) enqueued.add(one);
        }
        expect(listedKeys).toBe(all.length);
        // What could not be compared any more is enqueued: the worker that gets it looks at both sides.
        expect(made.different.filter((one) => !enqueued.has(one))).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

describe("trouble", () => {
  const all = Array.from({ length: 60 }, (_, n) => `d/k${String(n).padStart(2, "0")}`);

  it("a page that fails after others were listed: the rest is handed on as it is", async () => {
    const { deps, sourceListing } = depsOf(bucketOf(all, ["same"]), 40, 10);
    sourceListing.before = ({ token }) => {
      if (token === "d/k19") throw failure("Unavailable");
    };
    const result = await runUnit(deps, { prefix: "" }, true);
    expect(result).toMatchObject({ listed: 20, differing: [], rest: [{ prefix: "", after: "d/k19" }] });
  });

  it("the first page fails: tried again as told, then given up with the error", async () => {
    const { deps, sourceListing } = depsOf(bucketOf(all, ["same"]), 40, 10);
    let failures = 0;
    sourceListing.before = () => {
      throw failure("AccessDenied");
    };
    const onFailure = async (error: Error) => {
      if (++failures === 3) throw error;
    };
    await expect(runUnit({ ...deps, onFailure }, { prefix: "" }, true)).rejects.toMatchObject({ code: "AccessDenied" });
    expect(failures).toBe(3);
  });

  it("a destination that fails for a while: nothing is listed again", async () => {
    const { deps, sourceListing } = depsOf(bucketOf(all, ["older"]), 60, 1_000);
    let failures = 0;
    const readDestination: UnitDeps["reads"]["readDestination"] = (_, call) =>
      ++failures < 3 ? Promise.reject(failure("Session")) : call(new AbortController().signal);
    const onFailure = () => Promise.resolve();
    const result = await runUnit(
      { ...deps, onFailure, reads: { ...deps.reads, readDestination } },
      { prefix: "" },
      true,
    );
    expect(result.differing).toHaveLength(60);
    expect(sourceListing.told).toEqual(all);
  });

  it("a key or directory that the destination refuses is left to a worker's verdict", async () => {
    const { deps } = depsOf(bucketOf(all, ["same"]), 60, 1_000);
    const refusing: UnitDeps["reads"]["readDestination"] = () => Promise.reject(failure("KeyRefused"));
    const result = await runUnit(
      { ...deps, reads: { ...deps.reads, readDestination: refusing } },
      { prefix: "" },
      true,
    );
    expect(new Set(result.differing.map(({ why }) => why))).toEqual(new Set(["not-compared"]));
    expect(result.differing).toHaveLength(60);
  });

  it("archived objects that differ are told apart from those that are restored", async () => {
    const source = [
      listed("a", { storageClass: "GLACIER" }),
      listed("b", { storageClass: "DEEP_ARCHIVE" }),
      listed("c"),
    ];
    const { deps } = depsOf({ source, destination: new Map(), different: [] }, 10, 10);
    const head = async (one: string) =>
      ({ kind: "object", ...listed(one), headers: {}, metadata: {}, archived: one === "a" }) as const;
    const result = await runUnit({ ...deps, source: { head } }, { prefix: "" }, true);
    expect(result.archived.map((one) => one.key)).toEqual(["a"]);
    expect(result.differing.map(({ object }) => object.key)).toEqual(["b", "c"]);
  });
});

it("a flat bucket is shared by halves, a bucket of many directories by directories", async () => {
  const flat = Array.from({ length: 10_000 }, (_, n) => `file-${String(n).padStart(5, "0")}`);
  const { deps, sourceListing } = depsOf(bucketOf(flat, ["same"]), 100, 100);
  const { rest } = await runUnit(deps, { prefix: "" }, true);
  expect(rest.length).toBeGreaterThanOrEqual(4);
  const sizes = rest.map(
    ({ after = "", until }) => flat.filter((one) => one > after && (until === undefined || one <= until)).length,
  );
  expect(Math.max(...sizes)).toBeLessThan(6_000);
  expect(sourceListing.requests.length).toBeLessThan(25);

  const many = Array.from({ length: 3_000 }, (_, n) => `d${String(n).padStart(4, "0")}/x`);
  const small = depsOf(bucketOf(many, ["same"]), 100, 1_000).deps;
  const pieces = (await runUnit(small, { prefix: "" }, true)).rest;
  expect(pieces.length).toBeGreaterThan(5);
  expect(pieces.length).toBeLessThan(26);
  // A page names a thousand of them; what lies behind is shared out as well.
  const named = pieces.filter(({ until = "" }) => /^d\d{4}\/$/.test(until));
  expect(named.length).toBeGreaterThan(5);
  const last = named.at(-1)?.until ?? "";
  expect(pieces.filter(({ after = "" }) => after >= last).length).toBeGreaterThan(2);
});
