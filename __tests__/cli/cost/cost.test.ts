/** Exact figures: part counts, the two scenarios, the last run out of metrics, options and prices. */
import { billOf } from "../../../cli/cost/bill";
import { lastRun, type MinutePoint, type RunMetrics, usageOf } from "../../../cli/cost/last-run";
import { PRICES } from "../../../cli/cost/built-in-prices";
import type { Prices } from "../../../cli/cost/prices";
import { formatDollars, formatNumber, parseBytes, parseCount } from "../../../cli/cost/quantities";
import { readCostOptions } from "../../../cli/cost/request";
import { runScenario, SCENARIOS } from "../../../cli/cost/scenarios";
import { makeCounter, survey } from "../../../cli/cost/survey";
import { copying, deleting, METRICS_WHEN_WORKING, SIZES, standing, workers } from "../../../cli/cost/work";
import { METRICS } from "../../../core/metrics";
import { GIB, MIB } from "../../../core/parts";
import type { Listing } from "../../../core/ports";

const prices = PRICES["us-east-1"] as Prices;

describe("copying", () => {
  test.each([
    [0, 1],
    [256 * MIB, 1],
    [256 * MIB + 1, 3 + 2],
    [GIB, 8 + 2],
    [5000 * GIB, 10_000 + 2],
  ])("an object of %d bytes takes %d requests that are billed as writes", (bytes, requests) => {
    expect(copying([{ objects: 1, bytes }], "event").expressWrites).toBe(requests);
  });

  test("one object by an event, and one by a backfill", () => {
    expect(copying([{ objects: 1, bytes: GIB / 8 }], "event")).toEqual({
      expressWrites: 1,
      expressUpload: 0.125,
      sourceReads: 2,
      queueRequests: 3,
      logsWritten: 500 / GIB,
      logsKept: 500 / GIB,
    });
    const found = copying([{ objects: 1000, bytes: GIB / 8 }], "backfill");
    expect(found).toMatchObject({
      expressWrites: expect.closeTo(1001, 9) as number,
      expressReads: 1000,
      sourceLists: 1,
      queueRequests: 30,
    });
  });

  test("the FAQ's price of uploads: 1 TiB in parts of 128 MiB is $3.28 and a cent of requests", () => {
    const { lines } = billOf(copying([{ objects: 1, bytes: 1024 * GIB }], "event"), prices);
    const of = (item: string): number => lines.find((line) => line.item === item)?.dollars ?? NaN;
    expect(of("expressUpload")).toBeCloseTo(3.2768, 10);
    expect(of("expressWrites")).toBeCloseTo(0.00925922, 8);
  });

  test("an object that S3 cannot hold is an error", () => {
    expect(() => copying([{ objects: 1, bytes: 60_000 * GIB }], "event")).toThrow("larger than S3 can hold");
  });
});

test("an hour of one worker: 2 vCPU and 4 GB, four fifths on Spot", () => {
  expect(workers({ runs: 1, seconds: 3600 })).toMatchObject({
    spotCpu: 1.6,
    spotMemory: 3.2,
    onDemandCpu: expect.closeTo(0.4, 10) as number,
    onDemandMemory: expect.closeTo(0.8, 10) as number,
    publicAddress: 1,
    queueRequests: 360,
  });
});

test("idle is no compute: looks of the starter, their log, the image, and alarms where there are any", () => {
  const { lines, dollars } = billOf(standing(0), prices);
  expect(lines.map(({ item }) => item)).toEqual([
    "queueRequests",
    "starterCalls",
    "starterTime",
    "scheduleEvents",
    "logsWritten",
    "logsKept",
    "image",
  ]);
  expect(dollars).toBeCloseTo(0.0879, 4);
  expect(billOf(standing(5), prices).dollars - dollars).toBeCloseTo(0.5, 10);
});

