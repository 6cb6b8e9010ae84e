/** What dead letters are evidence of, row by row; and how verify reads them: once, when asked, in bounded number, giving all back. */
import type { ReceivedLetter } from "../../../aws/operator/dead-letters";
import { type LettersPorts, makeRefusals } from "../../../cli/verify/dead-letters";
import { type Finding, type Kind, KINDS } from "../../../cli/verify/findings";
import { lookLines, mayBeRefused, type Refusal, refusalOf, weightier, withRefusal } from "../../../cli/verify/refusal";
import { ERROR_CODES, type ErrorCode, syncError } from "../../../core/errors";
import { deadLetterOf } from "../../../worker/dead-letter";

const STATE = "1;etag;5;1000;;digest";
const attributesOf = (code: ErrorCode, message: string, fingerprint: string | undefined) =>
  deadLetterOf("{}", syncError({ code, operation: "CopyObject", effect: "none", message }), { key: "k", fingerprint })
    .attributes ?? {};

function letter(messageId: string, attributes: Readonly<Record<string, string>>, sentAt = 7): ReceivedLetter {
  const rest = { receiptHandle: `r-${messageId}`, body: "{}", receives: 1, movedBySqs: false };
  return { messageId, attributes, sentAt, ...rest };
}

const refusal = (code: ErrorCode, sentAt = 7, fingerprint = STATE): Refusal => {
  const found = refusalOf(letter("m", attributesOf(code, "no.", fingerprint), sentAt));
  if (found === undefined) throw new Error(`${code} is no evidence`);
  return found;
};

describe("a letter", () => {
  test("as a worker writes it, on one line", () => {
    const attributes = attributesOf("KeyRefused", "Your key\nis too long.", STATE);
    expect(refusalOf(letter("m", attributes))).toEqual({
      fingerprint: STATE,
      code: "KeyRefused",
      why: "CopyObject: Your key is too long",
      lasts: true,
      sentAt: 7,
    });
  });

  test.each([
    ["of a key whose source could not be looked at", attributesOf("KeyRefused", "no", undefined)],
    ["with a state in another format", attributesOf("KeyRefused", "no", "2;etag;5;1000;;digest")],
    ["with a reason of another version", { ...attributesOf("KeyRefused", "no", STATE), ErrorCode: "constructor" }],
    ["without a reason: SQS moved it", { Fingerprint: STATE }],
    ["of an archived object: HEAD tells whether it still is", attributesOf("ArchivedObject", "no", STATE)],
  ])("is no evidence: %s", (_, attributes) => expect(refusalOf(letter("m", attributes))).toBeUndefined());

  test("lasts when it is a verdict about the key, and not when it may pass", () => {
    const codes = (Object.keys(ERROR_CODES) as ErrorCode[]).filter((code) => code !== "ArchivedObject");
    const lasting = codes.filter((code) => refusal(code).lasts).sort();
    expect(lasting).toEqual(["CustomerKeyRequired", "KeyRefused", "MetadataTooLarge", "ObjectTooLarge"]);
  });

  test("of two about one state the one that lasts counts, else the newer", () => {
    const [lasting, denied, throttled] = [
      refusal("KeyRefused", 1),
      refusal("AccessDenied", 2),
      refusal("Throttled", 3),
    ];
    expect([weightier(lasting, denied), weightier(denied, lasting)]).toEqual([lasting, lasting]);
    expect([weightier(throttled, denied), weightier(denied, throttled)]).toEqual([throttled, throttled]);
  });
});

describe("a finding", () => {
  const at = (kind: Kind, sizes: Pick<Finding, "sourceSize" | "destinationSize"> = { sourceSize: 5 }): Finding => ({
    ...{ key: "k", kind, reason: "as seen" },
    ...sizes,
  });

  test("asks for letters only where the source would have to be copied", () => {
    expect(KINDS.filter((kind) => mayBeRefused(at(kind)))).toEqual(["missing", "different", "stale", "in-motion"]);
    // A deletion that is on its way.
    expect(mayBeRefused(at("in-motion", { destinationSize: 5 }))).toBe(false);
  });

  const lasts = "KeyRefused: CopyObject: no";
  const keeps = "the destination keeps an older state";
  const replica = { sourceSize: 5, destinationSize: 4 };
  test.each([
    [at("missing"), "KeyRefused", "unsyncable", `${lasts}; it is among the dead letters`],
    [at("stale", replica), "KeyRefused", "unsyncable", `${lasts}; ${keeps}; it is among the dead letters`],
    [at("in-motion"), "KeyRefused", "unsyncable", `${lasts}; it is among the dead letters`],
    [at("missing"), "AccessDenied", "missing", "as seen; its dead letter says AccessDenied: CopyObject: no"],
    [at("different", replica), "Timeout", "different", "as seen; its dead letter says Timeout: CopyObject: no"],
    [at("in-motion"), "AccessDenied", "in-motion", "as seen"],
  ] as const)("%j and a letter with %s: %s", (finding, code, kind, reason) => {
    expect(withRefusal(finding, refusal(code))).toEqual({ ...finding, kind, reason });
  });

  test("without a letter stays what it is", () => {
    const finding = at("missing");
    expect(withRefusal(finding, undefined)).toBe(finding);
  });
});

