/**
 * Where to cut what a unit leaves, asked of the source: sub-directories first, else a search for keys further on. Only hints come
 * from here: any boundaries leave every key in exactly one piece.
 */
import { compareKeys, cutRange, restOf } from "../../core/listing";
import { between, commonPrefix, directoryBoundaries, keysPerDirectory, levelsOf } from "../../core/listing-split";
import type { ListRange } from "../../core/messages";
import type { ScanDeps } from "./scan";

const MAX_PROBES = 16;
const MAX_PROBED_BOUNDARIES = 8;

/** @param keys what was listed right before the rest, in order, at least one; they show how the keys are made */
export async function splitRest(
  deps: ScanDeps,
  rest: ListRange,
  keys: readonly string[],
  unitKeys: number,
): Promise<readonly ListRange[]> {
  const { boundaries, goesOn } = await directoriesIn(deps, rest, keys, unitKeys);
  const last = boundaries.at(-1);
  if (last === undefined) return cutRange(rest, await keysFurtherOn(deps, rest, keys));
  // More directories than one page names: what lies behind them is shared out, too.
  const behind = goesOn ? await keysFurtherOn(deps, restOf(rest, last), [keys[0] ?? last]) : [];
  return cutRange(rest, [...boundaries, ...behind]);
}

async function directoriesIn(
  { listing, reads }: ScanDeps,
  rest: ListRange,
  keys: readonly string[],
  unitKeys: number,
): Promise<{ readonly boundaries: readonly string[]; readonly goesOn: boolean }> {
  const { after = "", until } = rest;
  for (const level of levelsOf(rest)) {
    const page = await reads.readSource("ListObjectsV2", (signal) =>
      listing.list({ prefix: level, delimited: true, after }, signal),
    );
    const inside = page.prefixes
      .filter((one) => compareKeys(one, after) > 0 && (until === undefined || compareKeys(one, until) < 0))
      .sort(compareKeys);
    if (inside.length === 0) continue;
    const boundaries = directoryBoundaries(inside, keysPerDirectory(level, keys), unitKeys);
    return { boundaries, goesOn: page.token !== undefined };
  }
  return { boundaries: [], goesOn: false };
}

/**
 * Tries texts further on in the range: where keys follow there is a boundary, where none do the search goes on before it. It
 * begins with the characters the listed keys share, so that it need not try where no key of this kind can be.
 */
async function keysFurtherOn(
  { listing, reads }: ScanDeps,
  rest: ListRange,
  keys: readonly string[],
): Promise<readonly string[]> {
  const boundaries: string[] = [];
  let low = rest.after ?? "";
  let high = rest.until;
  let floor = commonPrefix(keys[0] ?? low, low);
  for (let probe = 0; probe < MAX_PROBES && boundaries.length < MAX_PROBED_BOUNDARIES; probe++) {
    const middle = between(floor, low, high);
    if (middle === undefined) break;
    const page = await reads.readSource("ListObjectsV2", (signal) =>
      listing.list({ prefix: rest.prefix, after: middle, maxKeys: 1 }, signal),
    );
    const next = page.objects[0]?.key;
    if (next === undefined || (rest.until !== undefined && compareKeys(next, rest.until) > 0)) {
      high = middle;
      continue;
    }
    boundaries.push(middle);
    low = next;
    floor = commonPrefix(floor, next);
    // The keys between the boundary and `high` are searched on; nothing was found to end there.
    if (high !== undefined && compareKeys(low, high) >= 0) high = rest.until;
  }
  return boundaries;
}