describe("the two scenarios", () => {
  test("10 files a day, 2 minutes: its figure is one worker hour a month at $0.014", () => {
    const { readings, month, differences } = runScenario(SCENARIOS["seed-low"], 0, prices);
    expect(readings.map(({ workerHours, workersDollars }) => [workerHours, workersDollars])).toEqual([
      [1, 0.014],
      [1, expect.closeTo(0.0524, 10)],
      [10, expect.closeTo(0.524, 10)],
      [expect.closeTo(8.333611, 6), expect.closeTo(0.436681, 6)],
    ]);
    expect(month.dollars).toBeCloseTo(1.5405, 4);
    expect(differences).toHaveLength(5);
  });

  test("1,000 files a day, 30 minutes: $0.21 is 15 hours; as it reads it is 15,000, of 21 workers where 5 are allowed", () => {
    const { readings, differences } = runScenario(SCENARIOS["seed-high"], 0, prices);
    expect(readings.map(({ workerHours, workersDollars }) => [workerHours, workersDollars])).toEqual([
      [15, 0.21],
      [15, expect.closeTo(0.786, 10)],
      [15_000, expect.closeTo(786, 8)],
      [720, expect.closeTo(37.728, 8)],
    ]);
    expect(differences).toContain(
      "1,000 files of 30 minutes are 15,000 worker hours a month, 21 workers day and night; MAX_WORKERS is 5.",
    );
  });

  test("with a size, storage and upload are in it and lead the bill", () => {
    const { month, differences } = runScenario(SCENARIOS["seed-high"], GIB, prices);
    const of = (item: string): number => month.lines.find((line) => line.item === item)?.dollars ?? NaN;
    expect([of("expressStorage"), of("expressUpload")]).toEqual([3300, 96]);
    expect(differences.join(" ")).not.toContain("--object-size");
  });

  test("their claims are those of the first description", () => {
    for (const { claimed } of Object.values(SCENARIOS)) {
      expect(claimed.total * 12).toBeCloseTo(claimed.year, 10);
      expect(claimed.fargate).toBeLessThan(claimed.total);
    }
  });
});

describe("the last run", () => {
  const minute = (at: number, value: number): MinutePoint => ({ at: at * 60_000, value });
  const none: RunMetrics = {
    ObjectsCopied: [],
    BytesCopied: [],
    ObjectsDeleted: [],
    Retries: [],
    Running: [],
    Launched: [],
  };

  test("ends ten silent minutes; what was before is another run", () => {
    const run = lastRun({
      ...none,
      ObjectsCopied: [minute(10, 5), minute(31, 100), minute(33, 20)],
      BytesCopied: [minute(10, 50), minute(31, 4096)],
      ObjectsDeleted: [minute(33, 3)],
      Retries: [minute(31, 2)],
      Running: [minute(31, 2), minute(32, 2), minute(33, 1), minute(40, 0)],
      Launched: [minute(30, 2)],
    });
    expect(run).toEqual({
      from: 30 * 60_000,
      to: 34 * 60_000,
      copied: 120,
      bytes: 4096,
      deleted: 3,
      retries: 2,
      workers: { runs: 2, seconds: 7 * 60 },
    });
    const used = usageOf(run!);
    expect(used.expressWrites).toBe(122);
    expect(used.sourceReads).toBe(246);
    expect(used.expressDeletes).toBe(3);
    expect(used.publicAddress).toBeCloseTo(7 / 60, 10);
  });

  test("nothing happened: no run", () => {
    expect(lastRun(none)).toBeUndefined();
    expect(lastRun({ ...none, Running: [minute(1, 0)] })).toBeUndefined();
  });

  test("only deletes: nothing is divided by nothing", () => {
    const used = usageOf(lastRun({ ...none, ObjectsDeleted: [minute(1, 4)] })!);
    expect(used).toMatchObject({ expressDeletes: 4, sourceReads: 8, queueRequests: 12 });
    expect(deleting(0)).toEqual({});
  });
});

describe("the survey of a listing", () => {
  test("groups by requests, leaves out what is archived or outside the prefix", () => {
    const counter = makeCounter("a/", SIZES);
    counter.add({ key: "a/1", size: 10 });
    counter.add({ key: "a/2", size: 30, storageClass: "STANDARD_IA" });
    counter.add({ key: "a/3", size: GIB });
    counter.add({ key: "a/4", size: GIB - 1 });
    counter.add({ key: "a/5", size: GIB, storageClass: "GLACIER" });
    counter.add({ key: "b", size: 7 });
    expect(counter.result()).toEqual({
      groups: [
        { objects: 2, bytes: 20 },
        { objects: 2, bytes: GIB - 0.5 },
      ],
      objects: 4,
      bytes: 40 + 2 * GIB - 1,
      large: 2,
      archived: 1,
    });
  });

  test("reads all pages and tells how far it is", async () => {
    const pages = [["a", "b"], [], ["c"]];
    const listing: Listing = {
      name: "bucket",
      list: async ({ token = "0" }) => ({
        objects: (pages[Number(token)] ?? []).map((key) => ({ key, size: 1, etag: "e", lastModified: 0 })),
        prefixes: [],
        token: Number(token) + 1 < pages.length ? String(Number(token) + 1) : undefined,
      }),
    };
    const seen: number[] = [];
    const found = await survey(listing, "", new AbortController().signal, (keys) => seen.push(keys));
    expect([found.objects, seen]).toEqual([3, [2, 2, 3]]);
  });
});

test("metrics that are billed when all goes well exist", () => {
  for (const name of METRICS_WHEN_WORKING) expect(METRICS).toHaveProperty(name);
});

