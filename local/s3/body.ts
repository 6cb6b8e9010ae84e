/** Payloads: streamed into a blob with their digests computed in passing, or read whole when they are XML. */
import { memoryBlob, whole, type Extents } from "./blobs";
import type { Call } from "./call";
import {
  announcedChecksum,
  compareChecksum,
  makeHasher,
  requestAlgorithm,
  type Checksum,
  type ChecksumAlgorithm,
} from "./checksums";
import { s3Error } from "./errors";
import { parseXml, type XmlElement } from "./xml";

/** Largest payload of one PutObject or UploadPart: 5 GiB. UG qfacts. */
export const PAYLOAD_BYTES = 5 * 1024 ** 3;
const XML_BYTES = 2 * 1024 * 1024;

export interface StoredBody {
  /** With one reference, owned by the caller. */
  readonly extents: Extents;
  readonly size: number;
  /** Hexadecimal; only where asked for. */
  readonly md5: string | undefined;
  /** Undefined when neither the client nor the caller named an algorithm. */
  readonly checksum: Checksum | undefined;
}

/**
 * Stores the payload of a request.
 * @param algorithm of the checksum to keep when the request names none
 * @throws MissingContentLength, EntityTooLarge, IncompleteBody, BadDigest, InvalidDigest, InvalidRequest; nothing stays stored then
 */
export async function storeBody(call: Call, wantsMd5: boolean, algorithm?: ChecksumAlgorithm): Promise<StoredBody> {
  const { headers, body } = call.request;
  const expected = expectedLength(call);
  const chosen = requestAlgorithm(headers) ?? algorithm;
  if (chosen !== undefined) announcedChecksum(chosen, headers, {});
  const contentMd5 = contentMd5Of(call);
  const checksum = chosen === undefined ? undefined : makeHasher(chosen);
  const md5 = wantsMd5 || contentMd5 !== undefined ? makeHasher("MD5") : undefined;
  let size = 0;
  const blob =
    expected === 0
      ? await drain(call)
      : await call.world.blobs.write(body, (chunk) => {
          size += chunk.length;
          if (size > expected) throw s3Error("IncompleteBody");
          checksum?.update(chunk);
          md5?.update(chunk);
        });
  const extents = whole(blob);
  try {
    if (size !== expected) throw s3Error("IncompleteBody");
    const digest = md5?.digest();
    if (contentMd5 !== undefined && digest?.equals(contentMd5) !== true) throw s3Error("BadDigest");
    let kept: Checksum | undefined;
    if (chosen !== undefined && checksum !== undefined) {
      const value = checksum.digest().toString("base64");
      compareChecksum(chosen, announcedChecksum(chosen, headers, call.request.trailers), value);
      kept = { algorithm: chosen, type: "FULL_OBJECT", value };
    }
    return { extents, size, md5: digest?.toString("hex"), checksum: kept };
  } catch (error) {
    call.world.blobs.release(extents);
    throw error;
  }
}

/** An XML payload, its `Content-MD5` or checksum verified. @throws MalformedXML, MaxMessageLengthExceeded, BadDigest */
export async function readXml(call: Call): Promise<XmlElement> {
  const bytes = await readBytes(call);
  const contentMd5 = contentMd5Of(call);
  if (contentMd5 !== undefined && !hash("MD5", bytes).equals(contentMd5)) throw s3Error("BadDigest");
  const algorithm = requestAlgorithm(call.request.headers);
  if (algorithm !== undefined) {
    const announced = announcedChecksum(algorithm, call.request.headers, call.request.trailers);
    compareChecksum(algorithm, announced, hash(algorithm, bytes).toString("base64"));
  }
  const root = parseXml(bytes.toString("utf8"));
  if (root === undefined) throw s3Error("MalformedXML");
  return root;
}

/** The whole payload, at most 2 MiB. */
export async function readBytes(call: Call): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of call.request.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > XML_BYTES) throw s3Error("MaxMessageLengthExceeded");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function hash(algorithm: ChecksumAlgorithm | "MD5", bytes: Buffer): Buffer {
  const hasher = makeHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest();
}

async function drain(call: Call): Promise<ReturnType<typeof memoryBlob>> {
  const bytes = await readBytes(call);
  if (bytes.length > 0) throw s3Error("IncompleteBody");
  return memoryBlob(bytes);
}

function expectedLength(call: Call): number {
  const text = call.header("x-amz-decoded-content-length") ?? call.header("content-length");
  if (text === undefined || !/^\d+$/.test(text)) throw s3Error("MissingContentLength");
  const length = Number(text);
  if (length > PAYLOAD_BYTES) {
    throw s3Error("EntityTooLarge", undefined, {
      details: { ProposedSize: text, MaxSizeAllowed: String(PAYLOAD_BYTES) },
    });
  }
  return length;
}

function contentMd5Of(call: Call): Buffer | undefined {
  const header = call.header("content-md5");
  if (header === undefined) return undefined;
  const bytes = Buffer.from(header, "base64");
  if (bytes.length !== 16) throw s3Error("InvalidDigest");
  return bytes;
}
