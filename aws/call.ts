/**
 * One S3 call through the SDK: own headers in, raw answer headers out, every error a `SyncError`, and no waiting once the
 * signal has aborted.
 */
import { validateHeaderName, validateHeaderValue } from "node:http";
import type {
  $Command,
  S3Client,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes,
} from "@aws-sdk/client-s3";
import type { SyncError } from "../core/errors";
import { requestAborted, withAbortSignal } from "./abort-signal";
import { translate } from "./errors";
import { fromWireForm, toWireForm, type RawHeaders } from "./wire-headers";
import type { CancelSignal } from "../core/ports";

export type S3Command<I extends ServiceInputTypes, O extends ServiceOutputTypes> = $Command<
  I,
  O,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

export interface CallSpec {
  /** AWS API name, for errors. */
  readonly operation: string;
  readonly kind: "read" | "write";
  readonly signal: CancelSignal;
  /** Sent as they are (wire form), beside what the command says. */
  readonly headers?: RawHeaders;
}

export interface Answer<O> {
  readonly output: O;
  /** As received; names in lower case, values in wire form. */
  readonly headers: RawHeaders;
}

/** Sends a command to one bucket. */
export type S3Call = <I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  spec: CallSpec,
) => Promise<Answer<O>>;

/** `onSessionError` hears of every call that failed because of its session, with the session's token. */
export function makeCall(client: S3Client, onSessionError?: (token: string) => void): S3Call {
  return async (command, spec) => {
    const wire = tap(command, spec.headers);
    try {
      checkHeaders(spec.headers);
      const sent = withAbortSignal(spec.signal, (abortSignal) => client.send(command, { abortSignal }));
      const output = await orAbort(sent, spec.signal);
      return { output, headers: wire.headers };
    } catch (thrown) {
      const auth = wire.sessionToken === undefined ? "credentials" : "session";
      const error = translate(thrown, spec.operation, spec.kind, { auth, status: wire.status, reason: wire.reason });
      if (error.code === "Session" && wire.sessionToken !== undefined) onSessionError?.(wire.sessionToken);
      throw error;
    }
  };
}

/** Runs something that may itself be waiting for credentials or a session, which know nothing of the signal. */
export async function orAbort<T>(work: Promise<T>, signal: CancelSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = (): void => {
      reject(requestAborted());
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** What went over the wire; filled while the call runs. */
interface Wire {
  headers: RawHeaders;
  status: number | undefined;
  reason: string | undefined;
  sessionToken: string | undefined;
}

interface HttpRequestLike {
  headers: Record<string, string>;
}

interface HttpResponseLike {
  statusCode: number;
  reason?: string;
  headers: Record<string, string>;
}

/** Throws what Node would throw, but before the SDK has started timers that it then forgets. */
function checkHeaders(headers: RawHeaders = {}): void {
  for (const [name, value] of Object.entries(headers)) {
    validateHeaderName(name);
    validateHeaderValue(name, toWireForm(value));
  }
}

function tap<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  headers: RawHeaders = {},
): Wire {
  const wire: Wire = { headers: {}, status: undefined, reason: undefined, sessionToken: undefined };
  const stack = command.middlewareStack;
  stack.add(
    (next) => (args) => {
      const request = args.request as HttpRequestLike;
      for (const [name, value] of Object.entries(headers)) request.headers[name] = fromWireForm(value);
      return next(args);
    },
    { step: "build", name: "ownHeaders" },
  );
  stack.add(
    (next) => async (args) => {
      // Behind the signature: nothing changes any more but the form of these values.
      const request = args.request as HttpRequestLike;
      for (const name of Object.keys(headers)) request.headers[name] = toWireForm(headers[name] ?? "");
      wire.sessionToken = request.headers["x-amz-s3session-token"];
      const result = await next(args);
      const response = result.response as HttpResponseLike;
      wire.headers = { ...response.headers };
      wire.status = response.statusCode;
      wire.reason = response.reason;
      return result;
    },
    // Last before the handler, so the first to see the answer: later ones rewrite status and headers.
    { step: "deserialize", priority: "low", name: "wireTap" },
  );
  return wire;
}

/** For answers that say success but lack what a success has: an empty body, or an error the SDK did not notice. */
export function incompleteAnswer(operation: string, field: string, kind: "read" | "write"): SyncError {
  return translate(new Error(`the answer has no ${field}`), operation, kind);
}