describe("options", () => {
  test.each([
    [{}, { kind: "last-run", spanMs: 86_400_000, since: "24h" }],
    [{ lastRun: true, since: "90m" } as const, { kind: "last-run", spanMs: 5_400_000, since: "90m" }],
    [{ showPrices: true } as const, { kind: "prices" }],
    [{ scenario: "seed-low" }, { kind: "scenario", name: "seed-low", bytes: 0 }],
    [
      { objects: "1,000", bytes: "1000KiB" },
      { kind: "estimate", existing: [{ objects: 1000, bytes: 1024 }], daily: undefined },
    ],
    [
      { objects: "0", bytes: "0" },
      { kind: "estimate", existing: [], daily: undefined },
    ],
    [
      { fromBucket: true, perDay: "5", objectSize: "1MiB" } as const,
      { kind: "estimate", existing: "from-bucket", daily: { perDay: 5, bytes: MIB, keepDays: 30 } },
    ],
  ])("%j", (options, wanted) => {
    expect(readCostOptions(options)).toEqual(wanted);
  });

  test("every problem at once", () => {
    expect(
      readCostOptions({
        objects: "many",
        perDay: "5",
        keepDays: "-1",
        scenario: "x",
        fromBucket: true,
        prices: "f",
        priceRegion: "r",
      }),
    ).toEqual([
      '--objects is "many"; it must be a whole number such as 1000000',
      '--keep-days is "-1"; it must be a whole number such as 1000000',
      "--scenario stands alone",
      "--objects and --from-bucket are two answers to the same question; give one",
      "--objects and --bytes go together: so many objects, so much in all",
      "--per-day needs --object-size: what an object holds on average",
      '--scenario is "x"; it must be one of seed-low, seed-high',
      "--prices and --price-region are two answers to the same question; give one",
    ]);
    expect(readCostOptions({ objects: "1", bytes: "50TiB" })).toEqual([
      "--bytes is more than so many objects can hold",
    ]);
    expect(readCostOptions({ prices: "f", fetchPrices: true, spotUrl: "ftp://x" })).toEqual([
      "--prices and --fetch-prices are two answers to the same question; give one",
      '--spot-url is "ftp://x"; it must begin with https:// or http://',
    ]);
    expect(readCostOptions({ priceListUrl: "https://mirror.example" })).toEqual([
      "--price-list-url goes with --fetch-prices only",
    ]);
    expect(readCostOptions({ since: "30d" })).toEqual([
      '--since is "30d"; it must be like 90m, 24h or 7d, at most 15d',
    ]);
  });

  test.each([
    [{ bytes: "3" }, "--objects and --bytes go together: so many objects, so much in all"],
    [{ objects: "x", bytes: "3" }, '--objects is "x"; it must be a whole number such as 1000000'],
    [{ objects: "0", bytes: "3" }, "--objects is 0, but --bytes is not"],
    [{ keepDays: "4" }, "--keep-days goes with --per-day only"],
    [{ objects: "1", bytes: "1", keepDays: "4" }, "--keep-days goes with --per-day only"],
    [{ objectSize: "1MiB" }, "--object-size goes with --per-day or --scenario only"],
    [{ fromBucket: true, since: "1h" } as const, "--since is of the last run; it does not go with an estimate"],
  ])("what would have no effect is told: %j", (options, problem) => {
    expect(readCostOptions(options)).toEqual([problem]);
  });

  test("what goes with the last run and with a scenario", () => {
    expect(readCostOptions({ since: "1h" })).toMatchObject({ kind: "last-run" });
    expect(readCostOptions({ since: "1h", lastRun: true })).toMatchObject({ kind: "last-run" });
    expect(readCostOptions({ scenario: "seed-low", objectSize: "1MiB" })).toMatchObject({ kind: "scenario" });
  });
});

test("quantities as people write and read them", () => {
  expect(["10GiB", "1.5 TB", "1024", "12 B", "1 PiB"].map(parseBytes)).toEqual([10 * GIB, 1.5e12, 1024, 12, 2 ** 50]);
  expect(["", "GiB", "-1", "1e3", "1 gib", "99999999 PiB"].map(parseBytes)).toEqual(Array(6).fill(undefined));
  expect(["1000", "1,000,000", "1_000"].map(parseCount)).toEqual([1000, 1_000_000, 1000]);
  expect(["1,00", "1.5", "", "x", "1__0"].map(parseCount)).toEqual(Array(5).fill(undefined));
  expect([0, 0.00001, 0.0087, 0.5, 1126.4].map(formatDollars)).toEqual([
    "$0",
    "<$0.0001",
    "$0.0087",
    "$0.50",
    "$1,126.40",
  ]);
  expect([0, 5.6e-8, 0.000465, 3.25, 123.46, 1000.5].map(formatNumber)).toEqual([
    "0",
    "<0.0001",
    "0.00047",
    "3.25",
    "123.5",
    "1,001",
  ]);
});
