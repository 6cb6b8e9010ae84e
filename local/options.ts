/**
 * The options of the local cloud as people give them: what they are called, their limits, and how their text is read. `npm run local` and the
 * verb `local` of the command line both take them from here.
 */
import type { CloudOptions } from "./cloud";
import { problemOf, type BucketOption } from "./furnish";

/** What the options come to. Everything but `port` is a `CloudOptions` as it stands. */
export interface LocalSettings extends Pick<CloudOptions, "seed" | "region" | "directory" | "requestLogFile"> {
  /** 0 = any free port. */
  readonly port: number;
  /** Undefined = the example: a source, its events, a directory bucket. */
  readonly buckets?: readonly BucketOption[];
}

interface LocalOption {
  readonly argument: string;
  readonly about: string;
  /** May be given several times. */
  readonly several?: true;
}

export const LOCAL_OPTIONS = {
  port: { argument: "N", about: "listen on 127.0.0.1:N (default 4566; 0 = any free port)" },
  bucket: {
    argument: "SPEC",
    about:
      "a bucket that is there from the start, instead of the two of the example; may be repeated. NAME, with `:versioned` and `:events` behind it " +
      "where wanted (its events go to the queue local-events); NAME--ZONE-ID--x-s3 is a directory bucket",
    several: true,
  },
  directory: {
    argument: "PATH",
    about: "keep buckets and objects there: the next start with it finds them again (default: a temporary directory)",
  },
  log: { argument: "PATH", about: "append one JSON line per request to this file" },
  region: { argument: "NAME", about: "the Region (default eu-north-1)" },
  seed: { argument: "N", about: "makes ids, ETags and orders repeatable (default 1)" },
} as const satisfies Readonly<Record<string, LocalOption>>;

type OptionName = keyof typeof LOCAL_OPTIONS;
type TextOf<O> = O extends { readonly several: true } ? readonly string[] : string;

/** The texts as a parser of command lines gives them. */
export type LocalTexts = { readonly [name in OptionName]?: TextOf<(typeof LOCAL_OPTIONS)[name]> | undefined };

/** Where the events of buckets with `:events` go. */
export const EVENTS_QUEUE = "local-events";

const MOST = { port: 65_535, seed: 2 ** 31 };
const DEFAULT_PORT = "4566";

/** The options one by one, for those who tell a parser about them. */
export function localOptions(): readonly (LocalOption & { readonly name: OptionName })[] {
  return Object.entries(LOCAL_OPTIONS).map(([name, option]) => ({ name: name as OptionName, ...option }));
}

/** The settings, or the texts of all problems. */
export function readLocalOptions(given: LocalTexts): LocalSettings | readonly string[] {
  const { port = DEFAULT_PORT, seed, region, directory, log, bucket } = given;
  const buckets = bucket?.map(bucketOf);
  const problems = [
    ...numberProblems("port", port),
    ...(seed === undefined ? [] : numberProblems("seed", seed)),
    ...(region === undefined || /^[a-z]{2}(-[a-z]+)+-\d+$/.test(region)
      ? []
      : [`--region must be a Region's name like eu-north-1, not "${region}"`]),
    ...emptyProblems({ directory, log }),
    ...(buckets ?? []).flatMap((one) => (typeof one === "string" ? [one] : [])),
  ];
  if (problems.length > 0) return problems;
  return {
    port: Number(port),
    ...(seed !== undefined && { seed: Number(seed) }),
    ...(region !== undefined && { region }),
    ...(directory !== undefined && { directory }),
    ...(log !== undefined && { requestLogFile: log }),
    ...(buckets !== undefined && { buckets: buckets.filter((one) => typeof one !== "string") }),
  };
}

/** `NAME[:versioned][:events]`, or what is wrong with it. */
function bucketOf(spec: string): BucketOption | string {
  const [name = "", ...words] = spec.split(":");
  const unknown = words.find((word) => word !== "versioned" && word !== "events");
  if (unknown !== undefined)
    return `--bucket ${spec}: behind the name may stand :versioned and :events, not ":${unknown}"`;
  const option: BucketOption = {
    name,
    ...(words.includes("versioned") && { versioning: "Enabled" }),
    ...(words.includes("events") && { eventsTo: EVENTS_QUEUE }),
  };
  const problem = problemOf(option);
  return problem === undefined ? option : `--bucket ${spec}: ${problem}`;
}

function numberProblems(name: "port" | "seed", text: string): readonly string[] {
  if (/^\d+$/.test(text) && Number(text) <= MOST[name]) return [];
  return [`--${name} must be a whole number from 0 to ${MOST[name]}, not "${text}"`];
}

function emptyProblems(paths: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(paths).flatMap(([name, path]) => (path === "" ? [`--${name} must be a path, not ""`] : []));
}
