/** A look at the set-up before the first message is received: every problem at once, in words that say what to do. */
import { adviceFor, asSyncError, syncError, type ErrorCode, type SyncError } from "../core/errors";
import type { DestinationBucket, Queue, SourceBucket } from "../core/ports";

export interface PreflightPorts {
  readonly source: SourceBucket;
  readonly destination: DestinationBucket;
  readonly queue: Queue;
}

/** An ordinary key that nobody has: its HEAD is a 404 where everything is permitted, and a 403 where ListBucket is missing. */
const PROBE_KEY = "s3-express-sync-preflight";

/** No message has this receipt handle; deleting it changes nothing and needs no permission a worker lacks. */
const PROBE_RECEIPT = "s3-express-sync-preflight";

/** Only these are about the set-up; anything else may pass by itself and is left to the worker's breaker. */
const SETUP_CODES: ReadonlySet<ErrorCode> = new Set([
  "NoSuchBucket",
  "AccessDenied",
  "Session",
  "Credentials",
  "QueueGone",
]);

/**
 * Empty when nothing is wrong with the set-up. Never rejects, and changes nothing.
 * @param undecided told of each look that brought no answer, for a reason that may pass by itself
 */
export async function preflight(
  ports: PreflightPorts,
  signal: AbortSignal,
  undecided: (what: string) => void = () => undefined,
): Promise<readonly string[]> {
  const { source, destination, queue } = ports;
  const checks: readonly (readonly [what: string, check: () => Promise<unknown>])[] = [
    [`source bucket ${source.name}`, () => checkSource(source, signal)],
    [`destination bucket ${destination.name}`, () => destination.head(PROBE_KEY, signal)],
    ["queue", () => checkQueue(queue, signal)],
  ];
  const problems = await Promise.all(checks.map(([what, check]) => problemOf(what, check, undecided)));
  return problems.filter((problem) => problem !== undefined);
}

async function checkSource(source: SourceBucket, signal: AbortSignal): Promise<void> {
  if (!(await source.exists(signal))) {
    throw syncError({ code: "NoSuchBucket", operation: "HeadBucket", effect: "none", message: "not found" });
  }
  await source.head(PROBE_KEY, signal);
}

async function checkQueue(queue: Queue, signal: AbortSignal): Promise<void> {
  const [error] = await queue.delete([PROBE_RECEIPT], signal);
  if (error !== undefined) throw error;
}

async function problemOf(
  what: string,
  check: () => Promise<unknown>,
  undecided: (what: string) => void,
): Promise<string | undefined> {
  try {
    await check();
    return undefined;
  } catch (thrown) {
    const error: SyncError = asSyncError(thrown, what);
    const text = `${what}: ${adviceFor(error.code)} (${error.message})`;
    if (SETUP_CODES.has(error.code)) return text;
    // Refused as a receipt: there is a queue that this may delete from.
    if (error.code !== "ReceiptInvalid") undecided(text);
    return undefined;
  }
}
