/** A sweep sees every letter once, and gives back whatever was not dealt with, however it ends. */
import fc from "fast-check";
import type { ReceivedLetter } from "../../../aws/operator/dead-letters";
import { redrive, type RedrivePorts } from "../../../cli/dlq/redrive";
import { readLetter } from "../../../cli/dlq/letter";
import { type SweepPorts, withLetters } from "../../../cli/dlq/sweep";
import { syncError } from "../../../core/errors";
import type { OutgoingMessage } from "../../../core/ports";

const never = new AbortController().signal;
const BODY = '{"Event":"s3:TestEvent"}';

function letter(messageId: string, body = BODY): ReceivedLetter {
  return {
    messageId,
    receiptHandle: `r-${messageId}`,
    body,
    attributes: {},
    receives: 1,
    sentAt: 0,
    movedBySqs: false,
  };
}

/** A queue that answers pages as given, then nothing. */
function queueOf(pages: readonly (readonly string[])[]) {
  const left = [...pages];
  const visibilities: number[] = [];
  const givenBack: string[] = [];
  const ports: SweepPorts = {
    receive: (visibilitySeconds) => {
      visibilities.push(visibilitySeconds);
      return Promise.resolve((left.shift() ?? []).map((id) => letter(id)));
    },
    giveBack: (handles) => {
      expect(handles.length).toBeLessThanOrEqual(10);
      givenBack.push(...handles);
      return Promise.resolve(handles.map(() => undefined));
    },
  };
  return { ports, visibilities, givenBack };
}

const options = (expected: number, limit = 1_000) => ({ expected, limit, signal: never, onSeen: () => undefined });

it("an empty receive is not the end, and a letter that comes twice is one letter", async () => {
  const { ports, givenBack } = queueOf([["a"], [], [], ["b", "a"], [], ["a"], []]);
  const seen = await withLetters(ports, options(2), ({ letters, whole }) =>
    Promise.resolve({ result: { ids: letters.map(({ messageId }) => messageId), whole }, gone: [] }),
  );
  expect(seen).toEqual({ ids: ["a", "b"], whole: true });
  expect(givenBack.sort()).toEqual(["r-a", "r-b"]);
});

it("stops at the limit, says so, and gives back the rest of the last page as well", async () => {
  const { ports, givenBack } = queueOf([["a", "b"], ["c", "d"], ["e"]]);
  const result = await withLetters(ports, options(5, 3), ({ letters, whole }) =>
    Promise.resolve({ result: [letters.length, whole], gone: letters.slice(0, 1) }),
  );
  expect(result).toEqual([3, false]);
  expect(givenBack).toEqual(["r-b", "r-c", "r-d"]);
});

it("holds them for longer than the sweep can take", async () => {
  for (const [expected, seconds] of [
    [0, 120],
    [1_000, 320],
    [1_000_000, 320],
  ] as const) {
    const { ports, visibilities } = queueOf([]);
    await withLetters(ports, options(expected), () => Promise.resolve({ result: undefined, gone: [] }));
    expect(new Set(visibilities)).toEqual(new Set([seconds]));
  }
});

it("gives everything back after an error and after Ctrl-C, even when giving back fails", async () => {
  const broken = queueOf([["a"]]);
  await expect(withLetters(broken.ports, options(1), () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(broken.givenBack).toEqual(["r-a"]);
  const stop = new AbortController();
  const stopped = queueOf([["a"], ["b"]]);
  const onSeen = (): void => stop.abort();
  const run = withLetters({ ...stopped.ports }, { ...options(2), signal: stop.signal, onSeen }, () =>
    Promise.resolve({ result: undefined, gone: [] }),
  );
  await expect(run).rejects.toThrow(/abort/i);
  expect(stopped.givenBack).toEqual(["r-a"]);
  const deaf: SweepPorts = { ...queueOf([["a"]]).ports, giveBack: () => Promise.reject(new Error("gone")) };
  await expect(withLetters(deaf, options(1), () => Promise.resolve({ result: 1, gone: [] }))).resolves.toBe(1);
});

const failure = syncError({ code: "Unavailable", operation: "SendMessageBatch", effect: "unknown", message: "503" });

/** Refuses the entries of these letters, once sent or once removed. */
function portsThatFail(send: ReadonlySet<string>, remove: ReadonlySet<string>) {
  const sent: string[] = [];
  const removed: string[] = [];
  const ports: RedrivePorts = {
    send: (messages: readonly OutgoingMessage[]) => {
      expect(messages.length).toBeLessThanOrEqual(10);
      const ids = messages.map(({ body }) => (JSON.parse(body) as { id: string }).id);
      sent.push(...ids.filter((id) => !send.has(id)));
      return Promise.resolve(ids.map((id) => (send.has(id) ? failure : undefined)));
    },
    remove: (handles) => {
      const ids = handles.map((handle) => handle.slice(2));
      // Nothing is deleted that was not sent before.
      expect(ids.every((id) => sent.includes(id))).toBe(true);
      removed.push(...ids.filter((id) => !remove.has(id)));
      return Promise.resolve(ids.map((id) => (remove.has(id) ? failure : undefined)));
    },
  };
  return { ports, sent, removed };
}

it("redrive: whatever fails, every letter is told as exactly one of redriven, failed, refused or untried", async () => {
  const ids = fc.uniqueArray(fc.integer({ min: 0, max: 60 }).map(String), { maxLength: 60 });
  const some = fc.subarray(Array.from({ length: 61 }, (_, n) => String(n)));
  await fc.assert(
    fc.asyncProperty(ids, some, some, some, async (all, unsent, kept, unknown) => {
      const letters = all.map((id) => {
        const body = unknown.includes(id) ? "{" : `{"Event":"s3:TestEvent","id":"${id}"}`;
        return readLetter(letter(id, body));
      });
      const { ports, sent, removed } = portsThatFail(new Set(unsent), new Set(kept));
      const result = await redrive(letters, ports, { signal: never, onDone: () => undefined });
      const told = [
        ...result.redriven,
        ...result.failed.map((left) => left.letter),
        ...result.refused.map((left) => left.letter),
      ].map(({ messageId }) => messageId);
      expect(told.sort()).toEqual([...all].sort());
      expect(result.untried).toBe(0);
      expect(result.redriven.map(({ messageId }) => messageId).sort()).toEqual(removed.sort());
      expect(sent.filter((id) => !removed.includes(id)).every((id) => kept.includes(id))).toBe(true);
    }),
  );
});

it("redrive: one batch holds at most a megabyte; Ctrl-C ends it between two batches", async () => {
  const pad = "x".repeat(400_000);
  const letters = ["0", "1", "2", "3", "4"].map((id) =>
    readLetter(letter(id, JSON.stringify({ Event: "s3:TestEvent", id, pad }))),
  );
  const stop = new AbortController();
  const sizes: number[] = [];
  const { ports } = portsThatFail(new Set(), new Set());
  const counting: RedrivePorts = {
    ...ports,
    send: (messages) => {
      sizes.push(messages.length);
      return ports.send(messages);
    },
  };
  const onDone = (done: number): void => {
    if (done === 4) stop.abort();
  };
  const result = await redrive(letters, counting, { signal: stop.signal, onDone });
  expect(sizes).toEqual([2, 2]);
  expect(result).toMatchObject({ failed: [], refused: [], untried: 1 });
  expect(result.redriven).toHaveLength(4);
});
