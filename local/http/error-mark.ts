/** How the code of an error reaches the log whatever the service's protocol makes of it: as a header that never goes out. */
import { CloudError, type Reply } from "./service";

const MARK = "x-cloud-error-code";

export function marked(reply: Reply, code: string): Reply {
  return { ...reply, headers: { ...reply.headers, [MARK]: code } };
}

export function markOf(reply: Reply | undefined): string | undefined {
  return reply?.headers?.[MARK];
}

export function unmarked(reply: Reply): Reply {
  if (markOf(reply) === undefined) return reply;
  const { [MARK]: _code, ...headers } = reply.headers ?? {};
  return { ...reply, headers };
}

/** A mistake in the cloud itself: loud, for it is never what a test wants. */
export function internalError(error: unknown): CloudError {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (!/ECONNRESET|aborted|premature close/i.test(text)) console.error(`local cloud: unexpected ${text}`);
  return new CloudError(500, "InternalError", "We encountered an internal error. Please try again.");
}
