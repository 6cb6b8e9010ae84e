import { preflight, type PreflightPorts } from "../../aws/preflight";
import { syncError, type ErrorCode, type SyncError } from "../../core/errors";
import { ABSENT } from "../../core/state";
import { signal } from "./support";

const failure = (code: ErrorCode): SyncError =>
  syncError({ code, operation: "Op", effect: "none", message: `because of ${code}` });

interface Troubles {
  exists?: boolean | ErrorCode;
  sourceHead?: ErrorCode;
  destinationHead?: ErrorCode;
  queue?: ErrorCode;
  queueEntry?: ErrorCode;
}

const run = (troubles: Troubles, undecided?: (what: string) => void) => {
  const { exists = true, sourceHead, destinationHead, queue, queueEntry } = troubles;
  const orFail = <T>(code: ErrorCode | undefined, value: T): Promise<T> =>
    code === undefined ? Promise.resolve(value) : Promise.reject(failure(code));
  const ports = {
    source: {
      name: "src",
      exists: () => (typeof exists === "string" ? orFail(exists, true) : Promise.resolve(exists)),
      head: () => orFail(sourceHead, ABSENT),
    },
    destination: { name: "dst", head: () => orFail(destinationHead, ABSENT) },
    queue: { delete: () => orFail(queue, [queueEntry === undefined ? undefined : failure(queueEntry)]) },
  };
  return preflight(ports as unknown as PreflightPorts, signal(), undecided);
};

test("a good set-up has no problems; the receipt that is none is expected to be refused", async () => {
  expect(await run({})).toEqual([]);
  expect(await run({ queueEntry: "ReceiptInvalid" })).toEqual([]);
});

test("every problem is told at once, with what to do", async () => {
  expect(await run({ exists: false, destinationHead: "Session", queue: "QueueGone" })).toEqual([
    expect.stringMatching(/^source bucket src: The bucket does not exist\. Check SRC_BUCKET/),
    expect.stringMatching(/^destination bucket dst: No session .*\(Op: because of Session\)$/),
    expect.stringMatching(/^queue: The queue does not exist/),
  ]);
});

test.each<[string, Troubles]>([
  ["source bucket src", { exists: "AccessDenied" }],
  ["source bucket src", { sourceHead: "AccessDenied" }],
  ["source bucket src", { sourceHead: "Credentials" }],
  ["destination bucket dst", { destinationHead: "NoSuchBucket" }],
  ["destination bucket dst", { destinationHead: "AccessDenied" }],
  ["queue", { queue: "AccessDenied" }],
  ["queue", { queueEntry: "AccessDenied" }],
])("%s: %p is a problem", async (what, troubles) => {
  expect(await run(troubles)).toEqual([expect.stringMatching(new RegExp(`^${what}: `))]);
});

test.each<[Troubles]>([
  [{ exists: "Throttled" }],
  [{ sourceHead: "Unavailable" }],
  [{ destinationHead: "Unavailable" }],
  [{ destinationHead: "NotConnected" }],
  [{ queue: "Timeout" }],
  [{ queueEntry: "Unknown" }],
])("%p may pass by itself: no problem, and told to whoever wants to know", async (troubles) => {
  const told: string[] = [];
  expect(await run(troubles, (what) => told.push(what))).toEqual([]);
  const [code] = Object.values(troubles) as [ErrorCode];
  expect(told).toEqual([expect.stringMatching(new RegExp(`^[a-z ]+.*\\(Op: because of ${code}\\)$`))]);
});

test("of a good set-up nothing is left undecided", async () => {
  const told: string[] = [];
  for (const troubles of [{}, { queueEntry: "ReceiptInvalid" } as const])
    await run(troubles, (what) => told.push(what));
  expect(told).toEqual([]);
});
