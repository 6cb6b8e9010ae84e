/** The command line of the forecast: every problem is named at once. */
import { GIB, MIB } from "../../core/parts";
import { SETTINGS, WORLD } from "../../lab/forecast/defaults";
import { readCommandLine } from "../../lab/forecast/options";
import { USAGE } from "../../lab/forecast/usage";

const read = (line: string) => readCommandLine(line.split(" ").filter((word) => word !== ""));

test("a backlog is a backfill with the product's defaults", () => {
  expect(read("--objects 1,000 --bytes 10GiB")).toEqual({
    kind: "forecast",
    scenario: {
      job: { kind: "backlog", objects: 1000, objectBytes: (10 * GIB) / 1000 },
      cause: "backfill",
      settings: SETTINGS,
      world: WORLD,
      seed: 1,
    },
    priceRegion: "us-east-1",
    runs: 5,
    json: false,
  });
});

test("with --events it comes as events; a stream always does", () => {
  expect(read("--objects 10 --bytes 1MB --events")).toMatchObject({ scenario: { cause: "event" } });
  expect(read("--per-second 0.5 --object-size 2MiB --hours 24 --burst 3 --json")).toMatchObject({
    scenario: { job: { kind: "stream", perSecond: 0.5, objectBytes: 2 * MIB, hours: 24, burst: 3 }, cause: "event" },
    json: true,
  });
});

test("every setting and every figure of the world can be given", () => {
  const line =
    "--objects 1 --bytes 1 --max-workers 20 --messages-per-worker 100 --poll-interval 10 --copy-concurrency 64 " +
    "--part-size 64MiB --multipart-threshold 5GiB --start-seconds 50 --start-spread 2 --spot-interruptions 1.5 " +
    "--request-ms 5 --copy-ms 30 --copy-fixed-ms 31 --stream-mib 400 --request-cpu-ms 0.2 --prefixes 4 " +
    "--prefix-reads 6000 --express-writes 200000 --seed 9 --runs 2";
  expect(read(line)).toMatchObject({
    scenario: {
      seed: 9,
      settings: {
        ...{ maxWorkers: 20, messagesPerWorker: 100, pollIntervalSeconds: 10, copyConcurrency: 64 },
        ...{ partSize: 64 * MIB, multipartThreshold: 5 * GIB },
      },
      world: {
        ...{ startSeconds: 50, startSpread: 2, spotInterruptionsPerHour: 1.5, requestMs: 5, copyMs: 30 },
        ...{ copyFixedMs: 31, streamBytesPerSecond: 400 * MIB, requestCpuMs: 0.2, prefixes: 4 },
        ...{ sourceReadsPerSecond: 6000, expressWritesPerSecond: 200_000 },
      },
    },
    runs: 2,
  });
});

test("wake compares 60 s and 10 s, or looks at the one it is given", () => {
  expect(read("wake")).toMatchObject({
    kind: "wake",
    pollIntervals: [60, 10],
    runs: 10_000,
    scenario: { cause: "event" },
  });
  expect(read("wake --poll-interval 10 --start-seconds 20")).toMatchObject({
    pollIntervals: [10],
    scenario: { world: { startSeconds: 20 } },
  });
  expect(read("validate --json")).toEqual({ kind: "validate", json: true });
  expect(read("-h")).toEqual({ kind: "help" });
});

test.each([
  ["", "give a job: --objects, --bytes, or --per-second, --object-size, --hours"],
  ["--objects 5", "a backlog needs --bytes too"],
  ["--hours 5", "a stream needs --per-second, --object-size too"],
  ["--objects 5 --bytes 1 --hours 5", "--objects, --bytes is a backlog and --hours a stream; give one of them"],
  ["--events --per-second 1 --object-size 1 --hours 1", "--events is a backlog and --per-second"],
  ["--objects 0 --bytes 1", '--objects must be a whole number from 1 to 1000000000000, not "0"'],
  ["--objects 1 --bytes 1PB", "--bytes is more than so many objects can hold"],
  [
    "--objects 1 --bytes lots",
    '--bytes must be a size such as 100KB or 128MiB, from 0 to 9007199254740991 bytes, not "lots"',
  ],
  ["--objects 1 --bytes 1 --poll-interval 90", "--poll-interval is 90; above 60 it must be a multiple of 60"],
  ["--objects 1 --bytes 1 --max-workers 0", "--max-workers must be a whole number from 1 to 5000"],
  ["--objects 1 --bytes 1 --part-size 1MiB", "--part-size must be a size"],
  [
    "--per-second 4000 --object-size 1 --hours 1",
    "S3 takes 3500 writes a second and prefix, with --prefixes 1 at most 3500",
  ],
  ["--objects 1 --bytes 1 --price-region mars-1", '--price-region must be one of us-east-1, not "mars-1"'],
  ["sleep", '"sleep" is none of its commands, which are wake and validate'],
  ["wake --objects 5", "wake takes no --objects"],
  ["validate --seed 5", "validate takes no --seed"],
  ["--gone", "Unknown option '--gone'"],
])("%s is refused: %s", (line, why) => {
  expect(() => read(line)).toThrow(why);
});

test("all problems at once", () => {
  const line = "--objects x --bytes y --max-workers z --seed -";
  expect(() => read("--objects x --bytes y --max-workers z --stream-mib 0")).toThrow(
    /--max-workers must.*\n--stream-mib must.*\n--objects must.*\n--bytes must/,
  );
  expect(() => read(line)).toThrow();
});

test("the help names every option and only those that exist", () => {
  const named = new Set([...USAGE.matchAll(/--([a-z][a-z-]*)/g)].map(([, name = ""]) => name));
  const flags = new Set(["events", "json", "help"]);
  for (const name of named) {
    // A value that no option takes: what is complained about is the value, never the option.
    if (!flags.has(name)) expect(() => readCommandLine([`--${name}`, "?"])).not.toThrow("Unknown option");
  }
  expect(named.size).toBe(29);
});
