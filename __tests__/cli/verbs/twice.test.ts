/**
 * Every verb, as a process on the local cloud, twice in a row: exit code and each line of what it prints. What only looks says the
 * same again; what changes something says that it is done already. `local` has the same in local.test.ts.
 */
import { outputsFile, cli } from "../../support/cli";
import { VERBS } from "../../support/cli-program";
import { BRIEF, type E2E, withStack } from "../../support/e2e";

jest.setTimeout(300_000);
/** Enabled, and never due while the test runs. */
const SETTINGS = { ...BRIEF, maxWorkers: 2, pollIntervalSeconds: 3600 } as const;
const PRICED = ["--price-region", "us-east-1"];
const AGO = String.raw`(\d+ (s|min))`;
const RULE = "s3-to-s3express-sync-starter-rule";
const PULUMI = (value: boolean): string =>
  `A later \`pulumi up\` follows the stack: \`pulumi config set paused ${value}\` makes it stay.`;
const UNSYNCABLE =
  "unsyncable: refused CopyObject: Injected by a fault rule of the local cloud. The destination refuses this key. Rename the object at the source.";

/** A line each; a pattern alone is for lines that are all of one kind, however many. */
type Lines = readonly (string | RegExp)[] | RegExp;

interface Run {
  readonly code: 0 | 1;
  readonly stdout: Lines;
  readonly stderr?: Lines;
}

interface Step {
  readonly verb: string;
  readonly args?: readonly string[];
  readonly first: Run;
  /** The same as the first when it is not given. */
  readonly second?: Run;
  /** For what looks at something that stands still: the second says it in the same words. */
  readonly sameWords?: true;
}

const rows = (count: number, row: RegExp): readonly RegExp[] => Array.from({ length: count }, () => row);

