/** Listings in memory as the two kinds of buckets give them, every request recorded. */
import { compareKeys } from "../../core/listing";
import type { ListedObject, Listing, ListPage, ListRequest } from "../../core/ports";
import { failure } from "./worker-fakes";

export interface MemoryListing extends Listing {
  readonly requests: ListRequest[];
  /** Keys handed out by requests without a delimiter, in order. */
  readonly told: string[];
  /** Called before every answer: throws what the request is to fail with. */
  before: (request: ListRequest) => void;
}

/** At most this many entries a page, as S3 may return fewer than it was asked for. */
export function memoryListing(
  name: string,
  kind: "general" | "directory",
  objects: () => Iterable<ListedObject>,
  pageSize = 1_000,
): MemoryListing {
  const requests: ListRequest[] = [];
  const told: string[] = [];
  const listing: MemoryListing = {
    name,
    requests,
    told,
    before: () => undefined,
    async list(request) {
      requests.push(request);
      listing.before(request);
      if (kind === "directory") refuseWhatADirectoryBucketRefuses(request);
      const page = pageOf([...objects()], request, kind, Math.min(pageSize, request.maxKeys ?? 1_000));
      if (request.delimited !== true) told.push(...page.objects.map(({ key }) => key));
      return page;
    },
  };
  return listing;
}

export function listed(key: string, more: Partial<ListedObject> = {}): ListedObject {
  return { key, size: 10, etag: `etag of ${key.replaceAll("-", "_")}`, lastModified: 1_700_000_000, ...more };
}

/** API ListObjectsV2: prefixes end in `/`, no StartAfter. */
function refuseWhatADirectoryBucketRefuses({ prefix, after }: ListRequest): void {
  if (after !== undefined || (prefix !== "" && !prefix.endsWith("/"))) throw failure("InvalidRequest");
}

function pageOf(
  all: readonly ListedObject[],
  { prefix, delimited = false, after, token }: ListRequest,
  kind: "general" | "directory",
  max: number,
): ListPage {
  const name = (key: string): string => {
    const at = delimited ? key.indexOf("/", prefix.length) : -1;
    return at < 0 ? key : key.slice(0, at + 1);
  };
  const order =
    kind === "general" ? compareKeys : (a: string, b: string): number => compareKeys(mirrored(a), mirrored(b));
  const inside = all.filter(
    ({ key }) => key.startsWith(prefix) && (after === undefined || compareKeys(key, after) > 0),
  );
  const names = [...new Set(inside.map(({ key }) => name(key)))].sort(order);
  const left = token === undefined ? names : names.filter((one) => order(one, token) > 0);
  const page = left.slice(0, max);
  const last = page.at(-1);
  const byKey = new Map(inside.map((object) => [object.key, object]));
  return {
    objects: page.flatMap((one) => (isDirectory(one, prefix, delimited) ? [] : (byKey.get(one) ?? []))),
    prefixes: page.filter((one) => isDirectory(one, prefix, delimited)),
    token: left.length > max ? last : undefined,
  };
}

function isDirectory(name: string, prefix: string, delimited: boolean): boolean {
  return delimited && name.length > prefix.length && name.endsWith("/");
}

/** Some order that is not that of the keys. */
function mirrored(text: string): string {
  return Array.from(text).reverse().join("");
}
