/**
 * Gets a public document over HTTP: through the environment's proxy, under a deadline, bounded in size, and again when it was the
 * network's or the server's fault. By undici's fetch: Node's own knows of proxies only from version 24 on.
 */
import type { Response } from "undici";
import { withAbortSignal } from "../../../aws/abort-signal";
import { syncError } from "../../../core/errors";
import type { Clock } from "../../../core/ports";
import { bytes as inBytes } from "../../shell/words";
import { callOnce, withRetry } from "../../../worker/retry";
import { type Proxy, proxyFor } from "./proxy";

/** `missing`: the server has no such document. */
export type Answer =
  { readonly kind: "text"; readonly text: string } | { readonly kind: "missing"; readonly status: number };

export type Download = (url: string) => Promise<Answer>;

export interface DownloadDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
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
  const { clock, random, signal, environment, timeoutMs = TIMEOUT_MS, maxBytes = MAX_BYTES } = deps;
  return async (url) => {
    const proxy = proxyFor(url, environment);
    const operation = `GET ${url}${proxy === undefined ? "" : ` through ${proxy.variable}`}`;
    const once = (): Promise<Answer> =>
      callOnce(clock, operation, timeoutMs, signal, (inner) =>
        withAbortSignal(inner, (abortSignal) => get({ url, proxy, operation, maxBytes }, abortSignal)),
      );
    return withRetry({ clock, random, onError: () => undefined }, operation, signal, once, POLICY);
  };
}

interface Get {
  readonly url: string;
  readonly proxy: Proxy | undefined;
  /** For error messages. */
  readonly operation: string;
  readonly maxBytes: number;
}

async function get(asked: Get, signal: AbortSignal): Promise<Answer> {
  // Loaded here: no other verb needs it.
  const { Agent, fetch, ProxyAgent } = await import("undici");
  // One for each document: they are asked for at the same time, and none keeps a connection beyond its own.
  const dispatcher = asked.proxy === undefined ? new Agent() : new ProxyAgent(asked.proxy.url);
  try {
    return await answerOf(fetch(asked.url, { signal, dispatcher }), asked);
  } finally {
    await dispatcher.destroy();
  }
}

async function answerOf(responding: Promise<Response>, { operation, maxBytes }: Get): Promise<Answer> {
  const response = await responding.catch((error: unknown) => {
    const message = reasonOf(error);
    throw syncError({ code: "NotConnected", operation, effect: "none", message, cause: error });
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

async function bodyOf({ body }: Pick<Response, "body">, operation: string, maxBytes: number): Promise<string> {
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

/** Fetch says only that it failed; why is in the innermost of its causes. */
function reasonOf(error: unknown): string {
  const { cause, message, code } = error as NodeJS.ErrnoException;
  return typeof cause === "object" && cause !== null ? reasonOf(cause) : message || (code ?? "not connected");
}
