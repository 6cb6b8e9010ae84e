/** The options of `doctor` as text. Pure: every problem at once. */
import { MAX_KEY_BYTES } from "../../core/keys";
import { utf8Length } from "../../core/fingerprint";
import type { Parsed } from "../../core/variables";
import { readSpan } from "../logs/since";

export interface DoctorOptions {
  readonly sample?: string | undefined;
  readonly probe?: true | undefined;
  readonly probeName?: string | undefined;
  readonly timeout?: string | undefined;
  readonly trigger?: true | undefined;
  readonly force?: true | undefined;
  readonly dryRun?: true | undefined;
}

export interface DoctorRequest {
  /** Keys. */
  readonly sample: number;
  readonly probe: ProbeRequest | undefined;
}

export interface ProbeRequest {
  /** Undefined: one that nobody else has; see probeKey. */
  readonly key: string | undefined;
  readonly timeoutSeconds: number;
  readonly trigger: boolean;
  /** Even where nothing is known that could start a worker. */
  readonly force: boolean;
  /** Only to say what it would do. */
  readonly dryRun: boolean;
}

const MAX_SAMPLE = 1_000_000;
const MAX_TIMEOUT_SECONDS = 3600;

export function readDoctorOptions(options: DoctorOptions, prefix: string): Parsed<DoctorRequest> {
  const { probe, probeName, timeout = "300", trigger, force, dryRun, sample = "2000" } = options;
  const timeoutSeconds = readSeconds(timeout);
  const key = probeName === undefined ? undefined : prefix + probeName;
  const needProbe = (["probeName", "timeout", "trigger", "force", "dryRun"] as const).filter(
    (name) => options[name] !== undefined,
  );
  const problems = [
    ...numberProblem("--sample", sample, 1, MAX_SAMPLE),
    ...(timeoutSeconds >= 1 && timeoutSeconds <= MAX_TIMEOUT_SECONDS
      ? []
      : [`--timeout is "${timeout}"; it must be like 90s or 5m, or a number of seconds, from 1 s to 1 h`]),
    ...(probe === undefined && needProbe.length > 0
      ? [`${needProbe.map((name) => FLAGS[name]).join(", ")} without --probe`]
      : []),
    ...(probeName === "" || (key !== undefined && utf8Length(key) > MAX_KEY_BYTES)
      ? [`--probe-name must be a name of at most ${MAX_KEY_BYTES} bytes together with the prefix`]
      : []),
  ];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    config: {
      sample: Number(sample),
      probe:
        probe === true
          ? {
              key,
              timeoutSeconds,
              trigger: trigger === true,
              force: force === true,
              dryRun: dryRun === true,
            }
          : undefined,
    },
  };
}

const FLAGS = {
  probeName: "--probe-name",
  timeout: "--timeout",
  trigger: "--trigger",
  force: "--force",
  dryRun: "--dry-run",
} as const;

/** What the keys of probes begin with that were given no name. */
export function probesUnder(prefix: string): string {
  return `${prefix}.s3-express-sync-probe/`;
}

/** The key of a probe that was given no name. */
export function probeKey(prefix: string, random: () => number): string {
  return `${probesUnder(prefix)}${Math.floor(random() * 2 ** 48).toString(36)}`;
}

/** Of "90s" and "5m" as of "90"; NaN for anything else. */
function readSeconds(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : (readSpan(text) ?? NaN) / 1000;
}

function numberProblem(flag: string, text: string, least: number, most: number): readonly string[] {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return [];
  return [`${flag} is "${text}"; it must be a whole number from ${least} to ${most}`];
}
