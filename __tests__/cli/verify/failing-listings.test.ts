/** A listing that breaks off, on either side and on any page: no result at all, and the other side is left alone. */
import { tmpdir } from "node:os";
import { compare, type CompareDeps } from "../../../cli/verify/compare";
import { makeSpill } from "../../../cli/verify/spill";
import { DEFAULTS } from "../../../core/env";
import { syncError } from "../../../core/errors";
import type { Clock, Listing } from "../../../core/ports";
import { rowListingOf } from "../../../lab/verify/rows";
import { ABSENT } from "../../../core/state";
import { sha256 } from "../../../worker/digest";
import { makeController } from "../../../worker/controller";

const PAGES = 50;

/** Pauses between attempts pass at once, deadlines never. */
const clock: Clock = {
  wallMs: () => 1_700_000_000_000,
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
  after: () => () => undefined,
};

interface Counted extends Listing {
  readonly calls: () => number;
}

function listing(name: string, failsAt?: number, code: "Unavailable" | "AccessDenied" = "AccessDenied"): Counted {
  let calls = 0;
  return {
    name,
    calls: () => calls,
    list: ({ token = "0" }) => {
      calls++;
      const page = Number(token);
      if (page === failsAt) {
        return Promise.reject(syncError({ code, operation: "ListObjectsV2", effect: "none", message: "no" }));
      }
      const objects = [{ key: `k${page}`, size: 1, etag: "e", lastModified: name === "source" ? 1 : 2 }];
      return Promise.resolve({ objects, prefixes: [], token: page + 1 < PAGES ? String(page + 1) : undefined });
    },
  };
}

function depsOf(sourceListing: Listing, destinationListing: Listing, heads: string[]): CompareDeps {
  const head = (key: string) => {
    heads.push(key);
    return Promise.resolve(ABSENT);
  };
  return {
    sourceListing: rowListingOf(sourceListing),
    destinationListing: rowListingOf(destinationListing),
    source: { name: "source", head, exists: () => Promise.resolve(true) },
    destination: { name: "destination", head },
    clock,
    random: () => 0.5,
    signal: makeController().signal,
    concurrency: 4,
    spill: makeSpill(tmpdir()),
    digest: sha256,
    sizes: DEFAULTS,
    progress: () => undefined,
    refusals: { of: () => Promise.resolve(undefined), look: null },
  };
}

const OPTIONS = { prefix: "", deep: false, memoryBytes: 2 ** 30, graceSeconds: 0 };

test("without a failure they are equal", async () => {
  const result = await compare(OPTIONS, depsOf(listing("source"), listing("destination"), []));
  expect(result).toMatchObject({ equal: PAGES, source: { objects: PAGES }, destination: { objects: PAGES } });
});

test.each([
  ["source", 0],
  ["source", 7],
  ["source", PAGES - 1],
  ["destination", 0],
  ["destination", 7],
  ["destination", PAGES - 1],
] as const)("the %s fails on page %i", async (side, page) => {
  const source = listing("source", side === "source" ? page : undefined);
  const destination = listing("destination", side === "destination" ? page : undefined);
  const heads: string[] = [];
  await expect(compare(OPTIONS, depsOf(source, destination, heads))).rejects.toMatchObject({
    code: "AccessDenied",
    message: `ListObjectsV2: the listing of ${side} failed, so nothing was compared or changed: no`,
  });
  expect(heads).toEqual([]);
  const other = side === "source" ? destination : source;
  if (page < PAGES - 1) expect(other.calls()).toBeLessThan(PAGES);
});

test("what may pass is tried ten times, then it is a failure like any other", async () => {
  const source = listing("source", 3, "Unavailable");
  const failing = compare(OPTIONS, depsOf(source, listing("destination"), []));
  await expect(failing).rejects.toMatchObject({ code: "Unavailable" });
  expect(source.calls()).toBe(3 + 10);
});
