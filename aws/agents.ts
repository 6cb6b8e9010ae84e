/** Connection pools and deadlines under the SDK clients: every client has its own, so none queues behind another. */
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { NodeHttpHandler } from "@smithy/node-http-handler";

/**
 * An idle connection is closed by us before S3 does it: a write sent on a connection that S3 is just closing is a reset,
 * whose outcome is unknown (rule 3) and costs a wait of a whole write bound. No source says after how long S3 closes; 4 s is
 * below all values seen.
 */
const IDLE_CONNECTION_MS = 4_000;

/** A connection that is not made in this time never will be. Also covers waiting for a free socket. */
const CONNECT_TIMEOUT_MS = 10_000;

export interface HandlerOptions {
  /** Requests in flight; more of them wait for a socket. */
  readonly maxSockets: number;
  /** From the sending of the request to the head of the answer. */
  readonly requestTimeoutMs: number;
  /** Longest silence of a connection in use. S3 sends whitespace during long copies, how often is not documented. */
  readonly socketTimeoutMs: number;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
}

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** The deadlines are backstops: what really limits a call is its AbortSignal. */
export function makeHandler(options: HandlerOptions): NodeHttpHandler {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS } = options;
  const agent = { keepAlive: true, maxSockets: options.maxSockets, timeout: IDLE_CONNECTION_MS };
  return new NodeHttpHandler({
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
    // Checked this long after the beginning of a request; the default would be the sum of the other two.
    socketAcquisitionWarningTimeout: connectTimeoutMs,
    connectionTimeout: connectTimeoutMs,
    requestTimeout: options.requestTimeoutMs,
    // Without it the SDK only logs a warning and waits for ever.
    throwOnRequestTimeout: true,
    socketTimeout: options.socketTimeoutMs,
    // Its warnings would be plain text between a worker's JSON lines. What they warn of ends as an error of the call, which is logged.
    logger: SILENT,
  });
}
