/** HEAD over the lean transport, on either side. */
import { asSyncError, isSyncError, syncError } from "../../core/errors";
import type { ExplainHead } from "../head";
import type { RawHeaders } from "../wire-headers";
import type { S3Transport } from "./s3-transport";
import type { CancelSignal } from "../../core/ports";

const OPERATION = "HeadObject";
const CHECKSUMS: RawHeaders = Object.freeze({ "x-amz-checksum-mode": "ENABLED" });

export interface HeadOf<T> {
  readonly key: string;
  readonly session: boolean;
  /** What the answer says; what it throws is an error of the call. */
  readonly parse: (headers: RawHeaders) => T;
  /** On 404. */
  readonly absent: T;
  readonly explain: ExplainHead;
}

export async function leanHead<T>(transport: S3Transport, head: HeadOf<T>, signal: CancelSignal): Promise<T> {
  const { key, session, parse, absent, explain } = head;
  const request = { operation: OPERATION, kind: "read", method: "HEAD", key, session, headers: CHECKSUMS } as const;
  try {
    const { headers } = await transport.send(request, signal);
    return parsed(parse, headers);
  } catch (thrown) {
    const error = asSyncError(thrown, OPERATION);
    if (error.operation !== OPERATION) throw error;
    if (error.httpStatus === 404) return absent;
    throw await explain(error, key, signal);
  }
}

/** An answer that is no proper one is like none at all. */
function parsed<T>(parse: (headers: RawHeaders) => T, headers: RawHeaders): T {
  try {
    return parse(headers);
  } catch (thrown) {
    if (isSyncError(thrown)) throw thrown;
    const { message } = asSyncError(thrown, OPERATION);
    throw syncError({ code: "Unknown", operation: OPERATION, effect: "none", message, cause: thrown });
  }
}
