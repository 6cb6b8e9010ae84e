/** Objects as rows: the compare engine on listings that are made up. */
import type { ListedRows, RowListing } from "../../core/listed-rows";
import type { ListedObject, Listing } from "../../core/ports";

export function rowListingOf(listing: Listing): RowListing {
  return {
    name: listing.name,
    async list(request, signal) {
      const { objects, prefixes, token } = await listing.list(request, signal);
      return { rows: rowsOf(objects), prefixes, token };
    },
  };
}

export function rowsOf(objects: readonly ListedObject[]): ListedRows {
  const at = (index: number): ListedObject => {
    const object = objects[index];
    if (object === undefined) throw new RangeError(`no row ${index} of ${objects.length}`);
    return object;
  };
  return {
    count: objects.length,
    key: (index) => at(index).key,
    isUnder: (index, prefix) => at(index).key.startsWith(prefix),
    copyKey: (index, target, from, most) => copyText(at(index).key, target, from, most),
    size: (index) => at(index).size,
    lastModified: (index) => at(index).lastModified,
    etag: (index) => at(index).etag,
    isMultipart: (index) => at(index).etag.includes("-"),
  };
}

const LAST_ASCII = 0x7f;

/** By hand as long as it is ASCII: a call into native code costs more than a short key. */
function copyText(text: string, target: Uint8Array, from: number, most: number): number {
  if (text.length > most) throw new RangeError(`a key of ${text.length} characters`);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > LAST_ASCII) return copyUtf8(text, target, from, most);
    target[from + at] = code;
  }
  return text.length;
}

function copyUtf8(text: string, target: Uint8Array, from: number, most: number): number {
  const bytes = Buffer.from(text);
  if (bytes.length > most) throw new RangeError(`a key of ${bytes.length} bytes`);
  target.set(bytes, from);
  return bytes.length;
}
