/** The command line of the forecast. Pure: every wrong option is named at once. */
import { parseArgs } from "node:util";
import { PRICES } from "../../cli/cost/built-in-prices";
import { parseBytes, parseCount } from "../../cli/cost/quantities";
import { LIMITS, pollIntervalProblem } from "../../core/env";
import { MAX_OBJECT_BYTES, MIB } from "../../core/parts";
import { SETTINGS, SOURCE_WRITES_PER_SECOND, WORLD } from "./defaults";
import type { ForecastSettings, Job, Scenario, World } from "./scenario";

interface Common {
  readonly priceRegion: string;
  readonly runs: number;
  readonly json: boolean;
}

export type CommandLine =
  | { readonly kind: "help" }
  | { readonly kind: "validate"; readonly json: boolean }
  | ({ readonly kind: "wake"; readonly scenario: Scenario; readonly pollIntervals: readonly number[] } & Common)
  | ({ readonly kind: "forecast"; readonly scenario: Scenario } & Common);

const NAMES = [
  ...["objects", "bytes", "per-second", "object-size", "hours", "burst", "max-workers", "messages-per-worker"],
  ...["poll-interval", "copy-concurrency", "part-size", "multipart-threshold", "start-seconds", "start-spread"],
  ...["spot-interruptions", "request-ms", "copy-ms", "copy-fixed-ms", "stream-mib", "request-cpu-ms", "prefixes"],
  ...["prefix-reads", "express-writes", "seed", "runs", "price-region"],
] as const;
type Given = Readonly<Record<string, string | boolean | undefined>>;

const MAX_SEED = 2 ** 31 - 1;
/** More are nowhere near what an S3 bucket sees, and would only be slips of a digit. */
const MOST_OBJECTS = 1e12;
const HOURS_MOST = 24 * 366;
const WAKE_RUNS = 10_000;
const WAKE_INTERVALS = [60, 10];
/** Of the one object that wakes the system. */
const WAKE_BYTES = MIB;

/** @throws Error that names every problem, one a line */
export function readCommandLine(args: readonly string[]): CommandLine {
  const texts = Object.fromEntries(NAMES.map((name) => [name, { type: "string" as const }]));
  const flags = {
    events: { type: "boolean" },
    json: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  } as const;
  const parsed = parseArgs({ args: [...args], allowPositionals: true, options: { ...texts, ...flags } });
  const given: Given = parsed.values;
  const [verb, ...more] = parsed.positionals;
  const json = given["json"] === true;
  if (given["help"] === true) return { kind: "help" };
  const problems: string[] = [];
  if (more.length > 0 || (verb !== undefined && verb !== "wake" && verb !== "validate")) {
    problems.push(`"${parsed.positionals.join(" ")}" is none of its commands, which are wake and validate`);
  }
  const read = makeReader(given, problems);
  const settings = readSettings(read);
  const world = readWorld(read);
  const job = readJob(read, given, verb, world, problems);
  const seed = read.whole("seed", 1, 0, MAX_SEED);
  const runs = read.whole("runs", verb === "wake" ? WAKE_RUNS : 5, 1, verb === "wake" ? 1_000_000 : 1000);
  const { "price-region": priceRegion = "us-east-1" } = given as Readonly<Record<string, string | undefined>>;
  if (!Object.hasOwn(PRICES, priceRegion)) {
    problems.push(`--price-region must be one of ${Object.keys(PRICES).join(", ")}, not "${priceRegion}"`);
  }
  problems.push(...pollIntervalProblem("--poll-interval", settings.pollIntervalSeconds));
  if (problems.length > 0) throw new Error([...new Set(problems)].join("\n"));
  if (verb === "validate") return { kind: "validate", json };
  const common = { priceRegion, runs, json };
  const cause = job.kind === "stream" || given["events"] === true || verb === "wake" ? "event" : "backfill";
  const scenario: Scenario = { job, cause, settings, world, seed };
  if (verb !== "wake") return { kind: "forecast", scenario, ...common };
  const pollIntervals = given["poll-interval"] === undefined ? WAKE_INTERVALS : [settings.pollIntervalSeconds];
  return { kind: "wake", scenario, pollIntervals, ...common };
}

type Reader = ReturnType<typeof makeReader>;

function makeReader(given: Given, problems: string[]) {
  const read = (
    name: string,
    fallback: number,
    allowed: string,
    parse: (text: string) => number | undefined,
  ): number => {
    const text = given[name];
    if (typeof text !== "string") return fallback;
    const value = parse(text);
    if (value === undefined) problems.push(`--${name} must be ${allowed}, not "${text}"`);
    return value ?? fallback;
  };
  const within = (value: number | undefined, least: number, most: number): number | undefined =>
    value !== undefined && value >= least && value <= most ? value : undefined;
  return {
    whole: (name: string, fallback: number, least: number, most: number): number =>
      read(name, fallback, `a whole number from ${least} to ${most}`, (text) => within(parseCount(text), least, most)),
    number: (name: string, fallback: number, least: number, most: number): number =>
      read(name, fallback, `a number from ${least} to ${most}`, (text) =>
        within(/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined, least, most),
      ),
    bytes: (name: string, fallback: number, least: number, most: number): number =>
      read(name, fallback, `a size such as 100KB or 128MiB, from ${least} to ${most} bytes`, (text) =>
        within(parseBytes(text), least, most),
      ),
  };
}

