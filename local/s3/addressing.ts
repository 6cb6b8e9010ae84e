/** From the raw request target to bucket and key, and from a copy-source header to bucket, key and version. */
import type { IncomingHttpHeaders } from "node:http";
import { kindOf, rulesOf } from "./bucket-rules";
import { s3Error } from "./errors";

export interface Address {
  /** Undefined: the request is for the service (ListBuckets). */
  readonly bucket: string | undefined;
  /** "" = the bucket itself. Decoded, byte for byte what the client meant. */
  readonly key: string;
}

/** Longest key in bytes of UTF-8. UG object-keys. */
const KEY_BYTES = 1024;

/**
 * Path style `/bucket/key` and virtual-hosted style `bucket.localhost`. The path is percent-decoded once and never normalised; `+` is a plus.
 *
 * For a directory bucket behind an IP endpoint the AWS SDKs send `/bucket//key`: exactly one slash is dropped there, so that the key `/a`,
 * sent as `/bucket///a`, stays `/a`.
 * @throws InvalidURI when the path is not percent-encoded UTF-8.
 */
export function parseAddress(rawPath: string, headers: IncomingHttpHeaders): Address {
  const hosted = bucketOfHost(headers.host);
  if (hosted !== undefined) return { bucket: hosted, key: decodePath(rawPath.slice(1), false) };
  const path = rawPath.slice(1);
  if (path === "") return { bucket: undefined, key: "" };
  const slash = path.indexOf("/");
  if (slash < 0) return { bucket: decodePath(path, false), key: "" };
  const bucket = decodePath(path.slice(0, slash), false);
  const rest = path.slice(slash + 1);
  const isDoubled = rest.startsWith("/") && rulesOf(kindOf(bucket)).keyFollowsTwoSlashes;
  return { bucket, key: decodePath(isDoubled ? rest.slice(1) : rest, false) };
}

/**
 * Refuses keys that S3 refuses. UG object-keys: 1,024 bytes; and `../` only as long as, read from the left, relative segments never
 * outnumber the others (the code of that error is on no page; InvalidURI is what clients report).
 * Keys that end in `/` or contain `//` are accepted in directory buckets as in general purpose ones: no page says otherwise.
 */
export function checkKey(key: string): void {
  if (key.length > KEY_BYTES / 4 && Buffer.byteLength(key) > KEY_BYTES) {
    throw s3Error("KeyTooLongError", undefined, {
      details: { Size: String(Buffer.byteLength(key)), MaxSizeAllowed: String(KEY_BYTES) },
    });
  }
  if (!key.includes("..")) return;
  let depth = 0;
  for (const segment of key.split("/")) {
    depth += segment === ".." ? -1 : 1;
    if (depth < 0) throw s3Error("InvalidURI");
  }
}

export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/**
 * `x-amz-copy-source`: percent-decoded once by S3, with an unencoded `+` read as a space (so clients must encode); one leading slash and a
 * `?versionId=` are optional. Source: API CopyObject, CopySource; aws/aws-sdk-js#1821.
 */
export function parseCopySource(header: string): CopySource {
  const mark = header.indexOf("?");
  const path = decodePath(mark < 0 ? header : header.slice(0, mark), true).replace(/^\//, "");
  const query = mark < 0 ? undefined : /^versionId=(.+)$/.exec(header.slice(mark + 1));
  const slash = path.indexOf("/");
  if (path.startsWith("arn:")) throw s3Error("NotImplemented", "Access points are not part of this cloud");
  if (slash <= 0 || slash === path.length - 1 || query === null) {
    throw s3Error("InvalidArgument", "Invalid copy source object key", {
      details: { ArgumentName: "x-amz-copy-source", ArgumentValue: header },
    });
  }
  const versionId = query?.[1];
  return {
    bucket: path.slice(0, slash),
    key: path.slice(slash + 1),
    versionId: versionId === undefined ? undefined : decodePath(versionId, false),
  };
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Percent-decodes bytes once. Raw bytes above 0x7f arrive as latin1 characters and are taken as they are. */
function decodePath(raw: string, plusIsSpace: boolean): string {
  const text = plusIsSpace ? raw.replaceAll("+", " ") : raw;
  if (/^[\u0020-\u007e]*$/.test(text) && !text.includes("%")) return text;
  try {
    if (/%(?![0-9a-fA-F]{2})/.test(text)) throw new TypeError("bad escape");
    const bytes = text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return strictUtf8.decode(Buffer.from(bytes, "latin1"));
  } catch {
    throw s3Error("InvalidURI");
  }
}

function bucketOfHost(host: string | undefined): string | undefined {
  return /^(.+)\.localhost(?::\d+)?$/.exec(host ?? "")?.[1];
}
