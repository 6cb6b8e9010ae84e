/** The probe under virtual time: each leg timed, each way to get stuck told, and nothing left behind in any case. */
import { diagnose, probe, type ProbeDeps } from "../../../cli/doctor/probe";
import { syncError } from "../../../core/errors";
import { fingerprintOf, FINGERPRINT_KEY } from "../../../core/fingerprint";
import { ABSENT, type DestinationState, type SourceObject, type SourceState } from "../../../core/state";
import { makeClock } from "../../support/worker-clock";

const KEY = "p/probe";
const STATE: SourceObject = { kind: "object", etag: "e", size: 5, lastModified: 1, headers: {}, metadata: {} };
const digest = (text: string): string => `d${text.length}`;
const FINGERPRINT = fingerprintOf(STATE, { bucket: "src", key: KEY }, digest);

interface World {
  /** Milliseconds the system takes; Infinity: never. */
  readonly copyMs?: number;
  readonly deleteMs?: number;
  readonly versioned?: true;
  readonly source?: SourceState;
  readonly replica?: DestinationState;
  readonly trigger?: true;
}

function world({
  copyMs = 3_400,
  deleteMs = 1_200,
  versioned,
  source = ABSENT,
  replica = ABSENT,
  trigger,
}: World = {}) {
  const clock = makeClock();
  const calls: string[] = [];
  let at: SourceState = source;
  let to: DestinationState = replica;
  const later = (ms: number, effect: () => void): void => {
    if (ms !== Infinity) void clock.sleep(ms).then(effect);
  };
  const deps: ProbeDeps = {
    clock,
    digest,
    timeoutMs: 20_000,
    leftBehind: (text) => void calls.push(text),
    source: { name: "src", head: async () => at },
    destination: {
      head: async () => to,
      deleteObject: async () => {
        calls.push("delete replica");
        to = ABSENT;
      },
    },
    object: {
      async put() {
        calls.push("put");
        at = STATE;
        const stale = {
          kind: "object",
          etag: "r",
          size: 5,
          headers: {},
          metadata: { [FINGERPRINT_KEY]: "1;x" },
        } as const;
        to = stale;
        later(copyMs, () => (to = { ...stale, metadata: { [FINGERPRINT_KEY]: FINGERPRINT } }));
        return versioned && "v1";
      },
      async remove() {
        calls.push("remove");
        at = ABSENT;
        later(deleteMs, () => (to = ABSENT));
        return versioned && "marker";
      },
      removeVersion: async (id) => void calls.push(`remove version ${id}`),
    },
    depth: async () => ({ visible: 1, inFlight: 0, delayed: 0 }),
    trigger: trigger && (async () => void calls.push(`trigger ${clock.now}`)),
  };
  return { clock, calls, deps, left: () => [at.kind, to.kind] };
}

const never = new AbortController().signal;

test("goes the whole way; each leg has its seconds, and a replica of something else does not count", async () => {
  const { clock, calls, deps, left } = world();
  expect(await clock.until(probe(deps, KEY, never))).toEqual({
    key: KEY,
    legs: [
      { leg: "written", seconds: 0 },
      { leg: "copied", seconds: 4 },
      { leg: "deleted", seconds: 0 },
      { leg: "gone", seconds: 2 },
    ],
  });
  expect(calls).toEqual(["put", "remove", "delete replica"]);
  expect(left()).toEqual(["absent", "absent"]);
});

test("in a bucket that keeps versions, the version and its marker go too", async () => {
  const { clock, calls, deps } = world({ versioned: true });
  await clock.until(probe(deps, KEY, never));
  expect(calls).toEqual(["put", "remove", "delete replica", "remove version v1", "remove version marker"]);
});

test("with a trigger the starter runs at once, and every ten seconds until a leg ends", async () => {
  const { clock, calls, deps } = world({ copyMs: 12_000, trigger: true });
  await clock.until(probe(deps, KEY, never));
  expect(calls.slice(0, 5)).toEqual(["put", "trigger 0", "trigger 10000", "remove", "trigger 12000"]);
});

test.each([
  ["copied", { copyMs: Infinity }, ["written"]],
  ["gone", { deleteMs: Infinity }, ["written", "copied", "deleted"]],
] as const)("not %s in time: says which leg, where it is stuck, and cleans up", async (leg, broken, before) => {
  const { clock, calls, deps, left } = world(broken);
  const result = await clock.until(probe(deps, KEY, never));
  expect(result.legs.map((one) => one.leg)).toEqual(before);
  expect(result.failed).toEqual({
    leg,
    why: `not ${leg} within 20 s`,
    advice: expect.stringContaining("nobody takes it") as string,
  });
  expect(left()).toEqual(["absent", "absent"]);
  expect(calls.filter((call) => call === "remove")).toHaveLength(1);
});

test("what is there already is nobody's to delete: refused before anything is written", async () => {
  const replica = { kind: "object", etag: "r", size: 1, headers: {}, metadata: {} } as const;
  for (const [where, there] of [
    ["source", { source: STATE }],
    ["destination", { replica }],
  ] as const) {
    const { calls, deps } = world(there);
    await expect(probe(deps, KEY, never)).rejects.toThrow(`There is an object "${KEY}" at the ${where} already`);
    expect(calls).toEqual([]);
  }
});

test("Ctrl-C ends the wait, and what was written is taken away", async () => {
  const { clock, calls, deps, left } = world({ copyMs: Infinity });
  const controller = new AbortController();
  const probing = probe(deps, KEY, controller.signal);
  probing.catch(() => undefined);
  await clock.advance(2_500);
  controller.abort();
  await expect(clock.until(probing)).rejects.toThrow(/abort/);
  expect(calls).toEqual(["put", "remove", "delete replica"]);
  expect(left()).toEqual(["absent", "absent"]);
});

test("a write that was refused is the error, and there is nothing to take away", async () => {
  const { deps, calls } = world();
  const error = syncError({ code: "AccessDenied", operation: "PutObject", effect: "none", message: "refused" });
  const object = { ...deps.object, put: () => Promise.reject(error) };
  await expect(probe({ ...deps, object }, KEY, never)).rejects.toThrow("PutObject: refused");
  expect(calls).toEqual([]);
});

test("a write without an answer may have happened: it is taken away", async () => {
  const { deps, calls } = world();
  const object = { ...deps.object, put: () => Promise.reject(new Error("socket hang up")) };
  await expect(probe({ ...deps, object }, KEY, never)).rejects.toThrow("socket hang up");
  expect(calls).toEqual(["remove", "delete replica"]);
});

test("what could not be taken away is told", async () => {
  const { clock, deps, calls } = world({ copyMs: Infinity });
  const object = { ...deps.object, remove: () => Promise.reject(new Error("DeleteObject: denied")) };
  await clock.until(probe({ ...deps, object }, KEY, never));
  expect(calls).toEqual([
    "put",
    `"${KEY}" could not be deleted at the source, do it by hand: DeleteObject: denied`,
    "delete replica",
  ]);
});

test("where it is stuck, by what the queue holds", () => {
  expect(diagnose({ visible: 0, inFlight: 0, delayed: 0 })).toMatch(/^The queue is empty: the event did not arrive/);
  expect(diagnose({ visible: 2, inFlight: 0, delayed: 0 })).toMatch(
    /^The event waits in the queue and nobody takes it/,
  );
  expect(diagnose({ visible: 2, inFlight: 1, delayed: 0 })).toMatch(/^A worker holds messages/);
  expect(diagnose({ visible: 0, inFlight: 0, delayed: 1 })).toMatch(/^A worker holds messages/);
});