describe("what a look leaves open", () => {
  const open = "Keys whose copy is refused are not told from those that wait for one";
  test.each([
    [null, []],
    [{ read: 3, unread: 0, problem: null }, []],
    [{ read: 0, unread: 0, problem: "why" }, [`${open}: why.`]],
    [
      { read: 10_000, unread: 2_500, problem: null },
      [`${open} where their dead letter is one of about 2,500 that were not read.`],
    ],
  ])("%j", (look, lines) => expect(lookLines(look)).toEqual(lines));
});

/** A queue that answers pages as given, then nothing. */
function queueOf(pages: readonly (readonly ReceivedLetter[])[], { inFlight = 0, fails = false, more = 0 } = {}) {
  const left = [...pages];
  const calls: string[] = [];
  const ports: LettersPorts = {
    depth: () => {
      calls.push("depth");
      return Promise.resolve({ visible: pages.flat().length + more, inFlight });
    },
    receive: () => {
      calls.push("receive");
      const page = left.shift();
      if (page === undefined && fails) return Promise.reject(new Error("no more."));
      return Promise.resolve(page ?? []);
    },
    giveBack: (handles) => {
      calls.push(`give back ${handles.join(" ")}`);
      return Promise.resolve([]);
    },
  };
  return { ports, calls };
}

const never = new AbortController().signal;
const about = (messageId: string, n: number) => letter(messageId, attributesOf("KeyRefused", "no", `1;e;${n};1;;d`));

describe("reading them", () => {
  test("not before anybody asks, then once for all who ask at the same time; all is given back", async () => {
    // Counts of SQS are approximate: that no more comes is what counts.
    const { ports, calls } = queueOf([[about("a", 1), letter("x", {})], [about("b", 2)]], { more: 1 });
    const refusals = makeRefusals(ports, never);
    expect([refusals.look, calls]).toEqual([null, []]);
    const found = await Promise.all([1, 2, 3].map((n) => refusals.of(`1;e;${n};1;;d`)));
    expect(found.map((one) => one?.code)).toEqual(["KeyRefused", "KeyRefused", undefined]);
    expect(await refusals.of("1;e;2;1;;d")).toBe(found[1]);
    const receives = Array.from({ length: 5 }, () => "receive");
    expect(calls).toEqual(["depth", ...receives, "give back r-a r-x r-b"]);
    expect(refusals.look).toEqual({ read: 3, unread: 0, problem: null });
  });

  test("what was read is forgotten with its run; how far it was read is not", async () => {
    const refusals = makeRefusals(queueOf([[about("a", 1)]]).ports, never);
    expect(await refusals.of("1;e;1;1;;d")).toMatchObject({ code: "KeyRefused" });
    await refusals.close();
    expect(await refusals.of("1;e;1;1;;d")).toBeUndefined();
    expect(refusals.look).toEqual({ read: 1, unread: 0, problem: null });
  });

  test("an empty queue is only counted, as is one whose letters somebody else holds", async () => {
    const { ports, calls } = queueOf([], { inFlight: 4 });
    const refusals = makeRefusals(ports, never);
    expect(await refusals.of(STATE)).toBeUndefined();
    expect([calls, refusals.look]).toEqual([["depth"], { read: 0, unread: 4, problem: null }]);
  });

  test("no more than the limit, and says how many are left", async () => {
    const { ports, calls } = queueOf([[about("a", 1), about("b", 2)], [about("c", 3), about("d", 4)], [about("e", 5)]]);
    const refusals = makeRefusals(ports, never, 3);
    expect(await refusals.of("1;e;3;1;;d")).toMatchObject({ code: "KeyRefused" });
    expect(await refusals.of("1;e;4;1;;d")).toBeUndefined();
    expect(refusals.look).toEqual({ read: 3, unread: 2, problem: null });
    expect(calls.at(-1)).toBe("give back r-a r-b r-c r-d");
  });

  test("a queue that cannot be read, or no further, is told; what was read counts", async () => {
    const { ports, calls } = queueOf([[about("a", 1)]], { fails: true });
    const refusals = makeRefusals(ports, never);
    expect(await refusals.of("1;e;1;1;;d")).toMatchObject({ code: "KeyRefused" });
    expect(refusals.look).toEqual({ read: 1, unread: 0, problem: "the dead-letter queue cannot be read: no more" });
    expect(calls.at(-1)).toBe("give back r-a");
    const nowhere = makeRefusals("it is not known", never);
    expect([await nowhere.of(STATE), nowhere.look]).toEqual([
      undefined,
      { read: 0, unread: 0, problem: "it is not known" },
    ]);
  });

  test("ends with the run: by Ctrl-C, or because it failed elsewhere; then what was taken is given back", async () => {
    for (const how of ["signal", "close"] as const) {
      const stop = new AbortController();
      const { ports, calls } = queueOf([[about("a", 1)]]);
      let ending: Promise<void> | undefined;
      const receive: LettersPorts["receive"] = async (seconds, signal) => {
        const page = await ports.receive(seconds, signal);
        if (how === "signal") stop.abort();
        else ending = refusals.close();
        return page;
      };
      const refusals = makeRefusals({ ...ports, receive }, stop.signal);
      await expect(refusals.of(STATE)).rejects.toThrow(/abort/i);
      await ending;
      expect(calls).toEqual(["depth", "receive", "give back r-a"]);
    }
    await expect(makeRefusals("never asked", never).close()).resolves.toBeUndefined();
  });
});
