/** A page of ListObjectsV2 as objects: for who keeps them, as the worker's listings do. */
import type { ListedObject, ListPage } from "../../core/ports";
import { type PageEnd, readListing } from "./list-reader";
import { Rows } from "./list-rows";

export interface RawPage extends Omit<ListPage, "token" | "prefixes">, PageEnd {}

/** Nothing is awaited between filling and reading it, so one is enough for all. */
const rows = new Rows();

/**
 * Undefined for what is no whole answer of ListObjectsV2.
 * @throws Error when an object lacks something that every listed object has
 */
export function readListPage(bytes: Buffer): RawPage | undefined {
  try {
    const end = readListing(bytes, rows);
    return end === undefined ? undefined : { objects: objectsOf(rows), ...end };
  } finally {
    rows.clear();
  }
}

function objectsOf(from: Rows): ListedObject[] {
  const objects: ListedObject[] = [];
  for (let index = 0; index < from.count; index += 1) {
    const [key, size, etag, lastModified] = [
      from.key(index),
      from.size(index),
      from.etag(index),
      from.lastModified(index),
    ];
    const storageClass = from.storageClass(index);
    objects.push(
      storageClass === undefined
        ? { key, size, etag, lastModified }
        : { key, size, etag, lastModified, storageClass: shared(storageClass) },
    );
  }
  return objects;
}

/** There are few storage classes: one text for all objects that have it. */
const classes = new Map<string, string>();
const MOST_CLASSES = 50;

function shared(name: string): string {
  const known = classes.get(name);
  if (known !== undefined) return known;
  if (classes.size < MOST_CLASSES) classes.set(name, name);
  return name;
}
