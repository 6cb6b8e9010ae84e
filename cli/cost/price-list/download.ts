/** Gets a public document over HTTP: under a deadline, bounded in size, and again when it was the network's or the server's fault. */
import { withAbortSignal } from "../../../aws/abort-signal";
import { syncError } from "../../../core/errors";
import type { Clock } from "../../../core/ports";
import { bytes as inBytes } from "../../shell/words";
import { callOnce, withRetry } from "../../../worker/retry";

/** `missing`: the server has no such document. */
export type Answer =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "missing"; readonly status: number };

export type Download = (url: string) => Promise<Answer>;

export interface DownloadDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Of one attempt, milliseconds. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
}

const TIMEOUT_MS = 30_000;
/** The largest of them has some megabytes; EC2's half a gigabyte is not among them. */
const MAX_BYTES = 64 * 1024 ** 2;
const POLICY = { attempts: 3, baseMs: 200, capMs: 2_000 };

/** Rejects with a SyncError that names the address. */
export function makeDownload(deps: DownloadDeps): Download {
  const { clock, random, signal, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = deps;
  return (url) => {
    const operation = `GET ${url}`;
    const once = (): Promise<Answer> =>
      callOnce(clock, operation, timeoutMs, signal, (inner) =>
        withAbortSignal(inner, (abortSignal) => get(url, operation, maxBytes, abortSignal)),
      );
    return withRetry({ clock, random, onError: () => undefined }, operation, signal, once, POLICY);
  };
}

async function get(url: string, operation: string, maxBytes: number, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, { signal }).catch((error: unknown) => {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : message;
    throw syncError({ code: "NotConnected", operation, effect: "none", message: why ?? message, cause: error });
  });
  const { status } = response;
  // The list stands in S3, which denies what is not there to whom may not list.
  if (status === 403 || status === 404) return { kind: "missing", status };
  if (!response.ok) {
    const code = status >= 500 || status === 429 ? "Unavailable" : "InvalidRequest";
    throw syncError({ code, operation, effect: "none", message: `answered ${status}`, httpStatus: status });
  }
  return { kind: "text", text: await bodyOf(response, operation, maxBytes) };
}

async function bodyOf({ body }: Response, operation: string, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      const message = `more than ${inBytes(maxBytes)}, which no price list of these has`;
      throw syncError({ code: "InvalidRequest", operation, effect: "none", message });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
