/** Names that have to fit: cut, and still told apart. */

/** A text that is too long is cut, and told apart from others with the same beginning by a short hash of the whole. */
export function fitted(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 7).replace(/-+$/, "")}-${shortHash(text)}`;
}

/** FNV-1a, six characters: only has to differ between a handful of stacks of one account. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash.toString(36).padStart(6, "0").slice(-6);
}