function readSettings(read: Reader): ForecastSettings {
  const [smallestPart, largestPart] = LIMITS.partSizeMiB;
  const [smallestThreshold, largestThreshold] = LIMITS.multipartThresholdMiB;
  return {
    ...SETTINGS,
    maxWorkers: read.whole("max-workers", SETTINGS.maxWorkers, 1, LIMITS.maxWorkers[1]),
    messagesPerWorker: read.whole("messages-per-worker", SETTINGS.messagesPerWorker, ...LIMITS.messagesPerWorker),
    pollIntervalSeconds: read.whole("poll-interval", SETTINGS.pollIntervalSeconds, ...LIMITS.pollIntervalSeconds),
    copyConcurrency: read.whole("copy-concurrency", SETTINGS.copyConcurrency, ...LIMITS.copyConcurrency),
    partSize: read.bytes("part-size", SETTINGS.partSize, smallestPart * MIB, largestPart * MIB),
    multipartThreshold: read.bytes(
      "multipart-threshold",
      SETTINGS.multipartThreshold,
      smallestThreshold * MIB,
      largestThreshold * MIB,
    ),
  };
}

function readWorld(read: Reader): World {
  return {
    ...WORLD,
    startSeconds: read.number("start-seconds", WORLD.startSeconds, 0.1, 3600),
    startSpread: read.number("start-spread", WORLD.startSpread, 1, 10),
    spotInterruptionsPerHour: read.number("spot-interruptions", WORLD.spotInterruptionsPerHour, 0, 60),
    requestMs: read.number("request-ms", WORLD.requestMs, 0.1, 60_000),
    copyMs: read.number("copy-ms", WORLD.copyMs, 0.1, 600_000),
    copyFixedMs: read.number("copy-fixed-ms", WORLD.copyFixedMs, 0.1, 600_000),
    streamBytesPerSecond: read.number("stream-mib", WORLD.streamBytesPerSecond / MIB, 0.1, 100_000) * MIB,
    requestCpuMs: read.number("request-cpu-ms", WORLD.requestCpuMs, 0, 1000),
    prefixes: read.whole("prefixes", WORLD.prefixes, 1, 1_000_000),
    sourceReadsPerSecond: read.whole("prefix-reads", WORLD.sourceReadsPerSecond, 1, 10_000_000),
    expressWritesPerSecond: read.whole("express-writes", WORLD.expressWritesPerSecond, 1, 10_000_000),
  };
}

const BACKLOG = ["objects", "bytes"] as const;
const STREAM = ["per-second", "object-size", "hours"] as const;

function readJob(read: Reader, given: Given, verb: string | undefined, world: World, problems: string[]): Job {
  const objects = read.whole("objects", 1, 1, MOST_OBJECTS);
  const bytes = read.bytes("bytes", WAKE_BYTES, 0, Number.MAX_SAFE_INTEGER);
  const perSecond = read.number("per-second", 1, 0.0001, 1_000_000);
  const objectBytes = read.bytes("object-size", 0, 0, MAX_OBJECT_BYTES);
  const hours = read.number("hours", 1, 0.01, HOURS_MOST);
  const burst = read.number("burst", 1, 1, 600);
  const names = (list: readonly string[]): string[] => list.filter((name) => given[name] !== undefined);
  const told = (list: readonly string[]): string => list.map((name) => `--${name}`).join(", ");
  const [ofBacklog, ofStream] = [names([...BACKLOG, "events"]), names([...STREAM, "burst"])];
  if (verb !== undefined) {
    const notNeeded =
      verb === "validate" ? Object.keys(given).filter((name) => name !== "json") : [...ofBacklog, ...ofStream];
    if (notNeeded.length > 0) problems.push(`${verb} takes no ${told(notNeeded)}`);
  } else if (ofBacklog.length > 0 && ofStream.length > 0) {
    problems.push(`${told(ofBacklog)} is a backlog and ${told(ofStream)} a stream; give one of them`);
  } else if (ofStream.length > 0) {
    const missing = STREAM.filter((name) => given[name] === undefined);
    if (missing.length > 0) problems.push(`a stream needs ${told(missing)} too`);
  } else {
    const missing = BACKLOG.filter((name) => given[name] === undefined);
    if (missing.length === BACKLOG.length) problems.push(`give a job: ${told(BACKLOG)}, or ${told(STREAM)}`);
    else if (missing.length > 0) problems.push(`a backlog needs ${told(missing)} too`);
  }
  if (ofStream.length === 0) {
    if (bytes / objects > MAX_OBJECT_BYTES)
      problems.push("--bytes is more than so many objects can hold (48.8 TiB each)");
    return { kind: "backlog", objects, objectBytes: bytes / objects };
  }
  const most = world.prefixes * SOURCE_WRITES_PER_SECOND;
  if (perSecond > most) {
    problems.push(
      `--per-second is ${perSecond}; S3 takes ${SOURCE_WRITES_PER_SECOND} writes a second and prefix, with --prefixes ${world.prefixes} at most ${most}`,
    );
  }
  if (perSecond * hours * 3600 > MOST_OBJECTS)
    problems.push(`--per-second and --hours are more than ${MOST_OBJECTS} objects`);
  return { kind: "stream", perSecond, objectBytes, hours, burst };
}
