/** CRC32, CRC32C and CRC64NVME, eight bytes at a time; CRC32 by zlib where this Node has it. All are reflected, with inverted start and end. */
import * as zlib from "node:zlib";

export interface RunningCrc {
  update(chunk: Buffer): void;
  /** Big-endian, as S3 encodes it before base64. */
  digest(): Buffer;
}

export function crc32(): RunningCrc {
  const native = (zlib as { crc32?: (data: Buffer, value?: number) => number }).crc32;
  if (native === undefined) return tableCrc32(0xedb88320);
  let value = 0;
  return {
    update: (chunk) => void (value = native(chunk, value)),
    digest: () => uint32(value),
  };
}

export function crc32c(): RunningCrc {
  return tableCrc32(0x82f63b78);
}

const tables32 = new Map<number, Int32Array>();

/** @param polynomial reflected */
export function tableCrc32(polynomial: number): RunningCrc {
  let table = tables32.get(polynomial);
  if (table === undefined) tables32.set(polynomial, (table = makeTables32(polynomial)));
  const t = table;
  let crc = -1;
  return {
    update(chunk) {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let i = 0;
      for (const end = chunk.length - 7; i < end; i += 8) {
        const a = crc ^ view.getInt32(i, true);
        const b = view.getInt32(i + 4, true);
        crc =
          at(t, 7, a) ^
          at(t, 6, a >>> 8) ^
          at(t, 5, a >>> 16) ^
          at(t, 4, a >>> 24) ^
          at(t, 3, b) ^
          at(t, 2, b >>> 8) ^
          at(t, 1, b >>> 16) ^
          at(t, 0, b >>> 24);
      }
      for (; i < chunk.length; i++) crc = at(t, 0, crc ^ view.getUint8(i)) ^ (crc >>> 8);
    },
    digest: () => uint32(~crc),
  };
}

const CRC64NVME_REFLECTED = 0x9a6c9329ac4bc9b5n;
let tables64: { high: Int32Array; low: Int32Array } | undefined;

export function crc64nvme(): RunningCrc {
  const { high: h, low: l } = (tables64 ??= makeTables64(CRC64NVME_REFLECTED));
  let high = -1;
  let low = -1;
  return {
    update(chunk) {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let i = 0;
      for (const end = chunk.length - 7; i < end; i += 8) {
        const a = low ^ view.getInt32(i, true);
        const b = high ^ view.getInt32(i + 4, true);
        high =
          at(h, 7, a) ^
          at(h, 6, a >>> 8) ^
          at(h, 5, a >>> 16) ^
          at(h, 4, a >>> 24) ^
          at(h, 3, b) ^
          at(h, 2, b >>> 8) ^
          at(h, 1, b >>> 16) ^
          at(h, 0, b >>> 24);
        low =
          at(l, 7, a) ^
          at(l, 6, a >>> 8) ^
          at(l, 5, a >>> 16) ^
          at(l, 4, a >>> 24) ^
          at(l, 3, b) ^
          at(l, 2, b >>> 8) ^
          at(l, 1, b >>> 16) ^
          at(l, 0, b >>> 24);
      }
      for (; i < chunk.length; i++) {
        const index = low ^ view.getUint8(i);
        low = at(l, 0, index) ^ ((low >>> 8) | (high << 24));
        high = at(h, 0, index) ^ (high >>> 8);
      }
    },
    digest: () => Buffer.concat([uint32(~high), uint32(~low)]),
  };
}

/** Entry `byte & 255` of the k-th of eight tables. Always inside the array, which the type checker cannot know. */
function at(table: Int32Array, k: number, byte: number): number {
  return table[(k << 8) | (byte & 255)] as number;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

function makeTables32(polynomial: number): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[byte] = crc;
  }
  for (let k = 1; k < 8; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = at(table, k - 1, byte);
      table[(k << 8) | byte] = at(table, 0, before) ^ (before >>> 8);
    }
  }
  return table;
}

function makeTables64(polynomial: bigint): { high: Int32Array; low: Int32Array } {
  const wide: bigint[] = [];
  for (let byte = 0; byte < 256; byte++) {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
    wide.push(crc);
  }
  for (let i = 256; i < 8 * 256; i++) {
    const before = wide[i - 256] ?? 0n;
    wide.push((wide[Number(before & 255n)] ?? 0n) ^ (before >> 8n));
  }
  return {
    high: Int32Array.from(wide, (crc) => Number(BigInt.asIntN(32, crc >> 32n))),
    low: Int32Array.from(wide, (crc) => Number(BigInt.asIntN(32, crc))),
  };
}