/** A row of a bill: item, quantity and unit, price and unit, dollars. */
const BILLED = /^\S.*? {2,}<?[\d.,]+ [\w-]+ +\$[\d.]+ per [\w, -]+ +<?\$[\d.,]+$/;
const TOTALS = [/^total +<?\$[\d.]+$/, /^total where the account's free tiers are unused +<?\$[\d.]+$/];

/** In this order: each finds what the ones before it left. */
const STEPS: readonly Step[] = [
  {
    verb: "status",
    first: {
      code: 0,
      stdout: [
        "idle: nothing waits, no worker runs; 1 dead letter waits for you (dlq list)",
        "",
        "queue         0 messages waiting, 0 held by workers, 0 delayed",
        "dead letters  1 message",
        "workers       0 (at most 2)",
        "starter       on, every 60 minutes",
        new RegExp(
          `^last look {5}${AGO} ago: 2 workers launched \\(2 Spot, 0 On-Demand\\) for \\d messages, 0 running before$`,
        ),
        /^lag {11}p50 \d+\.\d s, p99 \d+\.\d s, max \d+\.\d s from event to check \(last 15 min\)$/,
        "throughput    2 objects copied, 16 B copied, 1 object deleted in the last 15 min",
        /^cost {10}\$0\.\d+ of work in the last 15 min, at list prices of us-east-1$/,
      ],
    },
  },
  {
    verb: "doctor",
    sameWords: true,
    first: {
      code: 0,
      stdout: ["No problem, 15 ok.", "", "check         result  finding", ...rows(15, /^[a-z-]+ +ok {6}\S.*$/)],
    },
  },
  {
    verb: "logs",
    sameWords: true,
    first: { code: 0, stdout: /^\d\d:\d\d:\d\d\.\d{3} [0-9a-f]{8} (info |error) \S/ },
  },
  {
    verb: "explain",
    args: ["refused"],
    first: {
      code: 1,
      stdout: [
        '"refused" is not equal.',
        "",
        /^source {9}1 B, ETag [0-9a-f]{32}, changed \d{4}-\d\d-\d\d \d\d:\d\d UTC, binary\/octet-stream, 0 metadata entries$/,
        "destination    absent",
        "fingerprint    -",
        "open uploads   none",
        new RegExp(
          `^last decision {2}found unsyncable ${AGO} ago by worker [0-9a-f]{8}: copy \\(not-compared\\), 1 message, [\\d.]+ s after the event, CopyObject: Injected by a fault rule of the local cloud\\.$`,
        ),
        "message        it is among the dead letters",
        new RegExp(
          `^dead letters {3}1 letter \\(KeyRefused\\), sent ${AGO} ago: dlq show "refused"; once the cause is gone: dlq redrive --key "refused"$`,
        ),
        "advice         The destination refuses this key. Rename the object at the source.",
        "next           1 B are copied by one request, because the destination has no such object",
      ],
    },
  },
  {
    verb: "verify",
    args: ["--deep", "--grace", "0", "--repair", "--dry-run"],
    first: {
      code: 1,
      stdout: [
        "NOT EQUAL: 1 unsyncable; 2 keys equal.",
        "",
        "side         objects  bytes  LIST  HEAD",
        "source             3     17     1     1",
        "destination        2     16     1     3",
        "",
        "kind        keys  meaning",
        "unsyncable     1  cannot be synced",
        "",
        "Examples, at most 5 of a kind:",
        "kind        key      reason",
        "unsyncable  refused  KeyRefused: CopyObject: Injected by a fault rule of the local cloud; it is among the dead letters",
        "",
        "0 keys would be enqueued.",
        "",
        /^[\d.]+ s\. What this cannot see:$/,
        "  The fingerprint names the source state that was copied: bytes that were changed at the destination later, with size and metadata kept, are not seen.",
        "  A change of headers or metadata alone, within the second of the change before, is not seen.",
      ],
    },
  },
  {
    verb: "cost",
    args: ["--last-run", ...PRICED],
    sameWords: true,
    first: {
      code: 0,
      stdout: [
        /^The last run cost about \$0\.\d+: 2 objects copied, 16 B, 1 deleted; \d{4}-\d\d-\d\d \d\d:\d\d UTC to \d\d:\d\d UTC, \d worker minutes?\.$/,
        "",
        "The last run:",
        /^item +quantity +unit price +dollars$/,
        ...rows(13, BILLED),
        ...TOTALS,
        "",
        "Idle, every month:",
        /^item +quantity +unit price +dollars$/,
        ...rows(7, BILLED),
        ...TOTALS,
        "",
        "Assumed:",
        ...rows(7, /^ {2}- [A-Z].*\.$/),
        "",
        "Prices: us-east-1, 2026-10-04, US dollars. Where each comes from: cost --show-prices.",
      ],
    },
  },
  {
    verb: "dlq list",
    first: {
      code: 0,
      stdout: [
        "1 dead letter, 1 reason",
        "",
        "REASON      LETTERS  OLDEST  KEYS",
        new RegExp(`^KeyRefused {8}1 {2}${AGO} +"refused"$`),
        "",
        "KeyRefused: The destination refuses this key. Rename the object at the source.",
      ],
    },
  },
  {
    verb: "dlq show",
    args: ["refused"],
    first: {
      code: 0,
      stdout: [
        /^KeyRefused {2}[0-9a-f-]{36}$/,
        "  why      CopyObject: Injected by a fault rule of the local cloud.",
        "  do       The destination refuses this key. Rename the object at the source.",
        '  keys     "refused"',
        /^ {2}sent {5}\d{4}-\d\d-\d\d \d\d:\d\d UTC, received \d times$/,
        /^ {2}body {5}\{"v":1,"kind":"keys","failures":0,.*"keys":\[\{"key":"refused","size":1\}\]\}$/,
        "",
      ],
    },
  },
  {
    verb: "dlq redrive",
    args: ["--key", "refused"],
    first: { code: 0, stdout: ["1 dead letter redriven"] },
    second: { code: 0, stdout: ["no dead letter is meant: nothing to redrive"] },
  },
  {
    verb: "work",
    first: {
      code: 0,
      stdout: [
        "Worker for s3://s3-to-s3express-sync-source/ -> s3-to-s3express-sync--eun1-az1--x-s3. Ctrl-C: it finishes what it began and hands back the rest.",
        "Nothing left to do. 0 objects copied (0 B), 0 deleted, 0 in sync, 1 dead letter.",
      ],
      stderr: [UNSYNCABLE],
    },
    second: {
      code: 0,
      stdout: [/^Worker for s3:/, "Nothing left to do. 0 objects copied (0 B), 0 deleted, 0 in sync."],
    },
  },
  {
    verb: "dlq purge",
    args: ["--reason", "KeyRefused", "--yes"],
    first: { code: 0, stdout: ["1 dead letter deleted"] },
    second: { code: 0, stdout: ["no dead letters to delete"] },
  },
  { verb: "trigger", sameWords: true, first: { code: 0, stdout: ["nothing to do: the queue is empty"] } },
  {
    verb: "scale",
    args: ["3"],
    first: {
      code: 0,
      stdout: [
        "most workers: 2 -> 3",
        "permanent:  pulumi config set maxWorkers 3 && pulumi up",
        "undone by:  scale 2, or the next `pulumi up` that changes the starter",
      ],
    },
    second: { code: 0, stdout: ["most workers: 3 already"] },
  },
  {
    verb: "backfill",
    sameWords: true,
    first: {
      code: 0,
      stdout: [
        "Started: the workers list s3://s3-to-s3express-sync-source/ and queue every key that differs.",
        "The starter launches them within a minute, and nothing here has to stay. To watch: s3-express-sync status --watch",
      ],
    },
  },
  {
    verb: "pause",
    first: {
      code: 0,
      stdout: [
        `paused: ${RULE} starts no more workers`,
        /^2 messages in the queue; the queue keeps a message 10 days: waiting events expire from \d{4}-\d\d-\d\d \d\d:\d\d UTC on$/,
        `\`resume\` ends it. ${PULUMI(true)}`,
      ],
    },
    second: {
      code: 0,
      stdout: [
        "was paused already",
        /^2 messages in the queue; the queue keeps a message 10 days: waiting events expire from .* on$/,
        `\`resume\` ends it. ${PULUMI(true)}`,
      ],
    },
  },
  {
    verb: "resume",
    first: {
      code: 0,
      stdout: [
        `resumed: ${RULE} starts workers again, 2 messages in the queue`,
        "when it was paused is not known: if that is longer ago than 10 days, as long as the queue keeps a message, events have expired",
        "Find what was missed: s3-express-sync verify --deep",
        PULUMI(false),
      ],
    },
    second: { code: 0, stdout: [`was not paused: ${RULE} is on`] },
  },
];

/** Two objects synced, one deleted, one refused and among the dead letters; nobody at work. */
async function settle(world: E2E, run: (args: readonly string[]) => Promise<unknown>): Promise<void> {
  const error = { type: "error", status: 400, code: "KeyTooLongError" } as const;
  world.cloud.faults.add({ operation: "CopyObject", key: "refused", action: error });
  await world.put("a/1", "hello world");
  await world.put("a b", "hello");
  await world.put("refused", "r");
  // Of its delete alone there is an event: two of one key may go to two workers, each of which deletes.
  await world.put("gone", "x", { notify: false });
  world.cloud.s3.delete(world.source, "gone");
  await world.cloud.s3.flushDeliveries();
  await run(["trigger"]);
  await world.drained();
  await Promise.all(world.workers().map((worker) => worker.ended(0)));
}

/** Line by line, so that a failure shows the line. */
function expectLines(what: string, text: string, lines: Lines): void {
  const printed = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const expected = lines instanceof RegExp ? (printed.length === 0 ? [lines] : printed.map(() => lines)) : lines;
  expect({ what, lines: printed }).toEqual({
    what,
    lines: expected.map((line) => (typeof line === "string" ? line : (expect.stringMatching(line) as string))),
  });
}

test("every verb of the command line is here", () => {
  expect(STEPS.map(({ verb }) => verb).sort()).toEqual(
    VERBS.map((words) => words.join(" ")).filter((verb) => verb !== "local").sort(), // prettier-ignore
  );
});

test("each of them, twice in a row", async () => {
  await withStack({ settings: SETTINGS, scheduled: true }, async (world) => {
    const outputs = outputsFile(world);
    const environment = {
      ...world.cloud.environmentFor("operator"),
      LONG_POLL_SECONDS: "1",
      EMPTY_POLLS_BEFORE_EXIT: "1",
    };
    const run = (args: readonly string[]) => cli([...args, "--outputs", outputs.path], environment);
    try {
      await settle(world, run);
      for (const { verb, args = [], first, second = first, sameWords } of STEPS) {
        const words = [...verb.split(" "), ...args];
        const answers = [await run(words), await run(words)] as const;
        for (const [index, expected] of [first, second].entries()) {
          const { code, stdout, stderr } = answers[index]!;
          const what = `${words.join(" ")}, run ${index + 1}`;
          expect({ what, code }).toEqual({ what, code: expected.code });
          expectLines(what, stdout, expected.stdout);
          expectLines(`${what}, stderr`, stderr, expected.stderr ?? []);
        }
        if (sameWords === true) expect(answers[1].stdout).toBe(answers[0].stdout);
      }
      world.queue.purge();
    } finally {
      outputs.remove();
    }
  });
});
