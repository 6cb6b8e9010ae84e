/** What a listing of the source holds, as size groups: bounded memory, however many keys. */
import type { ListedObject, Listing } from "../../core/ports";
import { type CopySizes, plannedRequests } from "../../core/parts";
import { isUnderPrefix } from "../../core/keys";
import { type SizeGroup, SIZES } from "./work";

/** Storage classes whose objects must be restored before they can be copied (API CopyObject). */
const ARCHIVED = new Set(["GLACIER", "DEEP_ARCHIVE"]);

export interface Survey {
  readonly groups: readonly SizeGroup[];
  readonly objects: number;
  readonly bytes: number;
  /** Copied in parts. */
  readonly large: number;
  /** Not copied until they are restored: not in the groups. */
  readonly archived: number;
}

/** @param seen told how many keys have been looked at */
export async function survey(
  listing: Listing,
  prefix: string,
  signal: AbortSignal,
  seen: (keys: number) => void,
): Promise<Survey> {
  const counter = makeCounter(prefix, SIZES);
  let keys = 0;
  let token: string | undefined;
  do {
    const page = await listing.list({ prefix, ...(token === undefined ? {} : { token }) }, signal);
    for (const object of page.objects) counter.add(object);
    keys += page.objects.length;
    seen(keys);
    token = page.token;
  } while (token !== undefined);
  return counter.result();
}

/** Objects that take the same number of copy requests are one group: their mean size takes as many. */
export function makeCounter(prefix: string, sizes: CopySizes) {
  const byRequests = new Map<number, { objects: number; bytes: number }>();
  let archived = 0;
  return {
    add({ key, size, storageClass = "STANDARD" }: Pick<ListedObject, "key" | "size" | "storageClass">): void {
      if (!isUnderPrefix(key, prefix)) return;
      if (ARCHIVED.has(storageClass)) {
        archived++;
        return;
      }
      const requests = plannedRequests(size, sizes);
      const group = byRequests.get(requests) ?? { objects: 0, bytes: 0 };
      group.objects++;
      group.bytes += size;
      byRequests.set(requests, group);
    },
    result(): Survey {
      const totals = [...byRequests.entries()];
      const sum = (of: (entry: (typeof totals)[number]) => number): number =>
        totals.reduce((total, entry) => total + of(entry), 0);
      return {
        groups: totals.map(([, { objects, bytes }]) => ({ objects, bytes: bytes / objects })),
        objects: sum(([, { objects }]) => objects),
        bytes: sum(([, { bytes }]) => bytes),
        large: sum(([requests, { objects }]) => (requests > 1 ? objects : 0)),
        archived,
      };
    },
  };
}
