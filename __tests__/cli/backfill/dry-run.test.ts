/** A backfill that only looks: how far it is is told page by page, and what it finds does not depend on pages and units. */
import { setMaxListeners } from "node:events";
import { dryRun, type DryRunDeps } from "../../../cli/backfill/dry-run";
import { FINGERPRINT_KEY } from "../../../core/fingerprint";
import type { ListedObject } from "../../../core/ports";
import { ABSENT, type DestinationState } from "../../../core/state";
import { listed, memoryListing } from "../../support/listings";
import { failure } from "../../support/worker-fakes";
import { makeBuckets } from "../../support/worker-buckets";
import { makeClock } from "../../support/worker-clock";

const KEYS = 95;
const source = Array.from({ length: KEYS }, (_, n) => listed(`d/k${String(n).padStart(3, "0")}`));
/** Every third has its replica. */
const destination: readonly ListedObject[] = source
  .filter((_, n) => n % 3 === 0)
  .map((object) => ({ ...object, etag: "random", lastModified: object.lastModified + 60 }));

function replicaOf(key: string): DestinationState {
  const object = source.find((one) => one.key === key);
  if (object === undefined || !destination.some((one) => one.key === key)) return ABSENT;
  const { etag, size, lastModified } = object;
  const fingerprint = `1;${encodeURIComponent(etag)};${size};${lastModified};;d`;
  return { kind: "object", etag: "random", size, headers: {}, metadata: { [FINGERPRINT_KEY]: fingerprint } };
}

/** Never aborted; each of many requests at once listens to it, as to the command line's own (cli/main.ts). */
function unheard(): AbortSignal {
  const { signal } = new AbortController();
  setMaxListeners(0, signal);
  return signal;
}

function world(pageSize: number, unitKeys: number) {
  const clock = makeClock();
  const told: number[] = [];
  const sourceListing = memoryListing("src", "general", () => source, pageSize);
  const destinationListing = memoryListing("dst", "directory", () => destination, pageSize);
  const buckets = makeBuckets();
  const deps: DryRunDeps = {
    ...{ clock, sourceListing, destinationListing, unitKeys },
    source: buckets.source,
    destination: { ...buckets.destination, head: (key) => Promise.resolve(replicaOf(key)) },
    random: () => 0.5,
    signal: unheard(),
    sizes: { partSize: 100, multipartThreshold: 100 },
    onListed: (keys) => told.push(keys),
  };
  return { clock, deps, told, sourceListing, destinationListing };
}

const FOUND = { isComplete: true, listed: KEYS, same: 32, differing: 63, reasons: { missing: 63 } };

test("progress comes with every page, before anything was compared", async () => {
  const { clock, deps, told, destinationListing } = world(10, 1_000);
  const toldBefore: number[] = [];
  destinationListing.before = () => void toldBefore.push(...(toldBefore.length === 0 ? told : []));
  expect(await clock.until(dryRun(deps, { prefix: "" }, true))).toMatchObject(FOUND);
  expect(toldBefore).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, KEYS]);
  expect(told).toEqual(toldBefore);
});

test.each([
  [7, 10],
  [50, 13],
  [3, 1],
])(
  "pages of %d in units of %d: what is told grows to all that was listed, and the result is the same",
  async (pageSize, unitKeys) => {
    const { clock, deps, told } = world(pageSize, unitKeys);
    expect(await clock.until(dryRun(deps, { prefix: "" }, true))).toMatchObject(FOUND);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(told.at(-1)).toBe(KEYS);
  },
);

test("a page that failed is counted once: when it came", async () => {
  const { clock, deps, told, sourceListing } = world(10, 1_000);
  sourceListing.before = () => {
    if (sourceListing.requests.length % 2 === 0) throw failure("Throttled");
  };
  expect(await clock.until(dryRun(deps, { prefix: "" }, true))).toMatchObject(FOUND);
  expect(told.at(-1)).toBe(KEYS);
  expect(sourceListing.requests.length).toBeGreaterThan(KEYS / 10 + 1);
});
