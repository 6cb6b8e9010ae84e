/** Bytes that are made up when they are read, so that an object of many terabytes costs nothing. */
import { seededRandom } from "../http/random";

const BLOCK_BYTES = 64 * 1024;
const blocks = new Map<number, Buffer>();

/**
 * The bytes of the phantom `seed` from `offset` on. Every block repeats one seeded pattern but begins with its own number, so that
 * bytes in the wrong place show.
 */
export function* phantomChunks(seed: number, offset: number, length: number): Generator<Buffer> {
  const end = offset + length;
  for (let position = offset; position < end;) {
    const number = Math.floor(position / BLOCK_BYTES);
    const from = position - number * BLOCK_BYTES;
    const to = Math.min(BLOCK_BYTES, end - number * BLOCK_BYTES);
    const block = Buffer.from(pattern(seed));
    block.writeDoubleBE(number, 0);
    yield block.subarray(from, to);
    position += to - from;
  }
}

function pattern(seed: number): Buffer {
  let block = blocks.get(seed);
  if (block === undefined) {
    const random = seededRandom(seed);
    block = Buffer.from(Array.from({ length: BLOCK_BYTES }, () => Math.floor(random() * 256)));
    if (blocks.size > 64) blocks.clear();
    blocks.set(seed, block);
  }
  return block;
}
