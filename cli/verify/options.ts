/** The options of verify, checked: all problems at once. Pure. */
import type { DeleteBound } from "./repair";
import { type System, SYSTEM_FIELDS } from "../../core/system";
import type { Parsed } from "../../core/variables";
import { readSpan } from "../logs/since";
import { STATUS_NEEDS } from "../status/gather";
import { parseDeleteBound } from "./repair";

const BUCKETS = ["region", "sourceBucket", "destinationBucket", "prefix"] as const;
/** To repair, and to name the metrics of a task. */
const QUEUE_NEEDS = [...BUCKETS, "queueUrl"] as const;
export type Field = (typeof QUEUE_NEEDS)[number];
/** To see how far the workers are. */
export type WaitField = (typeof STATUS_NEEDS)[number];
export const WAIT_NEEDS: readonly (Field | WaitField)[] = [...new Set([...QUEUE_NEEDS, ...STATUS_NEEDS])];

/** What must be known of the system: for a look at the buckets only the buckets. */
export function needsOf({ wait, repair, log }: RawOptions): readonly (Field | WaitField)[] {
  if (wait === true) return WAIT_NEEDS;
  return repair === true || log === true ? QUEUE_NEEDS : BUCKETS;
}

/** As commander gives them. */
export interface RawOptions {
  readonly deep?: true | undefined;
  readonly prefix?: string | undefined;
  readonly repair?: true | undefined;
  readonly maxDelete?: string | undefined;
  readonly dryRun?: true | undefined;
  readonly yes?: true | undefined;
  readonly report?: string | undefined;
  readonly grace?: string | undefined;
  readonly memory?: string | undefined;
  readonly spillDir?: string | undefined;
  readonly log?: true | undefined;
  readonly json?: true | undefined;
  readonly wait?: true | undefined;
  readonly timeout?: string | undefined;
}

/** Why the dead letters are not looked at. */
export const NO_DEAD_LETTERS = `the dead-letter queue is not known (--${SYSTEM_FIELDS.deadLetterQueueUrl.flag})`;

export interface VerifyOptions {
  readonly prefix: string;
  readonly maxDelete: DeleteBound;
  readonly graceSeconds: number;
  readonly memoryBytes: number;
  /** How long to wait at most; undefined: not at all. */
  readonly waitMs: number | undefined;
  /** Undefined where nothing told it: then no dead letter is looked at. */
  readonly deadLetterQueueUrl: string | undefined;
}

const MIB = 1024 ** 2;
export const DEFAULT_GRACE_SECONDS = 300;
export const DEFAULT_MEMORY_MIB = 256;
export const DEFAULT_TIMEOUT = "30m";
const MEMORY_MIB = [4, 1024 * 1024] as const;
const LONGEST_WAIT_MS = 7 * 86_400_000;
const GRACE_SECONDS = [0, 86_400 * 7] as const;

/** @param known of the system: keys outside of its prefix are nobody's here */
export function checkOptions(
  raw: RawOptions,
  { prefix: systemPrefix = "", deadLetterQueueUrl }: Partial<Pick<System, "prefix" | "deadLetterQueueUrl">>,
): Parsed<VerifyOptions> {
  const { prefix = systemPrefix, maxDelete, grace, memory, timeout = DEFAULT_TIMEOUT } = raw;
  const bound = maxDelete === undefined ? undefined : parseDeleteBound(maxDelete);
  const graceSeconds = whole(grace, DEFAULT_GRACE_SECONDS, GRACE_SECONDS);
  const memoryMiB = whole(memory, DEFAULT_MEMORY_MIB, MEMORY_MIB);
  const timeoutMs = readSpan(timeout);
  const repairOnly = (["maxDelete", "dryRun", "yes"] as const).filter((name) => raw[name] !== undefined);
  const problems = [
    ...(prefix.startsWith(systemPrefix)
      ? []
      : [`--prefix ${JSON.stringify(prefix)} is outside of what this system syncs, ${JSON.stringify(systemPrefix)}`]),
    ...(maxDelete !== undefined && bound === undefined
      ? [`--max-delete ${maxDelete} is neither a number of keys (100) nor a part of the destination (2%)`]
      : []),
    ...(graceSeconds === undefined ? [`--grace ${grace ?? ""} must be ${range(GRACE_SECONDS)} seconds`] : []),
    ...(memoryMiB === undefined ? [`--memory ${memory ?? ""} must be ${range(MEMORY_MIB)} MiB`] : []),
    ...(raw.repair === undefined ? repairOnly.map((name) => `${FLAGS[name]} goes with --repair only`) : []),
    ...(timeoutMs === undefined || timeoutMs === 0 || timeoutMs > LONGEST_WAIT_MS
      ? [`--timeout ${timeout} must be like 90s, 30m or 2h, at most 7d`]
      : []),
    ...(raw.wait === undefined && raw.timeout !== undefined ? ["--timeout goes with --wait only"] : []),
    ...(raw.wait === true && raw.dryRun === true
      ? ["--wait has nothing to wait for with --dry-run; leave one of them out"]
      : []),
    ...(raw.wait === true && raw.log === true
      ? ["--log is for a task that nobody waits for; leave --wait or --log out"]
      : []),
    ...(raw.log === true && raw.json === true ? ["--log and --json are two forms of output; give one of them"] : []),
  ];
  if (problems.length > 0 || graceSeconds === undefined || memoryMiB === undefined) return { ok: false, problems };
  return {
    ok: true,
    config: {
      prefix,
      maxDelete: bound,
      graceSeconds,
      memoryBytes: memoryMiB * MIB,
      waitMs: raw.wait === true ? timeoutMs : undefined,
      deadLetterQueueUrl,
    },
  };
}

const FLAGS = { maxDelete: "--max-delete", dryRun: "--dry-run", yes: "--yes" } as const;

function whole(text: string | undefined, fallback: number, [min, max]: readonly [number, number]): number | undefined {
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}

function range([min, max]: readonly [number, number]): string {
  return `a whole number from ${min} to ${max}`;
}
